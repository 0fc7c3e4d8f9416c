"""The safety physician releases an action in the place of results that would tell the treatment."""

from collections.abc import Iterator
from typing import Any, ClassVar, Final, Literal

from myotis.conduct.act import Scene, SubjectAct
from myotis.conduct.restricted import RESTRICTED
from myotis.conduct.roles import Role
from myotis.conduct.study import Study, record_form
from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.terms.states import SubjectState, find_target

FORM: Final = "safety_action"
HOLD: Final = "hold_dosing"
TO: Final = (Role.INVESTIGATOR, Role.COORDINATOR, Role.SAFETY_PHYSICIAN, Role.SPONSOR, Role.MONITOR)


class ReleaseAction(SubjectAct):
    """One coded action for all restricted results of a visit (or date) together: which of them led to it isn't said.

    The site is told of each, ``no_action`` too, so that a silence tells nothing. ``hold_dosing`` holds it at once. An
    action is not corrected: another one follows it.
    """

    name: ClassVar[str] = "release_action"
    at: str
    """The visit or the date of the results."""
    action: Literal["no_action", "repeat_test", "hold_dosing", "check_hemolysis", "contact_safety_physician"]

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """There are results to act on, and dosing that can be held."""
        subject = scene.subject(self.subject)
        if not any(form.key.which[0] == self.at for form in subject.all_of(RESTRICTED)):
            yield Fault(what="no restricted result has arrived there", expected="a visit or date that has one",
                        column="at")  # fmt: skip
        held = subject.state == SubjectState.DOSING_HELD
        if self.action == HOLD and not held and find_target(subject.state, HOLD, "subject") is None:
            yield Fault(what=f"a subject in the state {subject.state} is not dosed", expected="another action",
                        column="action")  # fmt: skip

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """The number of the action."""
        return {"number": str(len(scene.subject(self.subject).all_of(FORM)) + 1)}

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """The site is told what to do."""
        answer = {"at": self.at, "action": self.action}
        yield Told("safety_action", answer, "conduct", answer, TO, self.subject)

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The action, and the hold if it is one."""
        record_form(study, entry, FORM, ("number",))
        subject = study.subject_of(entry)
        if entry.get("action") == HOLD and subject.state != SubjectState.DOSING_HELD:
            subject.move(HOLD, "subject")
