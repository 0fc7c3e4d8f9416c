"""What the plan asks is carried out or refused, never replaced; broken datasets are refused with every fault."""

import polars as pl
import pytest
from adam_frames import draw_datasets, make_datasets, make_subject, make_value

from myotis.analyze.trial import analyze_trial
from myotis.errors import InputError, SettingError
from myotis.protocol.read import read_trial

TRIAL = read_trial("proderm")
ALL_COMPOSITE = dict.fromkeys(("switch", "discontinuation", "death"), "composite")


def with_estimand(trial=TRIAL, which="primary", **changes):
    """The trial with one estimand alone, changed."""
    (estimand,) = (estimand for estimand in trial.plan.estimands if estimand.id == which)
    alone = {"estimands": (estimand.model_copy(update=changes),), "subgroups": ()}
    plan = trial.plan.model_copy(update=alone)
    return trial.model_copy(update={"plan": plan})


def without_test(trial, which):
    test = trial.plan.estimands[0].test.model_copy(update={"method": "none", "strata": ()})
    return with_estimand(trial, which, test=test)


def value(results, analysis_id, statistic, group="IVIG"):
    rows = results.filter(
        pl.col("analysis_id") == analysis_id, pl.col("statistic") == statistic, pl.col("group") == group
    )
    return rows["value"][0]


@pytest.mark.parametrize(
    ("which", "changes", "message"),
    [
        ("primary", {"intercurrent_events": ALL_COMPOSITE | {"switch": "hypothetical"}}, "hypothetical for switch"),
        ("primary", {"intercurrent_events": ALL_COMPOSITE | {"death": "principal_stratum"}}, "principal_stratum"),
        ("moderate", {"intercurrent_events": ALL_COMPOSITE | {"switch": "while_on_treatment"}}, "while_on_treatment"),
        ("primary", {"intercurrent_events": ALL_COMPOSITE | {"rescue": "composite"}}, "rescue"),
        ("primary", {"missing": "last_observation_carried_forward"}, "last_observation_carried_forward"),
        ("primary", {"covariates": ("baseline",)}, "covariates"),
        ("primary", {"test": TRIAL.plan.estimands[0].test.model_copy(update={"strata": ()})}, "stratification"),
        ("cdasi", {"missing": "observed_cases"}, "observed_cases"),
        ("cdasi", {"missing": "nonresponse"}, "nonresponse"),
        ("cdasi", {"intercurrent_events": ALL_COMPOSITE}, "composite"),
        ("cdasi", {"intercurrent_events": {"rescue": "while_on_treatment"}}, "rescue"),
        ("cdasi", {"test": TRIAL.plan.estimands[0].test}, "cochran_mantel_haenszel"),
        ("cdasi", {"parameter": "ck"}, "a change of ck"),
    ],
)
def test_what_is_not_carried_out_is_refused_by_the_estimands_name(which, changes, message):
    with pytest.raises(SettingError, match=rf"estimand {which}: .*{message}"):
        analyze_trial(draw_datasets(1, n=12), with_estimand(which=which, **changes))


@pytest.mark.parametrize("which", ["primary", "cdasi"])
def test_corrected_strata_are_refused(which):
    trial = with_estimand(which=which, **({"covariates": ("baseline", "strata")} if which == "cdasi" else {}))
    plan = trial.plan.model_copy(update={"strata_as": "corrected"})
    with pytest.raises(SettingError, match=rf"estimand {which}: strata as corrected"):
        analyze_trial(draw_datasets(1, n=12), trial.model_copy(update={"plan": plan}))


def responders(*answers, arm="ivig", **special):
    subjects = [make_subject(number, arm, **special) for number in range(1, len(answers) + 1)]
    rows = [
        make_value(subject, 16, "RESP", AVALC=answer)
        for subject, answer in zip(subjects, answers, strict=True)
        if answer
    ]
    return make_datasets(subjects, rows, [])


def test_observed_cases_leave_out_who_has_no_answer():
    datasets = responders("yes", "no", "not_evaluable", None)
    results = analyze_trial(datasets, with_estimand(missing="observed_cases"))
    assert (value(results, "primary", "count"), value(results, "primary", "denominator")) == (1, 2)
    left_out = results.filter(pl.col("subgroup") == "left_out", pl.col("group") == "IVIG")
    assert left_out["value"].to_list() == [2]
    results = analyze_trial(datasets, with_estimand())
    assert (value(results, "primary", "count"), value(results, "primary", "denominator")) == (1, 4)


@pytest.mark.parametrize(("visit", "count"), [("Week 12", 0), ("Week 16", 0), ("Week 28", 1)])
def test_a_switch_counts_up_to_and_including_the_visit(visit, count):
    datasets = responders("yes", SWITCHFL="Y", SWITCHVS=visit)
    assert value(analyze_trial(datasets, with_estimand()), "primary", "count") == count
    policy = with_estimand(intercurrent_events=dict.fromkeys(ALL_COMPOSITE, "treatment_policy"))
    assert value(analyze_trial(datasets, policy), "primary", "count") == 1


@pytest.mark.parametrize(("visit", "count"), [(None, 0), ("Week 12", 0), ("Week 16", 1)])
@pytest.mark.parametrize(("reason", "event"), [("ADVERSE EVENT", "discontinuation"), ("DEATH", "death")])
def test_leaving_counts_where_an_earlier_visit_was_the_last(visit, count, reason, event):
    datasets = responders("yes", EOSSTT="DISCONTINUED", DCSREAS=reason, DCSVISIT=visit)
    results = analyze_trial(datasets, with_estimand())
    assert value(results, "primary", "count") == count
    counted = results.filter(pl.col("subgroup") == event, pl.col("group") == "IVIG")["value"].to_list()
    assert counted == [1 - count]


def test_bounds_of_an_incomplete_tis_may_be_refused():
    trial = without_test(TRIAL, "moderate")
    option = type(trial.response.incomplete_tis).NOT_EVALUABLE
    strict = trial.model_copy(update={"response": trial.response.model_copy(update={"incomplete_tis": option})})
    subject = make_subject(1, "ivig")
    rows = [make_value(subject, 16, name, AVAL=score) for name, score in (("TIS", None), ("TISLOW", 45.0))]
    datasets = make_datasets([subject], rows, [])
    assert value(analyze_trial(datasets, trial), "moderate", "count") == 1
    assert value(analyze_trial(datasets, strict), "moderate", "count") == 0


def test_an_empty_arm_is_a_row_that_says_why():
    results = analyze_trial(responders("yes", "no"), TRIAL)
    rows = results.filter(pl.col("analysis_id") == "primary", pl.col("comparator").is_not_null())
    assert rows["value"].to_list() == [None] * 6
    assert all("subjects" in options for options in rows["method_options"])
    cdasi = results.filter(pl.col("analysis_id") == "cdasi", pl.col("comparator").is_not_null())
    assert cdasi["value"].to_list() == [None] * 3


def test_changes_can_be_of_observed_cases():
    policy = dict.fromkeys(ALL_COMPOSITE, "treatment_policy")
    trial = with_estimand(which="cdasi", intercurrent_events=policy, missing="observed_cases")
    results = analyze_trial(draw_datasets(5), trial)
    carried = results.filter(pl.col("subgroup") == "carried_forward")
    assert carried["value"].to_list() == [0, 0]
    observed = draw_datasets(5)["ADCSM"].filter(PARAMCD="CDASIA", AVISITN=16, TRT01P="IVIG")
    assert value(results, "cdasi", "n") == observed.filter(pl.col("DTYPE").is_null()).height


def test_strata_can_be_a_covariate():
    results = analyze_trial(draw_datasets(6), with_estimand(which="cdasi", covariates=("baseline", "strata")))
    assert value(results, "cdasi", "estimate") is not None
    assert "covariates=baseline+strata" in results.filter(pl.col("analysis_id") == "cdasi")["method_options"][0]


@pytest.mark.parametrize("which", ["primary", "cdasi"])
def test_strata_must_be_known(which):
    datasets = draw_datasets(6)
    datasets["ADSL"] = datasets["ADSL"].with_columns(STRATAR=pl.lit(None, dtype=pl.String))
    covariates = {"covariates": ("baseline", "strata")} if which == "cdasi" else {}
    with pytest.raises(SettingError, match=rf"estimand {which}: \d+ subjects have no stratum"):
        analyze_trial(datasets, with_estimand(which=which, **covariates))


def test_every_fault_of_the_datasets_is_named():
    datasets = draw_datasets(7, n=4)
    datasets["ADSL"] = datasets["ADSL"].with_columns(SEX=pl.lit("X")).drop("MAXTIS")
    del datasets["ADCSM"]
    with pytest.raises(InputError) as error:
        analyze_trial(datasets, TRIAL)
    columns = [fault.column for fault in error.value.faults]
    assert columns.count("SEX") == 4
    assert "MAXTIS" in columns
    assert any("ADCSM" in fault.what for fault in error.value.faults)


@pytest.mark.parametrize(
    ("special", "column"),
    [
        ({"TRT01P": "Something else"}, "TRT01P"),
        ({"SWITCHFL": "Y", "SWITCHVS": None}, "SWITCHVS"),
        ({"SWITCHFL": "Y", "SWITCHVS": "Week 99"}, "SWITCHVS"),
        ({"EOSSTT": "DISCONTINUED", "DCSVISIT": "Week 99"}, "DCSVISIT"),
    ],
)
def test_arms_and_visits_must_be_the_protocols(special, column):
    with pytest.raises(InputError) as error:
        analyze_trial(responders("yes", **special), TRIAL)
    (fault,) = error.value.faults
    assert (fault.column, fault.row, fault.key) == (column, 2, "USUBJID=ProDERM-001")


def test_a_set_may_go_by_the_actual_arm():
    datasets = responders("yes", "no", TRT01A="Placebo")
    results = analyze_trial(datasets, with_estimand(analysis_set="SAF"))
    assert value(results, "primary", "denominator", "Placebo") == 2
    assert value(results, "primary", "denominator", "IVIG") == 0


def test_rescue_is_carried_out_by_a_response_that_excludes_it():
    trial = read_trial("reclaiim")
    group, comparator = (arm for arm in trial.arms[:2])
    subjects, rows = [], []
    for number in range(1, 9):
        arm = group if number % 2 else comparator
        subject = make_subject(number, "ivig", TRT01P=arm.label, TRT01A=arm.label, ARMCD=arm.id)
        subjects.append(subject)
        rows.append(make_value(subject, 25, "RESP", AVALC="no" if number in {2, 4, 5} else "yes"))
    results = analyze_trial(make_datasets(subjects, rows, []), trial)
    assert value(results, "primary", "count", group.label) == 3
    assert value(results, "primary", "count", comparator.label) == 2
    method = results.filter(pl.col("analysis_id") == "primary", pl.col("statistic") == "upper")["method"].unique()
    assert set(method) == {"newcombe", "wilson"}
