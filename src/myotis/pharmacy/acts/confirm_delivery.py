"""Confirm that a notice is in the blinded log."""

from collections.abc import Iterator
from typing import ClassVar

from myotis.errors import Fault
from myotis.log.entry import Entry
from myotis.pharmacy.act import PharmacyAct, Scene
from myotis.pharmacy.dispensary import Dispensary


class ConfirmDelivery(PharmacyAct):
    """A notice was delivered: it is no longer pending."""

    name: ClassVar[str] = "confirm_delivery"
    notice: str
    """The id of the notice."""

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """It is pending."""
        if self.notice not in scene.dispensary.pending:
            yield Fault(what="no such notice is pending", expected="a notice that was not confirmed", column="notice")

    @classmethod
    def apply(cls, dispensary: Dispensary, entry: Entry) -> None:
        """It is delivered."""
        del dispensary.pending[entry.get("notice")]
