"""Adverse events of a virtual subject: drawn for every infusion, and ended by the subject's leaving."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from myotis.datasets.sdtm_safety import RELATED, SEVERE, WITHDRAWN
from myotis.simulate.course import AdverseEvents, EventCourse
from myotis.simulate.luck import Luck
from myotis.simulate.truth import Numbers

LEAVING = "ADVERSE EVENT"
LACK_OF_EFFICACY = "LACK OF EFFICACY"
GRADES = ("MILD", "MODERATE", SEVERE)


class VirtualEvent(NamedTuple):
    """An adverse event as it happens to a virtual subject."""

    kind: str
    term: str
    onset: date
    end: date
    severity: str
    serious: bool
    related: bool


def draw_events(
    course: AdverseEvents, luck: Luck, subject: int, visit: str, counts: Iterable[int], start: date
) -> list[VirtualEvent]:
    """What the events are like that follow one infusion, ``counts`` of each kind in the order of the course."""
    events = []
    for (name, kind), count in zip(course.kinds.items(), counts, strict=True):
        if count:
            generator = luck.streams.find("adverse_event", name, luck.only or 0, subject, visit)
            events += [_event(name, kind, start, generator.random(5)) for _ in range(count)]
    return events


def find_onset(first: ArrayLike, last: ArrayLike, when: ArrayLike) -> Numbers:
    """The day on which an event begins, from uniform numbers: those from the first to the last are all alike."""
    earliest, latest = np.asarray(first), np.asarray(last)
    return np.asarray(earliest + np.floor(when * (latest - earliest + 1)), dtype=np.float64)


def _event(name: str, kind: EventCourse, start: date, luck: Numbers) -> VirtualEvent:
    when, length, related, serious, severity = luck
    first, last = kind.days_after
    onset = start + timedelta(days=int(find_onset(first, last, when)))
    end = onset + timedelta(days=round(-kind.mean_days * float(np.log1p(-length))))
    return VirtualEvent(
        name, kind.term, onset, end, GRADES[np.searchsorted((0.6, 0.93), severity)], bool(serious < kind.serious),
        bool(related < kind.related),
    )  # fmt: skip


def write_events(
    events: Sequence[VirtualEvent], names: Mapping[str, str], left: date | None, reason: str
) -> Iterator[dict[str, Any]]:
    """The rows of AE of one subject: what began after it had ``left`` is not known, and where the reason was an adverse
    event, it was the last one. ``names`` are the columns that name the subject."""
    known = [event for event in events if left is None or event.onset <= left]
    last = max(range(len(known)), key=lambda place: (known[place].onset, place), default=None)
    for place, event in enumerate(known):
        withdrawn = left is not None and reason == LEAVING and place == last
        yield {
            **names, "DOMAIN": "AE", "AESEQ": place + 1, "AETERM": event.term, "AEDECOD": event.term,
            "AESEV": event.severity, "AESER": "Y" if event.serious else "N",
            "AEREL": RELATED if event.related else f"NOT {RELATED}", "AEOUT": "RECOVERED/RESOLVED",
            "AEACN": WITHDRAWN if withdrawn else "DOSE NOT CHANGED",
            "AESTDTC": event.onset.isoformat(), "AEENDTC": event.end.isoformat(),
        }  # fmt: skip
