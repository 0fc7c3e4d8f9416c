"""Trials of virtual patients, simulated in batches, and how their numbers are written with their Monte Carlo errors."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from myotis.analyze.settling import REASONS
from myotis.protocol.read import read_trial
from myotis.protocol.trial import Trial
from myotis.randomize.strata import list_strata
from myotis.simulate.analyses import count_tables, find_sides, settle_outcomes
from myotis.simulate.chunks import Simulated, build_worlds, simulate_designs
from myotis.simulate.course import Course, read_course
from myotis.simulate.scenarios import remove_effect
from myotis.simulate.simulation import AnalysisChoice, Comparison, Design, Scenario, Simulation, plan_simulation
from myotis.simulate.streams import BATCH

SEED = 20261129
ALPHA = 0.05
PRODERM = read_trial("proderm")
PLAIN = PRODERM.model_copy(update={"randomization": PRODERM.randomization.model_copy(update={"factors": ()})})
"""ProDERM without strata."""
COURSE = read_course("proderm")
PAIRED = {"enrollment.block_size": 2}
"""Both arms have as many subjects at every even number of them."""


def make_ineffective(course: Course) -> Course:
    """The course in which the comparator is given to everybody, as far as what happens goes."""
    return remove_effect(course, PRODERM).course


def choose(name: str, changes: dict[str, object] | None = None, **more: object) -> AnalysisChoice:
    """The primary estimand with changes."""
    return AnalysisChoice(id=name, estimand="primary", changes=changes or {}, **more)


def test_by(method: str) -> dict[str, object]:
    """The change to another test, without strata and correction."""
    return {"test": {"method": method, "continuity_correction": False}}


PEARSON = choose("pearson", test_by("pearson_chi_square"))


class Found(NamedTuple):
    """What an analysis of a design found in every trial."""

    estimate: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    p_value: np.ndarray
    subjects: np.ndarray
    """[trial, arm]"""
    responders: np.ndarray
    """[trial, arm]"""
    reasons: np.ndarray
    """[trial, arm, reason]"""
    rejects: np.ndarray
    """[trial]: is the null hypothesis rejected?"""
    look: np.ndarray
    enrolled: np.ndarray

    @property
    def rates(self) -> np.ndarray:
        """The rates of both arms over all trials."""
        return self.responders.sum(axis=0) / self.subjects.sum(axis=0)

    def find_lost(self, reason: str) -> np.ndarray:
        """The shares of both arms that are lost to a reason, over all trials."""
        return self.reasons.sum(axis=0)[:, REASONS.index(reason)] / self.subjects.sum(axis=0)


def plan(trial: Trial, course: Course, designs: Iterable[Design], analyses: Iterable[AnalysisChoice]) -> Simulation:
    """A simulation of one scenario."""
    comparison = Comparison(schema_version=1, designs=tuple(designs), analyses=tuple(analyses))
    return plan_simulation(PRODERM, [Scenario("assumed", course)], seed=SEED, comparison=comparison)._replace(
        trial=trial
    )


def simulate(simulation: Simulation, batches: int) -> dict[tuple[str, str], Found]:
    """What every design and analysis finds."""
    kept: dict[tuple[str, str], list[Found]] = {}
    worlds = build_worlds(simulation, simulation.scenarios[0])
    for batch in range(batches):
        for design, one in simulate_designs(simulation, worlds, batch):
            for estimand in simulation.analyses:
                kept.setdefault((design.id, estimand.id), []).append(_analyze(one, design, estimand, simulation))
    return {key: Found(*(np.concatenate(part) for part in zip(*parts, strict=True))) for key, parts in kept.items()}


def _analyze(one: Simulated, design: Design, estimand, simulation: Simulation) -> Found:
    analyzed = one.analyze(estimand, design, simulation)
    rejects = (
        np.nan_to_num(analyzed.found.p_value, nan=1) < ALPHA if analyzed.rejects is None else analyzed.rejects == 1
    )
    return Found(*analyzed.found, rejects, analyzed.look, analyzed.enrolled)


def count_strata(simulation: Simulation, subjects: int, batches: int) -> np.ndarray:
    """[trial, stratum, arm, outcome]: responders and others of the first analysis."""
    trial, estimand = simulation.trial, simulation.analyses[0]
    counted = []
    worlds = build_worlds(simulation, simulation.scenarios[0])
    for batch in range(batches):
        _, one = next(iter(simulate_designs(simulation, worlds, batch)))
        outcomes = one.outcomes.take(subjects)
        settled = settle_outcomes(outcomes, simulation.visits, estimand, trial)
        sides = find_sides(outcomes, estimand, trial)
        counted.append(count_tables(settled.response, sides, outcomes.stratum, len(list_strata(trial))))
    return np.concatenate(counted).astype(int)


def count_trials(batches: int) -> int:
    return batches * BATCH


def find_error(share: float, trials: int) -> float:
    """The standard error of a share of trials."""
    return float(np.sqrt(share * (1 - share) / trials))


def show_share(flags: np.ndarray, decimals: int = 1) -> str:
    """A share of trials in percent with its standard error."""
    share = float(np.mean(flags))
    return f"{100 * share:.{decimals}f} (± {100 * find_error(share, len(flags)):.2f})"


def show_mean(values: np.ndarray, factor: float = 100, decimals: int = 1) -> str:
    """A mean over trials with its standard error; trials without an answer are left out."""
    known = values[~np.isnan(values)]
    error = known.std(ddof=1) / np.sqrt(len(known))
    return f"{factor * known.mean():.{decimals}f} (± {factor * error:.2f})"


def count_errors(flags: np.ndarray, expected: float) -> float:
    """By how many standard errors a simulated share is above what was computed."""
    error = find_error(expected, len(flags))
    return float((flags.mean() - expected) / error) if error else 0.0


def join(names: Iterable[str]) -> str:
    """Names in a sentence; "none" where there are none."""
    listed = list(names)
    return " and ".join(filter(None, [", ".join(listed[:-1]), *listed[-1:]])) or "none"
