"""Chunks: so many batches of one scenario, simulated and analyzed by every design and analysis, as two tables.

A chunk is what workers share. It depends on the simulation and its own number alone, so that who computes it, when, and
how often changes no digit.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl

from myotis.analyze.settling import REASONS
from myotis.protocol.plan import Estimand
from myotis.protocol.trial import Trial
from myotis.randomize.strata import list_strata
from myotis.simulate.analyses import TrialResults, analyze_proportions, is_counted
from myotis.simulate.batch import Batch, VirtualTrial, simulate_batch
from myotis.simulate.derived import analyze_derived, derive_batch
from myotis.simulate.luck import Luck
from myotis.simulate.outcomes import Outcomes, score_batch
from myotis.simulate.simulation import Design, Scenario, Simulation
from myotis.simulate.streams import BATCH, Streams

BATCHES: Final = 8
"""Batches in a chunk: it takes half a second or more."""

CHUNK_TRIALS: Final = BATCHES * BATCH

SIDES: Final = ("group", "comparator")


class Chunk(NamedTuple):
    """What the trials of a chunk have come to."""

    results: pl.DataFrame
    """A row for each trial, design and analysis: estimate, limits, p-value, numbers of subjects and responders, and why
    the others did not respond."""
    trials: pl.DataFrame
    """A row for each trial and design: how long enrollment took, what was given, who switched and who left."""


class Simulated(NamedTuple):
    """The trials of a batch that are allocated alike, with as many subjects as any design of theirs has."""

    outcomes: Outcomes
    batch: Batch
    datasets: Mapping[str, pl.DataFrame] | None
    """The analysis datasets of all trials, where an analysis needs them."""

    def analyze(self, estimand: Estimand, subjects: int, simulation: Simulation) -> TrialResults:
        """Carry out an analysis with the first so many subjects of every trial."""
        trial = take_analyses(simulation)
        if is_counted(estimand, trial):
            strata = len(list_strata(trial))
            return analyze_proportions(self.outcomes.take(subjects), simulation.visits, estimand, trial, strata)
        assert self.datasets is not None, "they were derived for it"
        return analyze_derived(self.datasets, subjects, range(BATCH), estimand, trial)


def simulate_chunk(simulation: Simulation, scenario: Scenario, number: int) -> Chunk:
    """Simulate the trials of a chunk, which are numbered on from those of the chunk before."""
    results, trials = [], []
    for batch in range(number * BATCHES, (number + 1) * BATCHES):
        first = batch * BATCH
        for design, simulated in simulate_designs(simulation, scenario, batch):
            trials.append(_describe_trials(design, simulated, first))
            for estimand in simulation.analyses:
                found = simulated.analyze(estimand, design.subjects, simulation)
                results.append(_tabulate(design, estimand.id, found, first))
    return Chunk(pl.concat(results), pl.concat(trials))


def simulate_designs(simulation: Simulation, scenario: Scenario, batch: int) -> Iterator[tuple[Design, Simulated]]:
    """Every design on the same virtual patients: those with fewer subjects have the first ones of the others."""
    course = scenario.course.model_copy(update={"adverse_events": needed_events(scenario)})
    simulated: dict[str, Simulated] = {}
    for design in simulation.designs:
        key = _name_allocation(design)
        if key not in simulated:
            most = max(other.subjects for other in simulation.designs if _name_allocation(other) == key)
            procedure = design.find_procedure(simulation.trial, course)
            virtual = VirtualTrial.build(take_ratio(take_analyses(simulation), design), course, procedure)
            simulated[key] = _simulate(simulation, virtual, Luck(Streams(simulation.seed, batch)), most)
        yield design, simulated[key]


def _simulate(simulation: Simulation, virtual: VirtualTrial, luck: Luck, subjects: int) -> Simulated:
    trial = virtual.trial
    derives = not all(is_counted(estimand, trial) for estimand in simulation.analyses)
    dated = derives or virtual.course.adverse_events is not None
    until = max(position for position, visit in enumerate(virtual.visits) if visit.id in simulation.visits)
    batch = simulate_batch(virtual, luck, subjects, until=until, dated=dated)
    outcomes = score_batch(virtual, batch, BATCH, simulation.visits)
    return Simulated(outcomes, batch, derive_batch(virtual, luck, batch) if derives else None)


def take_analyses(simulation: Simulation) -> Trial:
    """The trial with the analyses in place of the estimands of its plan: what they need is derived for them."""
    plan = simulation.trial.plan.model_copy(
        update={"estimands": simulation.analyses, "families": (), "subgroups": (), "safety": None}
    )
    return simulation.trial.model_copy(update={"plan": plan})


def _name_allocation(design: Design) -> str:
    """What is the same for designs whose subjects are allocated alike."""
    return repr(design.model_copy(update={"id": "", "subjects": 2}))


def needed_events(scenario: Scenario) -> Any:
    """The adverse events of a course, where they change what is measured; else none are drawn."""
    return scenario.course.adverse_events if scenario.course.unblinding else None


def take_ratio(trial: Trial, design: Design) -> Trial:
    """The trial with the ratio of a design."""
    if design.ratio is None:
        return trial
    return trial.model_copy(update={"randomization": trial.randomization.model_copy(update={"ratio": design.ratio})})


def _tabulate(design: Design, analysis: str, found: TrialResults, first: int) -> pl.DataFrame:
    columns: dict[str, Any] = {
        "trial": np.arange(first, first + BATCH),
        "design": design.id,
        "analysis": analysis,
        "estimate": found.estimate,
        "lower": found.lower,
        "upper": found.upper,
        "p_value": found.p_value,
    }
    for side, name in enumerate(SIDES):
        columns[f"subjects_{name}"] = found.subjects[:, side]
        columns[f"responders_{name}"] = found.responders[:, side]
        columns |= {f"{reason}_{name}": found.reasons[:, side, at] for at, reason in enumerate(REASONS)}
    return pl.DataFrame(columns)


def _describe_trials(design: Design, simulated: Simulated, first: int) -> pl.DataFrame:
    enrolled = simulated.batch.lives.enrolled.reshape(-1, BATCH)[: design.subjects]
    outcomes = simulated.outcomes.take(design.subjects)
    return pl.DataFrame(
        {
            "trial": np.arange(first, first + BATCH),
            "design": design.id,
            "enrollment_days": enrolled[-1],
            "active_cycles": outcomes.active_cycles.sum(axis=0),
            "switched": outcomes.has_switched.sum(axis=0),
            "left": outcomes.has_left.sum(axis=0),
            "deteriorated": outcomes.has_deteriorated.sum(axis=0),
        }
    )
