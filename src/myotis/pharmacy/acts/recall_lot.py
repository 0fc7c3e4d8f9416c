"""Recall a lot, quarantine what has been too warm or too cold, and clear it again."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Literal, NamedTuple

from pydantic import AwareDatetime

from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.pharmacy.act import PharmacyAct, Scene
from myotis.pharmacy.bags import BagState
from myotis.pharmacy.dispensary import Dispensary
from myotis.pharmacy.roles import Role
from myotis.pharmacy.stops import find_affected, name_stopped, stop_bags, tell_stopped, uses_lot

RECALLED = "recalled"
QUARANTINED = "quarantined"
TO = (Role.PHARMACIST, Role.SAFETY_UNBLINDER)


class Lot(NamedTuple):
    """A lot of a product."""

    product: str
    lot: str


class RecallLot(PharmacyAct):
    """Recall a lot for good. Bags that can still be infused are stopped; those that were infused are listed here."""

    name: ClassVar[str] = "recall_lot"
    product: str
    lot: str

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The lot was received and not recalled."""
        yield from find_unknown(scene.dispensary, [(self.product, self.lot)])
        if scene.dispensary.blocked.get((self.product, self.lot)) == RECALLED:
            yield Fault(what="the lot was recalled already", expected="a lot in use", column="lot")

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """The bags that are stopped."""
        return name_stopped(find_affected(scene.dispensary, {(self.product, self.lot)}))

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:
        """The site, which bags not to use; the pharmacy, who was given the lot."""
        yield from tell_stopped(scene, entry)
        yield tell_infused(scene, {(self.product, self.lot)}, None)

    @classmethod
    def apply(cls, dispensary: Dispensary, entry: Entry) -> None:
        """Nothing is taken from the lot any more."""
        dispensary.blocked[entry.get("product"), entry.get("lot")] = RECALLED
        stop_bags(dispensary, entry)


class ReportExcursion(PharmacyAct):
    """Stock or bags were too warm or too cold. Lots are quarantined, and bags that were prepared from them since are
    stopped, as in a recall. ``labels`` are bags that were there themselves: all that were, whatever they hold."""

    name: ClassVar[str] = "report_excursion"
    began: AwareDatetime
    lots: tuple[Lot, ...] = ()
    labels: tuple[str, ...] = ()
    lowest_c: Decimal | None = None
    highest_c: Decimal | None = None

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """Something is named, and all of it is known."""
        if not self.lots and not self.labels:
            yield Fault(what="nothing is named", expected="lots, or labels of bags")
        if self.lowest_c is None and self.highest_c is None:
            yield Fault(what="no temperature is given", expected="the lowest, the highest, or both, in °C")
        yield from find_unknown(scene.dispensary, self.lots)
        for label in self.labels:
            if label not in scene.dispensary.bags:
                yield Fault(what="there is no bag with the label", expected="labels of bags", column="labels")

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """The bags that are stopped."""
        named = [bag for label in self.labels if (bag := scene.dispensary.bags[label]).live]
        made = find_affected(scene.dispensary, set(self.lots), self.began) if self.lots else []
        return name_stopped([*named, *made])

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:
        """The site, which bags not to use; the pharmacy, who was given what was prepared since."""
        yield from tell_stopped(scene, entry)
        yield tell_infused(scene, set(self.lots), self.began, self.labels)

    @classmethod
    def apply(cls, dispensary: Dispensary, entry: Entry) -> None:
        """The lots wait for a decision."""
        for product, lot in entry.get("lots", ()):
            dispensary.blocked.setdefault((product, lot), QUARANTINED)
        stop_bags(dispensary, entry)


class ClearLot(PharmacyAct):
    """Decide on a quarantined lot: it may be used, or it is destroyed."""

    name: ClassVar[str] = "clear_lot"
    needs_reason: ClassVar[bool] = True
    product: str
    lot: str
    decision: Literal["usable", "destroyed"]

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The lot is quarantined, or it is recalled and destroyed."""
        status = scene.dispensary.blocked.get((self.product, self.lot))
        if status is None or (status == RECALLED and self.decision == "usable"):
            yield Fault(what="the lot is not in quarantine", expected="a quarantined lot, or a recalled one to destroy")

    @classmethod
    def apply(cls, dispensary: Dispensary, entry: Entry) -> None:
        """The lot is in use again, or gone."""
        name = entry.get("product"), entry.get("lot")
        if entry.get("decision") == "usable":
            del dispensary.blocked[name]
            return
        for vial in dispensary.stock:
            if (vial.product, vial.lot) == name:
                dispensary.stock[vial] = 0


def find_unknown(dispensary: Dispensary, lots: Any) -> Iterator[Fault]:
    """Lots that were never received."""
    known = {(vial.product, vial.lot) for vial in dispensary.stock}
    for product, lot in lots:
        if (product, lot) not in known:
            yield Fault(what="no such lot was received", expected="a lot that was", column="lot")


def tell_infused(
    scene: Scene, lots: set[tuple[str, str]], since: datetime | None, labels: tuple[str, ...] = ()
) -> Told:
    """The bags of the lots that were infused, with their subjects: told in the pharmacy alone."""
    infused = {
        bag.label: bag.subject for bag in scene.dispensary.bags.values()
        if bag.state == BagState.INFUSED
        and (bag.label in labels or (uses_lot(bag, lots) and (since is None or bag.prepared_at >= since)))
    }  # fmt: skip
    return Told("infused_bags", infused, "pharmacy", sorted(lots), TO)
