"""Take an order of the site: one cycle of one subject."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, ClassVar

from pydantic import AwareDatetime, BeforeValidator, Field

from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.log.messages import NoticeWord
from myotis.pharmacy.act import RequestAct, Scene
from myotis.pharmacy.amounts import split_volume
from myotis.pharmacy.dispensary import Dispensary, Order
from myotis.pharmacy.stock import is_in_stock
from myotis.pharmacy.treatment import find_visit, list_possible
from myotis.protocol.trial import Trial
from myotis.rules.dose import ML_PER_L, find_infusion


def _list_times(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


class TakeOrder(RequestAct):
    """An order. Where there is not enough in stock for it, the site is told that at once; the order stays open."""

    name: ClassVar[str] = "take_order"
    order: str
    visit: str
    weight_kg: Decimal
    dose_g: Decimal
    volume_ml: Decimal
    """The volume of the whole cycle."""
    days: Annotated[int, Field(ge=1)]
    """Over how many days the cycle is split: a bag for each."""
    planned: Annotated[tuple[AwareDatetime, ...], BeforeValidator(_list_times)]
    """When the infusion is planned: of each day, or of the first one only, the others following day by day."""

    def find_misfits(self, scene: Scene) -> Iterator[Fault]:
        """The order is new, of a planned visit, and its dose and volume go together and with the weight."""
        if self.order in scene.dispensary.orders:
            yield Fault(what="the order is known already", expected="a new order", column="order")
        if len(self.planned) not in {1, self.days}:
            yield Fault(what="the planned times don't fit the days", expected="one time, or one a day")
        if find_visit(scene.trial, self.visit) is None:
            yield Fault(what=f"there is no planned visit {self.visit}", expected="a visit of the protocol")
        else:
            yield from self._find_wrong_dose(scene.trial)

    def _find_wrong_dose(self, trial: Trial) -> Iterator[Fault]:
        """The site's arithmetic, done again. A placebo has the dose of what it imitates, so this tells no treatment."""
        infusion = find_infusion(trial, list_possible(trial, self.visit)[0])
        if infusion is None:
            yield Fault(what="the protocol does not say how doses are infused", expected="a dose by weight")
            return

        def measure_out(grams: Decimal) -> tuple[Fraction, ...]:
            return split_volume(Fraction(grams) * ML_PER_L / Fraction(infusion.concentration.number), 1)

        if measure_out(self.dose_g) != split_volume(Fraction(self.volume_ml), 1):
            yield Fault(what="dose and volume don't go together", expected="the volume that holds the dose")
        doses = [infusion.dose, *([infusion.reduced_dose.dose] if infusion.reduced_dose else [])]
        if all(measure_out(self.weight_kg * dose.number) != measure_out(self.dose_g) for dose in doses):
            yield Fault(what="the dose is not the one by weight", expected="the protocol's dose", column="dose_g")

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """Whether it is in stock, where it is not."""
        if not can_be_prepared(scene, scene.dispensary.orders[self.order]):
            yield scene.notify(NoticeWord.NOT_IN_STOCK, self.subject, order=self.order)

    @classmethod
    def apply_request(cls, dispensary: Dispensary, entry: Entry) -> None:
        """The order is open."""
        act = cls.model_validate(
            {"subject": entry.subject, **{k: entry.get(k) for k in cls.model_fields if k != "subject"}}
        )
        first, days = act.planned[0], range(act.days)
        order = Order(
            id=act.order, subject=act.subject, visit=act.visit, weight_kg=act.weight_kg, dose_g=act.dose_g,
            volumes_ml=split_volume(Fraction(act.volume_ml), act.days),
            planned=act.planned if len(act.planned) == act.days else tuple(first + timedelta(days=day) for day in days),
        )  # fmt: skip
        dispensary.orders[order.id] = order
        dispensary.subjects[act.subject].orders.append(order.id)


def can_be_prepared(scene: Scene, order: Order) -> bool:
    """Is there enough in stock for the bags of an order that are yet to be prepared?"""
    left = tuple(
        volume for day, volume in enumerate(order.volumes_ml, start=1)
        if not any(bag.live or bag.state == "infused" for bag in scene.dispensary.bags_of(order, day))
    )  # fmt: skip
    beyond_use = timedelta(hours=float(scene.preparation.beyond_use.number))
    return is_in_stock(scene.dispensary, order.visit, left, (max(order.planned) + beyond_use).date())
