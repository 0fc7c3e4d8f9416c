"""The luck of a batch of trials: what its streams hold, as arrays by life.

A number is drawn for every trial of the batch whether it is needed or not, so that no trial's luck hangs on another's
fate. Where one trial alone is asked for, the others' bits are drawn and dropped.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from myotis.protocol.design import Visit
from myotis.simulate.course import Course
from myotis.simulate.deviates import BITS, Bits, fill_normal, make_uniform, tabulate_quantiles
from myotis.simulate.nature import VisitLuck
from myotis.simulate.streams import BATCH, Streams
from myotis.simulate.truth import Numbers, Truth
from myotis.terms.rule import Executor, Steps, choose_executor, rule_part
from myotis.terms.study_time import elapsed_days

WORD_BITS: Final = 64

Name = tuple[str | int, ...]


class Luck(NamedTuple):
    """The streams of a batch, of which all trials or one alone are wanted."""

    streams: Streams
    only: int | None = None

    @property
    def trials(self) -> int:
        """How many trials there are luck for."""
        return BATCH if self.only is None else 1

    def bits(self, count: int, names: Sequence[Name]) -> Bits:
        """[name, life]: the next ``count`` words of every trial from each stream, those of a trial ``trials`` apart."""
        words = np.empty((len(names), count * BATCH * BITS // WORD_BITS), dtype="<u8")
        for row, name in enumerate(names):
            words[row] = self.streams.find(*name).bit_generator.random_raw(words.shape[1])
        bits = words.view("<u4")
        return bits if self.only is None else bits[:, self.only :: BATCH].copy()

    def normals(self, count: int, names: Sequence[Name]) -> Numbers:
        """[name, life]: the next standard normal numbers of each stream."""
        bits = self.bits(count, names)
        tail, numbers = np.empty(bits.size), np.empty(bits.shape)
        fill = choose_executor(fill_normal, self.executor)
        fill(bits.reshape(-1), tabulate_quantiles(), tail, tail.view(np.int64), numbers.reshape(-1))
        return numbers

    def uniforms(self, count: int, names: Sequence[Name]) -> Numbers:
        """[name, life]: the next uniform numbers of each stream."""
        return make_uniform(self.bits(count, names))

    def normal(self, count: int, *name: str | int) -> Numbers:
        """The next ``count`` standard normal numbers of every trial, those of a trial ``trials`` apart."""
        numbers: Numbers = self.normals(count, [name])[0]
        return numbers

    def uniform(self, count: int, *name: str | int) -> Numbers:
        """The next uniform numbers."""
        numbers: Numbers = self.uniforms(count, [name])[0]
        return numbers

    def exponential(self, count: int, *name: str | int) -> Numbers:
        """The next exponential numbers, with mean 1."""
        drawn = self.streams.find(*name).standard_exponential((count, BATCH))
        kept: Numbers = drawn.reshape(-1) if self.only is None else drawn[:, self.only].copy()
        return kept

    @property
    def executor(self) -> Executor:
        """What makes numbers of bits: few are not worth a compiler."""
        return "compiled" if self.only is None else "interpreted"


@rule_part
def share_factors(loadings: Numbers, own: Numbers, numbers: Numbers) -> None:
    """Make independent numbers [factor or measure, life] hang together: those of the measures, which follow the
    factors, are mixed with the factors by the ``loadings`` [measure, factor], and weigh ``own`` themselves."""
    measures, factors = loadings.shape
    for measure in range(measures):
        mine, weight = numbers[factors + measure], own[measure]
        for life in range(len(mine)):
            mine[life] *= weight
        for factor in range(factors):
            loading, shared = loadings[measure, factor], numbers[factor]
            if loading != 0.0:
                for life in range(len(mine)):
                    mine[life] += loading * shared[life]


def draw_shared(luck: Luck, count: int, stream: str, course: Course) -> Numbers:
    """[measure, life]: standard normal numbers that hang together as the course's ``<stream>_factors`` say."""
    factors, parts = course.disease.factors, course.all_measures
    chosen: list[dict[str, float]] = [getattr(part, f"{stream}_factors") for part in parts.values()]
    loadings = np.array([[of.get(factor, 0.0) for factor in factors] for of in chosen]).reshape(len(parts), -1)
    names = [*((f"{stream}_factor", factor) for factor in factors), *((stream, name) for name in parts)]
    numbers = luck.normals(count, names)
    own = np.sqrt(np.maximum(1 - (loadings**2).sum(axis=1), 0.0))
    choose_executor(share_factors, luck.executor)(loadings, own, numbers)
    return numbers[len(factors) :]


def draw_visit_luck(luck: Luck, count: int, visit: Visit, position: int, truth: Truth, course: Course) -> VisitLuck:
    """The luck of the next ``count`` subjects at a visit; numbers that nothing asks for are not drawn."""
    kinds = list(course.adverse_events.kinds) if course.adverse_events and truth.infusion[position] else []
    event = luck.uniforms(count, [("event", kind, visit.id) for kind in kinds])
    if position == 0:
        return VisitLuck(np.zeros(0), np.zeros(0), np.zeros((len(truth.noise), 0)), event)
    measured = [
        name for name, is_measured in zip(course.all_measures, truth.measured[position], strict=True) if is_measured
    ]
    noise = luck.normals(count, [("noise", name, visit.id) for name in measured])
    flare, missing = luck.uniforms(count, [("flare", visit.id), ("missing", visit.id)])
    return VisitLuck(flare, missing, noise, event)


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
