"""Agreement of raters: against R. agreement.R made the numbers."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from comparison import Comparison

from myotis.statistics.agreement.fleiss_kappa import estimate_fleiss_kappa, fleiss_kappa_test
from myotis.statistics.agreement.intraclass_correlation import (
    IntraclassCorrelation,
    estimate_intraclass_correlation,
)
from myotis.statistics.agreement.kappa import KappaWeights, estimate_kappa, kappa_test
from myotis.statistics.agreement.limits_of_agreement import LimitsInterval, estimate_limits_of_agreement

RECORDED = json.loads((Path(__file__).parent / "agreement.json").read_text(encoding="utf-8"))
RATINGS, TABLES, SEVERAL, LIMITS = (RECORDED[name] for name in ("intraclass", "kappa", "fleiss", "limits"))
SHARED = {"made_by": "tests/independent/r/agreement.R", "scale": "absolute"}
CLOSED = {**SHARED, "tolerance": 1e-10, "why": "closed forms and quantiles of F"}


def comparisons() -> Iterator[Comparison]:
    """Seven sets of ratings, seven tables of two raters, three sets of several raters, four sets of differences."""
    for form in IntraclassCorrelation:
        for package, version in (("psych", "psych 2.2.9"), ("irr", "irr 0.84.1")):
            if form in RATINGS[0][package]:
                yield Comparison(
                    function=estimate_intraclass_correlation,
                    what=f"{form.value}, {len(RATINGS)} sets of ratings (none where theirs passes 1)",
                    source=f"R 4.2.2, {version}",
                    ours=lambda form=form: [
                        _interval(estimate_intraclass_correlation(_array(case["ratings"]), method=form, level=0.95))
                        for case in RATINGS
                    ],
                    theirs=[_possible(case[package][form]) for case in RATINGS],
                    **CLOSED,
                )
    for weights in KappaWeights:
        yield Comparison(
            function=estimate_kappa,
            what=f"{weights.value}, {len(TABLES)} tables: kappa and standard error",
            source="R 4.2.2, vcd 1.4.11",
            ours=lambda weights=weights: [_kappa(case["counts"], weights) for case in TABLES],
            theirs=[case["vcd"][weights] for case in TABLES],
            **CLOSED,
        )
        yield Comparison(
            function=kappa_test,
            what=f"{weights.value}, {len(TABLES)} tables: z",
            source="R 4.2.2, irr 0.84.1",
            ours=lambda weights=weights: [
                kappa_test(case["counts"], method=weights, alternative="two-sided").statistic for case in TABLES
            ],
            theirs=[case["irr_z"][weights] for case in TABLES],
            **CLOSED,
        )
    yield Comparison(
        function=estimate_fleiss_kappa,
        what=f"{len(SEVERAL)} sets of ratings: kappa and standard error",
        source="R 4.2.2, irrCAC 1.0",
        ours=lambda: [_fleiss(case["counts"]) for case in SEVERAL],
        theirs=[case["irrcac_kappa_se"] for case in SEVERAL],
        **CLOSED,
    )
    yield Comparison(
        function=fleiss_kappa_test,
        what=f"{len(SEVERAL)} sets of ratings: z",
        source="R 4.2.2, irr 0.84.1",
        ours=lambda: [fleiss_kappa_test(case["counts"], alternative="two-sided").statistic for case in SEVERAL],
        theirs=[case["irr"][1] for case in SEVERAL],
        **CLOSED,
    )
    for method in LimitsInterval:
        yield Comparison(
            function=estimate_limits_of_agreement,
            what=f"{method.value}, {len(LIMITS)} sets of differences: mean and limits, each with its interval",
            source="R 4.2.2, qt",
            ours=lambda method=method: [_limits(case, method) for case in LIMITS],
            theirs=[case["mean"] + case[method] for case in LIMITS],
            **{**SHARED, "scale": "relative"},
            tolerance=1e-8,
            why="R and SciPy search noncentral t quantiles to about 1e-10 of their size",
        )


def _array(ratings):
    """One set of ratings as one trial of many, so that it may have no answer."""
    return np.array([ratings], dtype=float)


def _possible(recorded):
    """psych prints a reliability of 5.7 where the formula's denominator is negative."""
    return recorded if recorded[0] <= 1 else [np.nan] * 3


def _interval(answer):
    return [float(np.squeeze(value)) for value in (answer.estimate, answer.lower, answer.upper)]


def _kappa(counts, weights):
    answer = estimate_kappa(counts, method=weights, level=0.95)
    return answer.estimate, answer.se


def _fleiss(counts):
    answer = estimate_fleiss_kappa(counts, level=0.95)
    return answer.estimate, answer.se


def _limits(case, method):
    answer = estimate_limits_of_agreement(
        case["first"], case["second"], share=case["share"], method=method, level=case["level"]
    )
    return [*_interval(answer.difference), *_interval(answer.lower_limit), *_interval(answer.upper_limit)]
