"""Report that an order can't be prepared for want of stock."""

from collections.abc import Iterator
from typing import ClassVar

from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.log.messages import NoticeWord
from myotis.pharmacy.act import Scene, SubjectAct, find_order
from myotis.pharmacy.acts.take_order import can_be_prepared
from myotis.pharmacy.dispensary import Dispensary


class ReportShortage(SubjectAct):
    """Tell the site that there is not enough in stock for an order. It stays open."""

    name: ClassVar[str] = "report_shortage"
    order: str

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The order is open, and there is indeed not enough."""
        order = find_order(scene, self.order, self.subject)
        if order is None:
            yield Fault(what="the subject has no such open order", expected="an open order", column="order")
        elif can_be_prepared(scene, order):
            yield Fault(what="there is enough in stock", expected="an order that can't be prepared")

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """No."""
        yield scene.notify(NoticeWord.NOT_IN_STOCK, self.subject, order=self.order)

    @classmethod
    def apply(cls, dispensary: Dispensary, entry: Entry) -> None:
        """Nothing else changes."""
