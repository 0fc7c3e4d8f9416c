"""ADEX and ADAE of a snapshot written by hand: the days counted on a calendar."""

from datetime import date, timedelta

import polars as pl
import pytest
from tiny_snapshot import DAY_1, IVIG, SALINE, build_tiny_snapshot, name

from myotis.datasets.adam_safety import ADAE, ADEX
from myotis.datasets.sdtm_safety import AE, SUPPEX
from myotis.datasets.table import KINDS
from myotis.derive.datasets import derive_datasets
from myotis.errors import InputError
from myotis.protocol.read import read_trial
from myotis.terms.units import Quantity

TRIAL = read_trial("proderm")


def frame(table, rows):
    schema = {column.name: KINDS[column.kind][0] for column in table.columns}
    return pl.DataFrame([{key: row.get(key) for key in schema} for row in rows], schema=schema)


def snapshot(events=(), rates=()):
    tables = build_tiny_snapshot()
    rows = [
        {"STUDYID": "ProDERM", "DOMAIN": "AE", "USUBJID": name(letter), "AESEQ": number, "AETERM": "Headache",
         "AESER": "N", "AESTDTC": (DAY_1 + timedelta(days=day)).isoformat()}
        for number, (letter, day) in enumerate(events, 1)
    ]  # fmt: skip
    qualifiers = [
        {"STUDYID": "ProDERM", "RDOMAIN": "EX", "USUBJID": name(letter), "IDVAR": "EXSEQ", "IDVARVAL": number,
         "QNAM": "MAXRATE", "QLABEL": "Highest rate", "QVAL": value}
        for letter, number, value in rates
    ]  # fmt: skip
    return tables | {"AE": frame(AE, rows), "SUPPEX": frame(SUPPEX, qualifiers)}


def with_emergent(days):
    safety = TRIAL.plan.safety.model_copy(update={"emergent": Quantity.parse(f"{days} days", ("days",))})
    return TRIAL.model_copy(update={"plan": TRIAL.plan.model_copy(update={"safety": safety})})


def test_the_time_at_risk_ends_before_the_next_infusion_and_with_the_last_contact():
    adex = derive_datasets(snapshot(), TRIAL)["ADEX"]
    assert ADEX.check(adex) == []
    b = adex.filter(pl.col("USUBJID") == name("B"))
    assert b["TRTA"].to_list() == [SALINE, SALINE, IVIG, IVIG, IVIG]
    assert b["EPOCH"].to_list() == ["First Period"] * 4 + ["Extension Period"]
    assert b["RISKDUR"].to_list() == [28, 28, 28, 28, 1]  # the last contact is the day of week 16
    c = adex.filter(pl.col("USUBJID") == name("C"))
    assert c["RISKDUR"].to_list() == [28, 28, 1]


def test_an_emergent_period_cuts_the_time_at_risk():
    adex = derive_datasets(snapshot(), with_emergent(9))["ADEX"]
    b = adex.filter(pl.col("USUBJID") == name("B"))
    assert b["RISKDUR"].to_list() == [10, 10, 10, 10, 1]  # the day of the infusion and nine more
    assert b["RISKENDT"][0] == DAY_1 + timedelta(days=9)


def test_an_event_takes_treatment_and_epoch_of_its_infusion():
    events = [("B", -1), ("B", 0), ("B", 56), ("B", 60), ("B", 112), ("A", 3)]
    adae = derive_datasets(snapshot(events), TRIAL)["ADAE"].sort("AESEQ")
    assert ADAE.check(adae) == []
    assert adae["TRTA"].to_list() == [None, SALINE, IVIG, IVIG, IVIG, IVIG]
    assert adae["EPOCH"].to_list() == [None, "First Period", "First Period", "First Period", "Extension Period",
                                       "First Period"]  # fmt: skip
    assert adae["TRTEMFL"].to_list() == ["N", "Y", "Y", "Y", "Y", "Y"]
    assert adae["INFUSFL"].to_list() == ["N", "Y", "Y", "N", "Y", "Y"]
    assert adae["ASTDY"].to_list() == [-1, 1, 57, 61, 113, 4]
    assert adae["ASTDT"][0] == date(2020, 3, 1)


def test_a_rate_is_read_from_its_qualifier():
    datasets = derive_datasets(snapshot([("B", 29)], rates=[("B", "2", "0.04")]), TRIAL)
    b = datasets["ADEX"].filter(pl.col("USUBJID") == name("B"))
    assert b["MAXRATE"].to_list() == [None, 0.04, None, None, None]
    assert datasets["ADAE"]["MAXRATE"].to_list() == [0.04]


def test_a_snapshot_may_lack_the_tables_of_safety():
    tables = build_tiny_snapshot()
    without = {name: table for name, table in tables.items() if name not in {"AE", "SUPPEX"}}
    datasets = derive_datasets(without, TRIAL)
    assert datasets["ADAE"].height == 0
    assert datasets["ADEX"].height == 10


def test_a_trial_without_a_plan_of_safety_has_no_emergent_events():
    plan = TRIAL.plan.model_copy(update={"safety": None})
    adae = derive_datasets(snapshot([("B", 0)]), TRIAL.model_copy(update={"plan": plan}))["ADAE"]
    assert (adae["TRTEMFL"].to_list(), adae["EXSEQ"].to_list()) == (["N"], [None])


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [("AESER", None, "missing"), ("AESTDTC", "2020-02-30", "no date"), ("USUBJID", "nobody", "not in DM")],
)
def test_faults_of_adverse_events_are_told(column, value, message):
    tables = snapshot([("B", 0)])
    broken = tables["AE"].with_columns(pl.lit(value, dtype=pl.String).alias(column))
    with pytest.raises(InputError, match=message):
        derive_datasets(tables | {"AE": broken}, TRIAL)


@pytest.mark.parametrize(("rate", "message"), [(("B", "2", "fast"), "no rate"), (("B", "99", "0.04"), "no such row")])
def test_faults_of_rates_are_told(rate, message):
    with pytest.raises(InputError, match=message):
        derive_datasets(snapshot(rates=[rate]), TRIAL)
