"""The charts of the subjects of one virtual trial: what an array holds of a life, as people would write it down."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from myotis.protocol.design import Infusion, Visit
from myotis.randomize.strata import list_levels
from myotis.rules.dose import may_reduce_dose
from myotis.simulate.adverse_events import LACK_OF_EFFICACY, VirtualEvent, draw_events
from myotis.simulate.batch import VirtualTrial
from myotis.simulate.candidates import SEXES, find_bmi_tenths
from myotis.simulate.lives import Lives
from myotis.simulate.luck import Luck
from myotis.simulate.recordings import Forms, Recording
from myotis.simulate.subject import Subject, name_site
from myotis.simulate.truth import Numbers
from myotis.terms.missing import MISSING
from myotis.terms.rule import Steps


class Departure(NamedTuple):
    """When and why a subject leaves the trial, and in which epoch."""

    when: date
    reason: str
    epoch: str


def find_tenths(kilograms: Numbers) -> Steps:
    """Body weights as scales show them, in tenths of a kg."""
    return np.rint(10 * kilograms).astype(np.int64)


class Charts:
    """What is written of each subject of one trial. Visits are called by their position, the first one being 0."""

    def __init__(self, virtual: VirtualTrial, luck: Luck, lives: Lives, stratum: Steps) -> None:
        self.virtual = virtual
        self.trial, self.course, self.visits = virtual.trial, virtual.course, virtual.visits
        self.lives = lives
        self._luck = luck
        self._forms = Forms(self.trial, self.course)
        self._weights: dict[int, Numbers] = {}
        self._reduced = luck.uniform(len(stratum), "reduced_dose")
        levels = list(list_levels(self.trial))
        self.subjects = [self._introduce(number, levels[at]) for number, at in enumerate(stratum)]

    def _introduce(self, number: int, levels: tuple[str, ...]) -> Subject:
        lives = self.lives
        return Subject(
            number=number,
            site=name_site(int(lives.site[number])),
            sex=SEXES[lives.female[number]],
            age=int(lives.age[number]),
            weight_kg=Decimal(f"{lives.weight_kg[number]:.1f}"),
            first_day=self._date(lives.enrolled[number]),
            levels=levels,
            baseline=self._forms.read(lives.x[number, 0]),
        )

    def _date(self, day: int) -> date:
        return self.course.enrollment.first_day + timedelta(days=int(day))

    def find_facts(self, subject: Subject) -> dict[str, object]:
        """What screening knows of a subject, of the facts that the protocol asks for."""
        facts: dict[str, object] = {one.measure: Decimal(one.text) for one in subject.baseline if one.uln is None}
        multiples = [Fraction(one.text) / Fraction(one.uln) for one in subject.baseline if one.uln is not None]
        weight, height = self.lives.weight_kg[subject.number], self.lives.height_cm[subject.number]
        facts |= {"age": subject.age, "bmi": Decimal(find_bmi_tenths(weight, height)) / 10}
        if multiples:
            facts["highest_enzyme"] = Decimal(f"{float(max(multiples)):.3f}")
        asked = {fact.id for fact in self.trial.facts}
        return {name: value for name, value in facts.items() if name in asked}

    def date_of(self, subject: Subject, position: int) -> date:
        """The day of a visit, if it is held."""
        return self._date(self.lives.came[subject.number, position])

    def weigh(self, subject: Subject, position: int) -> Decimal:
        """The body weight that a visit finds, in kg."""
        if position not in self._weights:
            name = self.visits[position].id
            self._weights[position] = self._luck.normal(len(self.subjects), "weighing", name)
        change = self.course.demographics.weight_noise_kg * self._weights[position]
        return Decimal(f"{find_tenths(self.lives.weight_kg + change)[subject.number] / 10:.1f}")

    def read_measures(self, subject: Subject, position: int) -> list[Recording]:
        """What a visit recorded of the measures."""
        row = int(self.virtual.truth.row[position])
        return self._forms.read(self.lives.x[subject.number, row]) if row >= 0 else []

    def takes_lower_dose(self, subject: Subject, infusion: Infusion, visit: Visit) -> bool:
        """Does the subject take the lower dose where the protocol allows one?"""
        extension = self.course.extension
        allowed = may_reduce_dose(self.trial, infusion, visit.id)
        return allowed and extension is not None and bool(self._reduced[subject.number] < extension.reduced_dose)

    def find_rate(self, start: date) -> float | None:
        """The highest rate of an infusion in mL/kg/min; it depends on the calendar. None where the course has none."""
        events = self.course.adverse_events
        if events is None:
            return None
        return events.highest_rate if start < events.lowered_on else events.lowered_rate

    def describe_events(self, subject: Subject, position: int) -> list[VirtualEvent]:
        """The adverse events that follow the infusion of a visit."""
        if self.course.adverse_events is None:
            return []
        counts = self.lives.events[subject.number, position]
        visit, start = self.visits[position].id, self.date_of(subject, position)
        return draw_events(self.course.adverse_events, self._luck, subject.number, visit, counts, start)

    def find_end(self, subject: Subject) -> Departure | None:
        """How the trial ended for a subject, before a visit or at the gate; None for who stayed."""
        left = int(self.lives.left[subject.number])
        if left == MISSING:
            return None
        if self.lives.reason[subject.number] < len(self.course.discontinuation):
            return self.find_departure(subject, left)
        return Departure(self.date_of(subject, left), LACK_OF_EFFICACY, self.visits[left - 1].epoch)

    def find_departure(self, subject: Subject, position: int) -> Departure:
        """The departure of a subject who left before a visit, on the day before it would have been held."""
        reason = list(self.course.discontinuation)[self.lives.reason[subject.number]]
        when = self.date_of(subject, position) - timedelta(days=1)
        return Departure(when, reason, self.visits[position - 1].epoch)
