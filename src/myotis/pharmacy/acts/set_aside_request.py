"""Set a request aside that can't be dealt with."""

from typing import ClassVar

from myotis.log.entry import Entry
from myotis.pharmacy.act import RequestAct
from myotis.pharmacy.dispensary import Dispensary


class SetAsideRequest(RequestAct):
    """Close a request that the system refuses, with the reason; what the site is told of it, people tell it."""

    name: ClassVar[str] = "set_aside_request"
    needs_reason: ClassVar[bool] = True

    @classmethod
    def apply_request(cls, dispensary: Dispensary, entry: Entry) -> None:
        """Nothing else changes."""
