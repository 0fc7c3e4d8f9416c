"""The committee judges an adverse event of special interest."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from myotis.conduct.act import Scene, SubjectAct, find_stale
from myotis.conduct.acts.safety.say_of_event import TO_SITE
from myotis.conduct.adverse_events import ADJUDICATION, FORM, find_event
from myotis.conduct.roles import Role
from myotis.conduct.study import FormKey, Study, record_form
from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry


class AdjudicateEvent(SubjectAct):
    """The committee's answer: whether it was an event of the kind, and of which bed of vessels.

    The committee may answer anew; each answer is a version of its own.
    """

    name: ClassVar[str] = "adjudicate_event"
    number: int
    """The number of the event."""
    saw: int
    """The version of the event that was judged."""
    saw_answer: int = 0
    """The version of the committee's answer that the user saw; 0 where there was none."""
    confirmed: bool
    vessels: Literal["arterial", "venous", "both"] | None = None
    """Of a thromboembolic event that is confirmed."""

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The event is one that the committee judges, as it saw it; vessels are named where they are asked for."""
        subject = scene.subject(self.subject)
        form = find_event(subject, self.number)
        yield from find_stale(form, self.saw, FormKey(FORM, (str(self.number),)))
        if form is None:
            return
        kind = form.items.get("special_interest")
        if kind not in {kind.id for kind in scene.conduct.special_interest if kind.adjudicated}:
            yield Fault(what=f"{form.key} is of no kind that is adjudicated", expected="a kind that the protocol names")
        before = subject.find(ADJUDICATION, str(self.number))
        version = before.version if before else 0
        if version != self.saw_answer:
            yield Fault(what="the event was adjudicated in the meantime", expected=f"the answer's version {version}",
                        column="saw_answer", remedy="Look at it as it stands, and act again.")  # fmt: skip
        asked = self.confirmed and kind == "thromboembolic"
        if asked != (self.vessels is not None):
            expected = "arterial, venous or both" if asked else "nothing"
            yield Fault(what="the vessels don't fit the answer", expected=expected, column="vessels")

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """The site and the sponsor hear the answer."""
        answer = {"about": f"{FORM}/{self.number}", "confirmed": self.confirmed, "vessels": self.vessels}
        yield Told("adjudicated", answer, "conduct", answer, (*TO_SITE, Role.EVENT_ADJUDICATOR), self.subject)

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The committee's form."""
        record_form(study, entry, ADJUDICATION, ("number",))
