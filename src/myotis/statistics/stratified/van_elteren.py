"""Van Elteren's test: two groups compared by ranks within strata.

When to use: for a measure without a normal distribution (a change in TIS, a level of enzymes) in a trial that was
randomized within strata. Each stratum's rank sum counts one over its size plus one, which is best where the shift is
the same in each. R's coin ranks over all strata in ``wilcox_test(y ~ group | block)``, which is another test; ranks
over n + 1 within blocks (its ``trafo`` with ``block``) give this one, and so does SAS's row mean scores with modified
ridits.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.result import Alternative, Numbers, TestResult, settle

NO_VARIANCE = "no stratum has subjects of both groups with different values"

REFERENCES: Final = {
    "van-elteren": "van Elteren PH, Bull Int Stat Inst 1960;37:351-361; Lehmann EL, Nonparametrics 1975"
}


def van_elteren_test(
    values: ArrayLike, first: ArrayLike, stratum: ArrayLike, *, alternative: Alternative = "two-sided"
) -> TestResult:
    """The test of no difference in any stratum, from mid-ranks within strata, with the variance given the ties.

    ``values[..., subject]`` with leading axes that are trials; ``first`` is true for subjects of the group asked for
    and ``stratum`` names each subject's stratum; both broadcast to ``values``. A missing value (NaN) is left out, and
    its subject with it. ``statistic`` is a normal deviate, positive where the first group has the higher values;
    ``greater`` is that alternative. Where no stratum has both groups with different values there is no answer. Raises
    StatisticsError for infinite values.

    >>> answer = van_elteren_test([5, 3, 8, 1, 9, 7, 2, 6], [1, 0, 1, 0, 1, 1, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1])
    >>> round(float(answer.statistic), 4), round(float(answer.p_value), 4)
    (2.1909, 0.0285)
    """
    if alternative not in ("two-sided", "greater", "less"):
        raise StatisticsError(f"the alternative is {alternative}; expected two-sided, greater or less")
    y, names = np.asarray(values, dtype=float), np.asarray(stratum)
    if np.isinf(y).any():
        raise StatisticsError(f"{np.isinf(y).sum()} of {y.size} values are infinite; expected numbers, or NaN")
    labels, codes = np.unique(names, return_inverse=True)
    y, in_first, code = np.broadcast_arrays(y, np.asarray(first, dtype=bool), codes.reshape(names.shape))
    deviation, variance = np.zeros(y.shape[:-1]), np.zeros(y.shape[:-1])
    for k in range(len(labels)):
        moved, spread = _compare_stratum(y, in_first, (code == k) & ~np.isnan(y))
        deviation, variance = deviation + moved, variance + spread
    z = deviation / np.sqrt(np.where(variance > 0, variance, 1))
    p = {
        "two-sided": 2 * special.ndtr(-np.abs(z)),
        "greater": special.ndtr(-z),
        "less": special.ndtr(z),
    }[alternative]
    (statistic, p_value), undefined = settle([(variance <= 0, NO_VARIANCE)], z, p)
    return TestResult(
        statistic=statistic,
        df=None,
        p_value=p_value,
        method="van-elteren",
        reference=REFERENCES["van-elteren"],
        alternative=alternative,
        undefined=undefined,
    )


def _compare_stratum(y: Numbers, first: NDArray[np.bool_], here: NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
    """The first group's sum of modified ridits less its expectation, and its variance, in one stratum."""
    n = here.sum(axis=-1, keepdims=True)
    ridit = np.where(here, _compute_midranks(np.where(here, y, np.inf)) / (n + 1) - 0.5, 0)
    share = (first & here).sum(axis=-1) / np.maximum(n[..., 0], 1)
    spread = (ridit**2).sum(axis=-1) * share * (1 - share) * n[..., 0] / np.maximum(n[..., 0] - 1, 1)
    return (ridit * first).sum(axis=-1), spread


def _compute_midranks(y: Numbers) -> Numbers:
    """The ranks along the last axis; those of equal values are their mean."""
    order = np.argsort(y, axis=-1, kind="stable")
    ordered = np.take_along_axis(y, order, axis=-1)
    place = np.broadcast_to(np.arange(y.shape[-1]), y.shape)
    starts = np.concatenate(
        [np.ones_like(ordered[..., :1], dtype=bool), ordered[..., 1:] != ordered[..., :-1]], axis=-1
    )
    first = np.maximum.accumulate(np.where(starts, place, 0), axis=-1)
    ends = np.concatenate([starts[..., 1:], np.ones_like(starts[..., :1])], axis=-1)
    last = np.minimum.accumulate(np.where(ends, place, y.shape[-1])[..., ::-1], axis=-1)[..., ::-1]
    ranks = np.empty(y.shape)
    np.put_along_axis(ranks, order, (first + last) / 2 + 1, axis=-1)
    return ranks
