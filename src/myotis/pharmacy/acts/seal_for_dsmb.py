"""Record that a copy of the treatments was sealed to the statistician of the data safety monitoring board."""

from typing import ClassVar

from pydantic import AwareDatetime

from myotis.log.entry import Entry
from myotis.pharmacy.act import PharmacyAct
from myotis.pharmacy.dispensary import Dispensary


class SealForDsmb(PharmacyAct):
    """A sealed copy as of a time. Use ``disclose.seal_for_dsmb``, which makes and records it."""

    name: ClassVar[str] = "seal_for_dsmb"
    as_of: AwareDatetime
    copy_digest: str
    """SHA-256 of the sealed copy."""

    @classmethod
    def apply(cls, dispensary: Dispensary, entry: Entry) -> None:
        """Nothing changes: the copy is sealed."""
