"""Cohen's kappa of two raters, plain or weighted: agreement beyond chance on ordered or unordered categories.

When to use: for two raters who put the same subjects into categories, such as the four grades of a skin item. Weights
count near misses of ordered categories in part; quadratic weights come near an intraclass correlation. Kappa depends
on how often each category is used: tell the table beside it.
"""

from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.agreement.counts import take_whole_counts
from myotis.statistics.normal import normal_quantile
from myotis.statistics.result import Alternative, Estimate, Numbers, Reasons, TestResult, check_level, settle
from myotis.statistics.tails import check_alternative, compute_tail


class KappaWeights(StrEnum):
    """How much a pair of different categories counts as agreement."""

    NONE = "kappa-unweighted"
    """Not at all."""
    LINEAR = "kappa-linear"
    """1 less the number of steps between them, over the most there can be."""
    QUADRATIC = "kappa-quadratic"
    """1 less the square of that share (Fleiss and Cohen)."""


COHEN = "Cohen J, Educ Psychol Meas 1960;20:37-46"
WEIGHTED = "Cohen J, Psychol Bull 1968;70:213-220"
ERRORS = "standard errors: Fleiss JL, Cohen J, Everitt BS, Psychol Bull 1969;72:323-327"
REFERENCES: Final = {
    KappaWeights.NONE: f"{COHEN}; {ERRORS}",
    KappaWeights.LINEAR: f"{WEIGHTED}; {ERRORS}",
    KappaWeights.QUADRATIC: f"{WEIGHTED}; {ERRORS}",
}
NO_SUBJECTS = "no subject was rated by both"
ONE_CATEGORY = "both raters use one and the same category only, so chance alone explains the agreement"


def estimate_kappa(counts: ArrayLike, *, method: KappaWeights | str, level: float) -> Estimate:
    """Kappa from ``counts[..., category of rater 1, category of rater 2]``, with a normal interval cut to -1 and 1.

    The standard error is the one that does not take kappa to be 0. Where the raters agree wholly kappa is 1 and the
    interval has no width. There is no answer without subjects, or where both use the same category only. Raises
    StatisticsError where the counts are no whole numbers of 0 or more in a square table of two categories or more.

    >>> answer = estimate_kappa([[20, 5], [10, 15]], method="kappa-unweighted", level=0.95)
    >>> [round(float(value), 3) for value in (answer.estimate, answer.lower, answer.upper)]
    [0.4, 0.151, 0.649]
    """
    method = KappaWeights(method)
    check_level(level)
    found = _compare(counts, method)
    margin = normal_quantile(level) * found.se
    low, high = np.clip(found.kappa - margin, -1, 1), np.clip(found.kappa + margin, -1, 1)
    (estimate, lower, upper, se), undefined = settle(found.reasons, found.kappa, low, high, found.se)
    return Estimate(
        estimate=estimate,
        lower=lower,
        upper=upper,
        level=level,
        se=se,
        method=method.value,
        reference=REFERENCES[method],
        undefined=undefined,
    )


def kappa_test(counts: ArrayLike, *, method: KappaWeights | str, alternative: Alternative) -> TestResult:
    """The normal test that kappa is 0, with the standard error under that hypothesis; ``counts`` as for the estimate.

    "greater" says that there is more agreement than by chance. There is no answer where there is no estimate, or
    where a rater uses one category only.

    >>> answer = kappa_test([[20, 5], [10, 15]], method="kappa-unweighted", alternative="greater")
    >>> round(float(answer.statistic), 3), round(float(answer.p_value), 4)
    (2.887, 0.0019)
    """
    method = KappaWeights(method)
    check_alternative(alternative)
    found = _compare(counts, method)
    flat = found.null_se == 0
    z = found.kappa / np.where(flat, 1, found.null_se)
    reasons: Reasons = [*found.reasons, (flat, "a rater uses one category only, so the test has no variance")]
    (statistic, p), undefined = settle(reasons, z, compute_tail(z, alternative, special.ndtr))
    return TestResult(
        statistic=statistic,
        df=None,
        p_value=p,
        method=method.value,
        reference=REFERENCES[method],
        alternative=alternative,
        undefined=undefined,
    )


class _Comparison(NamedTuple):
    kappa: Numbers
    se: Numbers
    null_se: Numbers
    reasons: Reasons


def _compare(counts: ArrayLike, method: KappaWeights) -> _Comparison:
    """Kappa, its standard error, the one where kappa is 0, and where there are none."""
    table = take_whole_counts(counts, axes=2)
    categories = table.shape[-1]
    if table.shape[-2] != categories or categories < 2:
        raise StatisticsError("the table is not square; expected counts [..., category, category], two or more")
    weights = _weigh(categories, method)
    n = table.sum(axis=(-2, -1))
    p = table / np.maximum(n, 1)[..., None, None]
    rows, columns = p.sum(axis=-1, keepdims=True), p.sum(axis=-2, keepdims=True)
    by_chance = rows * columns
    observed, expected = (weights * p).sum(axis=(-2, -1)), (weights * by_chance).sum(axis=(-2, -1))
    # Both raters in one category: a category's whole share is exactly 1.
    one = (rows[..., 0] * columns[..., 0, :] == 1).any(axis=-1)
    rest = np.where(one | (n == 0), 1, 1 - expected)
    kappa = (observed - expected) / rest
    mean_weight = (weights * columns).sum(axis=-1, keepdims=True) + (weights * rows).sum(axis=-2, keepdims=True)
    loss = (1 - kappa)[..., None, None]
    squares = (p * (weights - mean_weight * loss) ** 2).sum(axis=(-2, -1))
    null_squares = (by_chance * (weights - mean_weight) ** 2).sum(axis=(-2, -1))
    size = np.sqrt(np.maximum(n, 1)) * rest
    return _Comparison(
        kappa=kappa,
        se=_root(squares, (kappa - expected * (1 - kappa)) ** 2) / size,
        null_se=_root(null_squares, expected**2) / size,
        reasons=[(np.equal(n, 0), NO_SUBJECTS), (one, ONE_CATEGORY)],
    )


def _root(mean_of_squares: Numbers, square_of_mean: Numbers) -> Numbers:
    """The root of a variance, 0 where it is the rounding of 0."""
    variance = mean_of_squares - square_of_mean
    answer: Numbers = np.sqrt(np.where(variance > 1e-14, variance, 0))
    return answer


def _weigh(categories: int, method: KappaWeights) -> Numbers:
    place = np.arange(categories)
    steps = np.abs(place[:, None] - place) / (categories - 1)
    if method is KappaWeights.NONE:
        return np.eye(categories)
    answer: Numbers = 1 - (steps if method is KappaWeights.LINEAR else steps**2)
    return answer
