"""Release a bag to the site."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import ClassVar

from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry, format_time
from myotis.log.messages import NoticeWord
from myotis.pharmacy.act import LabelAct, Scene
from myotis.pharmacy.amounts import format_amount
from myotis.pharmacy.dispensary import Dispensary


class ReleaseBag(LabelAct):
    """Release a checked bag, within the protocol's time before the planned infusion. The site hears label, volume and
    until when to use it: the same of every bag."""

    name: ClassVar[str] = "release_bag"

    def find_misfits(self, scene: Scene) -> Iterator[Fault]:
        """It is time. (A switch stops bags, so one that can be released holds the treatment of its cycle.)"""
        bag = scene.dispensary.bags[self.label]
        planned = scene.dispensary.orders[bag.order].planned[bag.day - 1]
        earliest = planned - timedelta(hours=float(scene.preparation.earliest_release.number))
        if scene.occurred < earliest:
            yield Fault(what="it is too early to release the bag", expected=f"not before {format_time(earliest)}")
        if scene.occurred > bag.use_by:
            yield Fault(what="the bag may not be used any more", expected=f"not after {format_time(bag.use_by)}",
                        remedy="Discard it and prepare another.")  # fmt: skip

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """The bag is ready."""
        bag = scene.dispensary.bags[self.label]
        yield scene.notify(
            NoticeWord.BAG_READY, bag.subject, order=bag.order, label=bag.label,
            volume_ml=format_amount(bag.volume_ml), use_by=format_time(bag.use_by),
        )  # fmt: skip

    @classmethod
    def apply(cls, dispensary: Dispensary, entry: Entry) -> None:
        """The site has the bag."""
        bag = dispensary.bags[entry.get("label")]
        bag.move(cls.name)
        bag.released_at = datetime.fromisoformat(entry.occurred)
