"""t tests and analysis of covariance: against R 4.2.2 (lm, t.test) and emmeans 1.8.4.1; week16.R made the numbers."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from myotis.statistics.ancova import fit_ancova
from myotis.statistics.means import (
    Summary,
    compute_mean,
    compute_sd,
    difference_of_means_test,
    estimate_difference_of_means,
)

HERE = Path(__file__).parent
RECORDED = json.loads((HERE / "week16.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def trial():
    with (HERE / "week16.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    levels = {"mild": 0, "moderate": 1, "severe": 2}
    return {
        "y": np.array([float(row["y"]) for row in rows]),
        "ivig": np.array([row["arm"] == "IVIG" for row in rows]),
        "base": np.array([[float(row["base"])] for row in rows]),
        "severity": np.array([[levels[row["severity"]]] for row in rows]),
    }


def fit(trial, weights):
    return fit_ancova(
        trial["y"], trial["ivig"], covariates=trial["base"], factors=trial["severity"], weights=weights, level=0.95
    )


def test_ancova_is_that_of_lm(trial):
    expected, answer = RECORDED["ancova"], fit(trial, "equal")
    assert float(answer.difference.estimate) == pytest.approx(expected["estimate"], rel=1e-10)
    assert (answer.difference.lower, answer.difference.upper) == pytest.approx(tuple(expected["ci"]), rel=1e-10)
    assert float(answer.test.df) == expected["df"]
    assert float(answer.test.statistic) == pytest.approx(expected["estimate"] / expected["se"], rel=1e-10)
    assert float(answer.test.p_value) == pytest.approx(expected["p"], rel=1e-9)


@pytest.mark.parametrize("weights", ["equal", "proportional"])
def test_least_squares_means_are_those_of_emmeans(trial, weights):
    placebo, ivig = RECORDED["ancova"][f"ls_means_{weights}"]
    answer = fit(trial, weights)
    assert (answer.mean1.estimate, answer.mean2.estimate) == pytest.approx((ivig, placebo), rel=1e-10)


def test_the_same_trial_twice_in_one_call(trial):
    twice = {name: np.stack([values, values]) for name, values in trial.items()}
    twice["y"][1] *= -2
    answer = fit(twice, "equal")
    expected = RECORDED["ancova"]["estimate"]
    np.testing.assert_allclose(answer.difference.estimate, [expected, -2 * expected], rtol=1e-10)
    np.testing.assert_allclose(answer.test.p_value, RECORDED["ancova"]["p"], rtol=1e-9)


@pytest.mark.parametrize(("method", "name"), [("t-pooled", "t"), ("t-welch", "welch")])
def test_t_tests_are_those_of_t_test(trial, method, name):
    expected = RECORDED[name]
    arms = [trial["y"][trial["ivig"]], trial["y"][~trial["ivig"]]]
    ivig, placebo = (Summary(compute_mean(y), compute_sd(y), len(y)) for y in arms)
    test = difference_of_means_test(ivig, placebo, method=method)
    assert float(test.df) == pytest.approx(expected["df"], rel=1e-10)
    assert float(test.p_value) == pytest.approx(expected["p"], rel=1e-9)
    estimate = estimate_difference_of_means(ivig, placebo, method=method, level=0.95)
    upper, lower = (-limit for limit in expected["ci_pbo_minus_ivig"])
    assert (estimate.lower, estimate.upper) == pytest.approx((lower, upper), rel=1e-10)
