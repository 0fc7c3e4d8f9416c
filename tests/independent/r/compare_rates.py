"""Rates: against R's poisson.test, exactci, ratesci, metafor and sandwich. Numbers and program lie here."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from comparison import Comparison

from myotis.statistics.rates.difference import estimate_difference_of_rates
from myotis.statistics.rates.one import estimate_rate
from myotis.statistics.rates.ratio import estimate_ratio_of_rates
from myotis.statistics.rates.ratio_tests import ratio_of_rates_test
from myotis.statistics.rates.stratified import (
    estimate_stratified_difference_of_rates,
    estimate_stratified_ratio_of_rates,
)
from myotis.statistics.rates.subjects import dispersion_test, estimate_rate_of_subjects

RECORDED = json.loads((Path(__file__).parent / "rates.json").read_text(encoding="utf-8"))
ONE, TWO, STRATA, SUBJECTS = (RECORDED[part] for part in ("one", "two", "strata", "subjects"))
CASES = np.array([recorded["case"] for recorded in TWO]).T

RECORD = {"made_by": "tests/independent/r/rates.R", "scale": "relative"}
BASE_R = {"source": "R 4.2.2, poisson.test", "tolerance": 1e-10, "why": "both are closed forms"}
SEARCHED = {
    "source": "R 4.2.2, uniroot of ppois and pbinom",
    "tolerance": 1e-9,
    "why": "the R program searches for the root to 1e-15 of a proportion near 1",
}
RATESCI = {
    "source": f"R 4.2.2, ratesci {RECORDED['versions']['ratesci']}",
    "tolerance": 1e-7,
    "why": "ratesci searches its limits; nine digits were asked for",
}
CLOSED = {"tolerance": 1e-10, "why": "both are closed forms"}
EXACTCI = {"source": f"R 4.2.2, exactci {RECORDED['versions']['exactci']}", **CLOSED}


def comparisons() -> Iterator[Comparison]:
    """Intervals of one rate and of two, with groups without events; tests; strata; events that cluster."""
    events, exposure = np.array([recorded["case"] for recorded in ONE]).T
    for method, by in (("exact", BASE_R), ("mid-p", SEARCHED), ("score", RATESCI), ("scas", RATESCI)):
        yield Comparison(
            function=estimate_rate,
            what=f"{method}, {len(ONE)} groups",
            ours=lambda method=method: _limits(estimate_rate(events, exposure, method=method, level=0.95)),
            theirs=np.array([recorded[method] for recorded in ONE]).T,
            **RECORD,
            **by,
        )
    for method in ("miettinen-nurminen", "scas"):
        yield Comparison(
            function=estimate_difference_of_rates,
            what=f"{method}, {len(TWO)} pairs of groups",
            ours=lambda method=method: _limits(estimate_difference_of_rates(*CASES, method=method, level=0.95)),
            theirs=np.array([recorded["rd"][method] for recorded in TWO]).T,
            **{**RECORD, "scale": "absolute"},
            **RATESCI,
        )
    yield from _ratios()
    yield from _strata()
    yield from _subjects()


def _ratios():
    has_events = [recorded for recorded in TWO if recorded["rr"]]
    cases = np.array([recorded["case"] for recorded in has_events]).T
    for method, by in (("exact", BASE_R), ("mid-p", SEARCHED), ("score", RATESCI), ("scas", RATESCI)):
        yield Comparison(
            function=estimate_ratio_of_rates,
            what=f"{method}, {len(has_events)} pairs of groups",
            ours=lambda method=method: _limits(estimate_ratio_of_rates(*cases, method=method, level=0.95)),
            theirs=np.array([[_ratio(limit) for limit in recorded["rr"][method]] for recorded in has_events]).T,
            **RECORD,
            **by,
        )
    for what, asked, by in (
        ("exact-minlike", {"method": "exact-minlike"}, BASE_R),
        ("minlike_2", {"method": "exact-minlike", "ratio": 2}, BASE_R),
        ("greater_2", {"method": "exact-central", "ratio": 2, "alternative": "greater"}, BASE_R),
        ("exact-central", {"method": "exact-central"}, EXACTCI),
        ("mid-p", {"method": "mid-p"}, EXACTCI),
    ):
        yield Comparison(
            function=ratio_of_rates_test,
            what=f"p-value, {what}",
            ours=lambda asked=asked: ratio_of_rates_test(*cases, **asked).p_value,
            theirs=[recorded["p"][what] for recorded in has_events],
            **RECORD,
            **by,
        )


def _strata():
    by = {"source": f"R 4.2.2, metafor {RECORDED['versions']['metafor']}", **CLOSED}
    yield Comparison(
        function=estimate_stratified_ratio_of_rates,
        what="logarithm of the ratio, its error and limits; three sets of strata",
        ours=lambda: [_log_parts(estimate_stratified_ratio_of_rates(*_stratum(s), level=0.95)) for s in STRATA],
        theirs=[recorded["irr"] for recorded in STRATA],
        **RECORD,
        **by,
    )
    yield Comparison(
        function=estimate_stratified_difference_of_rates,
        what="difference, its error and limits; three sets of strata",
        ours=lambda: [_parts(estimate_stratified_difference_of_rates(*_stratum(s), level=0.95)) for s in STRATA],
        theirs=[recorded["ird"] for recorded in STRATA],
        **RECORD,
        **by,
    )


def _subjects():
    n = np.array([len(recorded["events"]) for recorded in SUBJECTS])
    yield Comparison(
        function=estimate_rate_of_subjects,
        what="rate and robust error (theirs times the root of n / (n - 1)), 6 and 30 subjects",
        ours=lambda: [
            _rate(estimate_rate_of_subjects(recorded["events"], recorded["exposure"], level=0.95))
            for recorded in SUBJECTS
        ],
        theirs=np.transpose(
            [[s["rate"] for s in SUBJECTS], np.array([s["se_hc0"] for s in SUBJECTS]) * np.sqrt(n / (n - 1))]
        ),
        source=f"R 4.2.2, glm and sandwich {RECORDED['versions']['sandwich']}",
        tolerance=1e-8,
        why="R iterates its regression to about 1e-9",
        **RECORD,
    )
    yield Comparison(
        function=dispersion_test,
        what="Pearson's statistic, 6 and 30 subjects",
        ours=lambda: [dispersion_test(s["events"], s["exposure"]).statistic for s in SUBJECTS],
        theirs=[recorded["pearson"] for recorded in SUBJECTS],
        source="R 4.2.2, glm",
        tolerance=1e-8,
        why="R iterates its regression to about 1e-9",
        **RECORD,
    )


def _limits(answer):
    return answer.lower, answer.upper


def _ratio(limit):
    return np.inf if limit in ("Inf", None) else limit


def _stratum(strata):
    events = np.transpose([strata["x1"], strata["x2"]])
    return events, np.transpose([strata["t1"], strata["t2"]])


def _parts(answer):
    return [answer.estimate, answer.se, answer.lower, answer.upper]


def _log_parts(answer):
    return [np.log(answer.estimate), answer.se, np.log(answer.lower), np.log(answer.upper)]


def _rate(answer):
    return [answer.estimate, answer.se]
