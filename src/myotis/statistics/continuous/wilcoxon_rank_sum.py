"""The Wilcoxon rank sum test, which is Mann and Whitney's: normal approximation or exact, with ties.

When to use: to compare two groups whose values are far from normal, or ordered only, when no stratum or covariate is
adjusted for. Exact in small trials: it costs milliseconds a trial up to some 200 subjects.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.statistics.continuous.rank_sum_distribution import count_sums
from myotis.statistics.continuous.ranks import (
    EMPTY_GROUP,
    TwoGroups,
    compute_midranks,
    compute_rank_sum_variance,
    sum_ties,
    take_two_groups,
)
from myotis.statistics.result import Alternative, Numbers, Reasons, TestResult, settle
from myotis.statistics.tails import check_alternative, compute_tail


class RankSumTest(StrEnum):
    """The distribution that a rank sum is held against."""

    NORMAL = "wilcoxon-normal"
    """The normal distribution, its variance less for ties."""
    NORMAL_CORRECTED = "wilcoxon-normal-corrected"
    """The same with the correction of one half for continuity."""
    EXACT = "wilcoxon-exact"
    """All choices of subjects of the first group's size, equally likely; ties stay as they are."""


WILCOXON = "Wilcoxon F, Biometrics Bull 1945;1:80-83; Mann HB, Whitney DR, Ann Math Stat 1947;18:50-60"
REFERENCES: Final = {
    RankSumTest.NORMAL: WILCOXON,
    RankSumTest.NORMAL_CORRECTED: WILCOXON,
    RankSumTest.EXACT: f"{WILCOXON}; with ties: Streitberg B, Röhmel J, Stat Softw Newsl 1986;12:10-17",
}
ALL_TIED = "all values are equal, so the test has no variance"


def wilcoxon_rank_sum_test(
    first: ArrayLike, second: ArrayLike, *, method: RankSumTest | str, alternative: Alternative
) -> TestResult:
    """The rank sum test of two groups ``[..., subject]``; "greater" says that the first tends to larger values.

    A value that is NaN is missing and left out. The statistic is Mann and Whitney's U of the first group (R's W): the
    pairs in which its subject has the larger value, ties counted half. The exact two-sided p-value is the share of
    choices whose rank sum is as far from its mean as the one observed, or farther; it loops over the trials.

    With an empty group there is no answer; nor has the normal approximation one where all values are equal (the exact
    p-value is 1). Raises StatisticsError for infinite values.

    >>> ivig, placebo = [52, 45, 61], [20, 33, 45, 12]
    >>> answer = wilcoxon_rank_sum_test(ivig, placebo, method="wilcoxon-exact", alternative="two-sided")
    >>> float(answer.statistic), round(float(answer.p_value), 4)
    (11.5, 0.0857)
    """
    method = RankSumTest(method)
    check_alternative(alternative)
    groups = take_two_groups(first, second)
    ranks, tied = compute_midranks(np.concatenate([groups.first, groups.second], axis=-1))
    rank_sum = np.nansum(ranks[..., : groups.first.shape[-1]], axis=-1)
    reasons: Reasons = [(np.equal(groups.n1, 0) | np.equal(groups.n2, 0), EMPTY_GROUP)]
    if method is RankSumTest.EXACT:
        p_value = _compute_exact_p(ranks, rank_sum, groups.n1, alternative)
    else:
        variance = compute_rank_sum_variance(groups.n1, groups.n2, sum_ties(tied))
        reasons.append((np.equal(variance, 0), ALL_TIED))
        correction = 0.5 if method is RankSumTest.NORMAL_CORRECTED else 0.0
        p_value = _compute_normal_p(rank_sum, groups, variance, correction, alternative)
    (statistic, p), undefined = settle(reasons, rank_sum - groups.n1 * (groups.n1 + 1) / 2, p_value)
    return TestResult(
        statistic=statistic,
        df=None,
        p_value=p,
        method=method.value,
        reference=REFERENCES[method],
        alternative=alternative,
        undefined=undefined,
    )


def _compute_normal_p(
    rank_sum: Numbers, groups: TwoGroups, variance: Numbers, correction: float, alternative: Alternative
) -> Numbers:
    deviation = rank_sum - groups.n1 * (groups.n1 + groups.n2 + 1) / 2
    if alternative == "two-sided":
        deviation = np.sign(deviation) * np.maximum(np.abs(deviation) - correction, 0)
    else:
        deviation = deviation - (correction if alternative == "greater" else -correction)
    return compute_tail(deviation / np.sqrt(np.where(variance > 0, variance, 1)), alternative, special.ndtr)


def _compute_exact_p(ranks: Numbers, rank_sum: Numbers, n1: Numbers, alternative: Alternative) -> Numbers:
    """Ranks are doubled, so that mean ranks are whole numbers; without ties they are halved again."""
    p_value = np.ones(n1.shape)
    for trial in np.ndindex(n1.shape):
        doubled = np.sort(2 * ranks[trial][~np.isnan(ranks[trial])]).astype(int)
        unit = max(int(np.gcd.reduce(doubled)), 1)
        scores, size = doubled // unit, int(n1[trial])
        counts = count_sums(tuple(scores.tolist()), size)
        observed = round(2 * float(rank_sum[trial]) / unit)
        # N times the sum less N times its mean: whole numbers, so that a tie with what was observed is one.
        deviation = len(scores) * np.arange(len(counts)) - size * int(scores.sum())
        if alternative == "two-sided":
            deviation = np.abs(deviation)
        elif alternative == "less":
            deviation = -deviation
        p_value[trial] = counts[deviation >= deviation[observed]].sum() / counts.sum()
    return p_value
