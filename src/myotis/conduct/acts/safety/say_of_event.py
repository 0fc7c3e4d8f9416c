"""What the system says of an adverse event once something of it was recorded."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from myotis.conduct.act import Scene
from myotis.conduct.adverse_events import (
    ADJUDICATION,
    find_clocks,
    find_event,
    find_reports,
    format_due,
    place_event,
)
from myotis.conduct.clocks import Report, compute_site_due
from myotis.conduct.roles import Role
from myotis.log.act import Told
from myotis.log.entry import Entry

TO_SITE: Final = (Role.INVESTIGATOR, Role.COORDINATOR, Role.SPONSOR, Role.MONITOR, Role.DATA_MANAGER)
TO_SPONSOR: Final = (Role.SPONSOR,)
REPORTING: Final = "rules.reporting"


def tell_event(scene: Scene, entry: Entry, name: str, number: str) -> Iterator[Told]:
    """Where the event stands, when it was due, who is to look at it, and the sponsor's clocks, if they run."""
    subject = scene.subject(name)
    form = find_event(subject, number)
    assert form is not None, "the entry has recorded the event"
    if started := form.items.get("started"):
        yield _tell_placement(scene, name, number, started)
    yield from tell_due(scene, entry, name, f"{form.key}", find_reports(scene.study, name, number)[-1])
    kinds = {kind.id: kind for kind in scene.conduct.special_interest}
    kind = kinds.get(form.items.get("special_interest", ""))
    if kind and kind.adjudicated and subject.find(ADJUDICATION, number) is None:
        to = (Role.EVENT_ADJUDICATOR, Role.SPONSOR)
        yield Told("awaits_adjudication", {"about": f"{form.key}", "kind": kind.id}, "conduct", kind.id, to, name)
    yield from tell_clocks(scene, name, number)


def _tell_placement(scene: Scene, name: str, number: str, started: str) -> Told:
    subject = scene.subject(name)
    placed = place_event(scene.trial, subject, started)
    infusions = [[form.items.get(item) for item in ("started", "stopped")] for form in subject.all_of("infusion")]
    answer = {
        "about": f"adverse_event/{number}",
        "treatment_emergent": placed.emergent,
        "infusional": placed.infusional,
        "follows": str(placed.follows) if placed.follows else None,
    }
    return Told("adverse_event_placed", answer, "conduct.adverse_events", [started, infusions], TO_SITE, name)


def tell_due(scene: Scene, entry: Entry, name: str, about: str, report: Report) -> Iterator[Told]:
    """When a report was due at the sponsor, and whether it came in time; nothing where it is not serious."""
    due = compute_site_due(report, scene.conduct.reporting)
    if due is not None:
        recorded = datetime.fromisoformat(entry.recorded)
        answer = {"about": about, "due": format_due(due), "status": "in_time" if recorded <= due else "late"}
        yield Told("report_due", answer, REPORTING, [report.aware_at.isoformat(), entry.recorded], TO_SITE, name)


def tell_clocks(scene: Scene, name: str, number: str) -> Iterator[Told]:
    """The clocks of the sponsor's expedited reports, as far as the event is judged; nothing where none runs."""
    clocks = find_clocks(scene.study, scene.subject(name), number)
    if clocks:
        answer: dict[str, Any] = {"about": f"adverse_event/{number}", "provisional": clocks[0].provisional}
        answer |= {clock.kind.value: {"due": format_due(clock.due), "status": clock.find_status(scene.now)}
                   for clock in clocks}  # fmt: skip
        inputs = [[c.kind.value, c.due.isoformat(), c.provisional, c.sent.isoformat() if c.sent else None]
                  for c in clocks]  # fmt: skip
        yield Told("expedited_due", answer, REPORTING, inputs, TO_SPONSOR, name)
