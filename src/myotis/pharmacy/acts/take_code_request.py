"""Take in that an investigator asks for the code of a subject to be broken."""

from typing import ClassVar

from myotis.log.entry import Entry
from myotis.pharmacy.act import RequestAct
from myotis.pharmacy.dispensary import Dispensary


class TakeCodeRequest(RequestAct):
    """The desk of code break sees the request; nothing is approved. The reason is in the blinded log."""

    name: ClassVar[str] = "take_code_request"
    asked: str
    """The id of the request in the blinded log."""

    @classmethod
    def apply_request(cls, dispensary: Dispensary, entry: Entry) -> None:
        """The request waits, unless it was answered before the mail came."""
        if entry.get("asked") not in dispensary.answered:
            dispensary.code_requests[entry.get("asked")] = str(entry.subject)
