"""Receive stock, and count it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from myotis.errors import Fault
from myotis.log.entry import Entry
from myotis.pharmacy.act import PharmacyAct, Scene
from myotis.pharmacy.amounts import format_amount
from myotis.pharmacy.dispensary import Dispensary
from myotis.pharmacy.vials import Vial
from myotis.protocol.fields import Units
from myotis.protocol.trial import Trial
from myotis.rules.dose import ML_PER_L, find_infusion
from myotis.terms.units import Quantity


class ReceiveStock(PharmacyAct):
    """Vials of one lot and size, of either product."""

    name: ClassVar[str] = "receive_stock"
    product: str
    """The treatment."""
    lot: str
    size: Annotated[Quantity, Units("g", "mL")]
    """The contents of one vial: of the active product in g, as the protocol lists them; of a placebo in mL."""
    count: Annotated[int, Field(ge=1)]
    expires: date
    """The last day on which it may be used."""

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The product is one of the protocol that can be prepared, in a size of it, and of a usable lot."""
        volume = find_volume(scene.trial, self.product, self.size)
        if volume is None:
            yield Fault(what="the protocol has no such product and size", column="product",
                        expected="a treatment, in a vial size of the protocol (g); a placebo in mL")  # fmt: skip
        if self.expires < scene.occurred.date():
            yield Fault(what="the lot has expired", expected="a lot that may be used", column="expires")
        if (self.product, self.lot) in scene.dispensary.blocked:
            yield Fault(what="the lot is quarantined or recalled", expected="another lot", column="lot")
        known = [vial for vial in scene.dispensary.stock if (vial.product, vial.lot) == (self.product, self.lot)]
        if any(vial.expires != self.expires for vial in known):
            yield Fault(what="the lot is known with another expiry", expected="the expiry of the lot", column="expires")

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """The volume of one vial."""
        volume = find_volume(scene.trial, self.product, self.size)
        assert volume is not None
        return {"volume_ml": format_amount(volume)}

    @classmethod
    def apply(cls, dispensary: Dispensary, entry: Entry) -> None:
        """There is more in stock."""
        expires = date.fromisoformat(entry.get("expires"))
        vial = Vial(entry.get("product"), entry.get("lot"), Fraction(entry.get("volume_ml")), expires)
        dispensary.stock[vial] = dispensary.stock.get(vial, 0) + entry.get("count")


class CountStock(PharmacyAct):
    """What was found when the vials of a lot and size were counted. A difference needs its coded explanation."""

    name: ClassVar[str] = "count_stock"
    product: str
    lot: str
    volume_ml: Decimal
    """The volume of one vial."""
    counted: Annotated[int, Field(ge=0)]
    explanation: Literal["broken", "lost", "found", "not_recorded"] | None = None

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The vial is known, and a difference is explained."""
        vial = find_vial(scene.dispensary, self.product, self.lot, Fraction(self.volume_ml))
        if vial is None:
            yield Fault(what="no such vials were received", expected="a lot and size that were", column="lot")
        elif (scene.dispensary.stock[vial] == self.counted) == (self.explanation is not None):
            yield Fault(what="a difference is not explained, or there is none", expected="an explanation of each",
                        column="explanation")  # fmt: skip

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """How many there should have been."""
        vial = find_vial(scene.dispensary, self.product, self.lot, Fraction(self.volume_ml))
        assert vial is not None
        return {"expected": scene.dispensary.stock[vial]}

    @classmethod
    def apply(cls, dispensary: Dispensary, entry: Entry) -> None:
        """There are as many as were counted."""
        vial = find_vial(dispensary, entry.get("product"), entry.get("lot"), Fraction(entry.get("volume_ml")))
        assert vial is not None
        dispensary.stock[vial] = entry.get("counted")


def find_vial(dispensary: Dispensary, product: str, lot: str, volume_ml: Fraction) -> Vial | None:
    """The vial of a product, lot and size that was received; None where none was."""
    wanted = product, lot, volume_ml
    return next((vial for vial in dispensary.stock if (vial.product, vial.lot, vial.volume_ml) == wanted), None)


def find_volume(trial: Trial, product: str, size: Quantity) -> Fraction | None:
    """The volume of a vial in mL; None where the protocol has no such product, or not in this size."""
    treatment = next((one for one in trial.treatments if one.id == product), None)
    infusion = find_infusion(trial, product) if treatment else None
    if treatment is None or infusion is None or size.number <= 0:
        return None
    if treatment.imitates:
        return Fraction(size.number) if size.unit == "mL" else None
    assert trial.conduct is not None
    assert trial.conduct.preparation is not None
    sizes = {(listed.number, listed.unit) for listed in trial.conduct.preparation.vial_sizes}
    if (size.number, size.unit) not in sizes:
        return None
    return Fraction(size.number) * ML_PER_L / Fraction(infusion.concentration.number)
