"""One virtual trial as the tables of its snapshot: a trial of a batch, written down row by row."""

from datetime import date, timedelta
from typing import Any

import polars as pl

from myotis.datasets.sdtm import (
    COMPLETED,
    DISPOSITION,
    ENTERED_EXTENSION,
    MILESTONE,
    OTHER_EVENT,
    RANDOMIZED,
    SWITCHED,
)
from myotis.protocol.design import Arm, Epoch, Visit
from myotis.protocol.trial import Trial
from myotis.rules.dose import find_infusion, plan_infusion
from myotis.simulate.adverse_events import LACK_OF_EFFICACY, end_events, record_event, record_rate
from myotis.simulate.batch import Batch, VirtualTrial, simulate_batch
from myotis.simulate.charts import Charts, Departure
from myotis.simulate.course import Course, read_course
from myotis.simulate.decisions import find_extension, find_period
from myotis.simulate.luck import Luck
from myotis.simulate.records import SubjectRecords, at, build_tables
from myotis.simulate.streams import BATCH, Streams
from myotis.simulate.subject import Subject
from myotis.terms.missing import MISSING
from myotis.terms.rule import Executor


def simulate_trial(
    trial: Trial,
    course: Course | None = None,
    *,
    seed: int,
    subjects: int | None = None,
    number: int = 0,
    executor: Executor = "interpreted",
) -> dict[str, pl.DataFrame]:
    """Simulate one trial: the SDTM-shaped tables of its snapshot, by name.

    ``course`` is the assumed truth, else that of the shipped ProDERM; ``subjects`` how many are randomized, else as
    many as the course says. ``number`` says which trial of the seed, as a simulation of many counts them from 0. The
    same seed gives the same tables, and more subjects leave the earlier ones as they were. Raises SettingError where
    course and trial don't fit.

    >>> from myotis.protocol.read import read_trial
    >>> tables = simulate_trial(read_trial("proderm"), seed=1, subjects=4)
    >>> tables["DM"].height, sorted(tables)[:4]
    (4, ['AE', 'DM', 'DS', 'EX'])
    """
    course = course or read_course("proderm")
    virtual = VirtualTrial.build(trial, course)
    luck = Luck(Streams(seed, number // BATCH), only=number % BATCH)
    batch = simulate_batch(virtual, luck, course.subjects if subjects is None else subjects, executor=executor)
    return build_tables(_Writer(virtual, luck, batch).write())


class _Writer:
    """Writes down what became of every subject."""

    def __init__(self, virtual: VirtualTrial, luck: Luck, batch: Batch) -> None:
        self.trial, self.visits = virtual.trial, virtual.visits
        self.rules = virtual.rules
        self.lives, self.arm = batch.lives, batch.arm
        self.charts = Charts(virtual, luck, batch.lives, batch.stratum)
        self.period, self.extension = find_period(virtual.trial), find_extension(virtual.trial)

    def write(self) -> list[SubjectRecords]:
        """The rows of every subject, in the order of enrollment."""
        return [self._write(subject) for subject in self.charts.subjects]

    def _write(self, subject: Subject) -> SubjectRecords:
        records = self._admit(subject, self.trial.arms[self.arm[subject.number]])
        left, last = self.lives.left[subject.number], len(self.visits) - 1
        for position, visit in enumerate(self.visits):
            at_gate = position == self.rules.extension_at
            if position == left and not (at_gate and self._was_turned_away(subject)):
                self._leave(subject, self.charts.find_departure(subject, position), records)
                return records
            self._meet(subject, position, records)
            if position == self.lives.switched[subject.number]:
                when = self.charts.date_of(subject, position)
                records.add_disposition(SWITCHED, OTHER_EVENT, when, visit, self.period.label)
            if at_gate and not self._pass_gate(subject, position, records):
                return records
            self._treat(subject, position, records)
        self._complete(records, self.extension or self.period, self.visits[last], self.charts.date_of(subject, last))
        return records

    def _was_turned_away(self, subject: Subject) -> bool:
        """Did the subject leave at the gate, rather than before a visit?"""
        return bool(self.lives.reason[subject.number] == len(self.charts.course.discontinuation))

    def _admit(self, subject: Subject, arm: Arm) -> SubjectRecords:
        day = subject.first_day
        records = SubjectRecords(self.trial.trial.id, f"{self.trial.trial.id}-{subject.name}")
        records.add(
            "DM", SUBJID=subject.name, RFSTDTC=day.isoformat(), SITEID=subject.site, AGE=subject.age, AGEU="YEARS",
            SEX=subject.sex, ARMCD=arm.id, ARM=arm.label,
        )  # fmt: skip
        factors = self.trial.randomization.factors
        for position, (factor, level) in enumerate(zip(factors, subject.levels, strict=True), 1):
            label = f"Stratum as Randomized: {factor.label}"
            records.add(
                "SUPPDM", RDOMAIN="DM", QNAM=f"STRAT{position}R", QLABEL=label, QVAL=level, QORIG="Assigned"
            )  # fmt: skip
        records.add_disposition(RANDOMIZED, MILESTONE, day, self.visits[0])
        return records

    def _meet(self, subject: Subject, position: int, records: SubjectRecords) -> None:
        """The visit itself: what is recorded before any treatment."""
        visit = self.visits[position]
        if self.lives.held[subject.number, position] == 0:
            return
        subject.last_visit = visit
        when = self.charts.date_of(subject, position)
        records.add("SV", SVSTDTC=when.isoformat(), **at(visit))
        if "weight" in visit.activities:
            subject.weight_kg = self.charts.weigh(subject, position)
            records.add_weight(str(subject.weight_kg), visit, when)
        records.add_findings(self.charts.read_measures(subject, position), visit, when)

    def _treat(self, subject: Subject, position: int, records: SubjectRecords) -> None:
        """What is given at a visit, after all that it decides."""
        given = self.lives.given[subject.number, position]
        if given == MISSING:
            return
        visit, treatment = self.visits[position], self.trial.treatments[given]
        infusion = find_infusion(self.trial, treatment.id) if "infusion" in visit.activities else None
        start = self.charts.date_of(subject, position)
        end, amount = start, dict[str, Any]()
        if infusion:  # else it is taken at home between visits, which are not simulated
            reduced = self.charts.takes_lower_dose(subject, infusion, visit)
            plan = plan_infusion(infusion, subject.weight_kg, infusion.days[0], reduced=reduced)
            end = start + timedelta(days=plan.days - 1)
            amount["EXDOSE"] = 0.0 if treatment.imitates else round(float(plan.dose_g), 1)
            amount |= {"EXDOSU": "g", "EXVAMT": float(round(plan.volume_ml)), "EXVAMTU": "mL"}
        dates = {"EXSTDTC": start.isoformat(), "EXENDTC": end.isoformat()}
        records.add("EX", EXTRT=treatment.label, **amount, **at(visit), **dates)
        if infusion and (rate := self.charts.find_rate(start)) is not None:
            record_rate(records, rate)
            for event in self.charts.describe_events(subject, position):
                record_event(records, event)

    def _pass_gate(self, subject: Subject, position: int, records: SubjectRecords) -> bool:
        """The end of the first period, and the way into the extension or out of the trial."""
        assert self.extension is not None, "there is a gate only before an extension"
        visit, when = self.visits[position], self.charts.date_of(subject, position)
        self._complete(records, self.period, visit, when)
        if self.lives.left[subject.number] == position:
            self._leave(subject, Departure(when, LACK_OF_EFFICACY, self.period.id), records)
            return False
        records.add_disposition(ENTERED_EXTENSION, MILESTONE, when, visit, self.extension.label)
        return True

    def _complete(self, records: SubjectRecords, epoch: Epoch, visit: Visit, when: date) -> None:
        records.add_disposition(COMPLETED, DISPOSITION, when, visit, epoch.label)

    def _leave(self, subject: Subject, departure: Departure, records: SubjectRecords) -> None:
        label = next(epoch.label for epoch in self.trial.epochs if epoch.id == departure.epoch)
        records.add_disposition(departure.reason, DISPOSITION, departure.when, subject.last_visit, label)
        end_events(records, departure.when, departure.reason)
