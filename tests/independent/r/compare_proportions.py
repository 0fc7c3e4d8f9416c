"""Proportions and their differences, tests, CMH: against R. The numbers and the program that made them lie here."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from comparison import Comparison

from myotis.statistics.proportions.difference import estimate_difference_of_proportions
from myotis.statistics.proportions.independence import fisher_exact_test, pearson_chi_square_test
from myotis.statistics.proportions.one import estimate_proportion
from myotis.statistics.stratified.cochran_mantel_haenszel import cochran_mantel_haenszel_test

RECORDED = json.loads((Path(__file__).parent / "proportions.json").read_text(encoding="utf-8"))
TWO = RECORDED["two"]
CASES = np.array([recorded["case"] for recorded in TWO]).T

DESCTOOLS = "R 4.2.2, DescTools 0.99.59"
RATESCI = "R 4.2.2, ratesci 1.0.0"
BASE_R = "R 4.2.2"
CLOSED = "both are closed forms"
SEARCHED = "ratesci searches its limits to about 3e-8; a hundredth of a percent is printed"

DIFFERENCES = (
    ("wald", "wald", DESCTOOLS, 1e-12, CLOSED),
    ("wald-corrected", "wald_cc", DESCTOOLS, 1e-12, CLOSED),
    ("agresti-caffo", "agresti_caffo", DESCTOOLS, 1e-12, CLOSED),
    ("newcombe", "newcombe", DESCTOOLS, 1e-8, "R's root of a difference that should be 0 is 4e-9"),
    ("miettinen-nurminen", "miettinen_nurminen", RATESCI, 1e-7, SEARCHED),
    ("mee", "mee", RATESCI, 1e-7, SEARCHED),
)


def comparisons() -> Iterator[Comparison]:
    """Intervals on 18 pairs of groups, with 0 and full cells; tests; the CMH test on 5 sets of strata."""
    made_by = "tests/independent/r/proportions.R"
    for method, name, source, tolerance, why in DIFFERENCES:
        yield Comparison(
            function=estimate_difference_of_proportions,
            what=f"{method}, {len(TWO)} pairs of groups",
            source=source,
            made_by=made_by,
            ours=lambda method=method: _limits(estimate_difference_of_proportions(*CASES, method=method, level=0.95)),
            theirs=np.array([recorded["rd"][name] for recorded in TWO]).T,
            tolerance=tolerance,
            scale="absolute",
            why=why,
        )
    one = RECORDED["one"]
    events, n = np.array([recorded["case"] for recorded in one]).T
    for method in ("wald", "wilson", "clopper-pearson"):
        yield Comparison(
            function=estimate_proportion,
            what=f"{method}, {len(one)} groups",
            source=DESCTOOLS,
            made_by=made_by,
            ours=lambda method=method: _limits(estimate_proportion(events, n, method=method, level=0.95)),
            theirs=np.array([recorded[method.replace("-", "_")] for recorded in one]).T,
            tolerance=1e-12,
            scale="absolute",
            why=CLOSED,
        )
    exact = {"source": BASE_R, "made_by": made_by, "tolerance": 1e-10, "scale": "relative", "why": CLOSED}
    yield Comparison(
        function=fisher_exact_test,
        what="two-sided p-value",
        ours=lambda: fisher_exact_test(*CASES).p_value,
        theirs=[recorded["p"]["fisher"] for recorded in TWO],
        **exact,
    )
    for yates, name in ((False, "pearson"), (True, "yates")):
        yield Comparison(
            function=pearson_chi_square_test,
            what=f"p-value, {name}; NaN where all have the same outcome",
            ours=lambda yates=yates: pearson_chi_square_test(*CASES, yates=yates).p_value,
            theirs=[recorded["p"][name] for recorded in TWO],
            **exact,
        )
    for correction, name in ((False, "cmh"), (True, "cmh_corrected")):
        yield Comparison(
            function=cochran_mantel_haenszel_test,
            what=f"statistic and p-value, {'with' if correction else 'without'} correction",
            ours=lambda correction=correction: [
                _test(cochran_mantel_haenszel_test(_tables(recorded["tables"]), correction=correction))
                for recorded in RECORDED["stratified"]
            ],
            theirs=[[recorded[name]["chi2"], recorded[name]["p"]] for recorded in RECORDED["stratified"]],
            **exact,
        )


def _limits(answer):
    return answer.lower, answer.upper


def _test(answer):
    return answer.statistic, answer.p_value


def _tables(strata):
    x1, n1, x2, n2 = (np.array(strata[name]) for name in ("x1", "n1", "x2", "n2"))
    return np.stack([np.stack([x1, n1 - x1], -1), np.stack([x2, n2 - x2], -1)], axis=-2)
