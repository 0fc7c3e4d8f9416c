"""Bonferroni, Holm, Hochberg and Hommel: hypotheses of equal rank, tested at once.

P-values are arrays [..., hypothesis]: one trial or 100,000 with one call. An adjusted p-value is the smallest
familywise level at which the procedure rejects that hypothesis.

When to use: for several end points of which none comes first. Holm needs nothing of the p-values and rejects all
that Bonferroni rejects; Hochberg and Hommel reject more, and need p-values that are independent or positively
dependent (Simes). Where end points have an order or different weights, use a sequence or a graph.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.statistics.multiplicity.result import MultipleTest, take_p_values
from myotis.statistics.result import Numbers


class StepwiseProcedure(StrEnum):
    """Procedures that treat all hypotheses alike."""

    BONFERRONI = "bonferroni"
    """Each hypothesis at the level over their number; any dependence."""
    HOLM = "holm"
    """From the smallest p-value up, until one isn't rejected; any dependence."""
    HOCHBERG = "hochberg"
    """From the largest p-value down, until one is rejected; where Simes' test holds."""
    HOMMEL = "hommel"
    """The closed test of Simes' tests; where Simes' test holds."""


REFERENCES: Final = {
    StepwiseProcedure.BONFERRONI: "Dunn OJ, J Am Stat Assoc 1961;56:52-64",
    StepwiseProcedure.HOLM: "Holm S, Scand J Stat 1979;6:65-70",
    StepwiseProcedure.HOCHBERG: "Hochberg Y, Biometrika 1988;75:800-802",
    StepwiseProcedure.HOMMEL: "Hommel G, Biometrika 1988;75:383-386",
}


def compute_adjusted_p_values(p_values: ArrayLike, *, method: StepwiseProcedure | str) -> MultipleTest:
    """Adjusted p-values of hypotheses that have equal rank, by the named procedure.

    ``p_values`` is [..., hypothesis]. A hypothesis without a p-value (NaN) still counts as one and is never rejected.
    Raises StatisticsError for p-values outside 0 to 1.

    >>> compute_adjusted_p_values([0.01, 0.04, 0.03], method="holm").p_value.round(4).tolist()
    [0.03, 0.06, 0.06]
    """
    method = StepwiseProcedure(method)
    p, undefined = take_p_values(p_values)
    order = np.argsort(p, axis=-1, kind="stable")
    adjusted = np.empty_like(p)
    np.put_along_axis(adjusted, order, ADJUST[method](np.take_along_axis(p, order, axis=-1)), axis=-1)
    return MultipleTest(
        p_value=np.minimum(adjusted, 1), method=method.value, reference=REFERENCES[method], undefined=undefined
    )


def _adjust_bonferroni(p: Numbers) -> Numbers:
    adjusted: Numbers = p.shape[-1] * p
    return adjusted


def _adjust_holm(p: Numbers) -> Numbers:
    left = np.arange(p.shape[-1], 0, -1)
    return np.maximum.accumulate(left * p, axis=-1)


def _adjust_hochberg(p: Numbers) -> Numbers:
    left = np.arange(p.shape[-1], 0, -1)
    return np.minimum.accumulate((left * p)[..., ::-1], axis=-1)[..., ::-1]


def _adjust_hommel(p: Numbers) -> Numbers:
    """The largest Simes p-value among the intersections that hold a hypothesis.

    Of those of one size the largest belongs to the hypothesis itself with the largest of the others.
    """
    adjusted = p
    for size in range(2, p.shape[-1] + 1):
        top = p[..., -size:]
        others = (size * top[..., 1:] / np.arange(2, size + 1)).min(axis=-1, keepdims=True)
        itself = size * np.minimum(p, top[..., :1])
        adjusted = np.maximum(adjusted, np.minimum(itself, others))
    return adjusted


ADJUST: dict[StepwiseProcedure, Callable[[Numbers], Numbers]] = {
    StepwiseProcedure.BONFERRONI: _adjust_bonferroni,
    StepwiseProcedure.HOLM: _adjust_holm,
    StepwiseProcedure.HOCHBERG: _adjust_hochberg,
    StepwiseProcedure.HOMMEL: _adjust_hommel,
}
"""Each takes p-values that are sorted from the smallest."""
