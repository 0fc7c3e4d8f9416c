"""Simulated trials analyzed as arrays, against the same trials written down, derived and analyzed one by one."""

from decimal import Decimal

import polars as pl
import pytest

from myotis.analyze.settling import REASONS
from myotis.analyze.trial import analyze_trial
from myotis.derive.datasets import derive_datasets
from myotis.protocol.read import read_trial
from myotis.simulate.analyses import analyze_proportions, check_estimand, is_counted
from myotis.simulate.batch import VirtualTrial, simulate_batch
from myotis.simulate.changes import change_course
from myotis.simulate.chunks import build_worlds, simulate_designs, take_analyses
from myotis.simulate.course import read_course
from myotis.simulate.derived import analyze_derived
from myotis.simulate.luck import Luck
from myotis.simulate.outcomes import score_batch
from myotis.simulate.simulation import AnalysisChoice, Comparison, Design, Scenario, plan_simulation
from myotis.simulate.streams import BATCH, Streams
from myotis.simulate.trial import simulate_trial

COURSE = change_course(
    read_course("proderm"),
    {
        "absence.visit_missed": 0.08, "absence.measure_missed": 0.05, "flares.probability_per_4_weeks.*": "* 4",
        "discontinuation.*.probability_per_4_weeks.*": "* 3",
    },
)  # fmt: skip
"""A course in which much is missing and many leave or switch."""
SEED, SUBJECTS, BATCH_NUMBER = 4, 60, 1
NUMBERS = (0, 1, 77, 255)


def vary(trial):
    """The plan's estimands of response, and the same with other policies, methods and visits."""
    estimands = [e for e in trial.plan.estimands if e.variable in {"response", "tis_at_least"}]
    first = estimands[0]
    named = {"method": "newcombe"}, {"method": "miettinen_nurminen"}
    others = [
        first.model_copy(update={"id": "observed", "missing": "observed_cases"}),
        first.model_copy(
            update={"id": "policy", "intercurrent_events": dict.fromkeys(first.intercurrent_events, "treatment_policy")}
        ),
        first.model_copy(update={"id": "without_deterioration", "variable": "tis_at_least", "threshold": Decimal(20)}),
        *(
            first.model_copy(update={"id": name["method"], "interval": first.interval.model_copy(update=name)})
            for name in named
        ),
        first.model_copy(
            update={"id": "fisher", "test": first.test.model_copy(update={"method": "fisher_exact", "strata": ()})}
        ),
    ]
    plan = trial.plan.model_copy(update={"estimands": (*estimands, *others), "families": (), "subgroups": ()})
    return trial.model_copy(update={"plan": plan})


TRIAL = vary(read_trial("proderm"))
MIXED_MODEL = {
    "summary": "difference_in_adjusted_means", "missing": "missing_at_random", "covariates": ("strata",),
    "intercurrent_events": {"switch": "hypothetical", "discontinuation": "hypothetical"}, "variable": "tis",
    "test": {"method": "mixed_model", "continuity_correction": False},
    "interval": {"method": "mixed_model_t", "level": "95 %"},
    "model": {
        "covariances": ("unstructured", "compound_symmetry"), "by_arm": False, "degrees_of_freedom": "satterthwaite",
        "baseline_by_visit": False, "weights": "equal", "margins": "subjects",
    },
}  # fmt: skip
ONE_BY_ONE = (
    AnalysisChoice(id="cdasi", estimand="cdasi"),
    AnalysisChoice(id="mixed_model", estimand="cdasi", changes=MIXED_MODEL),
    AnalysisChoice(id="ranks", estimand="cdasi", changes={
        "interval.method": "hodges_lehmann_normal", "test.method": "wilcoxon", "summary": "shift_in_location",
        "covariates": (),
    }),
    AnalysisChoice(id="exact", estimand="primary", changes={"interval.method": "agresti_min"}),
    AnalysisChoice(id="time_to_minimal", estimand="time_to_minimal"),
)  # fmt: skip
VISITS = sorted({e.visit for e in TRIAL.plan.estimands})


@pytest.fixture(scope="module")
def as_arrays():
    virtual = VirtualTrial.build(TRIAL, COURSE)
    batch = simulate_batch(virtual, Luck(Streams(SEED, BATCH_NUMBER)), SUBJECTS)
    outcomes = score_batch(virtual, batch, BATCH, VISITS)
    return {e.id: analyze_proportions(outcomes, VISITS, e, TRIAL, 3) for e in TRIAL.plan.estimands}


@pytest.fixture(scope="module", params=NUMBERS)
def one_by_one(request):
    number = BATCH_NUMBER * BATCH + request.param
    tables = simulate_trial(TRIAL, COURSE, seed=SEED, subjects=SUBJECTS, number=number)
    return request.param, analyze_trial(derive_datasets(tables, TRIAL), TRIAL)


@pytest.mark.parametrize("estimand", TRIAL.plan.estimands, ids=lambda estimand: estimand.id)
def test_every_estimand_is_the_same(as_arrays, one_by_one, estimand):
    check_estimand(estimand, TRIAL)
    number, rows = one_by_one
    found = as_arrays[estimand.id]
    arms = [arm.label for name in (estimand.group, estimand.comparator) for arm in TRIAL.arms if arm.id == name]
    mine = rows.filter(pl.col("analysis_id") == estimand.id)
    compared = mine.filter(pl.col("comparator").is_not_null())
    values = dict(compared.select("statistic", "value").iter_rows())
    for name in ("estimate", "lower", "upper"):
        assert getattr(found, name)[number] * 100 == pytest.approx(values[name], abs=1e-12)
    assert found.p_value[number] == pytest.approx(values["p_value"], rel=1e-12)
    for side, arm in enumerate(arms):
        counts = dict(
            mine.filter(pl.col("group") == arm, pl.col("comparator").is_null()).select("statistic", "value").iter_rows()
        )
        assert (found.responders[number, side], found.subjects[number, side]) == (
            counts["count"],
            counts["denominator"],
        )
        why = rows.filter(pl.col("analysis_id") == f"{estimand.id}.non_response", pl.col("group") == arm)
        reasons = dict(why.select("subgroup", "value").iter_rows())
        expected = [reasons.get(reason, reasons.get("left_out")) for reason in REASONS]
        assert found.reasons[number, side].tolist() == expected


@pytest.fixture(scope="module")
def derived():
    proderm = read_trial("proderm")
    simulation = plan_simulation(
        proderm, [Scenario("rough", COURSE)], seed=SEED,
        comparison=Comparison(schema_version=1, designs=(Design(id="few", subjects=24), Design(id="more", subjects=30)),
                              analyses=ONE_BY_ONE),
    )  # fmt: skip
    (_, simulated), _ = simulate_designs(simulation, build_worlds(simulation, simulation.scenarios[0]), BATCH_NUMBER)
    return take_analyses(simulation), simulated.datasets


@pytest.mark.parametrize("subjects", [24, 30])
@pytest.mark.parametrize("number", [0, 200])
def test_analyses_one_by_one_are_those_of_the_trial_alone(derived, number, subjects):
    trial, datasets = derived
    tables = simulate_trial(trial, COURSE, seed=SEED, subjects=subjects, number=BATCH_NUMBER * BATCH + number)
    rows = analyze_trial(derive_datasets(tables, trial), trial)
    for estimand in trial.plan.estimands:
        assert not is_counted(estimand, trial)
        found = analyze_derived(datasets, subjects, [number], estimand, trial)
        mine = rows.filter(pl.col("analysis_id") == estimand.id, pl.col("comparator").is_not_null())
        values = dict(mine.select("statistic", "value").iter_rows())
        scale = 100 if estimand.id == "exact" else 1
        assert values["estimate"] is not None
        for name in ("estimate", "lower", "upper"):
            assert getattr(found, name)[0] * scale == pytest.approx(values[name], rel=1e-9)
        if "p_value" in values:
            assert found.p_value[0] == pytest.approx(values["p_value"], rel=1e-9)
