"""t tests and analysis of covariance on simulated data: against R; week16.R made the numbers."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from comparison import Comparison

from myotis.statistics.continuous.ancova import CoefficientVariance, fit_ancova
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
    yield Comparison(
        function=fit_ancova,
        what="standard errors: model-based, HC0, HC1, HC2, HC3",
        source="R 4.2.2, lm; sandwich 3.0.2",
        ours=lambda: [_fit("equal", variance=variance).difference.se for variance in CoefficientVariance],
        theirs=[expected["se"], *expected["robust_se"].values()],
        **SHARED,
    )
    for weights, by_group in RECORDED["by_group"].items():
        yield Comparison(
            function=fit_ancova,
            what=f"slopes by group, {weights} weights: difference and means with their standard errors",
            source="R 4.2.2, lm; sandwich 3.0.2",
            ours=lambda weights=weights: _by_group(weights),
            theirs=[by_group["difference"], by_group["mean1"], by_group["mean2"]],
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
            what=f"{method}: limits and standard error",
            source="R 4.2.2, t.test",
            ours=lambda method=method: _turned(estimate_difference_of_means(*arms, method=method, level=0.95)),
            theirs=[*RECORDED[name]["ci_pbo_minus_ivig"], RECORDED[name]["se"]],
            **SHARED,
        )


def _fit(weights, *, slopes="shared", variance="model-based"):
    return fit_ancova(
        Y, IVIG, covariates=BASE, factors=SEVERITY, slopes=slopes, variance=variance, weights=weights, level=0.95
    )


def _by_group(weights):
    variances = [*list(CoefficientVariance)[1:], CoefficientVariance.MODEL]
    fits = [_fit(weights, slopes="by-group", variance=variance) for variance in variances]
    return [
        [getattr(fits[0], name).estimate, *(getattr(fit, name).se for fit in fits)]
        for name in ("difference", "mean1", "mean2")
    ]


def _answers(fit):
    difference, test = fit.difference, fit.test
    return [difference.estimate, difference.lower, difference.upper, test.statistic, test.df, test.p_value]


def _means(fit):
    return [fit.mean2.estimate, fit.mean1.estimate]


def _test(answer):
    return answer.df, answer.p_value


def _turned(answer):
    return -answer.upper, -answer.lower, answer.se
