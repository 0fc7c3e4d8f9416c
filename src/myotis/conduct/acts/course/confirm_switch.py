"""Confirm the switch that deterioration indicates."""

from collections.abc import Iterator
from typing import Any, ClassVar

from myotis.conduct.act import Scene, SubjectAct
from myotis.conduct.doses import find_next_dose
from myotis.conduct.live_rules import SWITCH_INDICATED
from myotis.conduct.study import Study
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.log.messages import PHARMACY, RequestWord


class ConfirmSwitch(SubjectAct):
    """The investigator lets the subject be switched to the other treatment, whichever it is, from the next dose on."""

    name: ClassVar[str] = "confirm_switch"

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """The visit of the next dose."""
        subject = scene.subject(self.subject)
        return {"visit": find_next_dose(scene.trial, subject, subject.last_told(SWITCH_INDICATED)["visit"])}

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """The pharmacy is asked, and answers once it is in effect."""
        asked = {"visit": entry.get("visit")}
        yield Told(RequestWord.RESOLVE_SWITCH, asked, "conduct", asked, (PHARMACY,), self.subject)

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """Confirmed; from which visit on, the gate will ask."""
        subject = study.subject_of(entry)
        subject.move(cls.name)
        subject.switches_at = entry.get("visit")
