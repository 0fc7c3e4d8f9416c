"""A live trial for tests: a desk with people at two sites, a clock that a test moves, entropy that repeats itself."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from myotis.conduct.act import ConductAct, Means
from myotis.conduct.acts.data.freeze_form import FreezeForm
from myotis.conduct.acts.data.sign_form import SignForm
from myotis.conduct.acts.entry.adjudicate_entry import AdjudicateEntry
from myotis.conduct.acts.entry.enroll_subject import EnrollSubject
from myotis.conduct.acts.entry.give_consent import GiveConsent
from myotis.conduct.acts.entry.randomize_subject import RandomizeSubject
from myotis.conduct.acts.entry.record_demographics import RecordDemographics
from myotis.conduct.acts.entry.screen_subject import ScreenSubject
from myotis.conduct.acts.trial.add_site import AddSite
from myotis.conduct.acts.trial.assign_role import AssignRole
from myotis.conduct.acts.trial.open_trial import OpenTrial
from myotis.conduct.acts.visits.record_assessment import RecordAssessment
from myotis.conduct.acts.visits.record_visit import RecordVisit
from myotis.conduct.desk import open_desk
from myotis.conduct.freezes import list_forms_of_visit
from myotis.conduct.roles import SITE, Role
from myotis.conduct.study import SubjectFile
from myotis.errors import SettingError
from myotis.log.act import Receipt, User
from myotis.log.store import MemoryStore, Store
from myotis.log.subject_keys import MemorySubjectKeys
from myotis.protocol.read import read_trial
from myotis.protocol.trial import Trial
from myotis.terms.states import SubjectState
from myotis.terms.study_time import elapsed_days

MORNING = datetime(2024, 1, 8, 9, 0, tzinfo=UTC)

FACTS: dict[str, bool | str] = {
    "bohan_peter": "definite", "background_therapy_stable": True, "previous_therapy_failed": False, "age": "52",
    "informed_consent": True, "able_to_comply": True, "mmt8": "110", "patient_global": "6.0",
    "physician_global": "5.0", "extramuscular": "4.0", "highest_enzyme": "2.1", "haq": "1.5",
    "cancer_associated_myositis": False, "active_malignancy": False, "bmi": "26.0", "dvt_within_a_year": False,
    "exercise_program": False, "igg_within_6_months": False, "blood_product_within_3_months": False,
    "forbidden_immunosuppressant": False, "other_myositis": False, "severe_organ_disease": False,
    "iga_deficiency_with_antibodies": False, "pregnant_or_nursing": False,
}  # fmt: skip
"""A subject who may enter ProDERM, as far as the site says."""

CORE_SET = {"physician_global": "5.0", "patient_global": "6.0", "mmt8": "110", "haq": "1.5", "extramuscular": "4.0"}
"""Its core set at baseline."""

WORSE = {"physician_global": "7.5", "patient_global": "8.5", "mmt8": "80", "haq": "2.25", "extramuscular": "6.5"}
"""A visit at which it has deteriorated, by every limb."""


@cache
def read_proderm() -> Trial:
    """ProDERM, read once: a Trial is frozen."""
    return read_trial("proderm")


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        """Move the clock, such as by days=1."""
        self.now += timedelta(**by)


class RepeatableEntropy:
    """Bytes that look random and are the same each time."""

    def __init__(self, seed: str = "test") -> None:
        self.seed, self.count = seed, 0

    def __call__(self, length: int) -> bytes:
        self.count += 1
        return hashlib.shake_256(f"{self.seed}/{self.count}".encode()).digest(length)


def take_plain_slot(stratum: str, taken: Collection[str]) -> str:
    """The next of 99 slots of a stratum, without any seal."""
    if len(taken) >= 99:
        raise SettingError("the stratum has no free slot")
    return hashlib.sha256(f"{stratum}/{len(taken)}".encode()).hexdigest()[:16]


@dataclass
class LiveTrial:
    """A desk and its people; two sites, 101 and 102."""

    trial: Trial = field(default_factory=read_proderm)
    store: Store = field(default_factory=MemoryStore)
    means: Means = field(default_factory=lambda: Means(take_plain_slot, lambda text, context: "sealed"))  # noqa: ARG005
    clock: Clock = field(default_factory=Clock)
    keys: MemorySubjectKeys = field(default_factory=MemorySubjectKeys)

    def __post_init__(self) -> None:
        self.desk = open_desk(
            self.trial, self.store, self.means, clock=self.clock, entropy=RepeatableEntropy(), keyring=self.keys
        )
        if not self.store.read():
            self._open()

    def _open(self) -> None:
        self.act(OpenTrial(protocol_digest=self.trial.digest, administrator="admin"), Role.SPONSOR)
        for site in ("101", "102"):
            self.act(AddSite(site=site), Role.SPONSOR)
        for role in Role:
            for site in ("101", "102") if role in SITE else (None,):
                if role not in {Role.SYSTEM, Role.PHARMACY_LINK, Role.ADMINISTRATOR, Role.SPONSOR}:
                    person = self.user(role, site).id
                    self.act(AssignRole(person=person, assigned=role, at_site=site), Role.ADMINISTRATOR)

    def user(self, role: Role, site: str | None = "101") -> User:
        """The one person who holds a role (at a site)."""
        at = site if role in SITE else None
        name = "admin" if role == Role.ADMINISTRATOR else f"{role.value}-{at}" if at else role.value
        return User(name, role.value, at)

    def act(self, act: ConductAct, role: Role, site: str = "101", **options: Any) -> Receipt:
        """Carry out an act in a role."""
        return self.desk.carry_out(act, self.user(role, site), **options)

    def subject(self, name: str = "101-001") -> SubjectFile:
        """A subject as it stands."""
        return self.desk.state.subjects[name]

    def consent(self, name: str = "101-001") -> None:
        """A participant consents."""
        site = name.partition("-")[0]
        self.act(GiveConsent(subject=name, consent_version="1.0"), Role.COORDINATOR, site)
        self.act(RecordDemographics(subject=name, age=52, sex="F"), Role.COORDINATOR, site)

    def enroll(self, name: str = "101-001") -> None:
        """Consent, screen, adjudicate, enroll."""
        site = name.partition("-")[0]
        self.consent(name)
        self.act(ScreenSubject(subject=name, facts=FACTS), Role.COORDINATOR, site)
        self.act(AdjudicateEntry(subject=name, facts={"adjudicated_active": True}), Role.ENTRY_ADJUDICATOR)
        self.act(EnrollSubject(subject=name), Role.INVESTIGATOR, site)

    def assess(self, visit: str, results: dict[str, str], name: str = "101-001") -> Receipt:
        """A visit on its planned day, with a signed core set."""
        site = name.partition("-")[0]
        self.go_to(visit)
        if not self.subject(name).find("visit", visit):
            self.act(RecordVisit(subject=name, visit=visit, day=self.clock.now.date()), Role.COORDINATOR, site)
        form = f"core_set/{visit}"
        self.act(
            RecordAssessment(subject=name, visit=visit, kind="core_set", results=results), Role.EFFICACY_ASSESSOR, site
        )
        return self.act(SignForm(subject=name, form=form, saw=1), Role.EFFICACY_ASSESSOR, site)

    def randomize(self, name: str = "101-001") -> None:
        """Everything up to randomization, at week 0."""
        site = name.partition("-")[0]
        self.enroll(name)
        self.assess("W0", CORE_SET, name)
        self.act(RandomizeSubject(subject=name), Role.COORDINATOR, site)

    def begin_treatment(self, name: str = "101-001") -> None:
        """The subject is on treatment, as after its first infusion. It is set, not entered: the log has none of it."""
        subject = self.subject(name)
        subject.state = SubjectState.ON_TREATMENT
        subject.history.append((self.clock.now.isoformat(), subject.state))

    def sign(self, form: str, name: str = "101-001", saw: int = 1) -> Receipt:
        """The assessor signs a form as it stands."""
        site = name.partition("-")[0]
        return self.act(SignForm(subject=name, form=form, saw=saw), Role.EFFICACY_ASSESSOR, site)

    def freeze(self, visit: str, name: str = "101-001") -> Receipt:
        """The data manager freezes everything that was recorded for a visit."""
        forms = {str(f.key): f.version for f in list_forms_of_visit(self.subject(name), visit) if not f.frozen}
        return self.act(FreezeForm(subject=name, forms=forms, visit=visit), Role.DATA_MANAGER)

    def go_to(self, visit: str) -> None:
        """Move the clock to the planned day of a visit, unless it is later; day 1 is the day the clock began."""
        days = elapsed_days(self.trial.visit(visit).day)
        self.clock.now = max(self.clock.now, MORNING + timedelta(days=days))

    @property
    def today(self) -> date:
        """The date that the clock shows."""
        return self.clock.now.date()
