"""The rules of the trial at work on signed assessments: deterioration, and the switch that it indicates."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any, Final, NamedTuple

import numpy as np

from myotis.conduct.act import Scene
from myotis.conduct.roles import Role
from myotis.conduct.study import SubjectFile
from myotis.instruments.tis import PLAIN_SLOTS
from myotis.log.act import Told
from myotis.protocol.design import Visit
from myotis.protocol.trial import Trial
from myotis.rules.deterioration import (
    CONFIRMED,
    FIELD_COUNT,
    STATUS,
    STATUS_NAMES,
    deterioration_course,
    deterioration_limits,
)
from myotis.terms.missing import MISSING
from myotis.terms.states import IN_FIRST_PERIOD, SubjectState, find_target

SWITCH_INDICATED: Final = "switch_indicated"
SWITCH_MISSED: Final = "switch_missed"
TO: Final = (Role.INVESTIGATOR, Role.SPONSOR, Role.DATA_MANAGER)
"""Who is told. Assessors are not: what the rules find of their ratings could bias the next ones."""


class Course(NamedTuple):
    """The deterioration status at each visit up to the last signed one, by visit; the first is the baseline."""

    visits: tuple[Visit, ...]
    status: tuple[int, ...]
    steps: list[list[int]]

    @property
    def confirmed_at(self) -> Visit | None:
        """The visit that confirmed deterioration; None where none did."""
        return next((v for v, status in zip(self.visits, self.status, strict=True) if status == CONFIRMED), None)


def follow_course(trial: Trial, subject: SubjectFile, *, since: str | None = None) -> Course | None:
    """The course of deterioration from signed assessments; None where the protocol defines none, or nothing is signed.

    ``since``: leave out the visits between the baseline and this one, and this one too.
    """
    visits = [
        v for v in trial.assessment_visits if since is None or _is_baseline(trial, v) or v.day > trial.visit(since).day
    ]
    signed = [_is_signed(subject, visit) for visit in visits]
    if trial.deterioration is None or True not in signed:
        return None
    visits = visits[: len(signed) - signed[::-1].index(True)]
    steps = [_read_steps(trial, subject, visit) for visit in visits]
    out = np.full((len(visits), FIELD_COUNT), MISSING, dtype=np.int64)
    deterioration_course(
        np.array(steps, dtype=np.int64), deterioration_limits(trial.deterioration, trial.tis.settings), out
    )
    return Course(tuple(visits), tuple(int(status) for status in out[:, STATUS]), steps)


def tell_deterioration(scene: Scene, name: str) -> Iterator[Told]:
    """What the system says once an assessment is signed: the status, and a switch where it is indicated or was missed.

    At most one switch is indicated, and no later correction takes it back. It is missed where deterioration turns out
    to have been confirmed at a visit in time, and a later visit is signed already, or the subject has moved on since.
    """
    subject = scene.subject(name)
    course = follow_course(scene.trial, subject)
    if course is None:
        return
    inputs = {"visits": [visit.id for visit in course.visits], "steps": course.steps}
    answer = {visit.id: STATUS_NAMES[status] for visit, status in zip(course.visits, course.status, strict=True)}
    yield Told("deterioration", answer, "rules.deterioration", inputs, TO, name)
    word = _find_switch_word(scene.trial, subject, course)
    if word is not None and course.confirmed_at is not None:
        yield Told(word, {"visit": course.confirmed_at.id}, "rules.deterioration", inputs, TO, name)


def _find_switch_word(trial: Trial, subject: SubjectFile, course: Course) -> str | None:
    """``switch_indicated`` where deterioration is confirmed in time, ``switch_missed`` where it is seen too late."""
    switch, visit = trial.switch, course.confirmed_at
    if switch is None or visit is None or subject.last_told(SWITCH_INDICATED) or subject.last_told(SWITCH_MISSED):
        return None
    if not trial.visit(switch.earliest_visit).day <= visit.day <= trial.visit(switch.latest_visit).day:
        return None
    if visit.epoch != trial.visit(trial.baseline_visit).epoch:
        return None
    if visit == course.visits[-1] and find_target(subject.standing, "tell", SWITCH_INDICATED):
        return SWITCH_INDICATED
    return SWITCH_MISSED if _was_treated(subject, visit) else None


def _was_treated(subject: SubjectFile, visit: Visit) -> bool:
    """Was the subject on treatment of the first period when the day of a visit ended? Who was not could not switch."""
    held = subject.find("visit", visit.id)
    state = subject.state_on(date.fromisoformat(held.items["day"])) if held and "day" in held.items else None
    return state in {*IN_FIRST_PERIOD, SubjectState.DOSING_HELD}


def _is_baseline(trial: Trial, visit: Visit) -> bool:
    return visit.id == trial.baseline_visit


def _is_signed(subject: SubjectFile, visit: Visit) -> bool:
    form = subject.find("core_set", visit.id)
    return form is not None and form.signed_by_author


def _read_steps(trial: Trial, subject: SubjectFile, visit: Visit) -> list[int]:
    form = subject.find("core_set", visit.id)
    items: dict[str, Any] = form.items if form and form.signed_by_author else {}
    settings = trial.tis.settings
    measures = [measure for slot in PLAIN_SLOTS if (measure := settings.measure(slot))]
    return [m.grid.step(Fraction(items[m.name])) if m.name in items else MISSING for m in measures]
