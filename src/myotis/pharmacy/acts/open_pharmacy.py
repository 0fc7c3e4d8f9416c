"""Open the pharmacy."""

from collections.abc import Iterator
from typing import ClassVar

from myotis.errors import Fault
from myotis.log.entry import Entry
from myotis.pharmacy.act import PharmacyAct, Scene
from myotis.pharmacy.dispensary import Dispensary

LOG_FORMAT = 1


class OpenPharmacy(PharmacyAct):
    """Open the pharmacy of a trial under its protocol. Who opens it is its first administrator."""

    name: ClassVar[str] = "open_pharmacy"
    protocol_digest: str
    """The digest of the protocol, as whoever opens the pharmacy read it (``myotis check``)."""
    log_format: int = LOG_FORMAT

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """It is this protocol, and its opener does not act in the blinded world."""
        if self.protocol_digest != scene.trial.digest:
            yield Fault(what="the protocol has another digest", expected=scene.trial.digest, column="protocol_digest",
                        remedy="Compare the protocol files (myotis check --against).")  # fmt: skip
        yield from find_blinded(scene, scene.user.id)

    @classmethod
    def apply(cls, dispensary: Dispensary, entry: Entry) -> None:
        """The pharmacy is open, its opener holds the role."""
        dispensary.opened = True
        dispensary.roles.setdefault(entry.by, set()).add(entry.role)


def find_blinded(scene: Scene, person: str) -> Iterator[Fault]:
    """Whether a person acts in the blinded world."""
    if person in scene.means.list_blinded_people():
        yield Fault(what="the person acts in the blinded world", expected="somebody who does nothing there",
                    remedy="Who has learned a treatment can't be blinded again: take another person.")  # fmt: skip
