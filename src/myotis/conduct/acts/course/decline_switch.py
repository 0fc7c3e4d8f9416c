"""Decline, for safety, the switch that deterioration indicates."""

from typing import ClassVar, Literal

from myotis.conduct.act import SubjectAct
from myotis.conduct.study import Study
from myotis.log.entry import Entry


class DeclineSwitch(SubjectAct):
    """The investigator keeps the subject on its treatment, since a switch would not be safe."""

    name: ClassVar[str] = "decline_switch"
    why: Literal["adverse_event", "thromboembolic_risk", "renal_risk", "pregnancy", "other_safety"]

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """Declined."""
        study.subject_of(entry).move(cls.name)
