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
from myotis.simulate.adaptations import find_new_sizes, find_stops
from myotis.simulate.adaptive_allocation import AdaptiveAllocation, choose_arms
from myotis.simulate.analyses import TrialResults, analyze_proportions, find_neutral, is_counted, settle_outcomes
from myotis.simulate.batch import Batch, VirtualTrial, simulate_batch
from myotis.simulate.borrowing import decide_by_posterior
from myotis.simulate.derived import analyze_derived, derive_batch
from myotis.simulate.luck import Luck
from myotis.simulate.outcomes import Outcomes, score_batch, simulate_outcomes
from myotis.simulate.room import Room
from myotis.simulate.simulation import Design, Scenario, Simulation
from myotis.simulate.streams import BATCH, Streams
from myotis.terms.missing import MISSING
from myotis.terms.rule import Steps
from myotis.terms.study_time import elapsed_days

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


class Analyzed(NamedTuple):
    """What an analysis found in each trial of a design."""

    found: TrialResults
    rejects: Steps | None
    """[trial]: 1 where a boundary was crossed; None where the p-value decides."""
    look: Steps
    """[trial]: the look at which it ended, from 0."""
    enrolled: Steps
    """[trial]: how many subjects were enrolled by then."""


class Simulated(NamedTuple):
    """The trials of a batch that are allocated alike, with as many subjects as any design of theirs has."""

    outcomes: Outcomes
    enrolled: Steps
    """[life]: the day of enrollment, counted from that of the first subject."""
    datasets: Mapping[str, pl.DataFrame] | None
    """The analysis datasets of all trials, where an analysis needs them."""

    def analyze(self, estimand: Estimand, design: Design, simulation: Simulation) -> Analyzed:
        """Carry out an analysis on every trial, as the design decides on the way."""
        trial = take_analyses(simulation)
        if design.looks is None or estimand.test.method == "none":
            sizes = self._find_sizes(estimand, design, simulation)
            found, rejects = self._analyze(estimand, trial, simulation, design.most_subjects, sizes), None
            if borrowing := dict(simulation.borrowings).get(estimand.id):
                found, rejects = decide_by_posterior(found, borrowing, float(estimand.interval.level.number / 100))
            enrolled = self._count_enrolled(estimand, trial, design, sizes)
            return Analyzed(found, rejects, np.full(BATCH, 0), enrolled)
        boundary = design.looks.find_boundary()
        held = design.looks.find_subjects(design.subjects)
        found_at = [self._analyze(estimand, trial, simulation, int(count), None) for count in held]
        p_values, estimates = (np.stack([getattr(f, name) for f in found_at]) for name in ("p_value", "estimate"))
        stops = find_stops(p_values, estimates, find_neutral(estimand), boundary)
        found = found_at[0].choose(found_at, stops.look)
        return Analyzed(
            found, stops.rejects, stops.look, self._count_enrolled(estimand, trial, design, held[stops.look])
        )

    def _analyze(
        self, estimand: Estimand, trial: Trial, simulation: Simulation, subjects: int, sizes: Steps | None
    ) -> TrialResults:
        if is_counted(estimand, trial):
            outcomes, strata = self.outcomes.take(subjects), len(list_strata(trial))
            return analyze_proportions(outcomes, simulation.visits, estimand, trial, strata, sizes)
        assert self.datasets is not None, "they were derived for it"
        return analyze_derived(self.datasets, subjects, range(BATCH), estimand, trial)

    def _find_sizes(self, estimand: Estimand, design: Design, simulation: Simulation) -> Steps | None:
        """How many subjects each trial comes to; None where all have as many as planned."""
        if design.reestimation is None:
            return None
        trial, rule = take_analyses(simulation), design.reestimation
        first = self._analyze(estimand, trial, simulation, rule.at_subjects, None)
        ratio = design.ratio or trial.randomization.ratio
        events, known = (values.sum(axis=1).astype(np.float64) for values in (first.responders, first.subjects))
        share = ratio[estimand.group] / ratio[estimand.comparator]
        return find_new_sizes(events, known, design.subjects, share, rule)

    def _count_enrolled(self, estimand: Estimand, trial: Trial, design: Design, analyzed: Steps | None) -> Steps:
        """How many subjects were enrolled when the outcomes of those analyzed were known: what a stop can't save."""
        most = design.most_subjects if design.reestimation is None else None
        sizes = np.full(BATCH, design.most_subjects) if analyzed is None else analyzed
        enrolled = self.enrolled.reshape(-1, BATCH)[: design.most_subjects]
        known = enrolled[sizes - 1, np.arange(BATCH)] + elapsed_days(trial.visit(estimand.visit).day)
        there = (enrolled <= known).sum(axis=0)
        return np.asarray(np.minimum(there, sizes if most is None else most))


def simulate_chunk(simulation: Simulation, scenario: Scenario, number: int) -> Chunk:
    """Simulate the trials of a chunk, which are numbered on from those of the chunk before."""
    results, trials = [], []
    worlds = build_worlds(simulation, scenario)
    for batch in range(number * BATCHES, (number + 1) * BATCHES):
        first = batch * BATCH
        for design, simulated in simulate_designs(simulation, worlds, batch):
            trials.append(_describe_trials(design, simulated, first))
            for estimand in simulation.analyses:
                analyzed = simulated.analyze(estimand, design, simulation)
                results.append(_tabulate(design, estimand.id, analyzed, first))
    return Chunk(pl.concat(results), pl.concat(trials))


class World(NamedTuple):
    """What designs share that allocate alike: the virtual trial, with as many subjects as any of them has."""

    virtual: VirtualTrial
    subjects: int
    adaptive: AdaptiveAllocation | None


class Worlds(NamedTuple):
    """The worlds of a scenario by what is the same for their designs, and the room that their batches share."""

    by_allocation: Mapping[str, World]
    room: Room


def build_worlds(simulation: Simulation, scenario: Scenario) -> Worlds:
    """What is the same for all batches of a scenario. One worker uses it at a time."""
    course = scenario.course.model_copy(update={"adverse_events": needed_events(scenario)})
    worlds: dict[str, World] = {}
    for design in simulation.designs:
        key = _name_allocation(design)
        if key not in worlds:
            most = max(other.most_subjects for other in simulation.designs if _name_allocation(other) == key)
            procedure = design.find_procedure(simulation.trial, course)
            virtual = VirtualTrial.build(take_ratio(take_analyses(simulation), design), course, procedure)
            worlds[key] = World(virtual, most, design.adaptive)
    return Worlds(worlds, Room())


def simulate_designs(simulation: Simulation, worlds: Worlds, batch: int) -> Iterator[tuple[Design, Simulated]]:
    """Every design on the same virtual patients: those with fewer subjects have the first ones of the others."""
    simulated: dict[str, Simulated] = {}
    for design in simulation.designs:
        key = _name_allocation(design)
        if key not in simulated:
            luck = Luck(Streams(simulation.seed, batch), room=worlds.room)
            simulated[key] = _simulate(simulation, worlds.by_allocation[key], luck)
        yield design, simulated[key]


def _simulate(simulation: Simulation, world: World, luck: Luck) -> Simulated:
    virtual, subjects, adaptive = world
    trial = virtual.trial
    derives = not all(is_counted(estimand, trial) for estimand in simulation.analyses)
    dated = derives or virtual.course.adverse_events is not None
    if adaptive is None and not derives:
        return Simulated(*simulate_outcomes(virtual, luck, subjects, simulation.visits, dated=dated), datasets=None)
    until = max(position for position, visit in enumerate(virtual.visits) if visit.id in simulation.visits)
    if adaptive is None:
        batch = simulate_batch(virtual, luck, subjects, until=until, dated=dated)
    else:
        batch = _adapt(simulation, virtual, luck, subjects, until, adaptive, dated=dated)
    outcomes = score_batch(virtual, batch, BATCH, simulation.visits)
    datasets = derive_batch(virtual, luck, batch) if derives else None
    return Simulated(outcomes, batch.lives.enrolled, datasets)


def _adapt(
    simulation: Simulation, virtual: VirtualTrial, luck: Luck, subjects: int, until: int, rule: AdaptiveAllocation, *,
    dated: bool,
) -> Batch:  # fmt: skip
    """The lives of a batch whose arms are chosen as the trials go on, out of the lives in either arm."""
    trial = take_analyses(simulation)
    estimand = next(one for one in simulation.analyses if one.id == rule.analysis)
    arms = [[arm.id for arm in trial.arms].index(name) for name in (estimand.group, estimand.comparator)]
    streams = luck.streams
    either = [
        simulate_batch(
            virtual, Luck(Streams(streams.seed, streams.batch)), subjects, until=until, dated=dated, everybody_in=arm
        )
        for arm in arms
    ]
    answers = [
        settle_outcomes(score_batch(virtual, batch, BATCH, simulation.visits), simulation.visits, estimand, trial)
        for batch in either
    ]
    shape = (subjects, BATCH)
    chosen = choose_arms(
        by_list=np.where(either[0].arm == arms[0], 0, 1).reshape(shape),
        responses=np.stack([one.response for one in answers]),
        enrolled=either[0].lives.enrolled.reshape(shape),
        wait=elapsed_days(trial.visit(estimand.visit).day),
        luck=luck.uniform(subjects, "adaptive").reshape(shape),
        rule=rule,
    ).ravel()
    return either[0].merge(either[1], chosen)._replace(arm=np.array(arms)[chosen])


def take_analyses(simulation: Simulation) -> Trial:
    """The trial with the analyses in place of the estimands of its plan: what they need is derived for them."""
    plan = simulation.trial.plan.model_copy(
        update={"estimands": simulation.analyses, "families": (), "subgroups": (), "safety": None}
    )
    return simulation.trial.model_copy(update={"plan": plan})


def _name_allocation(design: Design) -> str:
    """What is the same for designs whose subjects are allocated alike."""
    return repr(design.model_copy(update={"id": "", "subjects": 2, "looks": None, "reestimation": None}))


def needed_events(scenario: Scenario) -> Any:
    """The adverse events of a course, where they change what is measured; else none are drawn."""
    return scenario.course.adverse_events if scenario.course.unblinding else None


def take_ratio(trial: Trial, design: Design) -> Trial:
    """The trial with the ratio of a design."""
    if design.ratio is None:
        return trial
    return trial.model_copy(update={"randomization": trial.randomization.model_copy(update={"ratio": design.ratio})})


def _tabulate(design: Design, analysis: str, analyzed: Analyzed, first: int) -> pl.DataFrame:
    found = analyzed.found
    columns: dict[str, Any] = {
        "trial": np.arange(first, first + BATCH),
        "design": design.id,
        "analysis": analysis,
        "estimate": found.estimate,
        "lower": found.lower,
        "upper": found.upper,
        "p_value": found.p_value,
        "rejects": np.full(BATCH, MISSING) if analyzed.rejects is None else analyzed.rejects,
        "look": analyzed.look,
        "looks": len(design.looks.information) if design.looks and analyzed.rejects is not None else 1,
        "enrolled": analyzed.enrolled,
    }
    for side, name in enumerate(SIDES):
        columns[f"subjects_{name}"] = found.subjects[:, side]
        columns[f"responders_{name}"] = found.responders[:, side]
        columns |= {f"{reason}_{name}": found.reasons[:, side, at] for at, reason in enumerate(REASONS)}
    return pl.DataFrame(columns)


def _describe_trials(design: Design, simulated: Simulated, first: int) -> pl.DataFrame:
    enrolled = simulated.enrolled.reshape(-1, BATCH)[: design.subjects]
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
