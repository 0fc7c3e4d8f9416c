"""A graph of hypotheses: what share of the level each has, and to whom it goes when that hypothesis is rejected."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers

ROUNDING = 1e-9
"""Sums of shares may exceed 1 by so much: a third three times."""

NEXT_TO_NOTHING = 2.0**-20
"""The share of an edge that matters only when nothing else is left of its family."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HypothesisGraph:
    """Shares of the level [hypothesis] and transitions [from, to], checked when the graph is made.

    ``weights`` are not negative and sum to at most 1. Row i of ``transitions`` says which parts of the share of
    hypothesis i go to the others when i is rejected: not negative, at most 1 in sum, and 0 on the diagonal. What a row
    leaves is lost. Raises StatisticsError that says all that is wrong.
    """

    weights: Numbers
    transitions: Numbers

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", np.asarray(self.weights, dtype=float))
        object.__setattr__(self, "transitions", np.asarray(self.transitions, dtype=float))
        faults = list(_find_shape_faults(self.weights, self.transitions)) or list(_find_faults(self))
        if faults:
            raise StatisticsError("this is no graph of hypotheses: " + "; ".join(faults))


def _find_shape_faults(weights: Numbers, transitions: Numbers) -> list[str]:
    if weights.ndim != 1 or not weights.size:
        return [f"the weights have the shape {weights.shape}; expected one for each hypothesis"]
    m = weights.size
    if transitions.shape != (m, m):
        return [f"the transitions have the shape {transitions.shape}; expected ({m}, {m}) for {m} weights"]
    return []


def _find_faults(graph: HypothesisGraph) -> list[str]:
    weights, transitions = graph.weights, graph.transitions
    rules = (
        (bool(np.all(weights >= 0)), "a weight is negative or no number"),
        (not weights.sum() > 1 + ROUNDING, f"the weights sum to {weights.sum():g}; expected at most 1"),
        (bool(np.all(transitions >= 0)), "a transition is negative or no number"),
        (not np.any(transitions.sum(axis=1) > 1 + ROUNDING), f"{_rows(transitions)} sum to more than 1"),
        (not np.any(np.diag(transitions)), "a hypothesis passes its share to itself; expected 0 on the diagonal"),
    )
    return [fault for holds, fault in rules if not holds]


def _rows(transitions: Numbers) -> str:
    over = np.flatnonzero(transitions.sum(axis=1) > 1 + ROUNDING) + 1
    return f"the transitions from hypothesis {', '.join(map(str, over))}"


def build_equal_graph(hypotheses: int) -> HypothesisGraph:
    """All hypotheses alike, each share going to the others in equal parts: the graph of Holm's procedure."""
    _check_number(hypotheses)
    others = max(hypotheses - 1, 1)
    return HypothesisGraph(weights=np.full(hypotheses, 1 / hypotheses), transitions=(1 - np.eye(hypotheses)) / others)


def build_chain_graph(weights: ArrayLike) -> HypothesisGraph:
    """Each hypothesis passes its share to the next, the last to nobody: fixed sequence and fallback."""
    shares = np.asarray(weights, dtype=float)
    return HypothesisGraph(weights=shares, transitions=np.eye(shares.size, k=1))


def build_ring_graph(weights: ArrayLike) -> HypothesisGraph:
    """A chain whose last hypothesis gives its share back to the others, in proportion to theirs."""
    shares = np.asarray(weights, dtype=float)
    transitions = np.eye(shares.size, k=1)
    others = shares[:-1].sum()
    if others > 0:
        transitions[-1, :-1] = shares[:-1] / others
    return HypothesisGraph(weights=shares, transitions=transitions)


def _check_number(hypotheses: int) -> None:
    if hypotheses < 1:
        raise StatisticsError(f"there are {hypotheses} hypotheses; expected at least 1")
