"""Simultaneous intervals: confidence limits for several effects that hold all at once.

Estimates and standard errors are arrays [..., hypothesis]; the estimates are taken as normal.

When to use: where a paper reports limits beside adjusted p-values and both must say the same. Limits of one end
point each at 95 percent do not hold together.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.result import Estimate, Numbers, check_level


class SimultaneousInterval(StrEnum):
    """Families of intervals that hold together."""

    BONFERRONI = "bonferroni"
    """Two-sided, each at the error over the number of hypotheses."""
    FIXED_SEQUENCE = "fixed-sequence"
    """Lower limits that agree with the fixed sequence of one-sided tests of effects above 0."""


REFERENCES: Final = {
    SimultaneousInterval.BONFERRONI: "Dunn OJ, J Am Stat Assoc 1961;56:52-64",
    SimultaneousInterval.FIXED_SEQUENCE: "Hsu JC, Berger RL, J Am Stat Assoc 1999;94:468-482",
}


def estimate_simultaneous_intervals(
    estimate: ArrayLike, se: ArrayLike, *, method: SimultaneousInterval | str, level: float
) -> Estimate:
    """Intervals of all effects [..., hypothesis] that hold together with the probability ``level`` at least.

    Larger effects are better, and hypotheses of the fixed sequence come in their order. Its limits are one-sided at
    ``level`` (0.975 for a test at 0.025): 0 for those that are rejected, the plain limit for the first that isn't,
    none (minus infinity) for those after it, which were not tested; where all are rejected, the smallest of the plain
    limits for all. Raises StatisticsError for standard errors that are not positive numbers.

    >>> answer = estimate_simultaneous_intervals([3.0, 1.0, 2.0], [1.0, 1.0, 1.0], method="fixed-sequence", level=0.975)
    >>> answer.lower.round(2).tolist()
    [0.0, -0.96, -inf]
    """
    method = SimultaneousInterval(method)
    check_level(level)
    effect, error = np.broadcast_arrays(np.asarray(estimate, dtype=float), np.asarray(se, dtype=float))
    if effect.ndim == 0 or not (np.isfinite(effect) & np.isfinite(error) & (error > 0)).all():
        raise StatisticsError("expected estimates [..., hypothesis] with standard errors above 0, all finite")
    limits = _bonferroni if method is SimultaneousInterval.BONFERRONI else _fixed_sequence
    lower, upper = limits(effect, error, level)
    return Estimate(
        estimate=effect, lower=lower, upper=upper, level=level, se=error, method=method.value,
        reference=REFERENCES[method],
    )  # fmt: skip


def _bonferroni(effect: Numbers, error: Numbers, level: float) -> tuple[Numbers, Numbers]:
    margin = -special.ndtri((1 - level) / (2 * effect.shape[-1])) * error
    return effect - margin, effect + margin


def _fixed_sequence(effect: Numbers, error: Numbers, level: float) -> tuple[Numbers, Numbers]:
    plain = effect - special.ndtri(level) * error
    rejected = np.logical_and.accumulate(plain > 0, axis=-1)
    tested = np.concatenate([np.ones_like(rejected[..., :1]), rejected[..., :-1]], axis=-1)
    stopped = np.where(rejected, 0, np.where(tested, plain, -np.inf))
    lower = np.where(rejected[..., -1:], plain.min(axis=-1, keepdims=True), stopped)
    return lower, np.full_like(effect, np.inf)
