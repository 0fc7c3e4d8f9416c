"""Gatekeeping: families of hypotheses, where the first opens the second.

Hypotheses are those of the first family, then those of the second. The answer is a graph: give it to
`myotis.statistics.multiplicity.graphical.compute_graphical_p_values`.

When to use: for primary and secondary end points (or doses) where the secondary ones may be claimed only after all of
the primary ones (serial), or after any of them with the share that it had (parallel).
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.multiplicity.hypothesis_graph import NEXT_TO_NOTHING, HypothesisGraph
from myotis.statistics.result import Numbers


class Gatekeeping(StrEnum):
    """What the first family has to give before the second is tested."""

    SERIAL = "serial-gatekeeping"
    """All of the first family; a share stays in the family (weighted Holm) until then."""
    PARALLEL = "parallel-gatekeeping"
    """Any of the first family; its share goes to the second, in proportion to the weights there."""


REFERENCES: Final = {
    Gatekeeping.SERIAL: "Bretz F, Maurer W, Brannath W, Posch M, Stat Med 2009;28:586-604",
    Gatekeeping.PARALLEL: "Dmitrienko A, Offen WW, Westfall PH, Stat Med 2003;22:2387-2400; "
    "Bretz F, Maurer W, Brannath W, Posch M, Stat Med 2009;28:586-604",
}


def build_gatekeeping_graph(first: ArrayLike, second: ArrayLike, *, method: Gatekeeping | str) -> HypothesisGraph:
    """The graph of two families: ``first`` and ``second`` are the weights inside each, positive, and sum to 1.

    At first the whole level lies in the first family. Inside the second family a share stays (weighted Holm). Serial
    gatekeeping needs edges from the first family that matter only when nothing else is left of it: they carry
    2 ** -20 of a share, so that a secondary p-value below a millionth of the level could be rejected early; Bretz
    lets that part go to 0. Raises StatisticsError for weights that are not positive or do not sum to 1.

    >>> build_gatekeeping_graph([0.5, 0.5], [0.5, 0.5], method="parallel-gatekeeping").transitions.tolist()
    [[0.0, 0.0, 0.5, 0.5], [0.0, 0.0, 0.5, 0.5], [0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 1.0, 0.0]]
    """
    method = Gatekeeping(method)
    primary, secondary = _take_shares(first), _take_shares(second)
    m = primary.size
    transitions = np.zeros((m + secondary.size, m + secondary.size))
    transitions[m:, m:] = _stay_in_family(secondary)
    outward = 1.0 if method is Gatekeeping.PARALLEL or m == 1 else NEXT_TO_NOTHING
    transitions[:m, m:] = outward * secondary
    transitions[:m, :m] = (1 - outward) * _stay_in_family(primary)
    return HypothesisGraph(weights=np.concatenate([primary, np.zeros(secondary.size)]), transitions=transitions)


def _take_shares(weights: ArrayLike) -> Numbers:
    shares = np.asarray(weights, dtype=float)
    if shares.ndim != 1 or not np.all(shares > 0) or not np.isclose(shares.sum(), 1, rtol=0, atol=1e-9):
        raise StatisticsError("the weights of a family are no shares of it; expected positive numbers that sum to 1")
    return shares


def _stay_in_family(shares: Numbers) -> Numbers:
    """Each share goes to the others of its family, in proportion to theirs."""
    others = np.where(np.eye(shares.size, dtype=bool), 0, shares)
    passed: Numbers = others / np.maximum(others.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    return passed
