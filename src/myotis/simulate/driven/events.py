"""How a site reports the adverse events of virtual subjects: when they begin, and again when they are over."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from myotis.conduct.acts.safety.follow_up_adverse_event import FollowUpAdverseEvent
from myotis.conduct.acts.safety.judge_adverse_event import JudgeAdverseEvent
from myotis.conduct.acts.safety.report_adverse_event import ReportAdverseEvent
from myotis.conduct.adverse_events import find_event
from myotis.conduct.roles import Role
from myotis.simulate.adverse_events import LEAVING, VirtualEvent
from myotis.simulate.charts import Departure
from myotis.simulate.driven.clock import at_hour
from myotis.simulate.driven.site import SitePeople
from myotis.simulate.subject import Subject

REPORTED_AT: Final = 20
"""The hour of the day at which a site hears of an event; infusions are over by then."""

Later = Callable[..., None]
"""Puts something off until a time."""


class EventReports:
    """The reports of one trial."""

    def __init__(self, site: SitePeople, later: Later) -> None:
        self.site = site
        self.later = later
        self.left: dict[str, Departure] = {}
        self.last: dict[str, int] = {}

    def expect(self, subject: Subject, events: list[VirtualEvent]) -> None:
        """Events that will begin: each is reported on its day."""
        for event in events:
            self.later(at_hour(event.onset, REPORTED_AT), self._report, subject, event)

    def end(self, subject: Subject, departure: Departure) -> None:
        """A subject leaves: what begins later is not known; an event that is the reason has led to withdrawal."""
        self.left[subject.name] = departure
        number = self.last.get(subject.name)
        if departure.reason == LEAVING and number is not None:
            self._follow_up(subject, number, {"action_taken": "DRUG WITHDRAWN"})

    def _report(self, subject: Subject, event: VirtualEvent) -> None:
        if subject.name in self.left:
            return
        now = self.site.worlds.clock.now
        over = event.end <= now.date()
        report = ReportAdverseEvent.model_validate({
            "subject": subject.name, "term": event.term, "started": event.onset, "severity": event.severity.lower(),
            "stopped": event.end if over else None,
            "serious": event.serious, "criteria": ("hospitalization",) if event.serious else (),
            "causality": "related" if event.related else "not_related", "action_taken": "DOSE NOT CHANGED",
            "outcome": "RECOVERED/RESOLVED" if over else "RECOVERING/RESOLVING", "aware_at": now,
        })  # fmt: skip
        self.site.act(report, Role.COORDINATOR, subject)
        number = len(self.site.file(subject).all_of("adverse_event"))
        self.last[subject.name] = number
        if event.serious:
            self._judge(subject, number, related=event.related)
        if not over:
            self.later(at_hour(event.end, REPORTED_AT), self._close, subject, number, event)

    def _close(self, subject: Subject, number: int, event: VirtualEvent) -> None:
        self._follow_up(subject, number, {"stopped": event.end, "outcome": "RECOVERED/RESOLVED"})

    def _follow_up(self, subject: Subject, number: int, changed: dict[str, object]) -> None:
        form = find_event(self.site.file(subject), number)
        assert form is not None, "the event was reported"
        now: datetime = self.site.worlds.clock.now
        act = FollowUpAdverseEvent.model_validate(
            {"subject": subject.name, "number": number, "saw": form.version, "aware_at": now, **changed}
        )
        self.site.act(act, Role.COORDINATOR, subject)

    def _judge(self, subject: Subject, number: int, *, related: bool) -> None:
        act = JudgeAdverseEvent(
            subject=subject.name, number=number, saw=1, causality="related" if related else "not_related",
            expectedness="expected", reference="IB 1",
        )  # fmt: skip
        self.site.act(act, Role.SPONSOR, subject)
