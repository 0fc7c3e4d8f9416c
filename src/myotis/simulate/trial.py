"""A virtual trial: patients enter, are randomized, treated and measured visit by visit, switch, leave, finish.

What the simulation decides on the way (who may enter, who has deteriorated) it asks of the same functions that serve
the trial itself. What is true but never seen (how much a treatment does) is in the course.
"""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
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
from myotis.protocol.design import Arm, Epoch, Infusion, Visit
from myotis.protocol.trial import Trial
from myotis.randomize.places import allocate_in_order
from myotis.randomize.procedures.permuted_blocks import draw_permuted_blocks
from myotis.randomize.strata import find_strata, name_stratum
from myotis.rules.deterioration import CONFIRMED, STATUS_NAMES
from myotis.rules.dose import find_infusion, may_reduce_dose, plan_infusion
from myotis.rules.treatment import compute_gate_decision, resolve_switch, treatment_after_gate
from myotis.score.visits import score_visits
from myotis.simulate.adverse_events import end_events, record_events, record_rate
from myotis.simulate.course import ClinicalMeasure, Course, EnzymeCourse, read_course
from myotis.simulate.patients import Clinic, Patient, Recording
from myotis.simulate.records import SubjectRecords, at, build_tables
from myotis.simulate.streams import Streams
from myotis.simulate.subject import Draws, Subject
from myotis.terms.missing import MISSING
from myotis.terms.study_time import DAYS_PER_WEEK, elapsed_days

WEEKS_OF_A_RATE = 4
"""Probabilities of the course are for 4 weeks."""

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
    return _Simulation(trial, course, Streams(seed)).run(course.subjects if subjects is None else subjects)


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
        self.subjects: list[Subject] = []

    def run(self, count: int) -> dict[str, pl.DataFrame]:
        self._enroll(count)
        for position, visit in enumerate(self.visits):
            for subject in self._present():
                if position:
                    self._live(subject, position)
            for subject in self._present():
                self._meet(subject, position)
            if visit in self.trial.assessment_visits and position:
                self._decide(visit)
            for subject in self._present():
                self._treat(subject, position)
                if position == len(self.visits) - 1:
                    self._finish(subject, self.extension or self.period, visit)
        return build_tables(subject.records for subject in self.subjects)

    def _enroll(self, count: int) -> None:
        candidates = [self.clinic.draw_patient(number) for number in range(count)]
        strata = [find_strata(self.trial, _exact(recordings)) for _, recordings in candidates]
        arms = self._allocate([name_stratum(stratum) for stratum in strata])
        day = self.course.enrollment.first_day
        for number, ((patient, recordings), stratum, arm) in enumerate(zip(candidates, strata, arms, strict=True)):
            if number:
                wait = self.streams.find("enrollment", number).exponential(self.course.enrollment.mean_days_between)
                day += timedelta(days=round(wait))
            self.subjects.append(self._admit(number, patient, recordings, stratum, arm, day))

    def _allocate(self, strata: list[str]) -> list[Arm]:
        arms = {arm.id: arm for arm in self.trial.arms}
        ratio, block_size = self.trial.randomization.ratio, self.course.enrollment.block_size
        lists = {
            stratum: draw_permuted_blocks(
                self.streams.find("allocation", stratum), ratio, (block_size,), strata.count(stratum)
            )
            for stratum in dict.fromkeys(strata)
        }
        return [arms[arm] for arm in allocate_in_order(strata, lists)]

    def _admit(
        self, number: int, patient: Patient, baseline: list[Recording], stratum: tuple[str, ...], arm: Arm, day: date
    ) -> Subject:
        name = f"{patient.site}-{number + 1:04d}"
        records = SubjectRecords(self.trial.trial.id, f"{self.trial.trial.id}-{name}")
        records.add(
            "DM", SUBJID=name, RFSTDTC=day.isoformat(), SITEID=patient.site, AGE=patient.age, AGEU="YEARS",
            SEX=patient.sex, ARMCD=arm.id, ARM=arm.label,
        )  # fmt: skip
        for position, (factor, level) in enumerate(zip(self.trial.randomization.factors, stratum, strict=True), 1):
            label = f"Stratum as Randomized: {factor.label}"
            records.add(
                "SUPPDM", RDOMAIN="DM", QNAM=f"STRAT{position}R", QLABEL=label, QVAL=level, QORIG="Assigned"
            )  # fmt: skip
        records.add_disposition(RANDOMIZED, MILESTONE, day, self.visits[0])
        measures = len(self.clinic.names)
        return Subject(
            number=number, patient=patient, baseline=baseline, first_day=day, stratum=stratum,
            draws=Draws.draw(self.streams, number, len(self.visits), measures), records=records, arm=arm,
            treatment=arm.treatment, recovery=np.zeros(measures),
        )  # fmt: skip

    def _live(self, subject: Subject, position: int) -> None:
        """From one planned visit to the next: treatment works, a flare may begin, the subject may leave."""
        before, visit = self.visits[position - 1], self.visits[position]
        weeks = (visit.day - before.day) / DAYS_PER_WEEK
        share = weeks / WEEKS_OF_A_RATE
        if subject.draws.leaving[position] < share * self.course.discontinuation.probability_per_4_weeks[before.epoch]:
            self._leave(
                subject, self._date(subject, position) - timedelta(days=1), self._draw_reason(subject), before.epoch
            )
            return
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

    def _meet(self, subject: Subject, position: int) -> None:
        """The visit itself: what is recorded before any treatment."""
        visit = self.visits[position]
        subject.attends = position == 0 or subject.draws.absence[position, 0] >= self.course.absence.visit_missed
        if not subject.attends:
            return
        subject.last_visit = visit
        when = self._date(subject, position)
        subject.records.add("SV", SVSTDTC=when.isoformat(), **at(visit))
        if "weight" in visit.activities:
            change = self.course.demographics.weight_noise_kg * float(subject.draws.weight[position])
            subject.weight_kg = Decimal(f"{subject.patient.weight_kg + change:.1f}")
            subject.records.add_weight(str(subject.weight_kg), visit, when)
        subject.records.add_findings(self._measure(subject, position), visit, when)

    def _measure(self, subject: Subject, position: int) -> list[Recording]:
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

    def _treat(self, subject: Subject, position: int) -> None:
        """What is given at a visit, after all that it decides."""
        visit = self.visits[position]
        infusion = find_infusion(self.trial, subject.treatment) if self.infuses else None
        given = "infusion" in visit.activities if self.infuses else position < len(self.visits) - 1
        if not subject.attends or not given:
            return
        subject.given[visit.id] = subject.treatment
        treatment = next(t for t in self.trial.treatments if t.id == subject.treatment)
        start = self._date(subject, position)
        end, amount = start, dict[str, Any]()
        if infusion:  # else it is taken at home between visits, which are not simulated
            reduced = self._takes_lower_dose(subject, infusion, visit)
            plan = plan_infusion(infusion, subject.weight_kg, infusion.days[0], reduced=reduced)
            end = start + timedelta(days=plan.days - 1)
            amount["EXDOSE"] = 0.0 if treatment.imitates else round(float(plan.dose_g), 1)
            amount |= {"EXDOSU": "g", "EXVAMT": float(round(plan.volume_ml)), "EXVAMTU": "mL"}
        dates = {"EXSTDTC": start.isoformat(), "EXENDTC": end.isoformat()}
        subject.records.add("EX", EXTRT=treatment.label, **amount, **at(visit), **dates)
        if infusion and self.course.adverse_events:
            rate = record_rate(subject.records, self.course.adverse_events, start)
            record_events(
                subject.records, self.course.adverse_events, self.streams, subject.number, position,
                subject.treatment, rate, start,
            )  # fmt: skip

    def _takes_lower_dose(self, subject: Subject, infusion: Infusion, visit: Visit) -> bool:
        extension = self.course.extension
        allowed = may_reduce_dose(self.trial, infusion, visit.id)
        return allowed and extension is not None and subject.draws.reduced < extension.reduced_dose

    def _decide(self, visit: Visit) -> None:
        """Switch who has deteriorated within the first period; at its end, let subjects into the extension."""
        gate = self.extension is not None and visit.day == self.extension.first_day
        in_period = visit.epoch == self.period.id
        switch = self.trial.switch
        if not gate and not (in_period and switch):
            return
        tables = build_tables(subject.records for subject in self.subjects)
        table = build_visits(tables, self.trial)
        statuses = self._find_statuses(table, visit)
        if gate:
            since_switch = self._find_statuses_since_switch(table, visit)
            for subject in self._present():
                self._pass_gate(subject, visit, statuses.get(subject.id, {}), since_switch.get(subject.id, {}))
        elif (
            switch
            and self.trial.visit(switch.earliest_visit).day <= visit.day <= self.trial.visit(switch.latest_visit).day
        ):
            for subject in self._present():
                if CONFIRMED in statuses.get(subject.id, {}).values() and subject.switch_visit is None:
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
        switched = {subject.id: subject.switch_visit.number for subject in self.subjects if subject.switch_visit}
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
        when = self._date(subject, self.visits.index(visit))
        subject.records.add_disposition(SWITCHED, OTHER_EVENT, when, visit, self.period.label)

    def _pass_gate(
        self, subject: Subject, visit: Visit, statuses: dict[str, int], since_switch: dict[str, int]
    ) -> None:
        """The end of the first period and the way into the extension, as the protocol's gate decides.

        Without a gate everybody goes on.
        """
        assert self.extension is not None, "there is a gate only before an extension"
        when = self._date(subject, self.visits.index(visit))
        self._complete(subject, self.period, visit, when)
        follows = self.course.extension
        given: str | None = subject.arm.treatment if follows is None else follows.treatment
        if self.trial.conduct and self.trial.conduct.extension_gate:
            decision = compute_gate_decision(self.trial, subject.given, statuses, since_switch)
            given = treatment_after_gate(self.trial, decision)
        if given is None:
            self._leave(subject, when, LACK_OF_EFFICACY, self.period.id)
            return
        subject.records.add_disposition(ENTERED_EXTENSION, MILESTONE, when, visit, self.extension.label)
        subject.treatment = given

    def _finish(self, subject: Subject, epoch: Epoch, visit: Visit) -> None:
        self._complete(subject, epoch, visit, self._date(subject, len(self.visits) - 1))
        subject.present = False

    def _complete(self, subject: Subject, epoch: Epoch, visit: Visit, when: date) -> None:
        subject.records.add_disposition(COMPLETED, DISPOSITION, when, visit, epoch.label)

    def _leave(self, subject: Subject, when: date, reason: str, epoch_id: str) -> None:
        label = next(epoch.label for epoch in self.trial.epochs if epoch.id == epoch_id)
        subject.records.add_disposition(reason, DISPOSITION, when, subject.last_visit, label)
        end_events(subject.records, when, reason)
        subject.present = False

    def _present(self) -> list[Subject]:
        return [subject for subject in self.subjects if subject.present]

    def _date(self, subject: Subject, position: int) -> date:
        visit = self.visits[position]
        first, last = visit.window_days
        jitter = round(self.course.absence.visit_jitter_days * float(subject.draws.jitter[position]))
        since = elapsed_days(visit.day) - elapsed_days(self.visits[0].day)
        return subject.first_day + timedelta(days=since + min(max(jitter, first), last))

    def _draw_reason(self, subject: Subject) -> str:
        reasons = self.course.discontinuation.reasons
        reached = np.cumsum(list(reasons.values())) / sum(reasons.values())
        return list(reasons)[
            int(np.searchsorted(reached, subject.draws.reason, side="right").clip(0, len(reasons) - 1))
        ]


def _exact(recordings: list[Recording]) -> dict[str, Fraction]:
    return {recording.measure: Fraction(recording.text) for recording in recordings}
