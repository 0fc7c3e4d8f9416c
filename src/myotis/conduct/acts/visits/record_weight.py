"""Record a body weight."""

from collections.abc import Iterator
from decimal import Decimal
from typing import ClassVar

from myotis.conduct.act import Scene, VisitFormAct
from myotis.conduct.doses import tell_outdated
from myotis.errors import Fault
from myotis.log.act import Told

LIGHTEST_KG, HEAVIEST_KG = 20, 300
MOST_CHANGE = Decimal("0.10")
"""A weight that differs more than this share from the one before is asked about."""


class RecordWeight(VisitFormAct):
    """The weight at a visit, in kg, as it was read."""

    name: ClassVar[str] = "record_weight"
    form: ClassVar[str] = "weight"
    activity: ClassVar[str | None] = "weight"
    weight_kg: Decimal

    def find_wrong_items(self, scene: Scene) -> Iterator[Fault]:  # noqa: ARG002
        """It is a weight that somebody can have."""
        if not LIGHTEST_KG <= self.weight_kg <= HEAVIEST_KG:
            expected = f"{LIGHTEST_KG} to {HEAVIEST_KG} kg"
            yield Fault(what="no body weight in kg", expected=expected, column="weight_kg")

    def find_doubtful_items(self, scene: Scene) -> Iterator[Fault]:
        """It is not far from the one before."""
        weights = scene.subject(self.subject).all_of(self.form)
        mine = next((place for place, form in enumerate(weights) if form.key.which == (self.visit,)), len(weights))
        if before := [form for form in weights[:mine] if "weight_kg" in form.items]:
            last = Decimal(before[-1].items["weight_kg"])
            if abs(self.weight_kg - last) > MOST_CHANGE * last:
                yield Fault(what="the weight has changed by more than 10 %", expected="a weight near the one before",
                            column="weight_kg", remedy="Confirm or correct it.")  # fmt: skip

    def tell_corrected(self, scene: Scene) -> Iterator[Told]:
        """The open orders that were computed from the weight as it was."""
        yield from tell_outdated(scene.trial, scene.subject(self.subject), self.visit)
