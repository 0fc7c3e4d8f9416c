"""Estimands by a mixed model: which values the model gets, and that the rows are the model's answers.

The oracle of the numbers is the model itself, called on arrays that the test writes by hand; the model's own oracle is
other software (tests/independent).
"""

import numpy as np
import polars as pl
import pytest
from adam_frames import draw_datasets, make_datasets, make_subject, make_value

from myotis.analyze.mixed_models import derive_outcomes
from myotis.analyze.subjects import select_subjects
from myotis.analyze.trial import analyze_trial
from myotis.errors import SettingError
from myotis.protocol import methods
from myotis.protocol.read import read_trial
from myotis.statistics.mixed_model.mmrm import fit_mmrm

TRIAL = read_trial("proderm")
HYPOTHETICAL = dict.fromkeys(("switch", "discontinuation", "death"), "hypothetical")
POLICY = dict.fromkeys(HYPOTHETICAL, "treatment_policy")
MODEL = methods.MixedModel(
    covariances=("unstructured", "compound_symmetry"), by_arm=False, degrees_of_freedom="kenward_roger",
    baseline_by_visit=False, weights="equal", margins="rows",
)  # fmt: skip


def plan_of(**changes):
    (cdasi,) = (estimand for estimand in TRIAL.plan.estimands if estimand.id == "cdasi")
    settings = {
        "interval": cdasi.interval.model_copy(update={"method": "mixed_model_t"}),
        "test": cdasi.test.model_copy(update={"method": "mixed_model"}),
        "model": MODEL,
        "missing": "missing_at_random",
        "intercurrent_events": HYPOTHETICAL,
    }
    estimand = cdasi.model_copy(update=settings | changes)
    plan = TRIAL.plan.model_copy(update={"estimands": (estimand,), "subgroups": ()})
    return TRIAL.model_copy(update={"plan": plan})


def outcomes(datasets, trial):
    (estimand,) = trial.plan.estimands
    members = select_subjects(datasets["ADSL"], trial, "FAS")
    name = "ADTIS" if estimand.variable == "tis" else "ADCSM"
    visits = [visit for visit in trial.assessment_visits[1:] if visit.day <= trial.visit(estimand.visit).day]
    return members, *derive_outcomes(members, datasets[name], estimand, trial, visits)


def make():
    switched = make_subject(1, "placebo", SWITCHFL="Y", SWITCHVS="Week 8")
    left = make_subject(2, "ivig", EOSSTT="DISCONTINUED", DCSREAS="ADVERSE EVENT", DCSVISIT="Week 4")
    values = [(switched, {0: 20.0, 4: 22.0, 8: 25.0, 12: 10.0, 16: 8.0}), (left, {0: 30.0, 4: 18.0, 16: 12.0})]
    rows = [
        make_value(subject, week, "CDASIA", AVAL=value, BASE=course[0], CHG=value - course[0] if week else None)
        for subject, course in values
        for week, value in course.items()
    ]
    rows.append(make_value(switched, 16, "CDASIA", AVAL=25.0, BASE=20.0, CHG=5.0, DTYPE="LOCF"))
    return make_datasets([switched, left], [], rows)


def test_hypothetical_leaves_out_what_came_after_the_event():
    _, baseline, outcome = outcomes(make(), plan_of())
    assert baseline.tolist() == [20.0, 30.0]
    np.testing.assert_array_equal(outcome, [[2.0, 5.0, np.nan, np.nan], [-12.0, np.nan, np.nan, np.nan]])


def test_treatment_policy_keeps_it_and_nothing_is_carried_forward():
    _, _, outcome = outcomes(make(), plan_of(intercurrent_events=POLICY))
    np.testing.assert_array_equal(outcome, [[2.0, 5.0, -10.0, -12.0], [-12.0, np.nan, np.nan, -18.0]])


def value(results, statistic, visit="Week 16", group="IVIG", comparator="Placebo", analysis="cdasi"):
    rows = results.filter(
        pl.col("analysis_id") == analysis, pl.col("statistic") == statistic, pl.col("visit") == visit,
        pl.col("group") == group, pl.col("comparator").eq_missing(comparator),
    )  # fmt: skip
    (found,) = rows["value"]
    return found


@pytest.mark.parametrize("variable", ["change", "tis"])
def test_the_rows_are_the_answers_of_the_model(variable):
    datasets = draw_datasets(5)
    special = {"variable": "tis", "parameter": None, "covariates": ("strata",)} if variable == "tis" else {}
    trial = plan_of(**special)
    members, baseline, outcome = outcomes(datasets, trial)
    arm = (members["arm"] == "IVIG").to_numpy().astype(int)
    strata = members["STRATAR"].to_numpy()[:, None] == np.array(["moderate", "severe"])
    with_baseline = variable == "change"
    kept = ~np.isnan(outcome).all(axis=1) & (~np.isnan(baseline) if with_baseline else True)
    fit = fit_mmrm(
        outcome[kept], arm[kept], reference=0,
        covariates=baseline[kept, None] if with_baseline else np.empty((kept.sum(), 0)),
        factors=np.empty((kept.sum(), 0)) if with_baseline else (strata @ [1, 2])[kept, None],
        covariance="unstructured", df_method="kenward-roger", weights="equal", margins="rows", level=0.95,
    )  # fmt: skip
    results = analyze_trial(datasets, trial)
    assert value(results, "estimate") == pytest.approx(fit.differences.estimate[0, 3])
    assert value(results, "upper") == pytest.approx(fit.differences.upper[0, 3])
    assert value(results, "p_value") == pytest.approx(fit.tests.p_value[0, 3])
    assert value(results, "estimate", "Week 4", analysis="cdasi.visits") == pytest.approx(
        fit.differences.estimate[0, 0]
    )
    assert value(results, "estimate", group="Placebo", comparator=None) == pytest.approx(fit.means.estimate[0, 3])
    assert value(results, "n", comparator=None) == (kept & (arm == 1)).sum()


def test_the_structure_that_was_used_and_why_is_in_the_options():
    datasets = draw_datasets(5)
    options = analyze_trial(datasets, plan_of()).filter(pl.col("statistic") == "p_value")["method_options"]
    assert all("covariance=unstructured" in text for text in options)
    one = make_subject(1, "ivig"), make_subject(2, "placebo")
    rows = [make_value(s, w, "CDASIA", AVAL=20.0 + w, BASE=20.0, CHG=float(w)) for s in one for w in (4,)]
    results = analyze_trial(make_datasets(one, [], rows), plan_of())
    told = results.filter(pl.col("analysis_id") == "cdasi", pl.col("comparator") == "Placebo")
    assert told["value"].to_list() == [None, None, None]
    assert all("no" in text for text in told["method_options"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"intercurrent_events": HYPOTHETICAL | {"switch": "composite"}}, "the strategy composite for switch"),
        ({"intercurrent_events": HYPOTHETICAL | {"rescue": "hypothetical"}}, "the strategy hypothetical for rescue"),
        ({"missing": "observed_cases"}, "missing = observed_cases"),
        ({"test": methods.Test(method="ancova", continuity_correction=False)}, "a mixture of methods"),
    ],
)
def test_what_is_not_carried_out_is_refused(changes, message):
    with pytest.raises(SettingError, match=f"estimand cdasi: {message}"):
        analyze_trial(draw_datasets(1, n=12), plan_of(**changes))
