"""Multiple imputation of the core set, and missing responses as none, on the same trials."""

import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[3] / "tests" / "oracles"))

from imputation_plan import plan_imputation

from _generate.markdown import table
from myotis.simulate.changes import change_course
from myotis.simulate.chunks import build_worlds, simulate_designs, take_analyses
from myotis.simulate.derived import analyze_derived
from myotis.simulate.scenarios import read_scenario
from myotis.simulate.simulation import AnalysisChoice, Comparison, Design, Scenario, plan_simulation
from simulated.virtual import ALPHA, COURSE, SEED, choose, plan, show_mean, show_share, simulate

TRIALS = 60
"""So few, as each is derived and imputed one by one."""
TRUTH_BATCHES = 12
SCENARIO = "more_dropout"
EVENTS = {"switch": "composite", "discontinuation": "treatment_policy", "death": "composite"}
CHAINS = {"imputations": 10, "chains": 2, "burn_in": 50, "thinning": 5}
POLICY = {"intercurrent_events.discontinuation": "treatment_policy"}
NAMES = {
    "nonresponse": "missing is no response",
    "observed": "evaluable only",
    "imputed": "imputed ten times",
}


class Handled(NamedTuple):
    """One way to handle what is missing, by trial."""

    name: str
    estimate: np.ndarray
    covers: np.ndarray
    rejects: np.ndarray


class Imputed(NamedTuple):
    """All ways, on the same trials."""

    subjects: int
    truth: float
    missing: float
    """The share of subjects without an answer at the visit."""
    handled: list[Handled]


def measure_imputed(subjects: int) -> Imputed:
    truth_course = change_course(
        read_scenario(SCENARIO, "proderm", COURSE).course,
        {
            "discontinuation.*.probability_per_4_weeks.*": 0.0,
            "absence.visit_missed": 0.0,
            "absence.measure_missed": 0.0,
        },
    )
    design = Design(id="one", subjects=subjects)
    whole = simulate(plan(_read_trial(), truth_course, [design], [choose("nonresponse", POLICY)]), TRUTH_BATCHES)
    rates = whole["one", "nonresponse"].rates
    truth = float(rates[0] - rates[1])
    return _carry_out(design, truth)


def _read_trial():
    with tempfile.TemporaryDirectory() as folder:
        return plan_imputation(Path(folder), CHAINS, {"intercurrent_events": EVENTS})


def _carry_out(design: Design, truth: float) -> Imputed:
    trial = _read_trial()
    analyses = (
        choose("nonresponse", POLICY),
        choose("observed", POLICY | {"missing": "observed_cases"}),
        AnalysisChoice(id="imputed", estimand="imputed"),
    )
    comparison = Comparison(schema_version=1, designs=(design,), analyses=analyses)
    scenario = Scenario(SCENARIO, read_scenario(SCENARIO, "proderm", COURSE).course)
    simulation = plan_simulation(trial, [scenario], seed=SEED, comparison=comparison)
    ((_, one),) = simulate_designs(simulation, build_worlds(simulation, scenario), 0)
    handled, sizes = [], []
    for estimand in simulation.analyses:
        if estimand.id == "imputed":
            planned = take_analyses(simulation)
            found = analyze_derived(one.datasets, design.subjects, range(TRIALS), estimand, planned)
        else:
            found = one.analyze(estimand, design, simulation).found
        sizes.append(found.subjects[:TRIALS].sum())
        lower, upper, p_value = (values[:TRIALS] for values in (found.lower, found.upper, found.p_value))
        covers = (lower <= truth) & (truth <= upper)
        rejects = np.nan_to_num(p_value, nan=1) < ALPHA
        handled.append(Handled(NAMES[estimand.id], found.estimate[:TRIALS], covers, rejects))
    return Imputed(design.subjects, truth, 1 - sizes[1] / sizes[0], handled)


def tell_imputed(imputed: Imputed) -> str:
    first = imputed.handled[0]
    rows = [
        (one.name, show_mean(one.estimate - imputed.truth), show_mean(one.estimate - first.estimate),
         show_mean(np.abs(one.estimate - imputed.truth)), show_share(one.covers), show_share(one.rejects))
        for one in imputed.handled
    ]  # fmt: skip
    heads = (
        "What is missing", "Bias", "Estimate above that of the first row", "Mean distance from the truth", "Coverage",
        "Power",
    )  # fmt: skip
    return table(heads, rows)
