"""Adverse events of simulated trials against the same trials written down one by one, derived and counted."""

import numpy as np
import polars as pl
import pytest

from myotis.analyze.reproduce import read_published
from myotis.derive.datasets import derive_datasets
from myotis.protocol.read import read_trial
from myotis.simulate.batch import VirtualTrial
from myotis.simulate.calibration.figures import list_figures
from myotis.simulate.calibration.observed_trials import observe_trials
from myotis.simulate.changes import change_course
from myotis.simulate.course import read_course
from myotis.simulate.streams import BATCH
from myotis.simulate.trial import simulate_trial

TRIAL = read_trial("proderm")
COURSE = change_course(
    read_course("proderm"),
    {
        "flares.probability_per_4_weeks.saline": "* 3", "discontinuation.*.probability_per_4_weeks.*": "* 2",
        "adverse_events.kinds.thrombosis.per_infusion.octagam_10": 0.05, "adverse_events.proneness_sd": 1.0,
    },
)  # fmt: skip


def add_extension(published):
    """A group of its own for the extension, which ProDERM's publications have not."""
    safety, numbers = published["safety"], {"extension_ivig": {"patients": 0, "events": 0}}
    group = {"id": "extension_ivig", "label": "x", "treatment": "octagam_10", "epochs": ("extension",), "n": 90}
    events = tuple(entry | {"by_group": entry["by_group"] | numbers} for entry in safety["events"])
    return published | {"safety": safety | {"groups": (*safety["groups"], group), "events": events}}


FIGURES = {figure.address: figure for figure in list_figures(add_extension(read_published("proderm")), TRIAL)}
SEED, SUBJECTS, WRITTEN = 6, 40, 12
EVENTS = {
    "teae": pl.lit(True),
    "infusional": pl.col("INFUSFL") == "Y",
    "related": pl.col("AEREL") == "RELATED",
    "serious": pl.col("AESER") == "Y",
    "thromboembolic": pl.col("AEDECOD").is_in(["Deep vein thrombosis", "Pulmonary embolism"]),
}
FIRST, EXTENSION = "First Period", "Extension Period"
GROUPS = {
    "first_period_ivig": (True, [FIRST]),
    "first_period_placebo": (False, [FIRST]),
    "overall_ivig": (True, [FIRST, EXTENSION]),
    "extension_ivig": (True, [EXTENSION]),
}


@pytest.fixture(scope="module")
def observed():
    return observe_trials(VirtualTrial.build(TRIAL, COURSE), SEED, 0, SUBJECTS)


@pytest.fixture(scope="module")
def written():
    tables = [simulate_trial(TRIAL, COURSE, seed=SEED, subjects=SUBJECTS, number=number) for number in range(WRITTEN)]
    return [derive_datasets(table, TRIAL) | {"DS": table["DS"]} for table in tables]


def choose(frame, group):
    is_active, epochs = GROUPS[group]
    active = next(treatment.label for treatment in TRIAL.treatments if not treatment.imitates)
    return frame.filter((pl.col("TRTA") == active) == is_active, pl.col("EPOCH").is_in(epochs))


def count(datasets, kind, group):
    """Subjects treated, those with an event, and events."""
    treated = choose(datasets["ADEX"], group)["USUBJID"].n_unique()
    events = choose(datasets["ADAE"], group).filter(EVENTS[kind])
    return treated, events["USUBJID"].n_unique(), events.height


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("kind", EVENTS)
def test_events_and_subjects_with_them_have_the_law_of_those_that_are_written_down(observed, written, kind, group):
    counts = np.array([count(datasets, kind, group) for datasets in written], dtype=float)
    for number, column in (("patients", 1), ("events", 2)):
        address = f"safety.events.{kind}.{group}.{number}"
        if address not in FIGURES:
            continue
        simulated = FIGURES[address].simulate(observed)
        error = simulated.std() * np.sqrt(1 / WRITTEN + 1 / BATCH)
        found = counts[:, column] / counts[:, 0]
        assert abs(simulated.mean() - found.mean()) < 4 * error + 1e-12, address


def test_everybody_treated_is_counted_as_the_datasets_do(observed, written):
    given = observed.given[:, :WRITTEN]
    active = [at for at, treatment in enumerate(TRIAL.treatments) if not treatment.imitates]
    for number, datasets in enumerate(written):
        treated = np.isin(given[:, number], active).any(axis=-1).sum()
        assert treated == choose(datasets["ADEX"], "overall_ivig")["USUBJID"].n_unique()


@pytest.mark.parametrize("group", GROUPS)
def test_those_who_left_for_an_event_are_those_of_the_datasets(observed, written, group):
    shares = FIGURES[f"safety.events.discontinuation.{group}.patients"].simulate(observed)
    for number, datasets in enumerate(written):
        treated = choose(datasets["ADEX"], group)["USUBJID"].unique()
        last = datasets["ADEX"].sort("ASTDT").group_by("USUBJID").last().drop("EPOCH")
        left = datasets["DS"].filter(DSDECOD="ADVERSE EVENT").join(last, on="USUBJID")
        counted = choose(left, group).filter(pl.col("USUBJID").is_in(treated.implode()))
        assert shares[number] == pytest.approx(counted.height / len(treated))


def test_more_proneness_makes_fewer_subjects_with_as_many_events():
    def find(sd):
        course = change_course(COURSE, {"adverse_events.proneness_sd": sd})
        trials = observe_trials(VirtualTrial.build(TRIAL, course), SEED, 1, SUBJECTS)
        names = [f"safety.events.teae.first_period_placebo.{number}" for number in ("patients", "events")]
        return [FIGURES[name].simulate(trials).mean() for name in names]

    (few, events), (many, same) = find(1.5), find(0.0)
    assert few < 0.8 * many
    assert events == pytest.approx(same, rel=0.1)
