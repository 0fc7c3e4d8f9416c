"""The luck of a batch of trials: what its streams hold, as arrays by life.

A number is drawn for every trial of the batch whether it is needed or not, so that no trial's luck hangs on another's
fate. Where one trial alone is asked for, the others' numbers are drawn and dropped.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from myotis.protocol.design import Visit
from myotis.simulate.course import Course
from myotis.simulate.nature import VisitLuck
from myotis.simulate.streams import BATCH, Streams
from myotis.simulate.truth import Numbers, Truth
from myotis.terms.rule import Steps
from myotis.terms.study_time import elapsed_days


class Luck(NamedTuple):
    """The streams of a batch, of which all trials or one alone are wanted."""

    streams: Streams
    only: int | None = None

    @property
    def trials(self) -> int:
        """How many trials there are luck for."""
        return BATCH if self.only is None else 1

    def normal(self, count: int, *name: str | int) -> Numbers:
        """The next ``count`` standard normal numbers of every trial, those of a trial ``trials`` apart."""
        return self._keep(self.streams.find(*name).standard_normal((count, BATCH)))

    def uniform(self, count: int, *name: str | int) -> Numbers:
        """The next uniform numbers."""
        return self._keep(self.streams.find(*name).random((count, BATCH)))

    def exponential(self, count: int, *name: str | int) -> Numbers:
        """The next exponential numbers, with mean 1."""
        return self._keep(self.streams.find(*name).standard_exponential((count, BATCH)))

    def shared(self, count: int, stream: str, measure: str, loadings: dict[str, float], factors: Numbers) -> Numbers:
        """Standard normal numbers of a measure that share the rows of ``factors`` with others, by the loadings."""
        own = 1 - sum(loading**2 for loading in loadings.values())
        numbers: Numbers = np.sqrt(own) * self.normal(count, stream, measure)
        for factor, loading in zip(factors, loadings.values(), strict=True):
            numbers += loading * factor
        return numbers

    def _keep(self, drawn: Numbers) -> Numbers:
        kept: Numbers = drawn.reshape(-1) if self.only is None else drawn[:, self.only].copy()
        return kept


def draw_factors(luck: Luck, count: int, stream: str, factors: Sequence[str]) -> dict[str, Numbers]:
    """What the measures of a subject share, by factor of the disease."""
    return {factor: luck.normal(count, f"{stream}_factor", factor) for factor in factors}


def draw_shared(luck: Luck, count: int, stream: str, course: Course) -> Numbers:
    """[measure, life]: standard normal numbers that hang together as the course's ``<stream>_factors`` say."""
    factors = draw_factors(luck, count, stream, course.disease.factors)
    rows = []
    for name, measure in course.all_measures.items():
        loadings: dict[str, float] = getattr(measure, f"{stream}_factors")
        shared = np.array([factors[factor] for factor in loadings])
        rows.append(luck.shared(count, stream, name, loadings, shared))
    return np.array(rows)


def draw_visit_luck(luck: Luck, count: int, visit: Visit, position: int, truth: Truth, course: Course) -> VisitLuck:
    """The luck of the next ``count`` subjects at a visit; numbers that nothing asks for are not drawn."""
    lives = count * luck.trials
    kinds = list(course.adverse_events.kinds) if course.adverse_events and truth.infusion[position] else []
    event = np.array([luck.uniform(count, "event", kind, visit.id) for kind in kinds]).reshape(len(kinds), lives)
    noise = np.zeros((len(truth.noise), lives if position else 0))
    if position == 0:
        return VisitLuck(np.zeros(0), np.zeros(0), noise, event)
    for number, measure in enumerate(course.all_measures):
        if truth.measured[position, number]:
            noise[number] = luck.normal(count, "noise", measure, visit.id)
    flare, missing = (luck.uniform(count, name, visit.id) for name in ("flare", "missing"))
    return VisitLuck(flare, missing, noise, event)


def draw_proneness(luck: Luck, count: int, course: Course) -> Numbers:
    """How many times as often as others the next subjects have adverse events [life]: 1 on average."""
    sd = course.adverse_events.proneness_sd if course.adverse_events else 0.0
    if sd == 0.0:
        return np.ones(count * luck.trials)
    return np.exp(sd * luck.normal(count, "proneness") - sd**2 / 2)


def draw_enrollment(luck: Luck, count: int, course: Course) -> Steps:
    """When subjects are enrolled [life]: days from the first visit of the first one."""
    waits = np.rint(course.enrollment.mean_days_between * luck.exponential(count, "enrollment"))
    waits = waits.reshape(count, luck.trials)
    waits[0] = 0
    return waits.cumsum(axis=0).astype(np.int64).reshape(-1)


def draw_calendar(luck: Luck, count: int, enrolled: Steps, visits: Sequence[Visit], course: Course) -> Steps:
    """When visits are held if they are [life, visit]: near the planned day, within the window."""
    came = np.empty((len(enrolled), len(visits)), dtype=np.int64)
    for position, visit in enumerate(visits):
        late = np.rint(course.absence.visit_jitter_days * luck.normal(count, "visit_day", visit.id))
        since = elapsed_days(visit.day) - elapsed_days(visits[0].day)
        came[:, position] = enrolled + since + np.clip(late, *visit.window_days).astype(np.int64)
    return came
