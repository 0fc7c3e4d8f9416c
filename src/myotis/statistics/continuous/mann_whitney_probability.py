"""The Mann-Whitney probability: how likely a subject of the first group has the larger value, ties counted half.

When to use: as an effect size beside a rank test, for scores that are ordered only; 0.5 says that neither group tends
to larger values. Newcombe's interval has an answer even where the groups do not overlap; Brunner and Munzel's does not
take the groups to be spread alike, and has a test that goes with it.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from myotis.statistics.bisection import bisect_limit
from myotis.statistics.continuous.ranks import EMPTY_GROUP, TwoGroups, compute_midranks, take_two_groups
from myotis.statistics.normal import normal_quantile
from myotis.statistics.result import Alternative, Estimate, Numbers, Reasons, TestResult, check_level, settle
from myotis.statistics.tails import check_alternative, compute_tail


class ProbabilityInterval(StrEnum):
    """Intervals of the Mann-Whitney probability."""

    NEWCOMBE = "mann-whitney-newcombe-5"
    """Newcombe's method 5: the probabilities whose variance, after Hanley and McNeil, lets them be the true one."""
    BRUNNER_MUNZEL = "brunner-munzel"
    """t with the variances of the placements and Satterthwaite's degrees of freedom."""


REFERENCES: Final = {
    ProbabilityInterval.NEWCOMBE: "Newcombe RG, Stat Med 2006;25:559-573, method 5",
    ProbabilityInterval.BRUNNER_MUNZEL: "Brunner E, Munzel U, Biom J 2000;42:17-25",
}
TOO_FEW = "the variance of Brunner and Munzel needs two values or more in each group"
APART = "the groups do not overlap or are all tied, so the variance of Brunner and Munzel is 0"


def estimate_mann_whitney_probability(
    first: ArrayLike, second: ArrayLike, *, method: ProbabilityInterval | str, level: float
) -> Estimate:
    """P(first > second) + P(first = second) / 2 of two groups ``[..., subject]``, with an interval cut to 0 and 1.

    A value that is NaN is missing and left out. With an empty group there is no answer; nor has Brunner and Munzel's
    interval one with fewer than two values in a group, or where the groups do not overlap. Raises StatisticsError
    for infinite values.

    >>> ivig, placebo = [52, 45, 61, 38], [20, 33, 45, 12]
    >>> answer = estimate_mann_whitney_probability(ivig, placebo, method="mann-whitney-newcombe-5", level=0.95)
    >>> [round(float(value), 3) for value in (answer.estimate, answer.lower, answer.upper)]
    [0.906, 0.482, 0.989]
    """
    method = ProbabilityInterval(method)
    check_level(level)
    groups = take_two_groups(first, second)
    reasons: Reasons = [(np.equal(groups.n1, 0) | np.equal(groups.n2, 0), EMPTY_GROUP)]
    if method is ProbabilityInterval.NEWCOMBE:
        theta = _compare_ranks(groups)[0]
        lower, upper = _find_newcombe_limits(theta, groups, normal_quantile(level))
        se = df = None
        (middle, low, high), undefined = settle(reasons, theta, lower, upper)
    else:
        theta, error, degrees, more = _compare_placements(groups)
        margin = special.stdtrit(degrees, 0.5 + level / 2) * error
        low, high = np.clip(theta - margin, 0, 1), np.clip(theta + margin, 0, 1)
        (middle, low, high, se, df), undefined = settle([*reasons, *more], theta, low, high, error, degrees)
    return Estimate(
        estimate=middle,
        lower=low,
        upper=high,
        level=level,
        se=se,
        df=df,
        method=method.value,
        reference=REFERENCES[method],
        undefined=undefined,
    )


def brunner_munzel_test(first: ArrayLike, second: ArrayLike, *, alternative: Alternative) -> TestResult:
    """Brunner and Munzel's test that the Mann-Whitney probability is one half; the groups may be spread differently.

    ``alternative`` "greater" says that the first group tends to larger values. Groups ``[..., subject]``, missing
    values and cases without an answer as in `estimate_mann_whitney_probability`.

    >>> answer = brunner_munzel_test([52, 45, 61, 38], [20, 33, 45, 12], alternative="two-sided")
    >>> round(float(answer.statistic), 3), round(float(answer.p_value), 4)
    (3.653, 0.0142)
    """
    check_alternative(alternative)
    groups = take_two_groups(first, second)
    theta, error, degrees, reasons = _compare_placements(groups)
    statistic = (theta - 0.5) / error
    p_value = compute_tail(statistic, alternative, lambda t: special.stdtr(degrees, t))
    empty = np.equal(groups.n1, 0) | np.equal(groups.n2, 0)
    (t, df, p), undefined = settle([(empty, EMPTY_GROUP), *reasons], statistic, degrees, p_value)
    return TestResult(
        statistic=t,
        df=df,
        p_value=p,
        method=ProbabilityInterval.BRUNNER_MUNZEL.value,
        reference=REFERENCES[ProbabilityInterval.BRUNNER_MUNZEL],
        alternative=alternative,
        undefined=undefined,
    )


def _compare_ranks(groups: TwoGroups) -> tuple[Numbers, Numbers, Numbers]:
    """The probability (0 with an empty group), and the ranks of both groups among all."""
    ranks = compute_midranks(np.concatenate([groups.first, groups.second], axis=-1))[0]
    of_first, of_second = np.split(ranks, [groups.first.shape[-1]], axis=-1)
    u = np.nansum(of_first, axis=-1) - groups.n1 * (groups.n1 + 1) / 2
    return u / np.maximum(groups.n1 * groups.n2, 1), of_first, of_second


def _compare_placements(groups: TwoGroups) -> tuple[Numbers, Numbers, Numbers, Reasons]:
    """The probability, its standard error (1 where there is none), degrees of freedom, and where there are none.

    A subject's placement is the share of the other group below it.
    """
    theta, of_first, of_second = _compare_ranks(groups)
    parts = []
    for values, ranks, n, other in (
        (groups.first, of_first, groups.n1, groups.n2),
        (groups.second, of_second, groups.n2, groups.n1),
    ):
        placement = (ranks - compute_midranks(values)[0]) / np.maximum(other, 1)[..., None]
        mean = np.nansum(placement, axis=-1) / np.maximum(n, 1)
        squares = np.nansum((placement - mean[..., None]) ** 2, axis=-1)
        parts.append(squares / np.maximum(n - 1, 1) / np.maximum(n, 1))
    variance = parts[0] + parts[1]
    # Placements are multiples of 1 / n: below this a variance is the rounding of 0.
    none = np.less(variance, 1e-20)
    spread = parts[0] ** 2 / np.maximum(groups.n1 - 1, 1) + parts[1] ** 2 / np.maximum(groups.n2 - 1, 1)
    df = np.where(none, 1, variance**2 / np.where(none, 1, spread))
    few = np.less(groups.n1, 2) | np.less(groups.n2, 2)
    return theta, np.sqrt(np.where(none, 1, variance)), df, [(few, TOO_FEW), (none, APART)]


def _find_newcombe_limits(theta: Numbers, groups: TwoGroups, z: float) -> tuple[Numbers, Numbers]:
    """The probabilities nearest 0 and 1 that are z of their own standard errors away from theta."""
    half = (groups.n1 + groups.n2) / 2 - 1
    pairs = np.maximum(groups.n1 * groups.n2, 1)

    def is_accepted(p: Numbers) -> NDArray[np.bool_]:
        variance = p * (1 - p) * (1 + half * ((1 - p) / (2 - p) + p / (1 + p))) / pairs
        return np.less_equal((theta - p) ** 2, z**2 * variance)

    return (
        bisect_limit(is_accepted, theta, np.zeros_like(theta)),
        bisect_limit(is_accepted, theta, np.ones_like(theta)),
    )
