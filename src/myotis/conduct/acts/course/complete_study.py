"""Complete the study."""

from collections.abc import Iterator
from typing import ClassVar

from myotis.conduct.act import Scene
from myotis.conduct.ended_dosing import EndsDosing, cancel_orders
from myotis.conduct.study import Study
from myotis.errors import Fault
from myotis.log.entry import Entry
from myotis.terms.states import SubjectState


class CompleteStudy(EndsDosing):
    """The subject has been followed to the last visit of the protocol, on treatment or off it."""

    name: ClassVar[str] = "complete_study"

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The last visit is recorded, and the gate is passed where there is one."""
        subject = scene.subject(self.subject)
        last = max(scene.trial.visits, key=lambda visit: visit.day)
        if subject.find("visit", last.id) is None:
            yield Fault(what=f"the visit {last.id} is not recorded", expected="the last visit, held or missed")
        if scene.conduct.extension_gate and subject.state == SubjectState.FIRST_PERIOD_COMPLETED:
            yield Fault(what="the subject has not entered the extension", expected="the pharmacy's answer first")

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """Completed."""
        cancel_orders(study, entry)
        study.subject_of(entry).move(cls.name)
