"""The intraclass correlation of raters: six forms by name, after Shrout and Fleiss and McGraw and Wong.

When to use: to qualify raters on a score such as MMT-8 or CDASI, which several raters give to the same subjects. Take
two-way agreement where any trained rater may rate a subject of the trial, two-way consistency where one rater sees a
subject throughout, and the single form unless the mean of k raters is what counts.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.statistics.agreement.ratings import ROUNDING, Variation, analyze_variation, take_ratings
from myotis.statistics.result import Estimate, Numbers, Reasons, check_level, settle


class IntraclassCorrelation(StrEnum):
    """Forms of the intraclass correlation; in brackets Shrout and Fleiss's name."""

    ONE_WAY_SINGLE = "icc-one-way-single"
    """Each target has raters of its own; one rating (1,1)."""
    ONE_WAY_AVERAGE = "icc-one-way-average"
    """Each target has raters of its own; the mean of k ratings (1,k)."""
    AGREEMENT_SINGLE = "icc-agreement-single"
    """The same raters, drawn at random, absolute agreement; one rating (2,1)."""
    AGREEMENT_AVERAGE = "icc-agreement-average"
    """The same raters, drawn at random, absolute agreement; the mean of k ratings (2,k)."""
    CONSISTENCY_SINGLE = "icc-consistency-single"
    """The same raters, who are all there are; consistency; one rating (3,1)."""
    CONSISTENCY_AVERAGE = "icc-consistency-average"
    """The same raters, who are all there are; consistency; the mean of k ratings (3,k)."""


SHROUT_FLEISS = "Shrout PE, Fleiss JL, Psychol Bull 1979;86:420-428; McGraw KO, Wong SP, Psychol Methods 1996;1:30-46"
REFERENCES: Final = dict.fromkeys(IntraclassCorrelation, SHROUT_FLEISS)
TOO_FEW = "an intraclass correlation needs two targets or more that all raters rated"
NOTHING_VARIES = "neither the targets nor the noise vary (all ratings equal, or all of a rater)"
UNRELIABLE = "the targets differ less than the raters' noise lets expect at the least, so means have no reliability"


def estimate_intraclass_correlation(
    ratings: ArrayLike, *, method: IntraclassCorrelation | str, level: float
) -> Estimate:
    """The intraclass correlation of ``ratings[..., target, rater]`` with its interval from F distributions.

    A target with a rating missing (NaN) is left out. Where raters agree wholly the correlation is 1 and its interval
    has no width. A correlation below 0 says that targets differ less than chance lets expect; that of means of ratings
    has no lower bound, and its lower limit may be -infinity.

    There is no answer with fewer than two targets or where all ratings are equal; nor for means of ratings where that
    of single ones is -1 / (k - 1) or less, as where all targets have the same mean. Raises
    StatisticsError for fewer than two raters or infinite values.

    Six targets and four judges (Shrout and Fleiss, table 2):

    >>> judged = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> answer = estimate_intraclass_correlation(judged, method="icc-agreement-single", level=0.95)
    >>> [round(float(value), 2) for value in (answer.estimate, answer.lower, answer.upper)]
    [0.29, 0.02, 0.76]
    """
    method = IntraclassCorrelation(method)
    check_level(level)
    found = analyze_variation(take_ratings(ratings))
    form, _, unit = method.value.removeprefix("icc-").rpartition("-")
    noise, raters, df = _find_noise(found, form)
    error = 0.5 + level / 2
    targets_df = np.maximum(found.n, 2) - 1
    # An F quantile above 1 is the most that noise can be held to be; one over the other quantile is the least.
    factors = (1.0, special.fdtri(targets_df, df, error), 1 / special.fdtri(df, targets_df, error))
    reasons: Reasons = [
        (found.n < 2, TOO_FEW),
        (np.equal(found.between_targets + (found.k - 1) * noise + raters, 0), NOTHING_VARIES),
    ]
    values = [_correlate(found, factor * noise, factor * raters) for factor in factors]
    if unit == "average":
        values = [_step_up(value, found.k) for value in values]
        reasons.append((np.isinf(values[0]), UNRELIABLE))
    (estimate, lower, upper), undefined = settle(reasons, *values)
    return Estimate(
        estimate=estimate,
        lower=lower,
        upper=upper,
        level=level,
        method=method.value,
        reference=REFERENCES[method],
        undefined=undefined,
    )


def _find_noise(found: Variation, form: str) -> tuple[Numbers, Numbers, Numbers]:
    """The mean square of noise, what the raters' differences add to it, and the degrees of freedom of both."""
    n, k = np.maximum(found.n, 2), found.k
    if form == "one-way":
        return found.within_targets, np.zeros_like(n), n * (k - 1)
    if form == "consistency":
        return found.residual, np.zeros_like(n), (n - 1) * (k - 1)
    raters = k / n * (found.between_raters - found.residual)
    correlation = _correlate(found, found.residual, raters)
    part1 = k * correlation * found.between_raters
    part2 = (n * (1 - correlation) + k * correlation * (n - 1)) * found.residual
    spread = part1**2 / (k - 1) + part2**2 / ((n - 1) * (k - 1))
    df = np.where(spread > 0, (part1 + part2) ** 2 / np.where(spread > 0, spread, 1), (n - 1) * (k - 1))
    return found.residual, raters, df


def _correlate(found: Variation, noise: Numbers, raters: Numbers) -> Numbers:
    """The correlation of single ratings (0 where nothing varies)."""
    whole = found.between_targets + (found.k - 1) * noise + raters
    answer: Numbers = (found.between_targets - noise) / np.where(whole > 0, whole, 1)
    return answer


def _step_up(single: Numbers, k: int) -> Numbers:
    """The correlation of means of k ratings from that of single ones (Spearman and Brown); -infinity at the least."""
    rest = 1 + (k - 1) * single
    # Single ratings of targets that do not differ correlate by -1 / (k - 1), up to rounding.
    some = rest > ROUNDING
    return np.where(some, k * single / np.where(some, rest, 1), -np.inf)
