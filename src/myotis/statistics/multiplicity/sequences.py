"""Fixed sequence and fallback: hypotheses in an order.

P-values are arrays [..., hypothesis], in the order of testing: one trial or 100,000 with one call.

When to use: for end points whose order a protocol states. The fixed sequence tests each at the full level and stops
at the first that isn't rejected; fallback keeps a share of the level for the later ones, so that they can be
rejected all the same.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.statistics.multiplicity.graphical import compute_graphical_p_values
from myotis.statistics.multiplicity.hypothesis_graph import build_chain_graph, build_ring_graph
from myotis.statistics.multiplicity.result import MultipleTest, take_p_values

FIXED_SEQUENCE = "fixed-sequence"


class Fallback(StrEnum):
    """What becomes of the share of the last hypothesis once that is rejected."""

    WIENS = "fallback-wiens"
    """It is lost."""
    WIENS_DMITRIENKO = "fallback-wiens-dmitrienko"
    """It goes back to the earlier hypotheses that are left, in proportion to their shares; rejects at least as much."""


REFERENCES: Final = {
    FIXED_SEQUENCE: "Westfall PH, Krishen A, J Stat Plan Inference 2001;99:25-40",
    Fallback.WIENS: "Wiens BL, Pharm Stat 2003;2:211-215",
    Fallback.WIENS_DMITRIENKO: "Wiens BL, Dmitrienko A, J Biopharm Stat 2005;15:929-942",
}


def compute_fixed_sequence_p_values(p_values: ArrayLike) -> MultipleTest:
    """Adjusted p-values of the fixed sequence: the largest p-value up to each hypothesis.

    ``p_values`` is [..., hypothesis] in the order of testing. A hypothesis without a p-value (NaN) is never rejected,
    nor is any after it.

    >>> compute_fixed_sequence_p_values([0.01, 0.06, 0.02]).p_value.tolist()
    [0.01, 0.06, 0.06]
    """
    p, undefined = take_p_values(p_values)
    return MultipleTest(
        p_value=np.maximum.accumulate(p, axis=-1),
        order=np.broadcast_to(np.arange(1, p.shape[-1] + 1), p.shape),
        method=FIXED_SEQUENCE,
        reference=REFERENCES[FIXED_SEQUENCE],
        undefined=undefined,
    )


def compute_fallback_p_values(p_values: ArrayLike, *, weights: ArrayLike, method: Fallback | str) -> MultipleTest:
    """Adjusted p-values of the fallback procedure.

    ``p_values`` is [..., hypothesis] in the order of testing, ``weights`` [hypothesis] their shares of the level,
    which sum to at most 1. A hypothesis that is rejected passes its share on to the next. A hypothesis without a
    p-value (NaN) is never rejected. Raises StatisticsError for weights that are no shares.

    >>> answer = compute_fallback_p_values([0.03, 0.01, 0.02], weights=[0.5, 0.25, 0.25], method="fallback-wiens")
    >>> answer.p_value.round(4).tolist()
    [0.06, 0.04, 0.04]
    >>> answer = compute_fallback_p_values(
    ...     [0.03, 0.01, 0.02], weights=[0.5, 0.25, 0.25], method="fallback-wiens-dmitrienko"
    ... )
    >>> answer.p_value.round(4).tolist()
    [0.04, 0.04, 0.04]
    """
    method = Fallback(method)
    build = {Fallback.WIENS: build_chain_graph, Fallback.WIENS_DMITRIENKO: build_ring_graph}[method]
    answer = compute_graphical_p_values(p_values, graph=build(weights))
    return MultipleTest(
        p_value=answer.p_value,
        order=answer.order,
        method=method.value,
        reference=REFERENCES[method],
        undefined=answer.undefined,
    )
