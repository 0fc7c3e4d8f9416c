"""What the trials of a batch have come to: the scores, deterioration and response of every subject, and what happened.

The rules are those that score a registry and derive an analysis dataset; here they are asked of whole batches.
"""

from collections.abc import Iterable
from typing import NamedTuple, Self

import numpy as np

from myotis.analyze.settling import Flags, Numbers
from myotis.analyze.subjects import NEVER
from myotis.instruments.tis import TisScores, score_courses
from myotis.instruments.tis_rule import TIS, TIS_HIGH, TIS_LOW
from myotis.protocol.trial import Trial
from myotis.rules.deterioration import CONFIRMED, STATUS
from myotis.rules.response import FIELD_COUNT, IS_DEFINED, RESPONSE, response_course, response_limits
from myotis.simulate.batch import Batch, VirtualTrial
from myotis.simulate.decisions import find_extension
from myotis.simulate.truth import NOWHERE
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES
from myotis.terms.rule import Steps


class Outcomes(NamedTuple):
    """Arrays [subject, trial], and by visit [subject, trial, visit], for the visits asked for."""

    arm: Steps
    stratum: Steps
    tis: Numbers
    """NaN where it is not evaluable."""
    tis_low: Numbers
    tis_high: Numbers
    deterioration: Steps
    response: Steps
    switch_day: Steps
    """The planned day of the visit of the switch; NEVER where there was none."""
    last_day: Steps
    """The planned day of the last visit of who left; NEVER of who did not."""
    treated: Flags
    active_cycles: Steps
    """How many infusions of a treatment that imitates none."""

    @property
    def has_switched(self) -> Flags:
        """[subject, trial]: was there a switch?"""
        return np.not_equal(self.switch_day, NEVER)

    @property
    def has_left(self) -> Flags:
        """[subject, trial]: did the subject leave?"""
        return np.not_equal(self.last_day, NEVER)

    @property
    def has_deteriorated(self) -> Flags:
        """[subject, trial]: was deterioration confirmed at any of the visits?"""
        return np.asarray((self.deterioration == CONFIRMED).any(axis=-1))

    def take(self, subjects: int) -> Self:
        """The same trials with the first so many subjects alone."""
        return self._replace(**{name: values[:subjects] for name, values in self._asdict().items()})


def score_batch(virtual: VirtualTrial, batch: Batch, trials: int, visits: Iterable[str]) -> Outcomes:
    """Score the lives of a batch of so many trials at some visits (ids), which are in the order of the protocol."""
    lives, trial = batch.lives, virtual.trial
    ids = [visit.id for visit in trial.assessment_visits]
    asked = list(visits)
    known = sorted({0, *(ids.index(name) for name in (*asked, *_list_response_visits(trial, asked)))})
    count = len(lives.site)
    x = np.ascontiguousarray(lives.x[:, known]).reshape(count * len(known), -1)
    offsets = np.arange(count + 1) * len(known)
    fields = score_courses(x, offsets, trial.tis.settings, engine="compiled").fields
    status = lives.status[:, known, STATUS].reshape(-1)
    facts = np.repeat(_find_facts(virtual, batch), len(known), axis=0)
    response = np.full((len(x), FIELD_COUNT), MISSING)
    if limits := response_limits(trial, [ids[row] for row in known]):
        seen = np.column_stack([fields[:, [TIS, TIS_LOW, TIS_HIGH]], status, facts])
        response_course.run(seen, offsets, limits, response, engine="compiled")
    nothing = (x == MISSING).all(axis=1)  # a visit at which nothing was recorded has no row in any dataset
    fields[nothing], status[nothing] = MISSING, MISSING
    scores = TisScores(fields, trial.tis.settings)
    answer = np.where((response[:, IS_DEFINED] == YES) & ~nothing, response[:, RESPONSE], UNKNOWN)
    rows = [known.index(ids.index(name)) for name in asked]
    shape = (count // trials, trials)
    by_visit = (*shape, len(known))
    switch_day, last_day, treated, active_cycles = _find_days(virtual, batch, shape)
    return Outcomes(
        arm=batch.arm.reshape(shape),
        stratum=batch.stratum.reshape(shape),
        tis=scores.tis.reshape(by_visit)[..., rows],
        tis_low=scores.low.reshape(by_visit)[..., rows],
        tis_high=scores.high.reshape(by_visit)[..., rows],
        deterioration=status.reshape(by_visit)[..., rows],
        response=answer.reshape(by_visit)[..., rows],
        switch_day=switch_day,
        last_day=last_day,
        treated=treated,
        active_cycles=active_cycles,
    )


def _list_response_visits(trial: Trial, visits: list[str]) -> list[str]:
    """What the definition of response looks at besides, where it is asked at its visit."""
    return list(trial.response.also_at_one_of) if trial.response.visit in visits else []


def _find_days(virtual: VirtualTrial, batch: Batch, shape: tuple[int, int]) -> tuple[Steps, Steps, Flags, Steps]:
    """The days of switches and of last visits, who was treated, and the cycles of active treatment."""
    lives, day = batch.lives, virtual.truth.day
    last = (lives.held * np.arange(lives.held.shape[1])).max(axis=1)
    switch_day = np.where(lives.switched == MISSING, NEVER, day[np.maximum(lives.switched, 0)])
    last_day = np.where(lives.left == MISSING, NEVER, day[last])
    active = [position for position, treatment in enumerate(virtual.trial.treatments) if not treatment.imitates]
    treated, cycles = (lives.given != MISSING).any(axis=1), np.isin(lives.given, active).sum(axis=1)
    return switch_day.reshape(shape), last_day.reshape(shape), treated.reshape(shape), cycles.reshape(shape)


def _find_facts(virtual: VirtualTrial, batch: Batch) -> Steps:
    """By life whether the first period was completed, and whether rescue was needed: virtual subjects need none."""
    left, end = batch.lives.left, virtual.rules.extension_at
    completed = (left == MISSING) | ((left >= end) if find_extension(virtual.trial) and end != NOWHERE else False)
    return np.column_stack([np.where(completed, YES, NO), np.full(len(left), NO)])
