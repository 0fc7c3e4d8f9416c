"""Every split of the missing subjects into responders and others: against base R."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from comparison import Comparison

from myotis.statistics.imputation.responder_tipping import compute_responder_tipping_table
from myotis.statistics.proportions.independence import fisher_exact_test, pearson_chi_square_test

RECORDED = json.loads((Path(__file__).parent / "responder_tipping.json").read_text(encoding="utf-8"))
TESTS = {"fisher": fisher_exact_test, "pearson": lambda *counts: pearson_chi_square_test(*counts, yates=False)}


def comparisons() -> Iterator[Comparison]:
    """Three trials: of usual size, with full and empty cells, and with a group of missing subjects only."""
    for trial in RECORDED["trials"]:
        for name, test in TESTS.items():
            yield Comparison(
                function=compute_responder_tipping_table,
                what=f"{name}, p-value of all splits of {trial['counts']}",
                source="R 4.2.2",
                made_by="tests/independent/r/responder_tipping.R",
                ours=lambda trial=trial, test=test: (
                    compute_responder_tipping_table(*trial["counts"], test=test, alpha=0.05).p_value
                ),
                theirs=np.array(trial[name], dtype=float),
                tolerance=1e-10,
                scale="relative",
                why="both are closed forms",
            )
