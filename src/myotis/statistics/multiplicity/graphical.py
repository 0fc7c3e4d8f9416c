"""Graphical procedures: hypotheses with shares of the level, and arrows to where a share goes.

Bonferroni, Holm, fixed sequence, fallback and gatekeeping are all graphs. P-values are arrays [..., hypothesis]. A
`HypothesisGraph` has ``weights`` [hypothesis], not negative and at most 1 in sum, and ``transitions`` [from, to], whose
rows are not negative, sum to at most 1 and are 0 on the diagonal; a graph that isn't so is refused with all that is
wrong. The answer holds ``p_value`` and ``order`` [..., hypothesis].

When to use: for primary and secondary end points, doses and populations whose order of importance a protocol
states: who has a share of the level at first, and who inherits it. The familywise error is kept for any dependence
of the p-values.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.errors import StatisticsError
from myotis.statistics.multiplicity.hypothesis_graph import HypothesisGraph
from myotis.statistics.multiplicity.result import MultipleTest, take_p_values
from myotis.statistics.result import Numbers

ROUNDING = 1e-12
"""Two hypotheses pass everything to each other where less than this remains."""

REFERENCES: Final = {
    "graphical": "Bretz F, Maurer W, Brannath W, Posch M, Stat Med 2009;28:586-604",
}


def compute_graphical_p_values(p_values: ArrayLike, *, graph: HypothesisGraph) -> MultipleTest:
    """Adjusted p-values of the sequentially rejective procedure of a graph, and the order of its steps.

    ``p_values`` is [..., hypothesis]. At each step the hypothesis with the smallest p-value over its share is
    taken (at a tie the first), its share is passed on and the graph drawn anew without it. A hypothesis whose share is
    0 and stays so has the adjusted p-value 1. A hypothesis without a p-value (NaN) is never rejected.

    Two primary end points that pass their shares to a secondary one each:

    >>> from myotis.statistics.multiplicity.hypothesis_graph import HypothesisGraph
    >>> graph = HypothesisGraph(
    ...     weights=[0.5, 0.5, 0, 0], transitions=[[0, 0, 1, 0], [0, 0, 0, 1], [0, 1, 0, 0], [1, 0, 0, 0]]
    ... )
    >>> answer = compute_graphical_p_values([0.01, 0.005, 0.015, 0.022], graph=graph)
    >>> answer.p_value.round(3).tolist(), answer.order.tolist()
    ([0.02, 0.01, 0.03, 0.03], [2, 1, 3, 4])
    """
    p, undefined = take_p_values(p_values)
    m = graph.weights.size
    if p.shape[-1] != m:
        raise StatisticsError(f"there are {p.shape[-1]} p-values for the {m} hypotheses of the graph")
    adjusted, order = np.zeros_like(p), np.zeros(p.shape, dtype=np.intp)
    weights = np.broadcast_to(graph.weights, p.shape)
    transitions = np.broadcast_to(graph.transitions, (*p.shape, m))
    reached = np.zeros((*p.shape[:-1], 1))
    for step in range(1, m + 1):
        needed = np.where(order == 0, _divide_by_share(p, weights), np.inf)
        taken = np.argmin(needed, axis=-1, keepdims=True)
        reached = np.maximum(reached, np.take_along_axis(needed, taken, axis=-1))
        np.put_along_axis(adjusted, taken, reached, axis=-1)
        np.put_along_axis(order, taken, step, axis=-1)
        weights, transitions = _pass_on(weights, transitions, taken)
    return MultipleTest(
        p_value=np.minimum(adjusted, 1),
        order=order,
        method="graphical",
        reference=REFERENCES["graphical"],
        undefined=undefined,
    )


def _divide_by_share(p: Numbers, weights: Numbers) -> Numbers:
    """The level at which each hypothesis would be rejected now; beyond all others where it has no share."""
    return np.where(weights > 0, p / np.where(weights > 0, weights, 1), np.finfo(float).max)


def _pass_on(weights: Numbers, transitions: Numbers, taken: NDArray[np.intp]) -> tuple[Numbers, Numbers]:
    """The graph without the hypothesis that was taken: its share follows its arrows, its arrows are bridged."""
    share = np.take_along_axis(weights, taken, axis=-1)
    outward = np.take_along_axis(transitions, taken[..., None], axis=-2)[..., 0, :]
    inward = np.take_along_axis(transitions, taken[..., None], axis=-1)[..., 0]
    through = transitions + inward[..., :, None] * outward[..., None, :]
    # From i to j, and back over what was taken, is no way to anywhere: the rest is scaled up to stand for it.
    kept = (1 - inward * outward)[..., None]
    bridged = np.where(kept > ROUNDING, through / np.where(kept > ROUNDING, kept, 1), 0)
    stays = np.arange(weights.shape[-1]) != taken
    others = stays[..., :, None] & stays[..., None, :] & ~np.eye(weights.shape[-1], dtype=bool)
    return np.where(stays, weights + share * outward, 0), np.where(others, bridged, 0)
