"""R x C tables over strata, and ranks within strata: against coin. Numbers and program lie here."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from comparison import Comparison

from myotis.statistics.stratified.association import general_association_test, row_mean_scores_test
from myotis.statistics.stratified.van_elteren import van_elteren_test

HERE = Path(__file__).parent
RECORDED = json.loads((HERE / "association.json").read_text(encoding="utf-8"))
TABLES = RECORDED["tables"]
SHARED = {
    "source": "R 4.2.2, coin 1.4.2",
    "made_by": "tests/independent/r/association.R",
    "scale": "relative",
    "tolerance": 1e-9,
    "why": "both invert a covariance matrix that may be singular",
}
VALUES = {
    "plain": [0, 1, 4, 10],
    "two_arms": [0, 1, 4],
    "zeros": [0, 1, 4],
    "three_arms_binary": [0, 1],
    "tiny": [0, 1, 4],
}


def comparisons() -> Iterator[Comparison]:
    """Five sets of strata with empty rows, columns and cells, and 95 subjects ranked within three strata."""
    yield Comparison(
        function=general_association_test,
        what=f"statistic, df and p-value, {len(TABLES)} sets of strata",
        ours=lambda: [_answer(general_association_test(t["table"])) for t in TABLES.values()],
        theirs=[_theirs(t["general"]) for t in TABLES.values()],
        **SHARED,
    )
    for kind in ("table", "integer", "rank", "ridit", "modified-ridit"):
        key = {"table": "table_scores"}.get(kind, kind.replace("-", "_"))
        yield Comparison(
            function=row_mean_scores_test,
            what=f"{kind} scores, statistic, df and p-value",
            ours=lambda kind=kind: [
                _answer(row_mean_scores_test(t["table"], scores=kind, values=VALUES[name] if kind == "table" else None))
                for name, t in TABLES.items()
            ],
            theirs=[_theirs(t[key]) for t in TABLES.values()],
            **SHARED,
        )
    with (HERE / "week16.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    y = np.array([float(row["y"]) for row in rows])
    first, severity = np.array([row["arm"] == "IVIG" for row in rows]), np.array([row["severity"] for row in rows])
    week16 = RECORDED["week16"]
    yield Comparison(
        function=van_elteren_test,
        what="squared deviate and p-value, ranks over n + 1 within blocks; the second time with ties",
        ours=lambda: [
            (float(a.statistic) ** 2, float(a.p_value))
            for a in (van_elteren_test(y, first, severity), van_elteren_test(np.round(y, -1), first, severity))
        ],
        theirs=[[week16[name]["statistic"], week16[name]["p"]] for name in ("van_elteren", "rounded")],
        **SHARED,
    )


def _answer(answer):
    return answer.statistic, answer.df, answer.p_value


def _theirs(recorded):
    return recorded["statistic"], recorded["df"], recorded["p"]
