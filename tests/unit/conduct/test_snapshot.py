from datetime import timedelta

import polars as pl
import pytest
from live_trial import CORE_SET, MORNING, WORSE, LiveTrial

from myotis.conduct.acts.safety.record_result import RecordResult
from myotis.conduct.acts.visits.record_assessment import RecordAssessment
from myotis.conduct.roles import Role
from myotis.conduct.snapshot.take import TABLES, take_snapshot
from myotis.errors import InputError
from myotis.exchange.folders import write_datasets


@pytest.fixture(scope="module")
def live():
    trial = LiveTrial()
    trial.randomize()
    trial.assess("W4", WORSE)
    trial.consent("102-001")
    return trial


def test_the_same_log_gives_the_same_tables_and_digest(live):
    first, again = (take_snapshot(live.store.read(), live.trial) for _ in range(2))
    assert first.digest == again.digest
    assert all(first.tables[name].equals(again.tables[name]) for name in TABLES)


def test_every_table_is_there_and_none_says_a_treatment(live):
    snapshot = take_snapshot(live.store.read(), live.trial)
    assert set(snapshot.tables) == set(TABLES)
    assert "EX" not in snapshot.tables
    assert snapshot.tables["DM"]["ARMCD"].null_count() == snapshot.tables["DM"].height == 2


def test_a_moment_of_the_past_is_what_was_entered_by_then(live):
    entries = live.store.read()
    past = take_snapshot(entries, live.trial, as_of=MORNING + timedelta(days=1))
    assert past.tables["SV"]["VISIT"].to_list() == ["Week 0"]
    assert past.tables["DM"]["SUBJID"].to_list() == ["101-001"]
    short = [entry for entry in entries if entry.number < past.entries]
    assert take_snapshot(short, live.trial).digest == past.digest


def test_what_was_measured_stands_at_its_visit_as_it_was_written(live):
    strength = take_snapshot(live.store.read(), live.trial).tables["MK"]
    assert strength.select("MKTESTCD", "MKORRES", "VISITNUM", "MKDTC").rows() == [
        ("MMT8", CORE_SET["mmt8"], 0.0, "2024-01-08"),
        ("MMT8", WORSE["mmt8"], 4.0, "2024-02-05"),
    ]


def test_what_the_system_told_is_kept_with_its_rule_and_inputs(live):
    told = take_snapshot(live.store.read(), live.trial).tables["LIVE"].filter(pl.col("LIVEWHAT") == "deterioration")
    assert told["LIVEANS"].to_list() == ['{"W0": "not_evaluable"}', '{"W0": "not_evaluable", "W4": "suspected"}']
    assert set(told["LIVERULE"]) == {"rules.deterioration"}
    assert told["LIVEINP"].str.len_chars().to_list() == [64, 64]


def test_a_time_before_the_first_entry_is_refused(live):
    with pytest.raises(InputError, match="no entry up to then"):
        take_snapshot(live.store.read(), live.trial, as_of=MORNING - timedelta(days=1))


def test_a_sample_of_its_own_day_is_numbered_behind_the_visit_before_it():
    trial = LiveTrial()
    trial.randomize()
    for at, value in (("W0", "131"), ("2024-01-10", "118")):
        trial.clock.now = max(trial.clock.now, MORNING + timedelta(days=2)) if at != "W0" else trial.clock.now
        act = RecordResult(
            subject="101-001", at=at, analyte="hemoglobin", collected=trial.clock.now, value=value, upper_limit="160"
        )
        trial.act(act, Role.LABORATORY)
    rows = take_snapshot(trial.store.read(), trial.trial).tables["LB"]
    assert rows.select("LBTESTCD", "LBORRES", "LBORRESU", "VISITNUM", "LBDTC").rows() == [
        ("HEMOGLOB", "131", "g/L", 0.0, "2024-01-08"),
        ("HEMOGLOB", "118", "g/L", 0.01, "2024-01-10"),
    ]


def test_scores_of_the_sf36_stand_in_qs():
    trial = LiveTrial()
    trial.randomize()
    act = RecordAssessment(subject="101-001", visit="W0", kind="sf36", results={"pcs": "38.25", "mcs": "44.1"})
    trial.act(act, Role.COORDINATOR)
    rows = take_snapshot(trial.store.read(), trial.trial).tables["QS"].filter(pl.col("QSCAT") == "SF-36V2")
    assert rows.select("QSTESTCD", "QSORRES").rows() == [("SF36MCS", "44.1"), ("SF36PCS", "38.25")]


def test_the_same_log_gives_the_same_bytes(live, tmp_path):
    for name in ("once", "again"):
        write_datasets(tmp_path / name, take_snapshot(live.store.read(), live.trial).tables)
    files = sorted(path.name for path in (tmp_path / "once").iterdir())
    assert len(files) == len(TABLES)
    assert all((tmp_path / "once" / file).read_bytes() == (tmp_path / "again" / file).read_bytes() for file in files)
