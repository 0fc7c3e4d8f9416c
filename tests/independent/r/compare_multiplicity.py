"""Adjusted p-values: against R. The numbers and the program that made them lie here."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from comparison import Comparison

from myotis.statistics.multiplicity.graphical import compute_graphical_p_values
from myotis.statistics.multiplicity.hypothesis_graph import HypothesisGraph
from myotis.statistics.multiplicity.sequences import compute_fallback_p_values, compute_fixed_sequence_p_values
from myotis.statistics.multiplicity.stepwise import compute_adjusted_p_values

RECORDED = json.loads((Path(__file__).parent / "multiplicity.json").read_text(encoding="utf-8"))
STEPWISE = RECORDED["stepwise"]
GRAPHS = [case for cases in RECORDED["graphs"].values() for case in cases]
EXACT = {
    "made_by": "tests/independent/r/multiplicity.R",
    "tolerance": 1e-12,
    "scale": "absolute",
    "why": "both are closed forms",
}
GRAPHICAL_MCP = "R 4.2.2, graphicalMCP 0.2.8"
WEIGHTS = [0.4, 0.3, 0.2, 0.1]


def comparisons() -> Iterator[Comparison]:
    """Four stepwise procedures, with ties, 0 and 1; graphs with their order of rejection; sequences."""
    for method in ("bonferroni", "holm", "hochberg", "hommel"):
        yield Comparison(
            function=compute_adjusted_p_values,
            what=f"{method}, {len(STEPWISE)} sets of 1 to 30 p-values, with ties, 0 and 1",
            source="R 4.2.2, p.adjust",
            ours=lambda method=method: _join(
                compute_adjusted_p_values(case["p"], method=method).p_value for case in STEPWISE
            ),
            theirs=_join(case[method] for case in STEPWISE),
            **EXACT,
        )
    yield Comparison(
        function=compute_graphical_p_values,
        what=f"{len(RECORDED['graphs'])} graphs of 4 to 12 hypotheses, {len(GRAPHS)} sets of p-values",
        source=GRAPHICAL_MCP,
        ours=lambda: _join(_answer(case).p_value for case in GRAPHS),
        theirs=_join(case["adjusted"] for case in GRAPHS),
        **EXACT,
    )
    yield Comparison(
        function=compute_graphical_p_values,
        what="which hypothesis is taken at each step, as far as one can be rejected",
        source=GRAPHICAL_MCP,
        ours=lambda: _join(np.argsort(_answer(case).order)[: len(case["taken"])] + 1 for case in GRAPHS),
        theirs=_join(case["taken"] for case in GRAPHS),
        **EXACT,
    )
    sequences = (
        ("fixed", "fixed sequence", compute_fixed_sequence_p_values, {}),
        ("fallback", "fallback of Wiens", compute_fallback_p_values, {"method": "fallback-wiens"}),
        ("improved", "improved fallback", compute_fallback_p_values, {"method": "fallback-wiens-dmitrienko"}),
    )
    for name, what, function, options in sequences:
        cases = RECORDED["graphs"][name]
        shares = {"weights": WEIGHTS} if options else {}
        yield Comparison(
            function=function,
            what=f"{what}, four hypotheses",
            source=GRAPHICAL_MCP,
            ours=lambda f=function, c=cases, o=options | shares: f([case["p"] for case in c], **o).p_value,
            theirs=[case["adjusted"] for case in cases],
            **EXACT,
        )


def _answer(case):
    graph = HypothesisGraph(weights=case["weights"], transitions=case["transitions"])
    return compute_graphical_p_values(case["p"], graph=graph)


def _join(parts):
    return np.concatenate([np.asarray(part, dtype=float) for part in parts])
