"""What is still to be done about safety, for the sponsor, the committees and the safety physician."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from myotis.conduct.adverse_events import ADJUDICATION, FATAL, FORM, JUDGMENT, find_clocks, find_reports
from myotis.conduct.restricted import RESTRICTED
from myotis.conduct.study import Form, Study, SubjectFile
from myotis.rules.reporting import ReportKind
from myotis.terms.states import SubjectState


class OpenClock(NamedTuple):
    """An expedited report that has not gone to the authorities."""

    subject: str
    number: str
    kind: ReportKind
    due: datetime
    provisional: bool
    """The sponsor has not judged the event yet; it may prove that no report is due."""
    overdue: bool


class Unjudged(NamedTuple):
    """A serious event that the sponsor has not judged as it was last reported."""

    subject: str
    number: str
    received: datetime
    """When the sponsor became aware of what is not judged."""


class AwaitsAdjudication(NamedTuple):
    """An event of special interest that the committee has not judged."""

    subject: str
    number: str
    kind: str


class AwaitsAction(NamedTuple):
    """Restricted results of a visit or date, of which one or more arrived after the last action."""

    subject: str
    at: str


def list_open_clocks(study: Study, now: datetime) -> list[OpenClock]:
    """The clocks of expedited reports that run, the next one due first."""
    clocks = [
        OpenClock(subject.id, form.key.which[0], clock.kind, clock.due, clock.provisional, now > clock.due)
        for subject, form in _each_event(study)
        for clock in find_clocks(study, subject, form.key.which[0])
        if clock.sent is None
    ]
    return sorted(clocks, key=lambda clock: (clock.due, clock.subject, int(clock.number)))


def list_unjudged(study: Study) -> list[Unjudged]:
    """Serious events that the sponsor has not judged, or that were followed up since, the oldest first."""
    found = []
    for subject, form in _each_event(study):
        number = form.key.which[0]
        last, judgment = find_reports(study, subject.id, number)[-1], subject.find(JUDGMENT, number)
        if last.serious and (judgment is None or judgment.entry < last.entry):
            found.append(Unjudged(subject.id, number, last.received))
    return sorted(found, key=lambda event: (event.received, event.subject, int(event.number)))


def list_awaiting_adjudication(study: Study) -> list[AwaitsAdjudication]:
    """Events of a kind that the protocol has adjudicated, without the committee's answer."""
    found = []
    for subject, form in _each_event(study):
        conduct, number = study.trial_for(subject.id).conduct, form.key.which[0]
        kinds = {kind.id for kind in conduct.special_interest if kind.adjudicated} if conduct else set()
        kind = form.items.get("special_interest")
        if kind in kinds and subject.find(ADJUDICATION, number) is None:
            found.append(AwaitsAdjudication(subject.id, number, kind))
    return found


def list_awaiting_action(study: Study) -> list[AwaitsAction]:
    """Restricted results for which no action was released since they arrived. For the safety physician alone."""
    found = []
    for subject in study.subjects.values():
        acted = {form.items.get("at"): form.entry for form in subject.all_of("safety_action")}
        for at in dict.fromkeys(form.key.which[0] for form in subject.all_of(RESTRICTED)):
            arrived = max(form.entry for form in subject.all_of(RESTRICTED) if form.key.which[0] == at)
            if acted.get(at, -1) < arrived:
                found.append(AwaitsAction(subject.id, at))
    return found


def list_disagreeing_deaths(study: Study) -> list[str]:
    """Subjects with a fatal adverse event and no death, or a death and no fatal adverse event."""
    fatal = {subject.id for subject, form in _each_event(study) if form.items.get("outcome") == FATAL}
    died = {subject.id for subject in study.subjects.values() if subject.state == SubjectState.DIED}
    return sorted(fatal ^ died)


def _each_event(study: Study) -> Iterator[tuple[SubjectFile, Form]]:
    for subject in study.subjects.values():
        for form in subject.all_of(FORM):
            yield subject, form
