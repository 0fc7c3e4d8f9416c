"""Cancel an order that is not given yet, or what is left of it."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from myotis.conduct.act import Scene, SubjectAct, find_stale
from myotis.conduct.doses import ORDER, ask_to_cancel, cancel_order, is_open
from myotis.conduct.study import FormKey, Study
from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry


class CancelDose(SubjectAct):
    """Cancel the order of a visit; bags that are ready for it are not used any more."""

    name: ClassVar[str] = "cancel_dose"
    visit: str
    saw: int
    """The version of the order that the user saw."""
    why: Literal["postponed", "adverse_event", "not_ready", "subject_absent", "wrong_order", "other"]

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """There is an order, as the user saw it, and something of it is left."""
        subject, key = scene.subject(self.subject), FormKey(ORDER, (self.visit,))
        order = subject.forms.get(key)
        yield from find_stale(order, self.saw, key)
        if order and not is_open(subject, order):
            yield Fault(what="the order is cancelled or given already", expected="an order that is open")

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """The pharmacy is asked."""
        order = scene.subject(self.subject).forms[FormKey(ORDER, (self.visit,))]
        yield ask_to_cancel(self.subject, order.items["order"])

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The order is cancelled: a new version of its form."""
        cancel_order(study.subject_of(entry).forms[FormKey(ORDER, (entry.get("visit"),))], entry)
