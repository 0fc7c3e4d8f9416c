"""Resolve a switch: from a visit on the subject is given the alternate treatment."""

from collections.abc import Iterator
from typing import Any, ClassVar

from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.log.messages import NoticeWord
from myotis.pharmacy.act import RequestAct, Scene
from myotis.pharmacy.bags import Bag
from myotis.pharmacy.dispensary import Dispensary
from myotis.pharmacy.stops import name_stopped, stop_bags, tell_stopped
from myotis.pharmacy.treatment import find_initial, find_visit
from myotis.rules.treatment import resolve_switch


class ResolveSwitch(RequestAct):
    """Switch a subject, once. The site hears that it is in effect, and not from what to what.

    Bags that were prepared for the cycle before the switch was known are stopped: they hold the treatment before it.
    """

    name: ClassVar[str] = "resolve_switch"
    visit: str
    """The first visit at which the alternate treatment is given."""

    def find_misfits(self, scene: Scene) -> Iterator[Fault]:
        """The protocol has a switch, and the subject was not switched."""
        if scene.trial.switch is None:
            yield Fault(what="the protocol has no switch", expected="a trial with one")
        if scene.subject(self.subject).switched_from is not None:
            yield Fault(what="the subject was switched already", expected="one switch a subject at most")
        if find_visit(scene.trial, self.visit) is None:
            yield Fault(what=f"there is no planned visit {self.visit}", expected="a visit of the protocol")

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """The alternate treatment, and the bags that are stopped."""
        initial = find_initial(scene.trial, scene.subject(self.subject))
        return {"alternate": resolve_switch(scene.trial, initial), **name_stopped(self._find_bags(scene))}

    def _find_bags(self, scene: Scene) -> Iterator[Bag]:
        first = scene.trial.visit(self.visit).day
        for name in scene.subject(self.subject).orders:
            order = scene.dispensary.orders[name]
            if scene.trial.visit(order.visit).day >= first:
                yield from (bag for label in order.labels if (bag := scene.dispensary.bags[label]).live)

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:
        """It is in effect."""
        yield from tell_stopped(scene, entry)
        yield scene.notify(NoticeWord.SWITCH_IN_EFFECT, self.subject)

    @classmethod
    def apply_request(cls, dispensary: Dispensary, entry: Entry) -> None:
        """The subject is switched."""
        dispensary.subject_of(entry).switched_from = entry.get("visit")
        stop_bags(dispensary, entry)
