"""Score tests of two proportions against a margin: non-inferiority and superiority by more than nothing.

When to use: where the null hypothesis is a difference, ratio or odds ratio that is named in the protocol. Such a test
rejects exactly where the score interval of the same name at level 1 - 2 alpha leaves the margin out.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.proportions.independence import SAME_OUTCOME
from myotis.statistics.proportions.score_statistic import (
    DIFFERENCE,
    ODDS_RATIO,
    RATIO,
    SCORE_FORMS,
    Contrast,
    compute_score,
)
from myotis.statistics.proportions.two_groups import TwoGroups, take_two_groups
from myotis.statistics.result import Alternative, Numbers, Reasons, TestResult, settle


class ScoreTest(StrEnum):
    """Score tests of two proportions."""

    FARRINGTON_MANNING = "farrington-manning"
    """The variance at the likeliest proportions under the null hypothesis; goes with Mee and Koopman."""
    MIETTINEN_NURMINEN = "miettinen-nurminen"
    """The variance times N / (N - 1)."""
    SCAS = "scas"
    """With that factor, corrected for skewness (and bias, for the odds ratio)."""


REFERENCES: Final = {
    ScoreTest.FARRINGTON_MANNING: "Farrington CP, Manning G, Stat Med 1990;9:1447-1454",
    ScoreTest.MIETTINEN_NURMINEN: "Miettinen O, Nurminen M, Stat Med 1985;4:213-226",
    ScoreTest.SCAS: "Laud PJ, Pharm Stat 2017;16:334-348",
}


def difference_score_test(
    x1: ArrayLike,
    n1: ArrayLike,
    x2: ArrayLike,
    n2: ArrayLike,
    *,
    difference: float,
    method: ScoreTest | str,
    alternative: Alternative,
) -> TestResult:
    """The score test of p1 - p2 = ``difference``, a proportion between -1 and 1.

    Where responding is good, group 1 is not inferior by a margin of 0.10 if ``difference=-0.10`` is rejected for
    ``alternative="greater"``, and superior by 0.10 if ``difference=0.10`` is. With an empty group, or of a difference
    of 0 where all subjects have the same outcome, there is no answer.

    >>> answer = difference_score_test(
    ...     37, 47, 21, 48, difference=0.10, method="farrington-manning", alternative="greater"
    ... )
    >>> round(float(answer.statistic), 4), round(float(answer.p_value), 6)
    (2.5179, 0.005903)
    """
    if not -1 < difference < 1:
        raise StatisticsError(f"the difference tested is {difference:g}; expected a number between -1 and 1")
    groups, reasons = take_two_groups(x1, n1, x2, n2)
    if difference == 0:
        reasons.append((_has_no_events(groups) | _has_only_events(groups), SAME_OUTCOME))
    return _score_test(DIFFERENCE, groups, reasons, difference, ScoreTest(method), alternative)


def ratio_score_test(
    x1: ArrayLike,
    n1: ArrayLike,
    x2: ArrayLike,
    n2: ArrayLike,
    *,
    ratio: float,
    method: ScoreTest | str,
    alternative: Alternative,
) -> TestResult:
    """The score test of p1 / p2 = ``ratio``, a number above 0.

    Without events in both groups, with an empty group, or of a ratio of 1 where all have events, there is no answer.

    >>> answer = ratio_score_test(37, 47, 21, 48, ratio=1.2, method="farrington-manning", alternative="greater")
    >>> round(float(answer.statistic), 4), round(float(answer.p_value), 6)
    (2.4016, 0.008162)
    """
    groups, reasons = _take_with_ratio(x1, n1, x2, n2, ratio)
    if ratio == 1:
        reasons.append((_has_only_events(groups), SAME_OUTCOME))
    return _score_test(RATIO, groups, reasons, ratio, ScoreTest(method), alternative)


def odds_ratio_score_test(
    x1: ArrayLike,
    n1: ArrayLike,
    x2: ArrayLike,
    n2: ArrayLike,
    *,
    odds_ratio: float,
    method: ScoreTest | str,
    alternative: Alternative,
) -> TestResult:
    """The score test of an odds ratio of ``odds_ratio``, a number above 0.

    With an empty group, or where all subjects have the same outcome, there is no answer.

    >>> answer = odds_ratio_score_test(37, 47, 21, 48, odds_ratio=1, method="scas", alternative="two-sided")
    >>> round(float(answer.p_value), 4)
    0.0005
    """
    groups, reasons = _take_with_ratio(x1, n1, x2, n2, odds_ratio)
    reasons.append((_has_only_events(groups), SAME_OUTCOME))
    return _score_test(ODDS_RATIO, groups, reasons, odds_ratio, ScoreTest(method), alternative)


def _take_with_ratio(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, ratio: float
) -> tuple[TwoGroups, Reasons]:
    if not 0 < ratio < np.inf:
        raise StatisticsError(f"the ratio tested is {ratio:g}; expected a number above 0")
    groups, reasons = take_two_groups(x1, n1, x2, n2)
    return groups, [*reasons, (_has_no_events(groups), SAME_OUTCOME)]


def _has_no_events(groups: TwoGroups) -> NDArray[np.bool_]:
    return np.equal(groups.x1 + groups.x2, 0)


def _has_only_events(groups: TwoGroups) -> NDArray[np.bool_]:
    return np.equal(groups.x1 + groups.x2, groups.n1 + groups.n2)


def _score_test(
    contrast: Contrast, groups: TwoGroups, reasons: Reasons, value: float, method: ScoreTest, alternative: Alternative
) -> TestResult:
    tested: Numbers = np.full_like(groups.x1, value)
    z = compute_score(contrast, SCORE_FORMS[method.value], *groups, tested)
    p_value = 2 * special.ndtr(-np.abs(z)) if alternative == "two-sided" else special.ndtr(SIGN[alternative] * z)
    (statistic, p), undefined = settle(reasons, z, p_value)
    return TestResult(
        statistic=statistic,
        df=None,
        p_value=p,
        method=method.value,
        reference=REFERENCES[method],
        alternative=alternative,
        undefined=undefined,
    )


SIGN: Final = {"greater": -1, "less": 1}
