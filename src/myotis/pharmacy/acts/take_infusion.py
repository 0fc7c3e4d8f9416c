"""Take in that a bag was infused."""

from decimal import Decimal
from typing import ClassVar

from myotis.log.entry import Entry
from myotis.pharmacy.act import RequestAct
from myotis.pharmacy.dispensary import Dispensary, Infusion


class TakeInfusion(RequestAct):
    """What the site says was infused, whatever should have been: an unknown label, or another subject's, is kept too,
    and ``reveal_treatments`` lists it."""

    name: ClassVar[str] = "take_infusion"
    label: str
    visit: str
    started: str
    stopped: str
    volume_ml: Decimal

    @classmethod
    def apply_request(cls, dispensary: Dispensary, entry: Entry) -> None:
        """The infusion is the subject's, and the bag is used."""
        assert entry.subject is not None
        infusion = Infusion(entry.subject, *(str(entry.get(name)) for name in Infusion._fields[1:]))
        dispensary.subjects[entry.subject].infusions.append(infusion)
        if bag := dispensary.bags.get(infusion.label):
            bag.move(cls.name)
