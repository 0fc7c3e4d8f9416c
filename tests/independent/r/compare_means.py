"""t tests and analysis of covariance on simulated data: against R; week16.R made the numbers."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from comparison import Comparison

from myotis.statistics.continuous.ancova import fit_ancova
from myotis.statistics.continuous.means import (
    Summary,
    compute_mean,
    compute_sd,
    difference_of_means_test,
    estimate_difference_of_means,
)

HERE = Path(__file__).parent
RECORDED = json.loads((HERE / "week16.json").read_text(encoding="utf-8"))
with (HERE / "week16.csv").open(encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))
Y = np.array([float(row["y"]) for row in ROWS])
IVIG = np.array([row["arm"] == "IVIG" for row in ROWS])
BASE = np.array([[float(row["base"])] for row in ROWS])
SEVERITY = np.array([[("mild", "moderate", "severe").index(row["severity"])] for row in ROWS])
SHARED = {
    "made_by": "tests/independent/r/week16.R",
    "tolerance": 1e-9,
    "scale": "relative",
    "why": "both solve by a QR decomposition; p-values lose a digit",
}


def comparisons() -> Iterator[Comparison]:
    """One trial of 90 subjects: adjusted and unadjusted."""
    expected = RECORDED["ancova"]
    yield Comparison(
        function=fit_ancova,
        what="difference, its interval, t, df and p",
        source="R 4.2.2, lm",
        ours=lambda: _answers(_fit("equal")),
        theirs=[
            expected["estimate"],
            *expected["ci"],
            expected["estimate"] / expected["se"],
            expected["df"],
            expected["p"],
        ],
        **SHARED,
    )
    for weights in ("equal", "proportional"):
        yield Comparison(
            function=fit_ancova,
            what=f"least-squares means, {weights} weights",
            source="R 4.2.2, emmeans 1.8.4.1",
            ours=lambda weights=weights: _means(_fit(weights)),
            theirs=expected[f"ls_means_{weights}"],
            **SHARED,
        )
    arms = [Summary(compute_mean(y), compute_sd(y), len(y)) for y in (Y[IVIG], Y[~IVIG])]
    for method, name in (("t-pooled", "t"), ("t-welch", "welch")):
        yield Comparison(
            function=difference_of_means_test,
            what=f"{method}: df and p",
            source="R 4.2.2, t.test",
            ours=lambda method=method: _test(difference_of_means_test(*arms, method=method)),
            theirs=[RECORDED[name]["df"], RECORDED[name]["p"]],
            **SHARED,
        )
        yield Comparison(
            function=estimate_difference_of_means,
            what=f"{method}: limits",
            source="R 4.2.2, t.test",
            ours=lambda method=method: _turned(estimate_difference_of_means(*arms, method=method, level=0.95)),
            theirs=RECORDED[name]["ci_pbo_minus_ivig"],
            **SHARED,
        )


def _fit(weights):
    return fit_ancova(Y, IVIG, covariates=BASE, factors=SEVERITY, weights=weights, level=0.95)


def _answers(fit):
    difference, test = fit.difference, fit.test
    return [difference.estimate, difference.lower, difference.upper, test.statistic, test.df, test.p_value]


def _means(fit):
    return [fit.mean2.estimate, fit.mean1.estimate]


def _test(answer):
    return answer.df, answer.p_value


def _turned(answer):
    return -answer.upper, -answer.lower
