"""Check a bag, by a second person."""

from collections.abc import Iterator
from typing import ClassVar

from myotis.errors import Fault
from myotis.log.entry import Entry
from myotis.pharmacy.act import LabelAct, Scene
from myotis.pharmacy.dispensary import Dispensary


class CheckBag(LabelAct):
    """Check what was prepared: product, lots, volume, label, subject. A bag that fails is discarded."""

    name: ClassVar[str] = "check_bag"
    passed: bool

    @property
    def outcome(self) -> str:
        """Passed or failed."""
        return "passed" if self.passed else "failed"

    def find_misfits(self, scene: Scene) -> Iterator[Fault]:
        """Somebody else prepared it."""
        if scene.dispensary.bags[self.label].prepared_by == scene.user.id:
            yield Fault(what="the bag was prepared by the same person", expected="a second person")

    @classmethod
    def apply(cls, dispensary: Dispensary, entry: Entry) -> None:
        """The bag is checked, or discarded."""
        bag = dispensary.bags[entry.get("label")]
        bag.move(cls.name, "passed" if entry.get("passed") else "failed")
        bag.checked_by = entry.by
