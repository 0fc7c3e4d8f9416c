"""Order the doses of a cycle: the system plans them by weight, and asks the pharmacy to prepare them."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from pydantic import AwareDatetime, Field

from myotis.conduct.act import LastingForm, Scene, VisitFormAct, find_stale
from myotis.conduct.doses import (
    CANCELLED,
    INFUSION,
    ORDER,
    RISK_NAMES,
    SITE_STAFF,
    ask_to_cancel,
    describe_plan,
    find_blind_infusion,
    find_hold,
    find_risk,
    find_undosed,
    find_weight,
    is_open,
    is_reduced,
    plan_dose,
    write_number,
)
from myotis.conduct.study import SubjectFile
from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.log.messages import PHARMACY, RequestWord
from myotis.terms.states import SubjectState as S

UNDECIDED = {S.SWITCH_INDICATED: "confirm or decline the switch", S.SWITCH_CONFIRMED: "wait until it is in effect"}


class OrderDose(LastingForm, VisitFormAct):
    """Order the doses of a visit. An order in the place of an open one names the version of it that was seen.

    The treatment is not known here: the plan is the same for every arm.
    """

    name: ClassVar[str] = "order_dose"
    form: ClassVar[str] = ORDER
    instead: ClassVar[str] = "Order anew in its place, or cancel the dose."
    days: Annotated[int, Field(ge=1)]
    """Over how many days the cycle is split."""
    planned: AwareDatetime
    """When the first infusion is planned to start; the others follow day by day."""
    saw_weight: int
    """The version of the weight that the user saw."""
    saw: int = 0
    """The version of the order that stands for the visit; 0 where there is none."""

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """A dose is due there and may be given; the weight is as the user saw it."""
        subject = scene.subject(self.subject)
        before, key = subject.find(ORDER, self.visit), self.key(scene)
        if before is not None or self.saw:
            yield from find_stale(before, self.saw, key)
        if before and before.frozen:
            yield Fault(what=f"{key} is frozen", expected="a form that is open", remedy="Ask the data manager.")
        yield from find_hold(scene.study, subject)
        if subject.standing in UNDECIDED:
            yield Fault(what="what is given next hangs on the switch", expected="a switch that is settled",
                        remedy=f"First {UNDECIDED[subject.standing]}.")  # fmt: skip
        yield from find_pregnancy(subject, self.visit)
        undosed = list(find_undosed(scene, subject, self.visit))
        yield from undosed
        if not undosed:
            yield from self._find_wrong_plan(scene, subject)

    def _find_wrong_plan(self, scene: Scene, subject: SubjectFile) -> Iterator[Fault]:
        weight = find_weight(scene.trial, subject, self.visit)
        infusion = find_blind_infusion(scene.trial, self.visit)
        of = self.visit if infusion.weight == "each_cycle" else scene.trial.baseline_visit
        if weight is None:
            yield Fault(what=f"the weight at {of} is not recorded", expected="the weight that doses are computed from",
                        remedy="Record the weight first.")  # fmt: skip
        else:
            yield from find_stale(weight, self.saw_weight, weight.key)
        fewest, most = infusion.days
        if not fewest <= self.days <= most:
            yield Fault(what=f"a cycle is not split over {self.days} days", expected=f"{fewest} to {most} days",
                        column="days")  # fmt: skip
        if self.planned < scene.occurred:
            yield Fault(what="the planned start has passed", expected="a time to come", column="planned")
        if any(form.key.which[0] == self.visit for form in (*subject.all_of(INFUSION), *subject.all_of("dispensing"))):
            yield Fault(what=f"the cycle of {self.visit} has begun", expected="a visit without a dose yet")

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """The weight, the dose, whether it is the reduced one, the order's name, and the order that it replaces."""
        subject = scene.subject(self.subject)
        before, weight = subject.find(ORDER, self.visit), find_weight(scene.trial, subject, self.visit)
        assert weight is not None, "without it there was an obstacle"
        plan = plan_dose(scene.trial, subject, self.visit, self.days, at_risk=find_risk(scene.trial, subject))
        replaced = {"replaces": before.items["order"]} if before and is_open(subject, before) else {}
        return replaced | {
            "order": f"{self.subject}/{self.visit}/{before.version + 1 if before else 1}",
            "weight_kg": weight.items["weight_kg"], "dose_g": write_number(plan.dose_g),
            "volume_ml": write_number(plan.volume_ml), "reduced": is_reduced(scene.trial, subject, self.visit),
        }  # fmt: skip

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:
        """The plan for the site; the request for the pharmacy."""
        subject, order = scene.subject(self.subject), entry.get("order")
        at_risk = find_risk(scene.trial, subject)
        plan = plan_dose(scene.trial, subject, self.visit, self.days, at_risk=at_risk)
        inputs = {name: entry.get(name) for name in ("weight_kg", "days", "reduced")} | {"at_risk": RISK_NAMES[at_risk]}
        answer = {"visit": self.visit, "order": order, "at_risk": RISK_NAMES[at_risk], **describe_plan(plan)}
        yield Told("dose_plan", answer, "rules.dose", inputs, SITE_STAFF, self.subject)
        if entry.get("replaces"):
            yield ask_to_cancel(self.subject, entry.get("replaces"))
        asked = {name: entry.get(name) for name in ("order", "weight_kg", "dose_g", "volume_ml", "planned")}
        asked |= {"visit": self.visit, "days": self.days}
        yield Told(RequestWord.PREPARE_DOSE, asked, "rules.dose", inputs, (PHARMACY,), self.subject)


def find_pregnancy(subject: SubjectFile, visit: str) -> Iterator[Fault]:
    """A pregnancy of the subject that goes on, or a positive test at the visit."""
    reported = [f.items for f in subject.all_of("pregnancy") if f.items["whose"] == "subject"]
    tests = [f.items.get("pregnancy_test") for f in subject.all_of("readiness") if f.key.which[0] == visit]
    if any(items["outcome"] == "ongoing" for items in reported) or "positive" in tests:
        yield Fault(what="a pregnancy is recorded", expected="a subject who is not pregnant")


def find_open_order(subject: SubjectFile, visit: str) -> Iterator[Fault]:
    """The visit has no order, or a cancelled one."""
    order = subject.find(ORDER, visit)
    if order is None or CANCELLED in order.items:
        yield Fault(what=f"no dose is ordered for {visit}", expected="an order that stands", remedy="Order it first.")
