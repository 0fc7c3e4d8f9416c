"""The Hodges-Lehmann shift: the median of all differences between the subjects of two groups, with its interval.

When to use: beside a Wilcoxon rank sum test, to say how large the difference is. It is a difference of medians only
where both distributions have the same shape.
"""

from enum import StrEnum
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.statistics.continuous.rank_sum_distribution import count_sums
from myotis.statistics.continuous.ranks import (
    EMPTY_GROUP,
    compute_midranks,
    compute_rank_sum_variance,
    sum_ties,
    take_two_groups,
)
from myotis.statistics.normal import normal_quantile
from myotis.statistics.result import Estimate, Numbers, check_level, settle


class ShiftInterval(StrEnum):
    """Which of the ordered differences are the limits."""

    NORMAL = "hodges-lehmann-normal"
    """Those that the rank sum test by normal approximation just does not reject."""
    NORMAL_CORRECTED = "hodges-lehmann-normal-corrected"
    """The same with the correction of one half for continuity (R's `wilcox.test` in larger groups)."""
    EXACT = "hodges-lehmann-exact"
    """Those that the exact test without ties just does not reject; with ties the interval is wider than need be."""


LEHMANN = "Hodges JL, Lehmann EL, Ann Math Stat 1963;34:598-611; Lehmann EL, Biometrics 1963;19:268-273"
REFERENCES: Final = dict.fromkeys(ShiftInterval, LEHMANN)
TOO_FEW = "the groups are too small for an interval of this level"
ROUNDING = 1e-12
"""A probability that differs by less from half of the error's is equal to it."""


def estimate_hodges_lehmann(
    first: ArrayLike, second: ArrayLike, *, method: ShiftInterval | str, level: float
) -> Estimate:
    """The median of all differences first minus second of two groups ``[..., subject]``, with the named interval.

    A value that is NaN is missing and left out. Both limits are differences observed: they are found by counting, and
    the estimate is their median (R's `wilcox.test` searches and gives some point between the two middle ones).
    Where all values are equal the interval has no width. It loops over the trials.

    With an empty group there is no answer, nor where the groups are so small that even the whole range of the
    differences has less than the level (3 and 4 subjects at 95 %). Raises StatisticsError for infinite values.

    >>> ivig, placebo = [52, 45, 61, 38], [20, 33, 45, 12]
    >>> answer = estimate_hodges_lehmann(ivig, placebo, method="hodges-lehmann-exact", level=0.95)
    >>> float(answer.estimate), float(answer.lower), float(answer.upper)
    (22.0, -7.0, 49.0)
    """
    method = ShiftInterval(method)
    check_level(level)
    x, y, n1, n2 = take_two_groups(first, second)
    ties = sum_ties(compute_midranks(x)[1]) + sum_ties(compute_midranks(y)[1])
    sd = np.sqrt(compute_rank_sum_variance(n1, n2, ties))
    estimate, lower, upper = (np.zeros(n1.shape) for _ in range(3))
    small = np.zeros(n1.shape, dtype=bool)
    for trial in np.ndindex(n1.shape):
        m, n = int(n1[trial]), int(n2[trial])
        if m and n:
            if method is ShiftInterval.EXACT:
                place = _find_exact_place(m, n, level)
            else:
                correction = 0.5 if method is ShiftInterval.NORMAL_CORRECTED else 0.0
                place = ceil(m * n / 2 - correction - normal_quantile(level) * float(sd[trial]))
            small[trial] = place < 1
            differences = np.sort(np.subtract.outer(_keep(x[trial]), _keep(y[trial])), axis=None)
            estimate[trial] = np.median(differences)
            lower[trial], upper[trial] = differences[max(place, 1) - 1], differences[-max(place, 1)]
    reasons = [(np.equal(n1, 0) | np.equal(n2, 0), EMPTY_GROUP), (small, TOO_FEW)]
    (middle, low, high), undefined = settle(reasons, estimate, lower, upper)
    return Estimate(
        estimate=middle,
        lower=low,
        upper=high,
        level=level,
        method=method.value,
        reference=REFERENCES[method],
        undefined=undefined,
    )


def _keep(values: Numbers) -> Numbers:
    return values[~np.isnan(values)]


def _find_exact_place(m: int, n: int, level: float) -> int:
    """How many values of U have at most half of the error below them or at them."""
    counts = count_sums(tuple(range(1, m + n + 1)), m)[m * (m + 1) // 2 :]
    return int((np.cumsum(counts) / counts.sum() <= (1 - level) / 2 + ROUNDING).sum())
