"""Open the sealed slot of a subject, so that the pharmacy knows what to prepare."""

from collections.abc import Iterator
from typing import Any, ClassVar

from myotis.errors import Fault, MyotisError
from myotis.log.entry import Entry
from myotis.pharmacy.act import RequestAct, Scene
from myotis.pharmacy.dispensary import Dispensary, SubjectCard


class OpenSlot(RequestAct):
    """Open a slot with the pharmacy's key. The arm stays in this log; the site hears nothing."""

    name: ClassVar[str] = "open_slot"
    slot: str
    stratum: tuple[str, ...]
    """The level of each factor."""

    def find_misfits(self, scene: Scene) -> Iterator[Fault]:
        """The list is approved, the slot is nobody else's, and it opens."""
        if scene.means.open_slot is None:
            yield Fault(what="no slots are opened here", expected="a pharmacy with its key for sealed slots")
            return
        if not scene.dispensary.list_approved:
            yield Fault(what="the list is not approved", expected="a list that the statistician has approved")
        if self.slot in scene.dispensary.slots:
            yield Fault(what="the slot was opened for another subject", expected="a slot of the subject's own")
        try:
            arm = scene.means.open_slot(self.slot)
        except MyotisError as error:
            yield Fault(what=str(error), expected="a slot that the pharmacy's key opens", column="slot")
            return
        if arm not in {known.id for known in scene.trial.arms}:
            yield Fault(what="the slot holds no arm of the protocol", expected="a list of this trial", column="slot")

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """The arm."""
        assert scene.means.open_slot is not None
        return {"arm": scene.means.open_slot(self.slot)}

    @classmethod
    def apply_request(cls, dispensary: Dispensary, entry: Entry) -> None:
        """The pharmacy knows the subject."""
        assert entry.subject is not None
        card = SubjectCard(entry.subject, entry.get("arm"), tuple(entry.get("stratum")), entry.get("slot"))
        dispensary.add_subject(card)
