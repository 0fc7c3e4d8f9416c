"""Pooling given estimates: Rubin's rules against mice and rbmi, jackknife and bootstrap against rbmi."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from comparison import Comparison

from myotis.statistics.imputation.resampling import pool_replicates
from myotis.statistics.imputation.rubin import pool_by_rubin

RECORDED = json.loads((Path(__file__).parent / "imputation.json").read_text(encoding="utf-8"))
MICE = "R 4.2.2, mice 3.15.0, pool.scalar"
RBMI = "R 4.2.2, rbmi 1.5.2"
SHARED = {
    "made_by": "tests/independent/r/imputation.R",
    "tolerance": 1e-12,
    "scale": "relative",
    "why": "closed forms; 15 digits were recorded",
}
COMPLETE_DF = np.array([np.inf if case["complete_df"] is None else case["complete_df"] for case in RECORDED["rubin"]])


def comparisons() -> Iterator[Comparison]:
    """25 imputations with 20, 60, 500 and infinitely many degrees of freedom; 199 replicates."""
    yield Comparison(
        function=pool_by_rubin,
        what="estimate, variance, Barnard-Rubin df, fraction missing",
        source=MICE,
        ours=_pool_by_rubin,
        theirs=np.array([[case["mice"][name] for name in ("qbar", "t", "df", "fmi")] for case in RECORDED["rubin"]]).T,
        **SHARED,
    )
    for name, method in (
        ("normal", "bootstrap-normal"),
        ("jackknife", "jackknife"),
        ("percentile", "bootstrap-percentile"),
    ):
        expected = RECORDED["pooled"][name]
        p_value = RECORDED["pooled"]["percentile_p"] if name == "percentile" else expected["pvalue"]
        yield Comparison(
            function=pool_replicates,
            what=f"{method}: estimate, limits and p",
            source=f"{RBMI}; p of quantile type 6" if name == "percentile" else RBMI,
            ours=lambda method=method: _pool_replicates(method),
            theirs=[expected["est"], *expected["ci"], p_value],
            **SHARED,
        )


def _pool_by_rubin():
    pooled = pool_by_rubin(
        np.broadcast_to(RECORDED["estimates"], (4, 25)),
        RECORDED["ses"],
        complete_df=COMPLETE_DF,
        method="rubin-barnard-rubin",
        level=0.95,
    )
    return pooled.estimate.estimate, pooled.estimate.se**2, pooled.estimate.df, pooled.fraction_missing


def _pool_replicates(method):
    pooled = pool_replicates(2.8, RECORDED["replicates"], method=method, level=0.95)
    return pooled.estimate.estimate, pooled.estimate.lower, pooled.estimate.upper, pooled.test.p_value
