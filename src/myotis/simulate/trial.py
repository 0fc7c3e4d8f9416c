"""A virtual trial: patients enter, are randomized, treated and measured visit by visit, switch, leave, finish.

What the simulation decides on the way (who may enter, who has deteriorated) it asks of the same functions that serve
the trial itself. What is true but never seen (how much a treatment does) is in the course.
"""

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
from myotis.derive.visits import build_visits
from myotis.errors import SettingError
from myotis.protocol.design import Arm, Epoch, Visit
from myotis.protocol.trial import Trial
from myotis.randomize.places import allocate_in_order
from myotis.randomize.procedures.permuted_blocks import draw_permuted_blocks
from myotis.randomize.strata import name_stratum
from myotis.rules.deterioration import CONFIRMED, STATUS_NAMES
from myotis.rules.dose import find_infusion, plan_infusion
from myotis.rules.treatment import compute_gate_decision, resolve_switch, treatment_after_gate
from myotis.score.visits import score_visits
from myotis.simulate.adverse_events import end_events, record_event, record_rate
from myotis.simulate.course import ClinicalMeasure, Course, EnzymeCourse, read_course
from myotis.simulate.life import Departure, Life
from myotis.simulate.records import SubjectRecords, at, build_tables
from myotis.simulate.streams import Streams
from myotis.simulate.subject import Subject
from myotis.terms.missing import MISSING

STATUSES = {name: status for status, name in STATUS_NAMES.items()}

LACK_OF_EFFICACY = "LACK OF EFFICACY"


def simulate_trial(
    trial: Trial, course: Course | None = None, *, seed: int, subjects: int | None = None
) -> dict[str, pl.DataFrame]:
    """Simulate one trial: the SDTM-shaped tables of its snapshot, by name.

    ``course`` is the assumed truth, else that of the shipped ProDERM; ``subjects`` how many are randomized, else as
    many as the course says. The same seed gives the same tables, and more subjects leave the earlier ones as they
    were. Raises SettingError where course and trial don't fit.

    >>> from myotis.protocol.read import read_trial
    >>> tables = simulate_trial(read_trial("proderm"), seed=1, subjects=4)
    >>> tables["DM"].height, sorted(tables)[:4]
    (4, ['AE', 'DM', 'DS', 'EX'])
    """
    course = course or read_course("proderm")
    _check(trial, course)
    return _Simulation(trial, Life(trial, course, Streams(seed))).run(course.subjects if subjects is None else subjects)


def _check(trial: Trial, course: Course) -> None:
    treatments = {treatment.id for treatment in trial.treatments}
    known: list[ClinicalMeasure | EnzymeCourse] = [*course.measures.values(), *course.enzymes.values()]
    answered = [set(part.recovery) for part in known] + [set(course.flares.probability_per_4_weeks)]
    if course.adverse_events:
        answered += [set(kind.per_infusion) for kind in course.adverse_events.kinds.values()]
    if any(treatments - names for names in answered):
        raise SettingError(f"the course does not say what each of {', '.join(sorted(treatments))} does to each measure")
    gate = trial.conduct and trial.conduct.extension_gate
    if gate and course.extension and course.extension.treatment != gate.treatment:
        raise SettingError(f"the extension's treatment is {gate.treatment} in the protocol, and not in the course")
    epochs = {visit.epoch for visit in trial.assessment_visits}
    if absent := epochs - set(course.discontinuation.probability_per_4_weeks):
        raise SettingError(f"the course does not say how many leave in {', '.join(sorted(absent))}")


class _Simulation:
    def __init__(self, trial: Trial, life: Life) -> None:
        self.trial = trial
        self.life = life
        self.subjects: list[Subject] = []
        self.records: dict[int, SubjectRecords] = {}

    def run(self, count: int) -> dict[str, pl.DataFrame]:
        self._enroll(count)
        last = len(self.life.visits) - 1
        for position, visit in enumerate(self.life.visits):
            for subject in self._present():
                if position and (departure := self.life.pass_time(subject, position)):
                    self._leave(subject, departure)
            for subject in self._present():
                self._meet(subject, position)
            if visit in self.trial.assessment_visits and position:
                self._decide(visit)
            for subject in self._present():
                self._treat(subject, position)
                if position == last:
                    self._complete(
                        subject, self.life.extension or self.life.period, visit, self.life.date_of(subject, last)
                    )
                    subject.present = False
        return self._tables()

    def _tables(self) -> dict[str, pl.DataFrame]:
        return build_tables(self.records[subject.number] for subject in self.subjects)

    def _enroll(self, count: int) -> None:
        self.subjects = list(self.life.begin(count))
        arms = self._allocate([name_stratum(subject.stratum) for subject in self.subjects])
        for subject, arm in zip(self.subjects, arms, strict=True):
            subject.treatment = arm.treatment
            self.records[subject.number] = self._admit(subject, arm)

    def _allocate(self, strata: list[str]) -> list[Arm]:
        arms = {arm.id: arm for arm in self.trial.arms}
        ratio, block_size = self.trial.randomization.ratio, self.life.course.enrollment.block_size
        lists = {
            stratum: draw_permuted_blocks(
                self.life.streams.find("allocation", stratum), ratio, (block_size,), strata.count(stratum)
            )
            for stratum in dict.fromkeys(strata)
        }
        return [arms[arm] for arm in allocate_in_order(strata, lists)]

    def _admit(self, subject: Subject, arm: Arm) -> SubjectRecords:
        patient, day = subject.patient, subject.first_day
        records = SubjectRecords(self.trial.trial.id, f"{self.trial.trial.id}-{subject.name}")
        records.add(
            "DM", SUBJID=subject.name, RFSTDTC=day.isoformat(), SITEID=patient.site, AGE=patient.age, AGEU="YEARS",
            SEX=patient.sex, ARMCD=arm.id, ARM=arm.label,
        )  # fmt: skip
        factors = self.trial.randomization.factors
        for position, (factor, level) in enumerate(zip(factors, subject.stratum, strict=True), 1):
            label = f"Stratum as Randomized: {factor.label}"
            records.add(
                "SUPPDM", RDOMAIN="DM", QNAM=f"STRAT{position}R", QLABEL=label, QVAL=level, QORIG="Assigned"
            )  # fmt: skip
        records.add_disposition(RANDOMIZED, MILESTONE, day, self.life.visits[0])
        return records

    def _meet(self, subject: Subject, position: int) -> None:
        """The visit itself: what is recorded before any treatment."""
        visit = self.life.visits[position]
        subject.attends = self.life.attends(subject, position)
        if not subject.attends:
            return
        subject.last_visit = visit
        when, records = self.life.date_of(subject, position), self.records[subject.number]
        records.add("SV", SVSTDTC=when.isoformat(), **at(visit))
        if "weight" in visit.activities:
            subject.weight_kg = self.life.weigh(subject, position)
            records.add_weight(str(subject.weight_kg), visit, when)
        records.add_findings(self.life.measure(subject, position), visit, when)

    def _treat(self, subject: Subject, position: int) -> None:
        """What is given at a visit, after all that it decides."""
        visit, records = self.life.visits[position], self.records[subject.number]
        infusion = find_infusion(self.trial, subject.treatment) if self.life.infuses else None
        given = "infusion" in visit.activities if self.life.infuses else position < len(self.life.visits) - 1
        if not subject.attends or not given:
            return
        subject.given[visit.id] = subject.treatment
        treatment = next(t for t in self.trial.treatments if t.id == subject.treatment)
        start = self.life.date_of(subject, position)
        end, amount = start, dict[str, Any]()
        if infusion:  # else it is taken at home between visits, which are not simulated
            reduced = self.life.takes_lower_dose(subject, infusion, visit)
            plan = plan_infusion(infusion, subject.weight_kg, infusion.days[0], reduced=reduced)
            end = start + timedelta(days=plan.days - 1)
            amount["EXDOSE"] = 0.0 if treatment.imitates else round(float(plan.dose_g), 1)
            amount |= {"EXDOSU": "g", "EXVAMT": float(round(plan.volume_ml)), "EXVAMTU": "mL"}
        dates = {"EXSTDTC": start.isoformat(), "EXENDTC": end.isoformat()}
        records.add("EX", EXTRT=treatment.label, **amount, **at(visit), **dates)
        if infusion and (rate := self.life.find_rate(start)) is not None:
            record_rate(records, rate)
            for event in self.life.find_events(subject, position, start):
                record_event(records, event)

    def _decide(self, visit: Visit) -> None:
        """Switch who has deteriorated within the first period; at its end, let subjects into the extension."""
        extension = self.life.extension
        gate = extension is not None and visit.day == extension.first_day
        in_period = visit.epoch == self.life.period.id
        switch = self.trial.switch
        if not gate and not (in_period and switch):
            return
        table = build_visits(self._tables(), self.trial)
        statuses = self._find_statuses(table, visit)
        if gate:
            since_switch = self._find_statuses_since_switch(table, visit)
            for subject in self._present():
                self._pass_gate(
                    subject, visit, statuses.get(self._id(subject), {}), since_switch.get(self._id(subject), {})
                )
        elif (
            switch
            and self.trial.visit(switch.earliest_visit).day <= visit.day <= self.trial.visit(switch.latest_visit).day
        ):
            for subject in self._present():
                if CONFIRMED in statuses.get(self._id(subject), {}).values() and subject.switch_visit is None:
                    self._switch(subject, visit)

    def _find_statuses(self, table: pl.DataFrame, visit: Visit) -> dict[str, dict[str, int]]:
        """The deterioration status at each visit up to this one: by subject, then by visit id."""
        ids = {v.number: v.id for v in self.trial.assessment_visits if v.day <= visit.day}
        scored = score_visits(table, trial=self.trial).filter(pl.col("visit_number").is_in(list(ids)))
        found: dict[str, dict[str, int]] = {}
        for subject, number, status in scored.select("subject", "visit_number", "deterioration").iter_rows():
            found.setdefault(subject, {})[ids[number]] = STATUSES.get(status, MISSING)
        return found

    def _find_statuses_since_switch(self, table: pl.DataFrame, visit: Visit) -> dict[str, dict[str, int]]:
        """Deterioration by visits after the switch alone."""
        switched = {self._id(subject): subject.switch_visit.number for subject in self.subjects if subject.switch_visit}
        if not switched:
            return {}
        since = pl.col("subject").replace_strict(switched, default=None, return_dtype=pl.Int64)
        baseline = self.trial.visit(self.trial.baseline_visit).number
        rows = table.filter(
            (pl.col("visit_number") > since) | (since.is_not_null() & (pl.col("visit_number") == baseline))
        )
        return self._find_statuses(rows, visit)

    def _switch(self, subject: Subject, visit: Visit) -> None:
        subject.treatment = resolve_switch(self.trial, subject.treatment)
        subject.switch_visit = visit
        when = self.life.date_of(subject, self.life.visits.index(visit))
        self.records[subject.number].add_disposition(SWITCHED, OTHER_EVENT, when, visit, self.life.period.label)

    def _pass_gate(
        self, subject: Subject, visit: Visit, statuses: dict[str, int], since_switch: dict[str, int]
    ) -> None:
        """The end of the first period and the way into the extension, as the protocol's gate decides.

        Without a gate everybody goes on.
        """
        assert self.life.extension is not None, "there is a gate only before an extension"
        when = self.life.date_of(subject, self.life.visits.index(visit))
        self._complete(subject, self.life.period, visit, when)
        follows = self.life.course.extension
        given: str | None = (
            next(iter(subject.given.values()), subject.treatment) if follows is None else follows.treatment
        )
        if self.trial.conduct and self.trial.conduct.extension_gate:
            decision = compute_gate_decision(self.trial, subject.given, statuses, since_switch)
            given = treatment_after_gate(self.trial, decision)
        if given is None:
            self._leave(subject, Departure(when, LACK_OF_EFFICACY, self.life.period.id))
            return
        self.records[subject.number].add_disposition(
            ENTERED_EXTENSION, MILESTONE, when, visit, self.life.extension.label
        )
        subject.treatment = given

    def _complete(self, subject: Subject, epoch: Epoch, visit: Visit, when: date) -> None:
        self.records[subject.number].add_disposition(COMPLETED, DISPOSITION, when, visit, epoch.label)

    def _leave(self, subject: Subject, departure: Departure) -> None:
        label = next(epoch.label for epoch in self.trial.epochs if epoch.id == departure.epoch)
        records = self.records[subject.number]
        records.add_disposition(departure.reason, DISPOSITION, departure.when, subject.last_visit, label)
        end_events(records, departure.when, departure.reason)
        subject.present = False

    def _id(self, subject: Subject) -> str:
        return self.records[subject.number].subject

    def _present(self) -> list[Subject]:
        return [subject for subject in self.subjects if subject.present]
