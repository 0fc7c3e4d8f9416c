"""Estimands of time to an event on datasets written by hand; the times counted on the days of the visits."""

import polars as pl
import pytest
from adam_frames import draw_datasets, make_datasets, make_subject, make_value

from myotis.analyze.times import derive_times
from myotis.analyze.trial import analyze_trial
from myotis.errors import SettingError
from myotis.protocol import methods
from myotis.protocol.read import read_trial

TRIAL = read_trial("proderm")
DAYS = {4: 29, 8: 57, 12: 85, 16: 113, 28: 197}
POLICY = dict.fromkeys(("switch", "discontinuation", "death"), "treatment_policy")


def with_estimand(which="time_to_minimal", **changes):
    (estimand,) = (estimand for estimand in TRIAL.plan.estimands if estimand.id == which)
    plan = TRIAL.plan.model_copy(update={"estimands": (estimand.model_copy(update=changes),), "subgroups": ()})
    return TRIAL.model_copy(update={"plan": plan})


def make(courses, parameter="TIS"):
    """Datasets of subjects, each with its arm, what is special, and its values by week."""
    subjects, rows = [], []
    for number, (arm, special, course) in enumerate(courses, 1):
        subject = make_subject(number, arm, **special)
        subjects.append(subject)
        for week, value in course.items():
            held = {"AVAL": value} if parameter == "TIS" else {"AVALC": value}
            rows.append(make_value(subject, week, parameter, ADY=DAYS[week], **held))
    return make_datasets(subjects, rows, [])


def times(courses, trial, parameter="TIS"):
    from myotis.analyze.subjects import select_subjects

    datasets = make(courses, parameter)
    (estimand,) = trial.plan.estimands
    found = derive_times(select_subjects(datasets["ADSL"], trial, "FAS"), datasets["ADTIS"], estimand, trial)
    return list(found.select("day", "event").iter_rows())


LEFT = {"EOSSTT": "DISCONTINUED", "DCSREAS": "ADVERSE EVENT", "DCSVISIT": "Week 8"}
SWITCHED = {"SWITCHFL": "Y", "SWITCHVS": "Week 8"}
COURSES = {
    "improved at week 8": ("ivig", {}, {4: 10.0, 8: 20.0, 12: 5.0}),
    "never, seen until week 16": ("ivig", {}, {4: 10.0, 8: 15.0, 12: 15.0, 16: 19.5}),
    "too late": ("ivig", {}, {4: 10.0, 16: 10.0, 28: 60.0}),
    "not evaluable at week 8": ("ivig", {}, {4: 10.0, 8: None, 12: 45.0}),
    "improved after the switch": ("placebo", SWITCHED, {4: 0.0, 8: 0.0, 12: 40.0, 16: 40.0}),
    "improved at the visit of the switch": ("placebo", SWITCHED, {4: 0.0, 8: 40.0}),
    "left": ("placebo", LEFT, {4: 0.0, 8: 0.0}),
    "never seen": ("placebo", LEFT, {}),
}


def test_while_on_treatment_nothing_after_the_event_counts():
    expected = [(57, 1), (113, 0), (113, 0), (85, 1), (57, 0), (57, 1), (57, 0), (None, 0)]
    assert times(COURSES.values(), with_estimand()) == expected


def test_treatment_policy_looks_beyond_a_switch():
    found = times(COURSES.values(), with_estimand(intercurrent_events=POLICY))
    assert found[4] == (85, 1)
    assert found[:4] == [(57, 1), (113, 0), (113, 0), (85, 1)]


def test_another_threshold_and_a_later_visit():
    assert times(COURSES.values(), with_estimand(threshold=60, visit="W28"))[2] == (197, 1)


def test_deterioration_counts_once_confirmed():
    courses = [
        ("ivig", {}, {4: "suspected", 8: "confirmed", 12: "none"}),
        ("ivig", {}, {4: "suspected", 8: "not_evaluable", 12: "suspected"}),
        ("placebo", {}, {4: "none", 8: "not_evaluable"}),
    ]
    found = times(courses, with_estimand("time_to_deterioration"), "DETER")
    assert found == [(57, 1), (85, 0), (29, 0)]


def rows(results, analysis, statistic, group="IVIG", comparator=None):
    found = results.filter(
        pl.col("analysis_id") == analysis,
        pl.col("statistic") == statistic,
        pl.col("group") == group,
        pl.col("comparator").eq_missing(comparator),
    )
    return found.select("value", "method_options").rows()


def test_counts_medians_and_curves_are_rows():
    results = analyze_trial(make(COURSES.values()), with_estimand())
    assert rows(results, "time_to_minimal", "count") == [(2.0, rows(results, "time_to_minimal", "count")[0][1])]
    assert rows(results, "time_to_minimal", "denominator", "Placebo")[0][0] == 3
    assert rows(results, "time_to_minimal.unseen", "count", "Placebo")[0][0] == 1
    curve = results.filter(pl.col("analysis_id") == "time_to_minimal.curve", pl.col("group") == "IVIG")
    # four subjects: events at 57 (of 4) and 85 (of 3), two censored at 113
    assert dict(curve.select("subgroup", "value").iter_rows()) == pytest.approx(
        {"day 57": 75.0, "day 85": 50.0, "day 113": 50.0}
    )


def test_what_is_not_reached_is_a_row_that_says_so():
    results = analyze_trial(make(COURSES.values()), with_estimand())
    ((value, options),) = rows(results, "time_to_minimal.median", "upper")
    assert value is None
    assert options.endswith("not reached")


def test_an_arm_without_an_event_has_no_hazard_ratio_and_says_why():
    courses = [("ivig", {}, {4: 20.0}), ("ivig", {}, {4: 0.0, 8: 20.0}), ("placebo", {}, {4: 0.0, 8: 0.0})]
    results = analyze_trial(make(courses), with_estimand())
    ((value, options),) = rows(results, "time_to_minimal", "estimate", comparator="Placebo")
    assert value is None
    assert "no answer" in options


def test_nobody_at_all_is_told():
    results = analyze_trial(make([]), with_estimand())
    assert all(value is None for value, _ in rows(results, "time_to_minimal.median", "estimate"))


LOG_RANK = methods.Test(method="log_rank", continuity_correction=False, strata=("gda",))


@pytest.mark.parametrize("summary", ["hazard_ratio", "difference_in_restricted_means"])
@pytest.mark.parametrize("which", ["time_to_minimal", "time_to_deterioration"])
def test_a_random_trial_gives_every_row(which, summary):
    """ADY is added to the random datasets: the planned day."""
    datasets = draw_datasets(3)
    day = pl.col("AVISITN").replace_strict(DAYS | {40: 281}, default=1, return_dtype=pl.Int64)
    datasets["ADTIS"] = datasets["ADTIS"].with_columns(day.alias("ADY"))
    results = analyze_trial(datasets, with_estimand(which, summary=summary, test=LOG_RANK))
    for statistic in ("estimate", "lower", "upper", "p_value"):
        ((value, _),) = rows(results, which, statistic, comparator="Placebo")
        assert value is not None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"intercurrent_events": POLICY | {"switch": "composite"}}, "the strategy composite for switch"),
        ({"intercurrent_events": POLICY | {"rescue": "treatment_policy"}}, "for rescue"),
        ({"missing": "nonresponse"}, "missing = nonresponse"),
        ({"covariates": ("baseline",)}, "covariates"),
    ],
)
def test_what_is_not_carried_out_is_refused(changes, message):
    with pytest.raises(SettingError, match=rf"estimand time_to_minimal: .*{message}"):
        analyze_trial(make(COURSES.values()), with_estimand(**changes))


def test_times_are_read_from_the_protocol():
    plan = TRIAL.plan.estimands[-1].time_to_event
    assert plan == methods.TimeToEvent(survival_interval="log_log", median="midpoint", ties="efron")
