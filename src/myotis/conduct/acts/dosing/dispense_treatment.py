"""Hand out treatment that a subject takes at home."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from myotis.conduct.act import LastingForm, Scene, VisitFormAct
from myotis.conduct.acts.dosing.order_dose import find_open_order
from myotis.conduct.acts.dosing.record_infusion import find_wrong_bag, use_bag
from myotis.conduct.doses import DISPENSING, ORDER, find_blind_infusion, find_hold
from myotis.conduct.study import Study
from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.log.messages import PHARMACY, RequestWord


class DispenseTreatment(LastingForm, VisitFormAct):
    """Packs that were ready for the subject, for the time from one date to another. The first ones begin treatment."""

    name: ClassVar[str] = "dispense_treatment"
    form: ClassVar[str] = DISPENSING
    lasting: ClassVar[frozenset[str] | None] = frozenset({"labels"})
    instead: ClassVar[str] = "Report a deviation: the pharmacy knows the packs as they were recorded."
    labels: Annotated[tuple[str, ...], Field(min_length=1)]
    """The numbers on the labels of the packs."""
    started: AwareDatetime
    """When the subject is to take the first dose of them."""
    until: AwareDatetime
    """When the last one."""

    def find_misplaced(self, scene: Scene) -> Iterator[Fault]:
        """The trial treats at home, the dose was ordered, dosing goes on, and the packs are the right ones."""
        yield from super().find_misplaced(scene)
        subject = scene.subject(self.subject)
        order = subject.find(ORDER, self.visit)
        yield from find_open_order(subject, self.visit)
        yield from find_hold(scene.study, subject)
        if order is not None:
            if find_blind_infusion(scene.trial, self.visit).every_weeks is None:
                yield Fault(what="the protocol has no treatment at home", expected="an infusion at the site")
            for label in self.labels:
                yield from find_wrong_bag(scene.study, label, order, self.until)

    def find_wrong_items(self, scene: Scene) -> Iterator[Fault]:
        """No pack twice, and times in their order."""
        yield from super().find_wrong_items(scene)
        if len(set(self.labels)) != len(self.labels):
            yield Fault(what="a label is named twice", expected="each pack once", column="labels")
        if self.until < self.started:
            yield Fault(what="the treatment ends before it starts", expected="a later time", column="until")

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """The pharmacy hears of each pack."""
        when = self.model_dump(mode="json", include={"started", "until"})
        for label in self.labels:
            values = {"label": label, "visit": self.visit, "started": when["started"], "stopped": when["until"],
                      "volume_ml": scene.study.bags[label].volume_ml}  # fmt: skip
            yield Told(RequestWord.INFUSED, values, "conduct", values, (PHARMACY,), self.subject)

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The packs are with the subject, who is on treatment."""
        super().apply(study, entry)
        for label in entry.get("labels"):
            use_bag(study, entry, label)
