"""Exact unconditional intervals and tests of two proportions: against R's exact2x2 and Exact."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from comparison import Comparison

from myotis.statistics.proportions.exact_p_value import compute_exact_p
from myotis.statistics.proportions.exact_tests import barnard_test, boschloo_test
from myotis.statistics.proportions.exact_unconditional import estimate_exact_difference_of_proportions

RECORDED = json.loads((Path(__file__).parent / "exact_proportions.json").read_text(encoding="utf-8"))
SHARED = {"made_by": "tests/independent/r/exact_proportions.R", "scale": "absolute"}
ON_A_GRID = "exact2x2 looks at 1000 values of the open proportion, and so finds a little less than the largest p-value"

STEPPED_OVER = ([0, 12, 0, 8], [12, 12, 8, 8])
"""exact2x2 goes in 500 steps and passes over 0.2678 to 0.2689, where its own p-value (``single``) is above 0.05."""

NEAR_1 = 0.99
"""Exact leaves out open proportions of 0 and 1, where one-sided p-values of tables at the edge reach 1."""


def comparisons() -> Iterator[Comparison]:
    """Intervals of 11 small pairs of groups and tests of 14, with 0 and full cells."""
    for name, method, level in (
        ("chan_zhang", "chan-zhang", 0.95),
        ("agresti_min", "agresti-min", 0.95),
        ("chan_zhang_90", "chan-zhang", 0.90),
    ):
        recorded = [case for case in RECORDED["intervals"] if name != "agresti_min" or case["case"] not in STEPPED_OVER]
        counts = np.array([case["case"] for case in recorded]).T
        yield Comparison(
            function=estimate_exact_difference_of_proportions,
            what=f"{method}, {level:.0%}, {counts.shape[1]} pairs of groups",
            source="R 4.2.2, exact2x2 1.7.0",
            ours=lambda counts=counts, method=method, level=level: _limits(
                estimate_exact_difference_of_proportions(*counts, method=method, level=level)
            ),
            theirs=np.array([case[name]["ci"] for case in recorded]).T,
            tolerance=1e-5,
            why=ON_A_GRID,
            **SHARED,
        )
    yield Comparison(
        function=estimate_exact_difference_of_proportions,
        what="agresti-min, p-values of single differences that the interval turns on",
        source="R 4.2.2, exact2x2 1.7.0",
        ours=lambda: [
            compute_exact_p(np.array(case["case"], dtype=float), 1, case["difference"], is_squared=True)
            for case in RECORDED["single"]
        ],
        theirs=[case["p"] for case in RECORDED["single"]],
        tolerance=1e-5,
        why=ON_A_GRID,
        **SHARED,
    )
    tested = np.array([case["case"] for case in RECORDED["tests"]]).T
    for function, name in ((barnard_test, "barnard"), (boschloo_test, "boschloo")):
        for alternative in ("two-sided", "greater", "less"):
            key = alternative.replace("-", "_")
            theirs = np.array([case[name][key] for case in RECORDED["tests"]])
            inside = tested[:, (theirs < NEAR_1) | (theirs == 1)]
            yield Comparison(
                function=function,
                what=f"p-value, {alternative}, {inside.shape[1]} pairs of groups",
                source="R 4.2.2, Exact 3.3",
                ours=lambda function=function, inside=inside, alternative=alternative: (
                    function(*inside, alternative=alternative).p_value
                ),
                theirs=theirs[(theirs < NEAR_1) | (theirs == 1)],
                tolerance=1e-7,
                why="Exact looks at 1000 values of the open proportion and then near the best",
                **SHARED,
            )


def _limits(answer):
    return answer.lower, answer.upper
