"""Proportions, CMH: against R. The numbers and the program that made them lie beside this file.

DescTools and R's own tests compute in closed form: 1e-12. ratesci searches its score limits to about 3e-8: 1e-7,
which is a thousand times finer than the hundredth of a percent that is printed.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.proportions import (
    DifferenceInterval,
    ProportionInterval,
    estimate_difference_of_proportions,
    estimate_proportion,
    fisher_exact_test,
    pearson_chi_square_test,
)
from myotis.statistics.stratified import cochran_mantel_haenszel_test

RECORDED = json.loads((Path(__file__).parent / "proportions.json").read_text(encoding="utf-8"))

DIFFERENCES = {
    "wald": (DifferenceInterval.WALD, 1e-12),
    "wald_cc": (DifferenceInterval.WALD_CORRECTED, 1e-12),
    "agresti_caffo": (DifferenceInterval.AGRESTI_CAFFO, 1e-12),
    "newcombe": (DifferenceInterval.NEWCOMBE, 1e-8),  # R's root of a difference that should be 0: 4e-9
    "miettinen_nurminen": (DifferenceInterval.MIETTINEN_NURMINEN, 1e-7),
    "mee": (DifferenceInterval.MEE, 1e-7),
}
ONE = {
    "wald": ProportionInterval.WALD,
    "wilson": ProportionInterval.WILSON,
    "clopper_pearson": ProportionInterval.CLOPPER_PEARSON,
}


@pytest.mark.parametrize("name", DIFFERENCES)
@pytest.mark.parametrize("recorded", RECORDED["two"], ids=lambda recorded: str(recorded["case"]))
def test_intervals_of_a_difference_are_those_of_r(recorded, name):
    method, tolerance = DIFFERENCES[name]
    answer = estimate_difference_of_proportions(*recorded["case"], method=method, level=0.95)
    assert (answer.lower, answer.upper) == pytest.approx(tuple(recorded["rd"][name]), abs=tolerance, rel=0)


@pytest.mark.parametrize("name", DIFFERENCES)
def test_all_cases_of_r_in_one_call(name):
    method, tolerance = DIFFERENCES[name]
    x1, n1, x2, n2 = np.array([recorded["case"] for recorded in RECORDED["two"]]).T
    answer = estimate_difference_of_proportions(x1, n1, x2, n2, method=method, level=0.95)
    limits = np.array([recorded["rd"][name] for recorded in RECORDED["two"]]).T
    np.testing.assert_allclose([answer.lower, answer.upper], limits, atol=tolerance, rtol=0)
    assert answer.undefined == ""


@pytest.mark.parametrize("name", ONE)
@pytest.mark.parametrize("recorded", RECORDED["one"], ids=lambda recorded: str(recorded["case"]))
def test_intervals_of_one_proportion_are_those_of_r(recorded, name):
    answer = estimate_proportion(*recorded["case"], method=ONE[name], level=0.95)
    assert (answer.lower, answer.upper) == pytest.approx(tuple(recorded[name]), abs=1e-12, rel=0)


@pytest.mark.parametrize("recorded", RECORDED["two"], ids=lambda recorded: str(recorded["case"]))
def test_tests_of_two_proportions_are_those_of_r(recorded):
    case, p = recorded["case"], recorded["p"]
    assert float(fisher_exact_test(*case).p_value) == pytest.approx(p["fisher"], rel=1e-10)
    for yates, name in ((False, "pearson"), (True, "yates")):
        if p[name] is None:  # R gives NaN where all subjects have the same outcome
            with pytest.raises(StatisticsError, match="same outcome"):
                pearson_chi_square_test(*case, yates=yates)
        else:
            assert float(pearson_chi_square_test(*case, yates=yates).p_value) == pytest.approx(p[name], rel=1e-10)


@pytest.mark.parametrize("correction", [False, True])
@pytest.mark.parametrize("recorded", RECORDED["stratified"], ids=lambda recorded: str(recorded["tables"]["x1"]))
def test_cochran_mantel_haenszel_is_that_of_r(recorded, correction):
    x1, n1, x2, n2 = (np.array(recorded["tables"][name]) for name in ("x1", "n1", "x2", "n2"))
    counts = np.stack([np.stack([x1, n1 - x1], -1), np.stack([x2, n2 - x2], -1)], axis=-2)
    answer = cochran_mantel_haenszel_test(counts, correction=correction)
    expected = recorded["cmh_corrected" if correction else "cmh"]
    assert float(answer.statistic) == pytest.approx(expected["chi2"], rel=1e-10)
    assert float(answer.p_value) == pytest.approx(expected["p"], rel=1e-10)
