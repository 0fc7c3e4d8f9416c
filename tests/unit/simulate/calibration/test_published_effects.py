"""Figures of simulated trials against the same trials written down as tables, derived and analyzed."""

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from myotis.analyze.reproduce import read_published
from myotis.analyze.trial import carry_out_estimand
from myotis.datasets.results import Result, build_results
from myotis.protocol.read import read_trial
from myotis.simulate.batch import VirtualTrial, simulate_batch
from myotis.simulate.calibration.figures import list_figures
from myotis.simulate.calibration.observed_trials import observe_trials
from myotis.simulate.changes import change_course
from myotis.simulate.course import read_course
from myotis.simulate.derived import derive_batch
from myotis.simulate.luck import Luck
from myotis.simulate.streams import Streams

TRIAL = read_trial("proderm")
COURSE = change_course(
    read_course("proderm"),
    {"flares.probability_per_4_weeks.*": "* 3", "absence.visit_missed": 0.03, "adverse_events.kinds": {}},
)
VIRTUAL = VirtualTrial.build(TRIAL, COURSE)
FIGURES = {figure.address: figure for figure in list_figures(read_published("proderm"), TRIAL)}
SEED, SUBJECTS, CHECKED = 4, 60, range(6)
SIDES = ("group", "comparator")


@pytest.fixture(scope="module")
def observed():
    return observe_trials(VIRTUAL, SEED, 0, SUBJECTS)


@pytest.fixture(scope="module")
def derived():
    luck = Luck(Streams(SEED, 0))
    return derive_batch(VIRTUAL, luck, simulate_batch(VIRTUAL, luck, SUBJECTS))


def take(derived, number):
    return {name: frame.filter(pl.col("trial") == number) for name, frame in derived.items()}


def analyze(derived, number, estimand):
    found = build_results(
        carry_out_estimand(estimand, take(derived, number), TRIAL, Result(analysis_id="", protocol_digest=""))
    )
    return found.filter(pl.col("comparator").is_null())


def find_label(side):
    estimand = TRIAL.plan.estimands[0]
    name = estimand.group if side == "group" else estimand.comparator
    return next(arm.label for arm in TRIAL.arms if arm.id == name)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    ("address", "estimand"),
    [("tis20-week16", "primary"), ("tis40-week16", "moderate"), ("tis60-week16", "major")],
)
def test_responders_are_those_of_the_analysis(observed, derived, side, address, estimand):
    shares = FIGURES[f"responders.{address}.{side}.count"].simulate(observed)
    planned = next(one for one in TRIAL.plan.estimands if one.id == estimand)
    for number in CHECKED:
        rows = analyze(derived, number, planned).filter(pl.col("group") == find_label(side))
        count = rows.filter((pl.col("statistic") == "count") & (pl.col("analysis_id") == estimand))["value"][0]
        total = rows.filter((pl.col("statistic") == "denominator") & (pl.col("analysis_id") == estimand))["value"][0]
        assert shares[number] == pytest.approx(count / total)


@pytest.mark.parametrize(
    ("address", "side", "estimand"),
    [
        ("time-to-tis20", "group", "time_to_minimal"),
        ("time-to-tis20", "comparator", "time_to_minimal"),
        ("time-to-tis40", "group", "time_to_moderate"),
    ],
)
def test_median_times_are_those_of_the_analysis(observed, derived, side, address, estimand):
    medians = FIGURES[f"time_to_event.{address}-first-period.{side}.median"].simulate(observed)
    planned = next(one for one in TRIAL.plan.estimands if one.id == estimand)
    for number in CHECKED:
        rows = analyze(derived, number, planned).filter(pl.col("group") == find_label(side))
        told = rows.filter((pl.col("analysis_id") == f"{estimand}.median") & (pl.col("statistic") == "estimate"))
        median = told["value"][0]
        assert medians[number] == pytest.approx(113 + 28 if median is None else median)


@pytest.mark.parametrize(
    ("address", "parameter", "week"),
    [("mmt8-week16", "MMT", 16), ("haq-week16", "HAQDI", 16), ("cdasi-activity-week16", "CDASIA", 16)],
)
def test_changes_are_those_of_the_dataset(observed, derived, address, parameter, week):
    for number in CHECKED:
        datasets = take(derived, number)
        switched = datasets["ADSL"].filter(pl.col("SWITCHFL") == "Y")
        rows = datasets["ADCSM"].filter((pl.col("PARAMCD") == parameter) & (pl.col("AVISIT") == f"Week {week}"))
        rows = rows.filter(pl.col("DTYPE").is_null())  # values that were carried forward are not observed
        rows = rows.join(switched, on="USUBJID", how="anti")
        for side in SIDES:
            changes = rows.filter(pl.col("TRT01P") == find_label(side))["CHG"].drop_nulls()
            for word, value in (("mean", changes.mean()), ("sd", changes.std()), ("n", len(changes))):
                found = FIGURES[f"changes.{address}.{side}.{word}"].simulate(observed)[number]
                assert_allclose(found, value, rtol=1e-9, err_msg=f"{address} {side} {word}")


def test_shares_of_strata_add_up_to_one(observed):
    shares = [FIGURES[f"percents.severity-{name}.count"].simulate(observed) for name in ("mild", "moderate", "severe")]
    assert_allclose(np.sum(shares, axis=0), 1)


def test_a_median_that_is_not_reached_lies_after_the_last_visit():
    nothing = change_course(
        COURSE, {"measures.*.recovery": {"octagam_10": 0.0, "saline": 0.0}, "measures.*.recovery_sd": 0.0}
    )
    trials = observe_trials(VirtualTrial.build(TRIAL, nothing), SEED, 0, 40)
    medians = FIGURES["time_to_event.time-to-tis40-first-period.group.median"].simulate(trials)
    assert_array_equal(medians[medians > 113], 141)
    assert (medians > 113).mean() > 0.9
