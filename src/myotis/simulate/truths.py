"""The truth of an analysis in a scenario: what its estimand would be, were nothing missing and the trial endless.

It is found by simulation too, with other virtual patients than the trials have: of their course, without missed visits
and measurements. Where leaving is no failure by the estimand, nobody leaves, and where a switch is hypothetical, nobody
switches. All trials together make one large one.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl

from myotis.protocol.methods import PROPORTIONS
from myotis.protocol.plan import Estimand
from myotis.simulate.changes import change_course
from myotis.simulate.characteristics import Truth
from myotis.simulate.chunks import BATCHES, build_worlds, simulate_designs
from myotis.simulate.simulation import Design, Scenario, Simulation

NOTHING_MISSING: Final = {"absence.visit_missed": 0.0, "absence.measure_missed": 0.0}
NOBODY_LEAVES: Final = {"discontinuation.*.probability_per_4_weeks.*": 0.0}

BEFORE_THE_FIRST: Final = -1
"""Batches of truth are numbered downward from here: no trial has their patients."""

COUNTS: Final = ("x1", "x2", "n1", "n2", "trials", "total", "squares")


def simulate_truth(simulation: Simulation, scenario: Scenario, number: int) -> pl.DataFrame:
    """What each design and analysis finds over a chunk of trials without missing data: responders and subjects of the
    group and of its comparator, the number of trials with an answer, and their estimates' sum and sum of squares."""
    rows = []
    for wishes, alike in _group_alike(simulation):
        changes = NOTHING_MISSING | (NOBODY_LEAVES if wishes[0] else {})
        whole = scenario._replace(course=change_course(scenario.course, changes))
        worlds = build_worlds(alike, whole)
        for batch in range(number * BATCHES, (number + 1) * BATCHES):
            for design, simulated in simulate_designs(alike, worlds, BEFORE_THE_FIRST - batch):
                for estimand in alike.analyses:
                    found = simulated.analyze(estimand, plain(design), alike).found
                    known = found.estimate[~np.isnan(found.estimate)]
                    counts = [*found.responders.sum(axis=0), *found.subjects.sum(axis=0)]
                    moments = [len(known), known.sum(), (known**2).sum()]
                    rows.append((design.id, estimand.id, *(float(one) for one in (*counts, *moments))))
    schema = ["design", "analysis", *COUNTS]
    return pl.DataFrame(rows, schema=schema, orient="row").group_by("design", "analysis", maintain_order=True).sum()


def plain(design: Design) -> Design:
    """A design that decides nothing on the way: the truth does not depend on when one stops."""
    return design.model_copy(update={"looks": None, "reestimation": None, "adaptive": None})


def _group_alike(simulation: Simulation) -> Iterator[tuple[tuple[bool, bool], Simulation]]:
    """The analyses whose truth is of the same world: whether nobody leaves there, and whether nobody switches."""
    groups: dict[tuple[bool, bool], list[Estimand]] = {}
    for estimand in simulation.analyses:
        groups.setdefault(_find_wishes(estimand), []).append(estimand)
    for wishes, analyses in groups.items():
        update = {"switch": None} if wishes[1] else {}
        trial = simulation.trial.model_copy(update=update)
        yield wishes, simulation._replace(trial=trial, analyses=tuple(analyses), borrowings=())


def _find_wishes(estimand: Estimand) -> tuple[bool, bool]:
    events = estimand.intercurrent_events
    return events.get("discontinuation") != "composite", events.get("switch") == "hypothetical"


def find_truth(counts: pl.DataFrame, estimand: Estimand) -> Truth | None:
    """The truth from what ``simulate_truth`` counted, with its standard error (of a ratio by the delta method).

    That of a mean is the mean estimate; a hazard ratio, which depends on how long one looks, has none.
    """
    x1, x2, n1, n2, trials, total, squares = (float(counts[name].sum()) for name in COUNTS)
    if estimand.summary == "hazard_ratio":
        return None
    if estimand.variable not in PROPORTIONS or not x1 + x2:
        mean = total / trials
        return Truth(mean, float(np.sqrt(max(squares / trials - mean**2, 0.0) / max(trials - 1, 1))))
    p1, p2 = x1 / n1, x2 / n2
    if estimand.summary == "difference_in_proportions":
        return Truth(p1 - p2, float(np.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)))
    if estimand.summary == "ratio_of_proportions":
        return Truth(p1 / p2, float(p1 / p2 * np.sqrt((1 - p1) / x1 + (1 - p2) / x2)))
    odds_ratio = p1 * (1 - p2) / (p2 * (1 - p1))
    return Truth(odds_ratio, float(odds_ratio * np.sqrt(1 / x1 + 1 / (n1 - x1) + 1 / x2 + 1 / (n2 - x2))))
