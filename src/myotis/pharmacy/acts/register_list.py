"""Register the sealed allocation list, and approve it: no slot is opened before."""

from collections.abc import Iterator
from typing import ClassVar

from myotis.errors import Fault
from myotis.log.entry import Entry
from myotis.pharmacy.act import PharmacyAct, Scene
from myotis.pharmacy.dispensary import Dispensary


class RegisterList(PharmacyAct):
    """Name the sealed list that the trial allocates from, by the digest of its ciphertexts."""

    name: ClassVar[str] = "register_list"
    list_digest: str

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """It is another version than the one that is registered, and the pharmacy opens slots."""
        if scene.dispensary.list_digest == self.list_digest:
            yield Fault(what="the list is registered already", expected="another version of it")
        if scene.means.open_slot is None:
            yield Fault(what="no slots are opened here", expected="a pharmacy with its key for sealed slots")

    @classmethod
    def apply(cls, dispensary: Dispensary, entry: Entry) -> None:
        """The list, or its new version, waits for its approval."""
        dispensary.list_digest, dispensary.list_made_by = entry.get("list_digest"), entry.by
        dispensary.list_approved = False


class ApproveList(PharmacyAct):
    """Approve the sealed list, after opening it and checking that it is balanced and no list for tests."""

    name: ClassVar[str] = "approve_list"
    list_digest: str

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """It is the registered list, and somebody else made it."""
        if scene.dispensary.list_digest is None or self.list_digest != scene.dispensary.list_digest:
            yield Fault(what="the list has another digest", expected="the registered list", column="list_digest")
        if scene.dispensary.list_made_by == scene.user.id:
            yield Fault(what="the list was made by the same person", expected="a second person")

    @classmethod
    def apply(cls, dispensary: Dispensary, entry: Entry) -> None:  # noqa: ARG003
        """Slots may be opened."""
        dispensary.list_approved = True
