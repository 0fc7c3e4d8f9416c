"""What the trials of a batch have come to: the scores, deterioration and response of every subject, and what happened.

The rules are those that score a registry and derive an analysis dataset; here they are asked of whole batches.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from myotis.analyze.settling import Flags, Numbers
from myotis.analyze.subjects import NEVER
from myotis.instruments.tis_levels import TENTHS
from myotis.instruments.tis_rule import TisLimits
from myotis.protocol.trial import Trial
from myotis.rules.deterioration import CONFIRMED, STATUS
from myotis.rules.response import (
    ANYWHERE,
    COMPLETED,
    DETERIORATION,
    FIELD_COUNT,
    IS_DEFINED,
    RESCUED,
    RESPONSE,
    TIS,
    TIS_HIGH,
    TIS_LOW,
    ResponseLimits,
    response_course,
    response_limits,
)
from myotis.rules.response import COLUMN_COUNT as FACTS
from myotis.simulate.allocation import draw_arms
from myotis.simulate.batch import Batch, VirtualTrial, enroll_subjects, go_through_visits
from myotis.simulate.decisions import find_extension
from myotis.simulate.lives import Lives
from myotis.simulate.luck import Luck
from myotis.simulate.scoring import score_visit
from myotis.simulate.truth import NOWHERE
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES
from myotis.terms.rule import Steps, choose_executor, rule_part


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
        """The same trials with the first so many subjects alone; the arrays are shared."""
        return self._replace(**{name: values[:subjects] for name, values in self._asdict().items()})

    @classmethod
    def begin(cls, arm: Steps, stratum: Steps, trials: int, visits: int) -> Self:
        """Room for the outcomes of so many trials, whose lives have these arms and strata."""
        shape = (len(arm) // trials, trials)

        def by_visit(kind: type) -> Any:
            return np.moveaxis(np.empty((visits, *shape), dtype=kind), 0, -1)

        return cls(
            arm=arm.reshape(shape), stratum=stratum.reshape(shape),
            tis=by_visit(np.float64), tis_low=by_visit(np.float64), tis_high=by_visit(np.float64),
            deterioration=by_visit(np.int64), response=by_visit(np.int64),
            switch_day=np.empty(shape, dtype=np.int64), last_day=np.empty(shape, dtype=np.int64),
            treated=np.empty(shape, dtype=np.bool_), active_cycles=np.empty(shape, dtype=np.int64),
        )  # fmt: skip

    def lay_in_a_row(self) -> Self:
        """The same arrays with subjects and trials as lives: [life], and [life, visit]."""
        rows = {name: values.reshape(-1, *values.shape[2:], copy=False) for name, values in self._asdict().items()}
        return self._replace(**rows)


def score_batch(virtual: VirtualTrial, batch: Batch, trials: int, visits: Iterable[str]) -> Outcomes:
    """Score the lives of a batch of so many trials at some visits (ids), which are in the order of the protocol."""
    questions = ask_visits(virtual, visits)
    outcomes = Outcomes.begin(batch.arm, batch.stratum, trials, len(questions.asked))
    score(questions, batch.lives, outcomes.lay_in_a_row(), 0)
    return outcomes


def simulate_outcomes(
    virtual: VirtualTrial, luck: Luck, subjects: int, visits: Sequence[str], *, dated: bool
) -> tuple[Outcomes, Steps]:
    """What the trials of a batch come to at some visits (ids), and when subjects were enrolled [life].

    It is what `score_batch` finds in the lives of `simulate_batch`, which are scored as they come, some subjects at a
    time, and not kept.
    """
    last = max(position for position, visit in enumerate(virtual.visits) if visit.id in visits)
    arrived = enroll_subjects(virtual, luck, subjects, "compiled")
    arm = draw_arms(luck, virtual.trial, virtual.procedure, arrived.stratum, "compiled")
    questions, outcomes = ask_visits(virtual, visits), Outcomes.begin(arm, arrived.stratum, luck.trials, len(visits))
    in_a_row = outcomes.lay_in_a_row()
    for first, lives in go_through_visits(virtual, luck, arrived, arm, last, dated=dated, executor="compiled"):
        score(questions, lives, in_a_row, first)
    return outcomes, arrived.enrolled


class Questions(NamedTuple):
    """What is asked of lives."""

    known: Steps
    """The rows of a course that are looked at; the first is the baseline."""
    asked: Steps
    """The positions among them that are asked for."""
    columns: Steps
    """The columns that the course fills."""
    tis: TisLimits
    response: ResponseLimits
    completed_at: int
    """Who left before this visit did not complete the first period."""
    day: Steps
    """[visit]"""
    active: Steps
    """[treatment]: 1 where it imitates none."""


def ask_visits(virtual: VirtualTrial, visits: Iterable[str]) -> Questions:
    """What is asked of lives at some visits (ids)."""
    trial, truth, asked = virtual.trial, virtual.truth, list(visits)
    ids = [visit.id for visit in trial.assessment_visits]
    known = sorted({0, *(ids.index(name) for name in (*asked, *_list_response_visits(trial, asked)))})
    nowhere = ResponseLimits(0, len(known), 0, (ANYWHERE,), 0, 0, 0, 0)  # applies after the last of the visits
    has_end = find_extension(trial) and virtual.rules.extension_at != NOWHERE
    return Questions(
        known=np.array(known),
        asked=np.array([known.index(ids.index(name)) for name in asked], dtype=np.int64),
        columns=np.array([column for column in (*truth.column, *truth.uln_column) if column != NOWHERE]),
        tis=trial.tis.settings.limits,
        response=response_limits(trial, [ids[row] for row in known]) or nowhere,
        completed_at=virtual.rules.extension_at if has_end else len(virtual.visits),
        day=truth.day,
        active=np.array([int(not treatment.imitates) for treatment in trial.treatments]),
    )


def _list_response_visits(trial: Trial, visits: list[str]) -> list[str]:
    """What the definition of response looks at besides, where it is asked at its visit."""
    return list(trial.response.also_at_one_of) if trial.response.visit in visits else []


def score(questions: Questions, lives: Lives, in_a_row: Outcomes, first: int) -> None:
    """Fill in the outcomes of lives, which begin at the ``first`` of the row."""
    choose_executor(score_lives, "compiled")(questions, lives, in_a_row, first)
    choose_executor(follow_lives, "compiled")(questions, lives, in_a_row, first)


@rule_part
def score_lives(questions: Questions, lives: Lives, scored: Outcomes, first: int) -> None:
    """Fill in the scores, the deterioration and the response of everybody, from the ``first`` outcome on."""
    x, known, asked = lives.x, questions.known, questions.asked
    shape = len(known), len(x)
    tis, low, high = np.full(shape, MISSING), np.full(shape, MISSING), np.full(shape, MISSING)
    response = np.empty((len(known), len(x)), dtype=np.int64)
    for row in range(1, len(known)):
        score_visit(x, known[row], questions.tis, tis[row], low[row], high[row])
    judge_response(questions, lives, tis, low, high, response)
    points, least, most, deterioration, answers, status = (
        scored.tis, scored.tis_low, scored.tis_high, scored.deterioration, scored.response, lives.status
    )  # fmt: skip
    nothing = np.empty(len(x), dtype=np.bool_)
    for place in range(len(asked)):
        row = asked[place]
        find_empty_visits(x, known[row], questions.columns, nothing)
        for life in range(len(x)):  # a visit at which nothing was recorded has no row in any dataset
            is_there = not nothing[life]
            points[first + life, place] = find_points(tis[row, life] if is_there else MISSING)
            least[first + life, place] = find_points(low[row, life] if is_there else MISSING)
            most[first + life, place] = find_points(high[row, life] if is_there else MISSING)
            deterioration[first + life, place] = status[life, known[row], STATUS] if is_there else MISSING
            answers[first + life, place] = response[row, life] if is_there else UNKNOWN


@rule_part
def judge_response(questions: Questions, lives: Lives, tis: Steps, low: Steps, high: Steps, response: Steps) -> None:
    """Fill in whether everybody responds [row, life]; UNKNOWN where it is not asked."""
    status, left, known = lives.status, lives.left, questions.known
    facts, answers = np.empty((len(known), FACTS), dtype=np.int64), np.empty((len(known), FIELD_COUNT), dtype=np.int64)
    facts[:, RESCUED] = NO  # virtual subjects need no rescue
    limits, completed_at = questions.response, questions.completed_at
    for life in range(len(left)):
        for row in range(len(known)):
            facts[row, TIS], facts[row, TIS_LOW], facts[row, TIS_HIGH] = tis[row, life], low[row, life], high[row, life]
            facts[row, DETERIORATION] = status[life, known[row], STATUS]
            facts[row, COMPLETED] = YES if left[life] == MISSING or left[life] >= completed_at else NO
        response_course(facts, limits, answers)
        for row in range(len(known)):
            response[row, life] = answers[row, RESPONSE] if answers[row, IS_DEFINED] == YES else UNKNOWN


@rule_part
def find_empty_visits(x: Steps, row: int, columns: Steps, nothing: Flags) -> None:
    """Fill in at which visits nothing was recorded [life]."""
    nothing[:] = True
    for column in columns:
        for life in range(len(nothing)):
            nothing[life] &= x[life, row, column] == MISSING


@rule_part
def find_points(tenths: int) -> float:
    """Points from tenths of a point; NaN where they are missing."""
    return math.nan if tenths == MISSING else tenths / TENTHS


@rule_part
def follow_lives(questions: Questions, lives: Lives, happened: Outcomes, first: int) -> None:
    """Fill in the days of switches and of last visits, who was treated, and the cycles of active treatment."""
    day, active = questions.day, questions.active
    held, gave, switched, left = lives.held, lives.given, lives.switched, lives.left
    switch_day, last_day, treated, active_cycles = (
        happened.switch_day, happened.last_day, happened.treated, happened.active_cycles
    )  # fmt: skip
    for life in range(len(left)):
        switch_day[first + life] = NEVER if switched[life] == MISSING else day[switched[life]]
        last, cycles, infusions = 0, 0, 0
        for visit in range(held.shape[1]):
            if held[life, visit] == 1:
                last = visit
            if gave[life, visit] != MISSING:
                infusions += 1
                cycles += active[gave[life, visit]]
        last_day[first + life] = NEVER if left[life] == MISSING else day[last]
        treated[first + life], active_cycles[first + life] = infusions > 0, cycles
