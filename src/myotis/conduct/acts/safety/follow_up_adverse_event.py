"""Follow up an adverse event: what has become known since, as a new version beside which the old one stays."""

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import AwareDatetime, ValidationError

from myotis.conduct.act import Scene, SubjectAct, find_stale
from myotis.conduct.acts.safety.report_adverse_event import (
    ActionTaken,
    Causality,
    Criterion,
    Moment,
    Outcome,
    ReportAdverseEvent,
    Severity,
    Term,
)
from myotis.conduct.acts.safety.say_of_event import tell_event
from myotis.conduct.adverse_events import FORM, find_event, find_reports, is_before, is_future, keep_report
from myotis.conduct.study import Form, FormKey, Study
from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.desk import REASON
from myotis.log.entry import Entry

KEPT_APART = frozenset({"number", "saw", "aware_at", REASON})


class FollowUpAdverseEvent(SubjectAct):
    """New information on an adverse event. What is not given stays as it was.

    ``aware_at`` is when the site became aware of the new information: a clock that it starts counts from there, such
    as where it makes the event serious. Safety waits for nobody: a follow-up is taken when the form is frozen, which
    then is open again, and when the trial is locked. Signatures fall.
    """

    name: ClassVar[str] = "follow_up_adverse_event"
    free_text: ClassVar[frozenset[str]] = frozenset({"description"})
    number: int
    saw: int
    """The version of the event that the user saw."""
    aware_at: AwareDatetime
    term: Term | None = None
    description: str | None = None
    started: Moment | None = None
    stopped: Moment | None = None
    severity: Severity | None = None
    serious: bool | None = None
    criteria: tuple[Criterion, ...] | None = None
    causality: Causality | None = None
    special_interest: str | None = None
    action_taken: ActionTaken | None = None
    outcome: Outcome | None = None

    @property
    def news(self) -> dict[str, Any]:
        """The items that are given."""
        return self.model_dump(mode="json", exclude={"subject", "number", "saw", "aware_at"}, exclude_none=True)

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The event is as the user saw it, there is news, and it fits what is known."""
        form = find_event(scene.subject(self.subject), self.number)
        yield from find_stale(form, self.saw, FormKey(FORM, (str(self.number),)))
        if form is None:
            return
        if not self.news:
            yield Fault(what="there is no new information", expected="one or more items of the event")
        last = find_reports(scene.study, self.subject, str(self.number))[-1]
        if is_future(self.aware_at, scene.now, scene.occurred) or is_before(self.aware_at, last.aware_at):
            yield Fault(what="no time at which the site can have become aware of it",
                        expected="a time after the last report's and up to now", column="aware_at")  # fmt: skip
        yield from self._find_contradictions(scene, form)

    def _find_contradictions(self, scene: Scene, form: Form) -> Iterator[Fault]:
        first = find_reports(scene.study, self.subject, str(self.number))[0]
        items = {"aware_at": first.aware_at.isoformat(), **form.items, **self.news}
        try:
            event = ReportAdverseEvent.rebuild(self.subject, form, items)
        except ValidationError as error:
            # Values were taken out of the log: they are given anew, or there is no event to follow up.
            for details in error.errors():
                yield Fault(what="the event lacks an item", expected=details["msg"], column=str(details["loc"][0]))
        else:
            yield from event.find_contradictions(scene)

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:
        """What is said of a new event, anew."""
        yield from tell_event(scene, entry, self.subject, str(self.number))

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """A new version of the form, and one more report."""
        number = str(entry.get("number"))
        form = study.subject_of(entry).forms[FormKey(FORM, (number,))]
        news = {name: value for name, value in entry.known.items() if name not in KEPT_APART}
        form.items = {**form.items, **news}
        form.version += 1
        form.entry = entry.number
        form.frozen = False
        keep_report(study, entry, number, form.items)
