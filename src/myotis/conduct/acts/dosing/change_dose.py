"""Change to the reduced dose, or back to the full one."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from myotis.conduct.act import LastingForm, NumberedFormAct, Scene, find_planned
from myotis.conduct.doses import (
    DOSE_CHANGE,
    INFUSION,
    SITE_STAFF,
    find_blind_infusion,
    find_undosed,
    is_reduced,
    list_open_orders,
)
from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.rules.dose import may_reduce_dose, must_restore_dose


class ChangeDose(LastingForm, NumberedFormAct):
    """From a visit on, the reduced dose is given to a subject who is stable, or the full one to one who got worse."""

    name: ClassVar[str] = "change_dose"
    form: ClassVar[str] = DOSE_CHANGE
    lasting: ClassVar[frozenset[str] | None] = frozenset({"to", "from_visit"})
    instead: ClassVar[str] = "Change the dose again."
    to: Literal["reduced", "full"]
    from_visit: str
    judgment: Literal["stable", "worsened"]
    """What the investigator judges of the disease."""

    def find_misplaced(self, scene: Scene) -> Iterator[Fault]:
        """The protocol allows the change there, it is one, and no order stands that it would contradict."""
        subject = scene.subject(self.subject)
        undosed = list(find_undosed(scene, subject, self.from_visit))
        yield from undosed
        if undosed:
            return
        infusion = find_blind_infusion(scene.trial, self.from_visit)
        if self.to == "reduced" and not may_reduce_dose(scene.trial, infusion, self.from_visit):
            yield Fault(what="the protocol allows no reduced dose there", expected="a later visit", column="from_visit")
        if is_reduced(scene.trial, subject, self.from_visit) == (self.to == "reduced"):
            yield Fault(what=f"the dose is {self.to} already", expected="a change", column="to")
        if self.to == "full" and not must_restore_dose(infusion, worsened=True):
            yield Fault(
                what="the protocol leaves the dose reduced", expected="a protocol that restores it", column="to"
            )
        first = scene.trial.visit(self.from_visit).day
        touched = [form.key.which[0] for form in (*list_open_orders(subject), *subject.all_of(INFUSION))]
        if any(planned.day >= first for visit in touched if (planned := find_planned(scene.trial, visit))):
            yield Fault(what="a dose is ordered or given there or later", expected="a visit without an order",
                        remedy="Cancel the order first.", column="from_visit")  # fmt: skip

    def find_wrong_items(self, scene: Scene) -> Iterator[Fault]:
        """Reduced where the disease is stable, full where it is worse."""
        yield from super().find_wrong_items(scene)
        if (self.to == "reduced") != (self.judgment == "stable"):
            yield Fault(what="dose and judgment don't go together", expected="reduced and stable, or full and worsened",
                        column="judgment")  # fmt: skip

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """What is given from when on."""
        answer = {"dose": self.to, "from_visit": self.from_visit}
        yield Told("dose_changed", answer, "rules.dose", answer, SITE_STAFF, self.subject)
