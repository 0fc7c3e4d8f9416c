"""The sponsor judges an adverse event, beside the investigator and never in the investigator's place."""

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field

from myotis.conduct.act import Scene, SubjectAct, find_stale
from myotis.conduct.acts.safety.report_adverse_event import Causality
from myotis.conduct.acts.safety.say_of_event import tell_clocks
from myotis.conduct.adverse_events import FORM, JUDGMENT, find_event, find_reports, is_future
from myotis.conduct.study import FormKey, Study, record_form
from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.rules.reporting import ReportKind


class JudgeAdverseEvent(SubjectAct):
    """The sponsor's causality, and whether the event is expected by the reference safety information.

    A clock of an expedited report runs where the event is serious, unexpected, and related in the judgment of the
    investigator or of the sponsor. It counts from the entry of the site's report, or from ``aware_at``. A judgment may
    be made anew; each is a version of its own.
    """

    name: ClassVar[str] = "judge_adverse_event"
    number: int
    """The number of the event."""
    saw: int
    """The version of the event that is judged."""
    saw_judgment: int = 0
    """The version of the judgment that the user saw; 0 where there was none."""
    causality: Causality
    """In the sponsor's judgment."""
    expectedness: Literal["expected", "unexpected"]
    reference: str
    """The version of the reference safety information, such as ``IB 7``."""
    aware_at: AwareDatetime | None = None
    """When the sponsor became aware of what the version says, where that was before its entry, such as by telephone."""
    sent: dict[Literal[ReportKind.ALERT, ReportKind.FULL], AwareDatetime] = Field(default_factory=dict)
    """When an expedited report went to the authorities; it closes the clock of its kind."""

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """Event and judgment are as the user saw them, and the times have been."""
        subject = scene.subject(self.subject)
        form = find_event(subject, self.number)
        yield from find_stale(form, self.saw, FormKey(FORM, (str(self.number),)))
        before = subject.find(JUDGMENT, str(self.number))
        version = before.version if before else 0
        if version != self.saw_judgment:
            yield Fault(what="the event was judged in the meantime", expected=f"the judgment's version {version}",
                        column="saw_judgment", remedy="Look at it as it stands, and act again.")  # fmt: skip
        if not self.reference.strip():
            yield Fault(what="the reference safety information is not named", expected="its version",
                        column="reference")  # fmt: skip
        for column, time in (("aware_at", self.aware_at), *(("sent", time) for time in self.sent.values())):
            if time is not None and is_future(time, scene.now, scene.occurred):
                yield Fault(what="the time lies in the future", expected="a time up to now", column=column)

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """The clocks of expedited reports."""
        yield from tell_clocks(scene, self.subject, str(self.number))

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """A form of the sponsor's own; the last report was received when the sponsor says, if that was earlier."""
        record_form(study, entry, JUDGMENT, ("number",))
        reports = find_reports(study, str(entry.subject), str(entry.get("number")))
        if aware_at := entry.get("aware_at"):
            received = min(reports[-1].received, datetime.fromisoformat(aware_at))
            reports[-1] = reports[-1]._replace(received=received)
