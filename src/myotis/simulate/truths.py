"""The truth of an analysis in a scenario: what its estimand would be, were nothing missing and the trial endless.

It is found by simulation too, with other virtual patients than the trials have: of their course, with the same
intercurrent events and without missed visits or measurements. All trials together make one large one.
"""

from typing import Final

import numpy as np
import polars as pl

from myotis.protocol.plan import Estimand
from myotis.randomize.strata import list_strata
from myotis.simulate.analyses import analyze_proportions
from myotis.simulate.changes import change_course
from myotis.simulate.characteristics import Truth
from myotis.simulate.chunks import BATCHES, simulate_designs
from myotis.simulate.simulation import Scenario, Simulation

NOTHING_MISSING: Final = {"absence.visit_missed": 0.0, "absence.measure_missed": 0.0}

BEFORE_THE_FIRST: Final = -1
"""Batches of truth are numbered downward from here: no trial has their patients."""


def simulate_truth(simulation: Simulation, scenario: Scenario, number: int) -> pl.DataFrame:
    """Responders and subjects of each design and analysis over a chunk of trials without missing data."""
    whole = scenario._replace(course=change_course(scenario.course, NOTHING_MISSING))
    strata = len(list_strata(simulation.trial))
    rows = []
    for batch in range(number * BATCHES, (number + 1) * BATCHES):
        for design, outcomes, _ in simulate_designs(simulation, whole, BEFORE_THE_FIRST - batch):
            for estimand in simulation.analyses:
                found = analyze_proportions(outcomes, simulation.visits, estimand, simulation.trial, strata)
                counts = [*found.responders.sum(axis=0), *found.subjects.sum(axis=0)]
                rows.append((design.id, estimand.id, *(int(count) for count in counts)))
    schema = ["design", "analysis", "x1", "x2", "n1", "n2"]
    return pl.DataFrame(rows, schema=schema, orient="row").group_by("design", "analysis", maintain_order=True).sum()


def find_truth(counts: pl.DataFrame, estimand: Estimand) -> Truth:
    """The truth from the counts of ``simulate_truth``, with its standard error (of a logarithm, by the delta method,
    for ratios)."""
    x1, x2, n1, n2 = (float(counts[name].sum()) for name in ("x1", "x2", "n1", "n2"))
    p1, p2 = x1 / n1, x2 / n2
    if estimand.summary == "difference_in_proportions":
        return Truth(p1 - p2, float(np.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)))
    if estimand.summary == "ratio_of_proportions":
        return Truth(p1 / p2, float(p1 / p2 * np.sqrt((1 - p1) / x1 + (1 - p2) / x2)))
    odds_ratio = p1 * (1 - p2) / (p2 * (1 - p1))
    return Truth(odds_ratio, float(odds_ratio * np.sqrt(1 / x1 + 1 / (n1 - x1) + 1 / x2 + 1 / (n2 - x2))))
