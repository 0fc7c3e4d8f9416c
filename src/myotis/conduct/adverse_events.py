"""Adverse events as the site and the sponsor see them: their reports, their clocks, and their place among infusions."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple

from myotis.conduct.clocks import Report, list_expedited
from myotis.conduct.study import Form, FormKey, Study, SubjectFile
from myotis.errors import Fault
from myotis.log.entry import Entry
from myotis.protocol.trial import Trial
from myotis.rules.reporting import ReportKind
from myotis.terms.states import SubjectState

FORM: Final = "adverse_event"
JUDGMENT: Final = "sponsor_judgment"
ADJUDICATION: Final = "event_adjudication"
FATAL: Final = "FATAL"


def find_reports(study: Study, subject: str, number: str) -> list[Report]:
    """What the site reported of an adverse event, entry by entry; none where there is no such event."""
    return study.reports.get((subject, number), [])


def keep_report(study: Study, entry: Entry, number: str, items: dict[str, Any]) -> None:
    """Keep what the site has reported by an entry; ``items`` are those of the form after it.

    Where a value was taken out of the log, awareness is when the report was made, and the event counts as related.
    """
    study.reports.setdefault((str(entry.subject), number), []).append(
        Report(
            entry=entry.number,
            aware_at=datetime.fromisoformat(entry.get("aware_at", entry.occurred)),
            received=datetime.fromisoformat(entry.recorded),
            criteria=tuple(items.get("criteria", ())),
            related=items.get("causality") != "not_related",
        )
    )


def find_event(subject: SubjectFile, number: str | int) -> Form | None:
    """The adverse event of a number."""
    return subject.find(FORM, str(number))


class Clock(NamedTuple):
    """The clock of an expedited report. ``sent``: when it went to the authorities; None while it is open."""

    kind: ReportKind
    due: datetime
    provisional: bool
    """The sponsor has not judged the event yet; it may prove that no report is due."""
    sent: datetime | None

    def find_status(self, now: datetime) -> str:
        """``in_time`` or ``late`` once it was sent; ``open`` or ``overdue`` before that."""
        if self.sent is not None:
            return "in_time" if self.sent <= self.due else "late"
        return "open" if now <= self.due else "overdue"


def find_clocks(study: Study, subject: SubjectFile, number: str) -> list[Clock]:
    """The clocks that run for an event, provisional until the sponsor has judged it; none where it is expected by the
    reference safety information, related by nobody, or not serious."""
    judgment, conduct = subject.find(JUDGMENT, number), study.trial_for(subject.id).conduct
    assert conduct is not None, "a trial is opened with [conduct] only"
    items = judgment.items if judgment else {}
    due = list_expedited(
        find_reports(study, subject.id, number),
        conduct.reporting,
        sponsor_related=items.get("causality") != "not_related" if items else None,
        expected=items.get("expectedness") == "expected" if items else None,
    )
    sent = {kind: datetime.fromisoformat(time) for kind, time in items.get("sent", {}).items()}
    return [Clock(kind, time, provisional, sent.get(kind)) for kind, time, provisional in due]


class Placement(NamedTuple):
    """Where an event stands among the doses. ``follows``: the infusion form that it follows, None before the first.

    ``infusional`` is None where the protocol does not define it.
    """

    emergent: bool
    infusional: bool | None
    follows: FormKey | None


def place_event(trial: Trial, subject: SubjectFile, started: str) -> Placement:
    """Place an event by its start, an ISO date or time, among the infusions as they were recorded.

    With a time, hours are counted from the end of the last infusion that began by then. With a date alone they are
    whole days, rounded up, and an infusion of the day comes first, as in ``rules/safety.py``.
    """
    plan = trial.plan.safety
    follows, ended = _find_infusion_before(subject, started)
    hours = int(plan.infusional.number) if plan else None
    emergent_days = int(plan.emergent.number) if plan and plan.emergent else None
    dispensed = any(read_day(form.items["started"]) <= read_day(started) for form in subject.all_of("dispensing"))
    emergent = follows is not None or dispensed
    if emergent and ended is not None and emergent_days is not None:
        emergent = _is_within(started, ended, timedelta(days=emergent_days))
    infusional = None if hours is None else ended is not None and _is_within(started, ended, timedelta(hours=hours))
    return Placement(emergent, infusional, follows)


def _find_infusion_before(subject: SubjectFile, started: str) -> tuple[FormKey | None, datetime | None]:
    """The last infusion that began by then, and when it ended."""
    timed = [
        (datetime.fromisoformat(form.items["started"]), form)
        for form in subject.all_of("infusion")
        if "started" in form.items and _is_by(datetime.fromisoformat(form.items["started"]), started)
    ]
    if not timed:
        return None, None
    began, form = max(timed, key=lambda pair: pair[0])
    stopped = form.items.get("stopped")
    return form.key, datetime.fromisoformat(stopped) if stopped else began


def _is_by(time: datetime, started: str) -> bool:
    return time <= datetime.fromisoformat(started) if has_time(started) else time.date() <= read_day(started)


def _is_within(started: str, ended: datetime, limit: timedelta) -> bool:
    if has_time(started):
        return datetime.fromisoformat(started) - ended <= limit
    whole_days = -(-limit // timedelta(days=1))
    return (read_day(started) - ended.date()).days <= whole_days


def has_time(text: str) -> bool:
    """Is an ISO text a time, rather than a date?"""
    return "T" in text


def read_day(text: str) -> date:
    """The date of an ISO date or time, as it was where it was written down."""
    return date.fromisoformat(text[:10])


def is_before(one: date | datetime, other: date | datetime) -> bool:
    """Does one moment lie before another for certain? Where either is a date alone, the dates are compared."""
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one < other
    return _to_date(one) < _to_date(other)


def is_future(moment: date | datetime, now: datetime, occurred: datetime) -> bool:
    """Does a moment lie in the future, by the date where the act took place?"""
    return is_before(now if isinstance(moment, datetime) else now.astimezone(occurred.tzinfo), moment)


def _to_date(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def find_death_doubts(subject: SubjectFile, outcome: str | None) -> Iterator[Fault]:
    """An event that was fatal, of a subject whose death is not recorded."""
    if outcome == FATAL and subject.state != SubjectState.DIED:
        yield Fault(what="the event is fatal, and no death is recorded", expected="a death that agrees with it",
                    column="outcome", remedy="Record the death, or follow up the outcome.")  # fmt: skip


def has_fatal_event(subject: SubjectFile) -> bool:
    """Is any adverse event of the subject recorded as fatal?"""
    return any(form.items.get("outcome") == FATAL for form in subject.all_of(FORM))


def format_due(due: datetime) -> str:
    """A due time as entries hold it, in UTC to the minute."""
    return due.astimezone(UTC).isoformat(timespec="minutes")
