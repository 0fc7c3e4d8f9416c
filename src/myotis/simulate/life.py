"""The lives of virtual subjects: who comes, what a visit finds, who leaves; whatever road records it.

Nothing here writes a row or carries out an act, and nothing is decided that a trial decides: treatment, switch and gate
come from outside.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np

from myotis.protocol.design import Epoch, Infusion, Visit
from myotis.protocol.trial import Trial
from myotis.randomize.strata import find_strata
from myotis.rules.dose import may_reduce_dose
from myotis.simulate.adverse_events import VirtualEvent, draw_events
from myotis.simulate.course import Course
from myotis.simulate.patients import Clinic, Recording
from myotis.simulate.streams import Streams
from myotis.simulate.subject import Draws, Subject
from myotis.terms.study_time import DAYS_PER_WEEK, elapsed_days

WEEKS_OF_A_RATE: Final = 4
"""Probabilities of the course are for 4 weeks."""


class Departure(NamedTuple):
    """When and why a subject leaves the trial, and in which epoch."""

    when: date
    reason: str
    epoch: str


class Life:
    """What all virtual subjects of a trial share."""

    def __init__(self, trial: Trial, course: Course, streams: Streams) -> None:
        self.trial = trial
        self.course = course
        self.streams = streams
        self.clinic = Clinic(trial, course, streams)
        first = trial.visit(trial.baseline_visit)
        self.visits = [visit for visit in trial.visits if visit.day >= first.day]
        self.period = next(epoch for epoch in trial.epochs if epoch.id == first.epoch)
        self.extension: Epoch | None = next((e for e in trial.epochs if e.first_day > self.period.first_day), None)
        self.infuses = any("infusion" in visit.activities for visit in self.visits)

    def begin(self, count: int) -> Iterator[Subject]:
        """The subjects in the order in which they come; each meets the entry criteria."""
        day = self.course.enrollment.first_day
        for number in range(count):
            if number:
                wait = self.streams.find("enrollment", number).exponential(self.course.enrollment.mean_days_between)
                day += timedelta(days=round(wait))
            patient, baseline = self.clinic.draw_patient(number)
            measures = len(self.clinic.names)
            yield Subject(
                number=number, patient=patient, baseline=baseline, first_day=day,
                stratum=find_strata(self.trial, {entry.measure: Fraction(entry.text) for entry in baseline}),
                draws=Draws.draw(self.streams, number, len(self.visits), measures), recovery=np.zeros(measures),
            )  # fmt: skip

    def pass_time(self, subject: Subject, position: int) -> Departure | None:
        """From the visit before to this one: treatment works, a flare may begin; or the subject leaves."""
        before, visit = self.visits[position - 1], self.visits[position]
        weeks = (visit.day - before.day) / DAYS_PER_WEEK
        share = weeks / WEEKS_OF_A_RATE
        if subject.draws.leaving[position] < share * self.course.discontinuation.probability_per_4_weeks[before.epoch]:
            return Departure(
                self.date_of(subject, position) - timedelta(days=1), self._draw_reason(subject), before.epoch
            )
        subject.recovery = self.clinic.move(subject.recovery, subject.patient, subject.treatment, weeks)
        flares = self.course.flares
        chance, length, size = subject.draws.flare[position]
        if visit.day > subject.flare_until:
            subject.flare_size = 0.0
            if chance < share * flares.probability_per_4_weeks[subject.treatment]:
                shortest, longest = flares.weeks
                lasts = shortest + int(length * (longest - shortest + 1))
                subject.flare_until = visit.day + lasts * DAYS_PER_WEEK
                subject.flare_size = float(np.exp(flares.log_size_sd * size))
        return None

    def attends(self, subject: Subject, position: int) -> bool:
        """Is the visit held? The first one always is."""
        return position == 0 or bool(subject.draws.absence[position, 0] >= self.course.absence.visit_missed)

    def weigh(self, subject: Subject, position: int) -> Decimal:
        """The body weight that a visit finds, in kg."""
        change = self.course.demographics.weight_noise_kg * float(subject.draws.weight[position])
        return Decimal(f"{subject.patient.weight_kg + change:.1f}")

    def measure(self, subject: Subject, position: int) -> list[Recording]:
        """What a visit records of the measures that its schedule has."""
        visit = self.visits[position]
        if position == 0:
            recordings = subject.baseline
        else:
            state = self.clinic.find_state(subject.patient, subject.recovery, subject.flare_size)
            recordings = self.clinic.record(subject.patient, state, subject.draws.noise[position])
        missed = subject.draws.absence[position, 1:] < self.course.absence.measure_missed
        return [
            recording
            for recording, absent in zip(recordings, missed, strict=True)
            if ("cdasi" if recording.measure.startswith("cdasi") else "core_set") in visit.activities
            and (position == 0 or not absent)
        ]

    def date_of(self, subject: Subject, position: int) -> date:
        """The day of a visit, if it is held: near its planned day, within its window."""
        visit = self.visits[position]
        first, last = visit.window_days
        jitter = round(self.course.absence.visit_jitter_days * float(subject.draws.jitter[position]))
        since = elapsed_days(visit.day) - elapsed_days(self.visits[0].day)
        return subject.first_day + timedelta(days=since + min(max(jitter, first), last))

    def takes_lower_dose(self, subject: Subject, infusion: Infusion, visit: Visit) -> bool:
        """Does the subject take the lower dose where the protocol allows one?"""
        extension = self.course.extension
        allowed = may_reduce_dose(self.trial, infusion, visit.id)
        return allowed and extension is not None and subject.draws.reduced < extension.reduced_dose

    def find_rate(self, start: date) -> float | None:
        """The highest rate of an infusion in mL/kg/min; it depends on the calendar. None where the course has none."""
        events = self.course.adverse_events
        if events is None:
            return None
        return events.highest_rate if start < events.lowered_on else events.lowered_rate

    def find_events(self, subject: Subject, position: int, start: date) -> list[VirtualEvent]:
        """The adverse events that follow the infusion of a visit."""
        events, rate = self.course.adverse_events, self.find_rate(start)
        if events is None or rate is None:
            return []
        return draw_events(events, self.streams, subject.number, position, subject.treatment, rate, start)

    def _draw_reason(self, subject: Subject) -> str:
        reasons = self.course.discontinuation.reasons
        reached = np.cumsum(list(reasons.values())) / sum(reasons.values())
        return list(reasons)[
            int(np.searchsorted(reached, subject.draws.reason, side="right").clip(0, len(reasons) - 1))
        ]
