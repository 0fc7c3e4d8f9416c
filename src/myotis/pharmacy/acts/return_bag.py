"""Take a bag back from the site, or discard one that never left."""

from typing import ClassVar, Literal

from myotis.log.entry import Entry
from myotis.pharmacy.act import LabelAct
from myotis.pharmacy.dispensary import Dispensary


class ReturnBag(LabelAct):
    """A bag came back that was not infused. It is never given out again."""

    name: ClassVar[str] = "return_bag"
    condition: Literal["unopened", "opened", "damaged"] = "unopened"

    @classmethod
    def apply(cls, dispensary: Dispensary, entry: Entry) -> None:
        """The bag is back."""
        dispensary.bags[entry.get("label")].move(cls.name)


class DiscardBag(LabelAct):
    """Discard a bag before it is released."""

    name: ClassVar[str] = "discard_bag"
    because: Literal["past_use", "damaged", "not_needed"]

    @classmethod
    def apply(cls, dispensary: Dispensary, entry: Entry) -> None:
        """The bag is gone."""
        dispensary.bags[entry.get("label")].move(cls.name)
