"""Prepare a bag."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, ClassVar

from pydantic import Field

from myotis.errors import Fault, SettingError
from myotis.log.entry import Entry, format_time
from myotis.pharmacy.act import Scene, SubjectAct, find_order
from myotis.pharmacy.amounts import format_amount
from myotis.pharmacy.bags import Bag, BagState
from myotis.pharmacy.dispensary import Dispensary, Order
from myotis.pharmacy.labels import draw_label
from myotis.pharmacy.stock import is_in_stock
from myotis.pharmacy.treatment import compute_grams, find_treatment, is_blinded
from myotis.pharmacy.vials import Taken, Vial, add_up, choose_vials, read_vials, write_vials
from myotis.protocol.fields import Section


class VialsTaken(Section):
    """Vials that a pharmacist took in the place of those that the system chooses."""

    lot: str
    volume_ml: Decimal
    """The volume of one vial."""
    count: Annotated[int, Field(ge=1)]


class PrepareBag(SubjectAct):
    """Prepare the bag of one day of an order: the treatment of the cycle, the volume of the order, under a new label.

    The system says which vials, as few as possible; ``taken`` says others, where the pharmacist took others. What is
    left in opened vials is discarded. Volume and time of use are the same whatever the bag holds.
    """

    name: ClassVar[str] = "prepare_bag"
    order: str
    day: Annotated[int, Field(ge=1)] = 1
    taken: tuple[VialsTaken, ...] = ()

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The order is open and wants this bag now, and there are vials for it."""
        order = find_order(scene, self.order, self.subject)
        if order is None:
            yield Fault(what="the subject has no such open order", expected="an open order", column="order")
        elif self.day > len(order.planned):
            yield Fault(what="the order has no such day", expected=f"1 to {len(order.planned)}", column="day")
        else:
            yield from self._find_untimely(scene, order)
            yield from self._find_unmade(scene, order)

    def _find_untimely(self, scene: Scene, order: Order) -> Iterator[Fault]:
        made = (BagState.INFUSED, BagState.PREPARED, BagState.CHECKED, BagState.RELEASED)
        if any(bag.state in made for bag in scene.dispensary.bags_of(order, self.day)):
            yield Fault(what="there is a bag for the day already", expected="a day without a bag that can be used",
                        remedy="Discard or return that one first.")  # fmt: skip
        if find_use_by(scene) < order.planned[self.day - 1]:
            yield Fault(what="the bag could not be used any more at the planned time", expected="a later preparation")

    def _find_unmade(self, scene: Scene, order: Order) -> Iterator[Fault]:
        volume = order.volumes_ml[self.day - 1]
        try:
            treatment = find_treatment(scene.trial, scene.subject(self.subject), order.visit)
        except SettingError as error:
            yield Fault(what=str(error), expected="a cycle whose treatment is known")
            return
        # Asked of every treatment that the cycle could be given: a shortage of one delays the bags of all alike.
        if not is_in_stock(scene.dispensary, order.visit, (volume,), find_use_by(scene).date()):
            yield Fault(what="there is not enough in stock", expected="vials of each treatment that it could be",
                        remedy="Report the shortage.")  # fmt: skip
        elif self._take(scene, treatment, volume) is None:
            yield Fault(what="the vials taken are not in stock, or do not hold the volume", column="taken",
                        expected="vials of the treatment that are in stock")  # fmt: skip

    def _take(self, scene: Scene, treatment: str, volume_ml: Fraction) -> tuple[Taken, ...] | None:
        usable = scene.dispensary.usable(treatment, find_use_by(scene).date())
        if not self.taken:
            return choose_vials(usable, volume_ml)
        chosen = tuple(Taken(_find_vial(usable, wanted), wanted.count) for wanted in self.taken)
        enough = all(usable.get(one.vial, 0) >= one.number for one in chosen) and add_up(chosen) >= volume_ml
        return chosen if enough and len({one.vial for one in chosen}) == len(chosen) else None

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """What is in the bag, from which vials, its label and until when it may be used."""
        order = scene.dispensary.orders[self.order]
        volume = order.volumes_ml[self.day - 1]
        treatment = find_treatment(scene.trial, scene.subject(self.subject), order.visit)
        vials = self._take(scene, treatment, volume)
        assert vials is not None
        grams = compute_grams(scene.trial, treatment, volume)
        label = draw_label(scene.means.entropy, scene.preparation.label_digits, scene.dispensary.bags)
        values = {
            "visit": order.visit, "label": label, "treatment": treatment, "volume_ml": format_amount(volume),
            "taken": write_vials(vials), "left_over_ml": format_amount(add_up(vials) - volume),
            "use_by": format_time(find_use_by(scene)),
        }  # fmt: skip
        return values if grams is None else values | {"grams": format_amount(grams)}

    @classmethod
    def apply(cls, dispensary: Dispensary, entry: Entry) -> None:
        """The bag is prepared, and its vials are gone."""
        vials = read_vials(entry.get("taken"))
        bag = Bag(
            label=entry.get("label"), subject=str(entry.subject), order=entry.get("order"), visit=entry.get("visit"),
            day=entry.get("day"), blinded=is_blinded(dispensary.trial, entry.get("visit")),
            assigned=entry.get("treatment"), volume_ml=Fraction(entry.get("volume_ml")), vials=vials,
            prepared_by=entry.by, prepared_at=datetime.fromisoformat(entry.occurred),
            use_by=datetime.fromisoformat(entry.get("use_by")),
        )  # fmt: skip
        dispensary.bags[bag.label] = bag
        dispensary.orders[bag.order].labels.append(bag.label)
        dispensary.take_vials(vials)


def find_use_by(scene: Scene) -> datetime:
    """Until when a bag that is prepared now may be used."""
    return scene.occurred + timedelta(hours=float(scene.preparation.beyond_use.number))


def _find_vial(usable: dict[Vial, int], wanted: VialsTaken) -> Vial:
    """The vial of a lot and size; one that nobody has, where there is none."""
    size = Fraction(wanted.volume_ml)
    nothing = Vial("", wanted.lot, size, date.min)
    return next((vial for vial in usable if (vial.lot, vial.volume_ml) == (wanted.lot, size)), nothing)
