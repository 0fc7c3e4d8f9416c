"""What the people of a site do at a visit of a virtual subject, act by act."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from myotis.conduct.acts.data.freeze_form import FreezeForm
from myotis.conduct.acts.data.sign_form import SignForm
from myotis.conduct.acts.dosing.change_dose import ChangeDose
from myotis.conduct.acts.dosing.check_readiness import CheckReadiness, GivenResult
from myotis.conduct.acts.dosing.order_dose import OrderDose
from myotis.conduct.acts.dosing.record_infusion import RecordInfusion, RunStep
from myotis.conduct.acts.entry.adjudicate_entry import AdjudicateEntry
from myotis.conduct.acts.entry.enroll_subject import EnrollSubject
from myotis.conduct.acts.entry.give_consent import GiveConsent
from myotis.conduct.acts.entry.record_demographics import RecordDemographics
from myotis.conduct.acts.entry.screen_subject import ScreenSubject
from myotis.conduct.acts.visits.record_assessment import CDASI, ULN, RecordAssessment
from myotis.conduct.acts.visits.record_visit import RecordVisit
from myotis.conduct.acts.visits.record_weight import RecordWeight
from myotis.conduct.bags import Bag
from myotis.conduct.doses import find_blind_infusion
from myotis.conduct.roles import Role
from myotis.conduct.study import SubjectFile
from myotis.log.act import Act, Receipt
from myotis.protocol.design import Visit
from myotis.protocol.trial import Trial
from myotis.simulate.driven.clock import at_hour
from myotis.simulate.driven.people import find_person
from myotis.simulate.driven.worlds import Worlds
from myotis.simulate.recordings import Recording
from myotis.simulate.subject import Subject

RESULTS: Final = {"hemoglobin": "135", "creatinine": "70"}
"""What virtual laboratories find: nothing that would keep anybody from an infusion."""

VITAL_SIGNS: Final = {"systolic": "125", "diastolic": "78", "pulse": "72", "temperature": "36.6"}

FERTILE_UNTIL: Final = 50

PLANNED_HOUR: Final = 13
"""When infusions are planned to start."""


class SitePeople:
    """The people at the sites of one trial. They work side by side, so on their common clock an act takes seconds."""

    def __init__(self, worlds: Worlds) -> None:
        self.worlds = worlds
        self.trial = worlds.trial

    def act(self, act: Act, role: Role, subject: Subject, *, minutes: float = 0.2) -> Receipt:
        """Carry out an act in a role at the subject's site."""
        self.worlds.clock.move(minutes)
        return self.worlds.conduct.carry_out(act, find_person(role, subject.site))

    def file(self, subject: Subject) -> SubjectFile:
        """The subject's record as it stands."""
        return self.worlds.conduct.state.subjects[subject.name]

    def admit(self, subject: Subject, facts: dict[str, object]) -> None:
        """Consent, screening, adjudication where there is a committee, enrollment."""
        name = subject.name
        self.act(GiveConsent(subject=name, consent_version="1"), Role.COORDINATOR, subject)
        fertile = subject.sex == "F" and subject.age < FERTILE_UNTIL
        person = RecordDemographics(subject=name, age=subject.age, sex=subject.sex, can_become_pregnant=fertile)
        self.act(person, Role.COORDINATOR, subject)
        committee = self.worlds.conduct.state.trial.conduct.entry.adjudicated_facts  # type: ignore[union-attr]
        known = {fact: value for fact, value in self._answer_all(facts).items() if fact not in committee}
        self.act(ScreenSubject(subject=name, facts=known), Role.COORDINATOR, subject)
        if committee:
            agreed = AdjudicateEntry(subject=name, facts=dict.fromkeys(committee, True))
            self.act(agreed, Role.ENTRY_ADJUDICATOR, subject)
        self.act(EnrollSubject(subject=name), Role.INVESTIGATOR, subject)

    def _answer_all(self, facts: dict[str, object]) -> dict[str, bool | str]:
        """Every fact of the protocol: what the course knows, and of the rest what allows entry."""
        answers: dict[str, bool | str] = {}
        for fact in self.trial.facts:
            if fact.id in facts:
                answers[fact.id] = str(facts[fact.id])
            elif fact.kind == "yes_no":
                answers[fact.id] = self._is_wanted(fact.id)
            elif fact.kind == "choice":
                answers[fact.id] = fact.choices[0]
        return answers

    def _is_wanted(self, fact: str) -> bool:
        """Is the fact asked for by an inclusion criterion? Then it holds; what excludes does not."""
        return any(
            condition.fact == fact and criterion.kind == "inclusion"
            for criterion in self.trial.eligibility for group in criterion.require for condition in group.of
        )  # fmt: skip

    def hold_visit(
        self, subject: Subject, visit: Visit, day: date, recordings: list[Recording], weight: Decimal | None
    ) -> None:
        """The visit itself, before any dose: weight and assessments, signed by who made them."""
        self.worlds.clock.move_to(at_hour(day, 9))
        name = subject.name
        self.act(RecordVisit(subject=name, visit=visit.id, day=day), Role.COORDINATOR, subject)
        if weight is not None:
            self.act(RecordWeight(subject=name, visit=visit.id, weight_kg=weight), Role.COORDINATOR, subject)
        for kind, results in group_results(recordings).items():
            role = Role.COORDINATOR if kind == "enzymes" else Role.EFFICACY_ASSESSOR
            assessment = RecordAssessment.model_validate(
                {"subject": name, "visit": visit.id, "kind": kind, "results": results}
            )
            self.act(assessment, role, subject)
            signer = Role.INVESTIGATOR if role == Role.COORDINATOR else role
            self.act(SignForm(subject=name, form=f"{kind}/{visit.id}", saw=1), signer, subject)

    def miss_visit(self, subject: Subject, visit: Visit, day: date) -> None:
        """The visit was not held."""
        self.worlds.clock.move_to(at_hour(day, 16))
        missed = RecordVisit(subject=subject.name, visit=visit.id, day=day, held="missed")
        self.act(missed, Role.COORDINATOR, subject)

    def freeze_visit(self, subject: Subject, visit: Visit) -> None:
        """The data manager freezes the forms of efficacy of a visit."""
        file = self.file(subject)
        keys = [f"{kind}/{visit.id}" for kind in ("core_set", "enzymes", "cdasi")]
        forms = {str(form.key): form.version for form in file.forms.values() if str(form.key) in keys}
        if forms:
            self.act(FreezeForm(subject=subject.name, forms=forms), Role.DATA_MANAGER, subject)

    def order_dose(self, subject: Subject, visit: Visit, *, reduced: bool) -> datetime:
        """Order the cycle of a visit, at the dose that the subject is to take; when its first infusion is planned."""
        infusion, file = find_blind_infusion(self.trial, visit.id), self.file(subject)
        if reduced and not file.all_of("dose_change"):
            change = ChangeDose(subject=subject.name, to="reduced", from_visit=visit.id, judgment="stable")
            self.act(change, Role.INVESTIGATOR, subject)
        now = self.worlds.clock.now
        planned = max(at_hour(now.date(), PLANNED_HOUR), now + timedelta(hours=1))
        of = visit.id if infusion.weight == "each_cycle" else self.trial.baseline_visit
        weight = file.find("weight", of)
        assert weight is not None, "the weight that doses are computed from is recorded"
        order = OrderDose(
            subject=subject.name, visit=visit.id, days=infusion.days[0], planned=planned, saw_weight=weight.version
        )
        self.act(order, Role.INVESTIGATOR, subject)
        return planned

    def check_readiness(self, subject: Subject, visit: Visit, day: int) -> None:
        """Find the subject ready for the infusion of a day of the cycle."""
        ready = CheckReadiness.model_validate({
            "subject": subject.name, "visit": visit.id, "day": day, "pregnancy_test": self._test(self.file(subject)),
            "well_hydrated": True, "results": self._results(), "risk_factors": self._risks(), **VITAL_SIGNS,
        })  # fmt: skip
        self.act(ready, Role.COORDINATOR, subject)

    def begin_infusion(self, subject: Subject, visit: Visit, day: int, rate: float | None) -> RecordInfusion:
        """Infuse the bag of a day of the cycle from now on, at last as fast as ``rate`` in mL/kg/min: what there is to
        record when it has run through."""
        order = self.file(subject).find("dose_order", visit.id)
        assert order is not None, "the dose is ordered"
        bag = self._find_bag(subject, order.items["order"], day)
        steps = plan_steps(self.trial, visit.id, Decimal(order.items["weight_kg"]), Decimal(bag.volume_ml), rate)
        started = self.worlds.clock.move(1)
        return RecordInfusion(
            subject=subject.name, visit=visit.id, day=day, label=bag.label, started=started,
            stopped=started + timedelta(minutes=float(sum(step.minutes for step in steps))), steps=steps,
            volume_ml=Decimal(bag.volume_ml),
        )  # fmt: skip

    def _test(self, file: SubjectFile) -> str | None:
        demographics = file.find("demographics")
        fertile = demographics is not None and demographics.items["can_become_pregnant"]
        return "negative" if fertile else None

    def _results(self) -> dict[str, GivenResult]:
        asked = self.trial.conduct and self.trial.conduct.readiness
        analytes = {limit.analyte for limit in asked.results} if asked else set()
        collected = self.worlds.clock.now - timedelta(hours=1)
        return {
            name: GivenResult(value=Decimal(value), collected=collected)
            for name, value in RESULTS.items() if name in analytes
        }  # fmt: skip

    def _risks(self) -> dict[str, bool]:
        asked = self.trial.conduct and self.trial.conduct.readiness
        return {factor.id: False for factor in asked.risk_factors} if asked else {}

    def _find_bag(self, subject: Subject, order: str, day: int) -> Bag:
        """The bag of a day: they come to the site one a day."""
        ready = [notice.get("values") for notice in self.file(subject).notices if notice.get("word") == "bag_ready"]
        labels = [values["label"] for values in ready if values["order"] == order]
        return self.worlds.conduct.state.bags[labels[day - 1]]


def group_results(recordings: Iterable[Recording]) -> dict[str, dict[str, str]]:
    """What a visit found, by the kind of form that it stands on."""
    forms: dict[str, dict[str, str]] = {}
    for entry in recordings:
        if entry.uln is not None:
            forms.setdefault("enzymes", {}).update({entry.measure: entry.text, entry.measure + ULN: entry.uln})
        else:
            kind = "cdasi" if entry.measure in CDASI else "core_set"
            forms.setdefault(kind, {})[entry.measure] = entry.text
    return forms


def plan_steps(
    trial: Trial, visit: str, weight_kg: Decimal, volume_ml: Decimal, rate: float | None
) -> tuple[RunStep, ...]:
    """The rates that are run: the protocol's ladder, its last step as fast as ``rate`` in mL/kg/min says."""
    steps: list[RunStep] = []
    left = volume_ml
    for step in find_blind_infusion(trial, visit).rate_steps:
        last = step.lasts is None
        per_kg = Decimal(str(rate)) if last and rate is not None else step.rate.number
        run = per_kg * weight_kg
        minutes = left / run if last else min(step.lasts.number, left / run)  # type: ignore[union-attr]
        if minutes > 0:
            steps.append(RunStep(rate_ml_per_min=run, minutes=round(minutes, 3)))
        left -= run * minutes
    return tuple(steps)
