"""Adverse events counted by hand: patients and events apart, time at risk, columns, infusion rates, baskets."""

from datetime import date, timedelta

import polars as pl
import pytest

from myotis.analyze.safety.baskets import Basket
from myotis.analyze.safety.tables import analyze_safety
from myotis.datasets.adam_safety import ADAE, ADEX
from myotis.datasets.results import Result, build_results
from myotis.datasets.table import KINDS
from myotis.protocol.read import read_trial

TRIAL = read_trial("proderm")
IVIG, SALINE = (treatment.label for treatment in TRIAL.treatments)
START = date(2030, 1, 7)
FIRST, EXTENSION = "First Period", "Extension Period"
MONTH = 365.25 / 12


def make(table, rows):
    schema = {column.name: KINDS[column.kind][0] for column in table.columns}
    shared = {"STUDYID": "S", "TRT01P": "IVIG", "SAFFL": "Y"}
    return pl.DataFrame([{name: (shared | row).get(name) for name in schema} for row in rows], schema=schema)


def infusion(subject, number, treatment=IVIG, epoch=FIRST, rate=0.04, days=28, **special):
    start = START + timedelta(days=28 * (number - 1))
    row = {"USUBJID": subject, "EXSEQ": number, "TRTA": treatment, "EPOCH": epoch, "MAXRATE": rate, "ASTDT": start,
           "AENDT": start, "RISKENDT": start + timedelta(days=days - 1), "RISKDUR": days}  # fmt: skip
    return row | special


def event(subject, number, follows, day=0, term="Headache", treatment=IVIG, epoch=FIRST, **special):
    when = START + timedelta(days=28 * (follows - 1) + day)
    row = {"USUBJID": subject, "AESEQ": number, "AETERM": term, "AESER": "N", "AEREL": "NOT RELATED", "ASTDT": when,
           "EXSEQ": follows, "TRTA": treatment, "EPOCH": epoch, "TRTEMFL": "Y", "INFUSFL": "N"}  # fmt: skip
    return row | special


ADEX_ROWS = [
    infusion("a", 1, rate=0.12), infusion("a", 2), infusion("a", 3, epoch=EXTENSION, days=14),
    infusion("b", 1), infusion("b", 2, rate=0.12),
    infusion("c", 1, SALINE), infusion("c", 2, SALINE), infusion("c", 3, IVIG, EXTENSION),
    infusion("d", 1, SALINE, SAFFL="N"),
]  # fmt: skip
ADAE_ROWS = [
    event("a", 1, 1, day=6, INFUSFL="Y", AEREL="RELATED", MAXRATE=0.12),
    event("a", 2, 1, day=9, MAXRATE=0.12),
    event("a", 3, 3, epoch=EXTENSION, term="Clot", AESER="Y", AESEV="SEVERE", AEREL="RELATED"),
    event("b", 1, 2, day=1, term="Fever", AEACN="DRUG WITHDRAWN", MAXRATE=0.12),
    event("c", 1, 1, day=13, treatment=SALINE),
    event("c", 2, 3, term="Clot", epoch=EXTENSION),
    event("c", 3, 2, day=1, treatment=SALINE, TRTEMFL="N", term="Old"),
]


@pytest.fixture(scope="module")
def results():
    baskets = [Basket(name="Clots", terms={"clot": ("narrow", "A"), "fever": ("broad", "B")}, algorithm="A and B")]
    head = Result(analysis_id="", protocol_digest=TRIAL.digest)
    rows = analyze_safety(make(ADEX, ADEX_ROWS), make(ADAE, ADAE_ROWS), TRIAL, head, baskets)
    return build_results(rows)


def find(results, analysis, statistic, group, parameter="any", subgroup=None, comparator=None):
    rows = results.filter(
        pl.col("analysis_id") == analysis, pl.col("statistic") == statistic, pl.col("group") == group,
        pl.col("parameter") == parameter, pl.col("subgroup").eq_missing(subgroup),
        pl.col("comparator").eq_missing(comparator),
    )  # fmt: skip
    (value,) = rows["value"]
    return value


IVIG_FIRST, PLACEBO, ALL = "IVIG, First Period", "Placebo, First Period", "IVIG, whole study"


@pytest.mark.parametrize(
    ("group", "kind", "patients", "events", "of"),
    [
        (IVIG_FIRST, "any", 2, 3, 2),
        (IVIG_FIRST, "infusional", 1, 1, 2),
        (IVIG_FIRST, "related", 1, 1, 2),
        (IVIG_FIRST, "serious", 0, 0, 2),
        (IVIG_FIRST, "withdrawn", 1, 1, 2),
        (PLACEBO, "any", 1, 1, 1),  # d is not in the set; what is not emergent does not count
        (ALL, "any", 3, 5, 3),  # c switched to immune globulin
        (ALL, "serious_related", 1, 1, 3),
        (ALL, "severe", 1, 1, 3),
    ],
)
def test_patients_and_events_are_counted_apart(results, group, kind, patients, events, of):
    assert find(results, "safety.overview", "count", group, kind) == patients
    assert find(results, "safety.overview", "denominator", group, kind) == of
    assert find(results, "safety.overview.events", "count", group, kind) == events


def test_exposure_is_infusions_and_days(results):
    assert find(results, "safety.exposure", "count", ALL, "infusions") == 6
    assert find(results, "safety.exposure", "time_at_risk", ALL, "time") == 5 * 28 + 14
    assert find(results, "safety.exposure", "time_at_risk", PLACEBO, "time") == 56


def test_rates_are_events_for_the_time_at_risk(results):
    rate = find(results, "safety.overview.events", "estimate", IVIG_FIRST)
    assert rate == pytest.approx(3 / (4 * 28) * 100 * MONTH)
    assert find(results, "safety.overview.infusions", "estimate", IVIG_FIRST) == pytest.approx(75.0)


def test_the_time_to_the_first_event_ends_with_its_day(results):
    # a: seven days of its first infusion; b: the first infusion and two days of the second
    days = 7 + 28 + 2
    assert find(results, "safety.overview.first", "time_at_risk", IVIG_FIRST) == days
    assert find(results, "safety.overview.first", "estimate", IVIG_FIRST) == pytest.approx(2 / days * 100 * MONTH)
    # nobody had a serious event: the whole time
    assert find(results, "safety.overview.first", "time_at_risk", IVIG_FIRST, "serious") == 4 * 28


def test_columns_are_compared(results):
    difference = find(results, "safety.overview", "estimate", IVIG_FIRST, "related", comparator=PLACEBO)
    assert difference == pytest.approx(50.0)
    rates = find(results, "safety.overview.events", "estimate", IVIG_FIRST, comparator=PLACEBO)
    assert rates == pytest.approx((3 / 112 - 1 / 56) * 100 * MONTH)


def test_terms_come_by_how_many_had_them(results):
    terms = results.filter(pl.col("analysis_id") == "safety.term")["parameter"].unique(maintain_order=True)
    assert terms.to_list() == ["Clot", "Fever", "Headache"]
    assert find(results, "safety.term.events", "count", IVIG_FIRST, "Headache") == 2


@pytest.mark.parametrize(("scope", "patients", "events"), [("narrow", 2, 2), ("broad", 3, 3), ("algorithmic", 0, 0)])
def test_baskets_by_scope(results, scope, patients, events):
    assert find(results, "safety.basket", "count", ALL, "Clots", scope) == patients
    assert find(results, "safety.basket.events", "count", ALL, "Clots", scope) == events


def test_infusions_above_the_limit_are_compared_with_the_others(results):
    above, up_to = (f"{IVIG_FIRST}, {words} 0.04 mL/kg/min" for words in ("above", "up to"))
    assert find(results, "safety.rate.events", "count", above) == 3
    assert find(results, "safety.rate.events", "count", up_to) == 0
    assert find(results, "safety.rate.events", "time_at_risk", above) == 56
    difference = find(results, "safety.rate.events", "estimate", above, comparator=up_to)
    assert difference == pytest.approx(3 / 56 * 100 * MONTH)
    assert find(results, "safety.rate_basket", "count", above, "Clots", "broad") == 1


def test_nobody_treated_is_rows_without_values():
    head = Result(analysis_id="", protocol_digest=TRIAL.digest)
    results = build_results(analyze_safety(make(ADEX, []), make(ADAE, []), TRIAL, head))
    assert find(results, "safety.overview", "denominator", ALL) == 0
    assert find(results, "safety.overview.events", "estimate", ALL) is None


def test_without_a_plan_there_are_no_rows():
    plan = TRIAL.plan.model_copy(update={"safety": None})
    trial = TRIAL.model_copy(update={"plan": plan})
    head = Result(analysis_id="", protocol_digest=TRIAL.digest)
    assert list(analyze_safety(make(ADEX, ADEX_ROWS), make(ADAE, ADAE_ROWS), trial, head)) == []
