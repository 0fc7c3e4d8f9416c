"""The luck of a batch of trials: what its streams hold, as arrays by life.

A number is drawn for every trial of the batch whether it is needed or not, so that no trial's luck hangs on another's
fate. Where one trial alone is asked for, the others' bits are drawn and dropped.
"""

import sys
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from myotis.protocol.design import Visit
from myotis.simulate.course import Course
from myotis.simulate.deviates import BITS, Bits, fill_normal, fill_uniform, tabulate_quantiles
from myotis.simulate.nature import LifeLuck
from myotis.simulate.room import Room
from myotis.simulate.streams import BATCH, Streams
from myotis.simulate.truth import NOWHERE, Numbers, Truth
from myotis.terms.rule import Executor, Steps, choose_executor, rule_part
from myotis.terms.study_time import elapsed_days

WORD_BITS: Final = 64

Name = tuple[str | int, ...]


class Luck(NamedTuple):
    """The streams of a batch, of which all trials or one alone are wanted."""

    streams: Streams
    only: int | None = None
    room: Room | None = None
    """Where numbers are put. They are good until more of the same streams are drawn into the same room; without one,
    for ever."""

    @property
    def trials(self) -> int:
        """How many trials there are luck for."""
        return BATCH if self.only is None else 1

    def take(self, name: Name, shape: tuple[int, ...], dtype: type = np.float64) -> Any:
        """An array out of the room, with whatever is in it; its first axis runs fastest in memory."""
        return (self.room or Room()).take(name, shape, dtype)

    def bits(self, count: int, names: Sequence[Name]) -> Bits:
        """[name, life]: the next ``count`` words of every trial from each stream, those of a trial ``trials`` apart."""
        drawn = count * BATCH * BITS // WORD_BITS
        words = self.take(("words",), (drawn, len(names)), np.uint64).T
        for row, name in zip(words, names, strict=True):
            row[:] = self.streams.find(*name).bit_generator.random_raw(drawn)
        if sys.byteorder == "big":  # the first number of a word is that of its lower bits
            words = words.byteswap()
        bits = words.view("<u4").astype(np.uint32, copy=False)
        kept: Bits = bits if self.only is None else bits[:, self.only :: BATCH].copy()
        return kept

    def normals(self, count: int, names: Sequence[Name]) -> Numbers:
        """[name, life]: the next standard normal numbers of each stream."""
        bits = self.bits(count, names)
        tail, numbers = self.take(("tail",), (bits.size,)), self._make_room(names, bits)
        fill = choose_executor(fill_normal, self.executor)
        fill(bits.reshape(-1), tabulate_quantiles(), tail, tail.view(np.int64), numbers.reshape(-1))
        return numbers

    def uniforms(self, count: int, names: Sequence[Name]) -> Numbers:
        """[name, life]: the next uniform numbers of each stream."""
        bits = self.bits(count, names)
        numbers = self._make_room(names, bits)
        fill_uniform(bits, numbers)
        return numbers

    def _make_room(self, names: Sequence[Name], bits: Bits) -> Numbers:
        numbers: Numbers = self.take(tuple(names[0]) if names else (), bits.shape[::-1]).T
        return numbers

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


def draw_shared(luck: Luck, count: int, stream: str, loadings: Numbers, course: Course) -> Numbers:
    """[measure, life]: standard normal numbers that hang together by the ``loadings`` [measure, factor]."""
    factors = course.disease.factors
    names = [*((f"{stream}_factor", factor) for factor in factors), *((stream, name) for name in course.all_measures)]
    numbers = luck.normals(count, names)
    own = np.sqrt(np.maximum(1 - (loadings**2).sum(axis=1), 0.0))
    choose_executor(share_factors, luck.executor)(loadings, own, numbers)
    return numbers[len(factors) :]


class LuckNames(NamedTuple):
    """The streams of luck on the way through the visits; what nothing asks for has none."""

    flare: list[Name]
    missing: list[Name]
    noise: list[Name]
    event: list[Name]


def name_luck(visits: Sequence[Visit], truth: Truth, course: Course) -> LuckNames:
    """The streams of luck up to the last of the visits."""
    kinds = list(course.adverse_events.kinds) if course.adverse_events else []
    later = list(enumerate(visits))[1:]
    measures = list(enumerate(course.all_measures))
    return LuckNames(
        flare=[("flare", visit.id) for visit in visits[1:]],
        missing=[("missing", visit.id) for visit in visits[1:]],
        noise=[
            ("noise", name, visit.id) for at, visit in later for m, name in measures if truth.place[at, m] != NOWHERE
        ],
        event=[("event", kind, visit.id) for visit in visits for kind in kinds],
    )


def draw_luck(luck: Luck, count: int, names: LuckNames) -> LifeLuck:
    """The luck of the next ``count`` subjects."""
    return LifeLuck(
        flare=luck.uniforms(count, names.flare), missing=luck.uniforms(count, names.missing),
        noise=luck.normals(count, names.noise), event=luck.uniforms(count, names.event),
    )  # fmt: skip


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
