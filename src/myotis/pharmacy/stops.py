"""Stopping bags: which ones, so that the site can't tell from it what they hold, and what it is let know."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.log.messages import NoticeWord
from myotis.pharmacy.act import Scene
from myotis.pharmacy.bags import Bag, BagState
from myotis.pharmacy.dispensary import Dispensary


def find_affected(
    dispensary: Dispensary, lots: Collection[tuple[str, str]], since: datetime | None = None
) -> list[Bag]:
    """The bags that a problem of lots stops: live ones, prepared since a time if one is said.

    Of open treatment, those made from the lots. Of blinded treatment, all: were only those of the lots stopped, the
    site would learn that they hold the product of the lots, and the others don't.
    """
    return [
        bag for bag in dispensary.bags.values()
        if bag.live and (since is None or bag.prepared_at >= since) and (bag.blinded or uses_lot(bag, lots))
    ]  # fmt: skip


def uses_lot(bag: Bag, lots: Collection[tuple[str, str]]) -> bool:
    """Was a bag prepared from one of the lots (product, lot)?"""
    return any((taken.vial.product, taken.vial.lot) in lots for taken in bag.vials)


def name_stopped(bags: Iterable[Bag]) -> dict[str, Any]:
    """What the entry of an act that stops bags says: their labels, and those of the bags that the site has."""
    labels = {bag.label: bag.state == BagState.RELEASED for bag in bags}
    return {"stopped": sorted(labels), "at_site": sorted(label for label, out in labels.items() if out)}


def stop_bags(dispensary: Dispensary, entry: Entry) -> None:
    """Stop the bags that an entry names."""
    for label in entry.get("stopped", ()):
        dispensary.bags[label].move(entry.act)


def tell_stopped(scene: Scene, entry: Entry) -> Iterator[Told]:
    """The site is told not to use the bags that it has."""
    for label in entry.get("at_site", ()):
        yield scene.notify(NoticeWord.DO_NOT_USE, scene.dispensary.bags[label].subject, label=label)
