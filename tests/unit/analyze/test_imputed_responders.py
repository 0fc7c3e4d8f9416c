"""The composite responder with its core set measures imputed: cases whose answer is evident."""

import numpy as np
import polars as pl
import pytest
from imputation_plan import HYPOTHETICAL, IMPUTATION, TIPPING, plan_imputation

from myotis.analyze.imputation.completed import complete, find_visits, respond
from myotis.analyze.imputation.recorded import read_core_set
from myotis.analyze.imputation.responders import Compared
from myotis.analyze.imputation.scales import Scale
from myotis.analyze.imputation.tipping import worsen
from myotis.analyze.subjects import select_subjects
from myotis.analyze.trial import analyze_trial
from myotis.derive.datasets import derive_datasets
from myotis.errors import InputError
from myotis.instruments.tis_levels import SLOTS, Slot
from myotis.protocol.imputation import ImputedMeasure
from myotis.protocol.read import read_trial
from myotis.simulate.trial import simulate_trial
from myotis.terms.missing import MISSING

PRODERM = read_trial("proderm")
SNAPSHOT = simulate_trial(PRODERM, seed=7, subjects=60)
DATASETS = derive_datasets(SNAPSHOT, PRODERM)
LAST = 16


@pytest.fixture
def trial(tmp_path):
    return plan_imputation(tmp_path, {"tipping": TIPPING})


def analyze(trial, datasets=DATASETS):
    return analyze_trial(datasets, trial)


def values(rows, analysis="imputed", **where):
    found = rows.filter(pl.col("analysis_id") == analysis, *(pl.col(k).eq_missing(v) for k, v in where.items()))
    return dict(found.select("statistic", "value").iter_rows())


def estimand_of(trial):
    return next(estimand for estimand in trial.plan.estimands if estimand.id == "imputed")


def complete_for(trial, datasets=DATASETS):
    estimand = estimand_of(trial)
    subjects = select_subjects(datasets["ADSL"], trial, "FAS")
    compared = Compared.of_estimand(subjects, estimand, trial)
    return estimand, compared, complete(compared.subjects, datasets["ADCSM"], compared.arm, estimand, trial)


def drop(datasets, condition):
    return datasets | {"ADCSM": datasets["ADCSM"].filter(~condition)}


def without_leavers(datasets=DATASETS):
    """The subjects who are in the trial to the end, switched to nothing, and have every core set measure."""
    adsl = datasets["ADSL"].filter((pl.col("FPCOMPFL") == "Y") & (pl.col("SWITCHFL") == "N"))
    core = datasets["ADCSM"].filter(~pl.col("PARAMCD").is_in(["CDASIA", "CDASID"]) & (pl.col("AVISITN") <= LAST))
    whole = core.group_by("USUBJID").len().filter(pl.col("len") == 30)["USUBJID"].implode()
    adsl = adsl.filter(pl.col("USUBJID").is_in(whole))
    members = adsl["USUBJID"].implode()
    others = {name: datasets[name].filter(pl.col("USUBJID").is_in(members)) for name in ("ADTIS", "ADCSM")}
    return {"ADSL": adsl} | others


def test_with_nothing_missing_it_is_the_analysis_without_imputation(trial):
    rows = analyze(trial, without_leavers())
    whole, imputed = (values(rows, name, comparator="Placebo") for name in ("primary", "imputed"))
    for statistic in ("estimate", "lower", "upper", "p_value"):
        assert imputed[statistic] == pytest.approx(whole[statistic], rel=1e-9)
    assert imputed["test_statistic"] ** 2 == pytest.approx(whole["test_statistic"], rel=1e-9)
    assert values(rows, "imputed.imputed", group="IVIG")["count"] == 0
    arms = [{**values(rows, name, group="IVIG", comparator=None)} for name in ("primary", "imputed")]
    assert arms[0] == pytest.approx(arms[1], rel=1e-9)


def test_what_is_recomputed_is_what_the_datasets_say(trial):
    estimand, compared, completed = complete_for(trial, without_leavers())
    answers = respond(completed, completed.imputed, compared.subjects, estimand, trial)
    said = DATASETS["ADTIS"].filter(PARAMCD="RESP", AVISITN=LAST).select("USUBJID", yes=pl.col("AVALC") == "yes")
    expected = compared.subjects.join(said, on="USUBJID", how="left", maintain_order="left")["yes"].to_numpy()
    assert (answers == expected).all()
    assert 0 < expected.sum() < len(expected)


def test_observed_values_stay_and_imputed_ones_lie_on_their_grid_and_in_range(trial):
    _, _, completed = complete_for(trial)
    known = ~completed.missing
    numbers = completed.core.numbers()
    assert 0 < completed.missing.sum() < 0.2 * known.sum()
    assert (completed.imputed[:, known] == numbers[known]).all()
    for place, (slot, scale) in enumerate(zip(SLOTS, completed.scales, strict=True)):
        imputed = completed.imputed[:, completed.missing[..., place], place]
        steps = (imputed - scale.minimum) / float(IMPUTATION["measures"][slot.value]["step"])
        assert np.abs(steps - np.rint(steps)).max() < 1e-6
        assert imputed.min() >= scale.minimum
        assert imputed.max() <= scale.maximum
        assert len(np.unique(imputed)) > 3


def test_values_after_a_switch_are_set_missing_or_kept(tmp_path, trial):
    switched = DATASETS["ADSL"].filter(SWITCHFL="Y").sort("USUBJID")
    _, compared, completed = complete_for(trial)
    row = compared.subjects["USUBJID"].to_list().index(switched["USUBJID"][0])
    days = [visit.day for visit in find_visits(estimand_of(trial), trial)]
    after = np.array(days) > trial.visit(switched["SWITCHVS"][0]).day
    assert completed.missing[row, after].all()
    assert not completed.missing[row, ~after].all()
    policy = HYPOTHETICAL | {"switch": "treatment_policy"}
    kept = plan_imputation(tmp_path, {"after_switch": "kept"}, {"intercurrent_events": policy})
    assert not complete_for(kept)[2].missing[row].all(axis=-1).any()


def test_composite_events_are_no_response_whatever_is_imputed(tmp_path):
    composite = {"switch": "composite", "discontinuation": "composite", "death": "composite"}
    rows = analyze(plan_imputation(tmp_path, {}, {"intercurrent_events": composite}))
    # Every subject without a composite event has an answer here but for a missed visit: at most one more responds.
    primary = values(rows, "primary", group="Placebo", comparator=None)
    imputed = values(rows, group="Placebo", comparator=None)
    missing = values(rows, "primary.non_response", group="Placebo", subgroup="missing")["count"]
    assert primary["count"] <= imputed["count"] <= primary["count"] + missing


def test_the_same_seed_gives_the_same_rows_and_another_does_not(tmp_path, trial):
    rows = analyze(trial)
    assert rows.equals(analyze(trial))
    shuffled = {name: frame.sample(fraction=1, shuffle=True, seed=4) for name, frame in DATASETS.items()}
    assert analyze(trial, shuffled).equals(rows)
    other = plan_imputation(tmp_path, {"tipping": TIPPING, "seed": 21})
    assert values(rows, comparator="Placebo")["se"] != values(analyze(other), comparator="Placebo")["se"]


def test_a_subject_with_a_baseline_only_is_imputed(trial):
    name = DATASETS["ADSL"].filter(SWITCHFL="N", FPCOMPFL="Y")["USUBJID"][0]
    rows = analyze(trial, drop(DATASETS, (pl.col("USUBJID") == name) & (pl.col("AVISITN") > 0)))
    assert values(rows, comparator="Placebo")["estimate"] is not None
    nothing = analyze(trial, drop(DATASETS, pl.col("USUBJID") == name))
    assert values(nothing, comparator="Placebo")["estimate"] is not None


def test_a_measure_that_an_arm_has_not_at_a_visit_is_told(trial):
    gone = (pl.col("PARAMCD") == "HAQDI") & (pl.col("AVISITN") == 8) & (pl.col("TRT01P") == "IVIG")
    rows = analyze(trial, drop(DATASETS, gone)).filter(analysis_id="imputed")
    assert rows.filter(statistic="estimate")["value"].to_list() == [None]
    assert "nobody of the arm IVIG has haq at Week 8" in rows.filter(statistic="p_value")["method_options"][0]


def test_an_arm_without_subjects_has_no_answer(trial):
    alone = DATASETS | {"ADSL": DATASETS["ADSL"].filter(TRT01P="IVIG")}
    rows = analyze(trial, alone).filter(analysis_id="imputed")
    assert rows.filter(group="Placebo", statistic="denominator")["value"].to_list() == [0]
    assert rows.filter(statistic="lower")["value"].null_count() == 3
    assert "the arm Placebo has no subjects" in rows.filter(statistic="estimate")["method_options"][0]
    assert analyze(trial, alone).filter(analysis_id="imputed.tipping").height == 0


def test_without_subjects_at_all_there_is_no_answer_of_estimate_and_test(trial):
    nobody = {name: table.clear() for name, table in DATASETS.items()}
    found = analyze(trial, nobody).filter(pl.col("analysis_id") == "imputed", pl.col("comparator").is_not_null())
    assert {"estimate", "p_value"} <= set(found["statistic"])
    assert found["value"].null_count() == found.height
    assert all("there are no subjects" in options for options in found["method_options"])


def test_an_enzyme_without_its_limit_or_name_is_refused(trial):
    first = (pl.col("PARAMCD") == "ENZXULN") & (pl.col("AVISITN") == 4)
    for column in ("ANRHI", "ENZYME"):
        bare = DATASETS["ADCSM"].with_columns(pl.when(~first).then(pl.col(column)).alias(column))
        with pytest.raises(InputError, match=r"AVISITN=4.*no name or no upper limit of normal"):
            analyze(trial, DATASETS | {"ADCSM": bare})


def test_a_value_off_its_grid_is_refused(trial):
    off = pl.when(PARAMCD="MMT").then(pl.col("AVAL") + 0.5).otherwise(pl.col("AVAL"))
    with pytest.raises(InputError, match="off the grid of its measure"):
        analyze(trial, DATASETS | {"ADCSM": DATASETS["ADCSM"].with_columns(AVAL=off)})


def test_a_subject_without_an_enzyme_at_baseline_gets_the_one_that_most_are_followed_by(trial):
    adcsm = DATASETS["ADCSM"].filter(PARAMCD="ENZXULN", AVISITN=0)
    most = adcsm.group_by("ENZYME").len().sort("len")["ENZYME"][-1]
    name = adcsm.filter(pl.col("ENZYME") != most)["USUBJID"][0]
    bare = drop(DATASETS, (pl.col("PARAMCD") == "ENZXULN") & (pl.col("USUBJID") == name))
    subjects = DATASETS["ADSL"].filter(USUBJID=name)
    visits = find_visits(estimand_of(trial), trial)
    core = read_core_set(DATASETS["ADSL"], bare["ADCSM"], visits, PRODERM.tis.settings)
    row = DATASETS["ADSL"]["USUBJID"].to_list().index(name)
    assert core.settings.enzymes[core.enzyme[row]] == most
    assert (core.steps[row, :, SLOTS.index(Slot.ENZYME)] == MISSING).all()
    assert subjects.height == 1


def test_imputed_values_are_made_worse_by_steps_and_observed_ones_and_baselines_are_not(trial):
    _, compared, completed = complete_for(trial)
    tipping = trial.plan.imputations[0].tipping
    worse = worsen(completed, compared, tipping, 2, 0)
    moved = worse - completed.imputed
    assert not moved[:, ~completed.missing].any()
    assert not moved[:, compared.arm == 0].any()
    assert not moved[:, :, 0].any()
    at = completed.missing & (compared.arm == 1)[:, None, None]
    at[:, 0] = False
    strength, physician, enzyme = (SLOTS.index(s) for s in (Slot.STRENGTH, Slot.PHYSICIAN_GLOBAL, Slot.ENZYME))
    assert moved[:, at[..., strength], strength].min() == -10
    assert moved[:, at[..., physician], physician].max() == pytest.approx(2)
    assert not moved[..., enzyme].any()
    assert worse[..., physician].max() <= 10


def test_the_worse_the_missing_of_the_group_the_smaller_the_difference(trial):
    rows = analyze(trial)
    estimates = [values(rows, "imputed.tipping", subgroup=f"group={k}; comparator=0")["estimate"] for k in (0, 2, 8)]
    assert estimates == sorted(estimates, reverse=True)
    assert estimates[0] > estimates[-1]
    assert estimates[0] == values(rows, comparator="Placebo", group="IVIG")["estimate"]


def test_the_table_of_counts_goes_from_no_missing_responder_to_all(trial):
    every = analyze(trial)
    rows = every.filter(analysis_id="imputed.tipping_count", statistic="estimate")
    wide = dict(rows.select("subgroup", "value").iter_rows())
    primary = values(every, "primary", comparator="Placebo")["estimate"]
    assert len(wide) == rows.height > 3
    assert min(wide.values()) < wide["group=0; comparator=0"] < max(wide.values())
    assert wide["group=0; comparator=0"] == pytest.approx(primary, abs=12)
    last = max(int(name.split("; ")[0].removeprefix("group=")) for name in wide)
    assert wide[f"group={last}; comparator=0"] == max(wide.values())


@pytest.mark.parametrize(
    ("name", "step"), [("physician_global", "0.1"), ("mmt", "1"), ("haq", "0.125"), ("enzyme", "0.01")]
)
def test_every_value_comes_back_from_its_scale(name, step):
    for kind in ("identity", "log") if name == "enzyme" else ("identity", "logit_of_range"):
        planned = ImputedMeasure.model_validate({"scale": kind, "step": pl.Series([step]).cast(pl.Decimal(10, 3))[0]})
        scale = Scale.of_measure(Slot(name), planned, PRODERM.tis.settings)
        top = 20 if name == "enzyme" else scale.maximum
        numbers = np.arange(scale.minimum, top + float(step) / 2, float(step))
        assert scale.from_model(scale.to_model(numbers)) == pytest.approx(numbers, abs=1e-9)
        extreme = scale.from_model(np.array([-1e3, 1e3]))
        assert extreme.tolist() == [scale.minimum, scale.maximum]


@pytest.mark.parametrize("strategy", ["jump_to_reference", "copy_reference", "copy_increments_in_reference"])
def test_imputation_in_reference_takes_the_benefit_from_those_who_left(tmp_path, strategy):
    # Half of the group leaves after week 4; on placebo nothing changes, so whoever jumps to it seldom responds.
    kept = DATASETS["ADSL"].filter(TRT01P="IVIG", FPCOMPFL="Y")["USUBJID"].to_list()[::2]
    left = pl.col("USUBJID").is_in(kept)
    adsl = DATASETS["ADSL"].with_columns(
        EOSSTT=pl.when(left).then(pl.lit("DISCONTINUED")).otherwise("EOSSTT"),
        DCSVISIT=pl.when(left).then(pl.lit("Week 4")).otherwise("DCSVISIT"),
    )
    datasets = drop(DATASETS | {"ADSL": adsl}, left & (pl.col("AVISITN") > 4))
    percents = {}
    for assumed in ("missing_at_random", strategy):
        reference = {} if assumed == "missing_at_random" else {"reference": "placebo"}
        plan = plan_imputation(tmp_path, {"after_discontinuation": assumed, "imputations": 40, **reference})
        percents[assumed] = values(analyze(plan, datasets), group="IVIG", comparator=None)["percent"]
    assert percents[strategy] < percents["missing_at_random"] - 2
