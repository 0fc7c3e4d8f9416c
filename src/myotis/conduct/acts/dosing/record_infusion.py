"""Record an infusion: one bag, on one day of a cycle."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, ClassVar, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from myotis.conduct.act import LastingForm, Scene, VisitFormAct, find_planned
from myotis.conduct.acts.dosing.order_dose import find_open_order
from myotis.conduct.bags import Bag, BagStatus
from myotis.conduct.doses import (
    CANCELLED_AT,
    INFUSION,
    ORDER,
    SITE_STAFF,
    find_highest_rate,
    was_dosed_at,
)
from myotis.conduct.readiness import FORM as READINESS
from myotis.conduct.readiness import assess_readiness, count_infusional_events
from myotis.conduct.roles import Role
from myotis.conduct.study import Form, FormKey, Study, SubjectFile
from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.log.messages import PHARMACY, NoticeWord, RequestWord
from myotis.protocol.trial import Trial
from myotis.rules.premedication import may_premedicate
from myotis.terms.states import SubjectState, find_target

TO: Final = (*SITE_STAFF, Role.MONITOR, Role.DATA_MANAGER, Role.SPONSOR)
MOST_APART: Final = Fraction(1, 10)
"""By how much of it the volume may differ from what the rate steps give, before it is asked about."""


class Interruption(BaseModel):
    """A time within an infusion in which nothing ran."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stopped: AwareDatetime
    resumed: AwareDatetime
    why: Literal["adverse_event", "line", "pump", "subject", "other"]


class RunStep(BaseModel):
    """A rate that was run, and for how long."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rate_ml_per_min: Annotated[Decimal, Field(gt=0)]
    minutes: Annotated[Decimal, Field(gt=0)]


class RecordInfusion(LastingForm, VisitFormAct):
    """What was infused, from a bag that was ready for the subject. The first infusion begins treatment.

    It is refused where the subject was not ready or not to be dosed. A rate above the cap is recorded as it was, and is
    a deviation.
    """

    name: ClassVar[str] = "record_infusion"
    form: ClassVar[str] = INFUSION
    keys: ClassVar[tuple[str, ...]] = ("visit", "day")
    lasting: ClassVar[frozenset[str] | None] = frozenset({"label"})
    instead: ClassVar[str] = "Report a deviation: the pharmacy knows the bag as it was recorded."
    day: Annotated[int, Field(ge=1)]
    """The day of the cycle, from 1."""
    label: str
    """The number on the label of the bag."""
    started: AwareDatetime
    stopped: AwareDatetime
    interruptions: tuple[Interruption, ...] = ()
    steps: tuple[RunStep, ...] = ()
    """The rates that were run, in their order."""
    volume_ml: Annotated[Decimal, Field(gt=0)]
    premedication: tuple[Literal["acetaminophen", "antihistamine", "corticosteroid", "other"], ...] = ()
    why_incomplete: Literal["adverse_event", "line", "subject", "time", "other"] | None = None
    """Why less than the bag was infused."""

    def find_misplaced(self, scene: Scene) -> Iterator[Fault]:
        """The visit was held, the dose ordered, the subject to be dosed and ready, and the bag is the right one."""
        yield from super().find_misplaced(scene)
        subject = scene.subject(self.subject)
        if not was_dosed_at(scene.study, subject, self.started):
            yield Fault(what="the subject was not to be dosed then", expected="dosing that is not held or ended",
                        column="started")  # fmt: skip
        randomized = [when for when, state in subject.history if state == SubjectState.RANDOMIZED]
        if randomized and self.started < datetime.fromisoformat(randomized[0]):
            yield Fault(what="the subject was not randomized by then", expected="a later start", column="started")
        order = subject.find(ORDER, self.visit)
        if order is None or CANCELLED_AT not in order.items or self.started >= read_cancelled(order):
            yield from find_open_order(subject, self.visit)
        if order is not None:
            if self.day > order.items["days"]:
                expected = f"day 1 to {order.items['days']}"
                yield Fault(what="the order has no such day", expected=expected, column="day")
            yield from find_wrong_bag(scene.study, self.label, order, self.started)
            yield from find_too_early(scene, self.label, self.started)
        yield from find_unswitched(scene.trial, subject, self.visit, self.started)
        yield from self._find_open_items(scene, subject)

    def _find_open_items(self, scene: Scene, subject: SubjectFile) -> Iterator[Fault]:
        check = subject.find(READINESS, self.visit, str(self.day))
        if check and self.started < datetime.fromisoformat(check.occurred):
            yield Fault(what="readiness was checked after the start", expected="a check before it", column="started",
                        remedy="Enter the check with the time at which it was made.")  # fmt: skip
        found = assess_readiness(scene.trial, subject, self.visit, self.day, self.started.date())
        if found and not found.answer.is_ready:
            items = ", ".join(f"{item.item} ({item.problem})" for item in found.answer.open_items)
            yield Fault(what=f"the subject is not ready: {items}", expected="every item checked, and none against it",
                        remedy="Check readiness first.")  # fmt: skip

    def find_wrong_items(self, scene: Scene) -> Iterator[Fault]:
        """Times follow one another, and no more was infused than was in the bag."""
        yield from super().find_wrong_items(scene)
        if self.stopped <= self.started:
            yield Fault(what="the infusion stopped before it started", expected="a later time", column="stopped")
        if self.stopped > scene.now:
            yield Fault(what="the infusion ends in the future", expected="a time up to now", column="stopped")
        moments = [self.started, *(t for one in self.interruptions for t in (one.stopped, one.resumed)), self.stopped]
        if self.interruptions and moments != sorted(moments):
            yield Fault(what="the interruptions don't follow one another within the infusion",
                        expected="times in their order", column="interruptions")  # fmt: skip
        bag = scene.study.bags.get(self.label)
        if bag is None:
            return
        if self.volume_ml > Decimal(bag.volume_ml):
            yield Fault(what="more was infused than the bag holds", expected="at most its volume", column="volume_ml")
        if (self.volume_ml < Decimal(bag.volume_ml)) != (self.why_incomplete is not None):
            yield Fault(what="the reason does not fit the volume", column="why_incomplete",
                        expected="a reason where less than the bag was infused, none else")  # fmt: skip

    def find_doubtful_items(self, scene: Scene) -> Iterator[Fault]:
        """The rate steps give another volume."""
        del scene
        run = sum((step.rate_ml_per_min * step.minutes for step in self.steps), Decimal(0))
        if self.steps and abs(Fraction(run) - Fraction(self.volume_ml)) > MOST_APART * Fraction(self.volume_ml):
            yield Fault(what="the rate steps give another volume", expected="steps and volume that agree",
                        column="steps")  # fmt: skip

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """The pharmacy hears of it; what was not as the protocol says is named."""
        values = self.model_dump(mode="json", include={"label", "visit", "started", "stopped", "volume_ml"})
        yield Told(RequestWord.INFUSED, values, "conduct", values, (PHARMACY,), self.subject)
        yield from self.tell_corrected(scene)

    def tell_corrected(self, scene: Scene) -> Iterator[Told]:
        """A rate above the cap; premedication before the protocol allows it."""
        subject, where = scene.subject(self.subject), {"visit": self.visit, "day": self.day}
        found = assess_readiness(scene.trial, subject, self.visit, self.day, self.started.date())
        at_risk = found.answer.at_risk if found else False
        weight = subject.forms[FormKey(ORDER, (self.visit,))].items["weight_kg"]
        highest = find_highest_rate(scene.trial, self.visit, Decimal(weight), at_risk=at_risk)
        if highest is not None and any(Fraction(step.rate_ml_per_min) > highest for step in self.steps):
            inputs = {"steps": self.model_dump(mode="json")["steps"], "weight_kg": weight, "at_risk": at_risk}
            yield Told("rate_exceeded", where, "rules.dose", inputs, TO, self.subject)
        events = count_infusional_events(scene.trial, subject, self.visit)
        asked = scene.conduct.premedication
        if self.premedication and asked and not may_premedicate(asked, events):
            yield Told("premedicated_too_soon", where, "rules.premedication", {"events": events}, TO, self.subject)

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The bag is used, and a subject who was not treated yet is on treatment."""
        super().apply(study, entry)
        use_bag(study, entry, entry.get("label"))


def use_bag(study: Study, entry: Entry, label: str) -> None:
    """A bag is used; with the first one treatment begins."""
    study.bags[label].status = BagStatus.USED
    subject = study.subject_of(entry)
    if find_target(subject.standing, entry.act):
        subject.move(entry.act)


def find_wrong_bag(study: Study, label: str, order: Form, when: datetime) -> Iterator[Fault]:
    """The bag is not one that was ready for the order, and could be used at a time."""
    bag: Bag | None = study.bags.get(label)
    if bag is None or bag.order != order.items["order"]:
        yield Fault(what="the bag is not one for this order", expected="a label that the pharmacy said is ready for it",
                    column="label", remedy="Don't use the bag; ask the pharmacy.")  # fmt: skip
        return
    if bag.status == BagStatus.USED:
        yield Fault(what="the bag was used already", expected="another bag", column="label")
    if bag.is_stopped(when):
        yield Fault(what="the pharmacy said not to use the bag", expected="another bag", column="label")
    if not bag.is_within_use(when):
        yield Fault(what="the bag was past its time of use", expected="an infusion that starts before it",
                    column="label")  # fmt: skip


def find_too_early(scene: Scene, label: str, started: datetime) -> Iterator[Fault]:
    """The bag was not prepared yet: every bag may be used for the protocol's time from then on."""
    bag, preparation = scene.study.bags.get(label), scene.conduct.preparation
    if bag is not None and preparation is not None:
        lasts = timedelta(hours=float(preparation.beyond_use.number))
        if started < datetime.fromisoformat(bag.use_by) - lasts:
            yield Fault(what="the bag was not prepared by then", expected="a later start", column="started")


def find_unswitched(trial: Trial, subject: SubjectFile, visit: str, started: datetime) -> Iterator[Fault]:
    """A switch from this visit on was confirmed and not in effect yet: the bag may hold the treatment before it."""
    confirmed = next((when for when, state in subject.history if state == SubjectState.SWITCH_CONFIRMED), None)
    planned = find_planned(trial, visit)
    if confirmed is None or subject.switches_at is None or planned is None:
        return
    answers = [notice for notice in subject.notices if notice.get("word") == NoticeWord.SWITCH_IN_EFFECT]
    early = not answers or started < datetime.fromisoformat(answers[0].occurred)
    is_switched = planned.day >= trial.visit(subject.switches_at).day
    if is_switched and early and started >= datetime.fromisoformat(confirmed):
        yield Fault(what="the switch was not in effect yet", expected="a start after it is", column="started",
                    remedy="Wait for the pharmacy's answer.")  # fmt: skip


def read_cancelled(order: Form) -> datetime:
    """When an order was cancelled."""
    return datetime.fromisoformat(order.items[CANCELLED_AT])
