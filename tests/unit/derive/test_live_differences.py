"""What the system told beside what the analysis finds: told, corrected, told again."""

import polars as pl
import pytest
from live_trial import WORSE, LiveTrial

from myotis.conduct.acts.data.correct_value import CorrectValue
from myotis.conduct.roles import Role
from myotis.conduct.snapshot.take import take_snapshot
from myotis.datasets.sdtm_conduct import EC
from myotis.derive.datasets import derive_datasets

COLUMNS = ("AVISITN", "LIVEANS", "ANALYSIS", "WHY")


@pytest.fixture
def live():
    trial = LiveTrial()
    trial.randomize()
    trial.assess("W4", WORSE)
    trial.assess("W8", WORSE)
    return trial


def take_tables(live):
    """The snapshot, with a first dose: without one, the analysis has no baseline."""
    bag = {
        "STUDYID": "ProDERM", "DOMAIN": "EC", "USUBJID": "ProDERM-101-001", "ECSEQ": 1, "ECREFID": "123456",
        "ECTRT": "MASKED", "ECDOSE": 1400.0, "VISITNUM": 0.0, "VISIT": "Week 0", "ECSTDTC": "2024-01-08T10:00+00:00",
        "ECENDTC": "2024-01-08T15:00+00:00",
    }  # fmt: skip
    return {**take_snapshot(live.store.read(), live.trial).tables, "EC": EC.build([bag])}


def list_differences(live, tables=None):
    return derive_datasets(tables or take_tables(live), live.trial)["LIVEDIFF"].select(COLUMNS).rows()


def test_nothing_differs_where_nothing_was_changed(live):
    assert list_differences(live) == []


def test_a_missed_visit_after_confirmed_deterioration_differs_in_nothing(live):
    live.assess("W16", WORSE)
    told = [row for row in take_tables(live)["LIVE"].iter_rows(named=True) if row["LIVEWHAT"] == "deterioration"]
    assert '"W12":"confirmed"' in told[-1]["LIVEANS"].replace(" ", "")
    assert list_differences(live) == []


def test_a_correction_after_the_fact_shows_what_was_told_before_it(live):
    for item, value in (("physician_global", "5.0"), ("patient_global", "6.0"), ("extramuscular", "4.0")):
        saw = live.subject().find("core_set", "W4").version
        act = CorrectValue(subject="101-001", form="core_set/W4", item=item, value=value, saw=saw)
        live.act(act, Role.EFFICACY_ASSESSOR, reason="read from the wrong line")
    # MMT-8 and HAQ alone are worse at week 4 now: no limb is met there, and week 8 alone confirms nothing.
    assert list_differences(live) == [
        (4, "suspected", "none", "INPUTS CHANGED"),
        (8, "confirmed", "suspected", "INPUTS CHANGED"),
    ]


def test_an_answer_under_another_protocol_is_told_apart(live):
    tables = take_tables(live)
    told = pl.when(pl.col("LIVEANS").str.contains("W8")).then(pl.lit('{"W4": "none", "W8": "suspected"}'))
    tables["LIVE"] = tables["LIVE"].with_columns(LIVEANS=told.otherwise("LIVEANS"), LIVEDIG=pl.lit("another"))
    assert list_differences(live, tables) == [
        (4, "none", "suspected", "OTHER PROTOCOL"),
        (8, "suspected", "confirmed", "OTHER PROTOCOL"),
    ]


def test_another_answer_from_the_same_inputs_is_the_rule(live):
    tables = take_tables(live)
    told = pl.when(pl.col("LIVEANS").str.contains("W8")).then(pl.lit('{"W0": "x", "W4": "none", "W8": "confirmed"}'))
    tables["LIVE"] = tables["LIVE"].with_columns(LIVEANS=told.otherwise("LIVEANS"))
    assert list_differences(live, tables) == [(4, "none", "suspected", "OTHER RULE")]
