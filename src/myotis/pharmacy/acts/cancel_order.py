"""Cancel an order that the site no longer wants."""

from collections.abc import Iterator
from typing import Any, ClassVar

from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.pharmacy.act import RequestAct, Scene, find_order
from myotis.pharmacy.dispensary import Dispensary
from myotis.pharmacy.stops import name_stopped, stop_bags, tell_stopped


class CancelOrder(RequestAct):
    """Cancel an order. Its bags are stopped, and the site is told not to use those that it has."""

    name: ClassVar[str] = "cancel_order"
    order: str

    def find_misfits(self, scene: Scene) -> Iterator[Fault]:
        """It is an open order of the subject."""
        if find_order(scene, self.order, self.subject) is None:
            yield Fault(what="the subject has no such open order", expected="an open order", column="order")

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """The bags that are stopped."""
        bags = (scene.dispensary.bags[label] for label in scene.dispensary.orders[self.order].labels)
        return name_stopped(bag for bag in bags if bag.live)

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:
        """Which bags not to use."""
        yield from tell_stopped(scene, entry)

    @classmethod
    def apply_request(cls, dispensary: Dispensary, entry: Entry) -> None:
        """The order is closed."""
        dispensary.orders[entry.get("order")].cancelled = True
        stop_bags(dispensary, entry)
