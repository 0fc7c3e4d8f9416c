"""Adverse events of a virtual subject: drawn for every infusion, and ended by the subject's leaving."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from myotis.datasets.sdtm_safety import MAXIMAL_RATE, RELATED, SEVERE, WITHDRAWN
from myotis.simulate.course import AdverseEvents, EventCourse
from myotis.simulate.luck import Luck
from myotis.simulate.records import SubjectRecords
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


def _event(name: str, kind: EventCourse, start: date, luck: Numbers) -> VirtualEvent:
    when, length, related, serious, severity = luck
    first, last = kind.days_after
    onset = start + timedelta(days=first + int(when * (last - first + 1)))
    end = onset + timedelta(days=round(-kind.mean_days * float(np.log1p(-length))))
    return VirtualEvent(
        name, kind.term, onset, end, GRADES[np.searchsorted((0.6, 0.93), severity)], bool(serious < kind.serious),
        bool(related < kind.related),
    )  # fmt: skip


def record_rate(records: SubjectRecords, rate: float) -> None:
    """Record the highest rate of the infusion that was added last, in mL/kg/min."""
    records.add(
        "SUPPEX", RDOMAIN="EX", IDVAR="EXSEQ", IDVARVAL=str(records.rows["EX"][-1]["EXSEQ"]), QNAM=MAXIMAL_RATE,
        QLABEL="Highest Infusion Rate (mL/kg/min)", QVAL=f"{rate:g}", QORIG="CRF",
    )  # fmt: skip


def record_event(records: SubjectRecords, event: VirtualEvent) -> None:
    """Record one adverse event."""
    records.add(
        "AE", AETERM=event.term, AEDECOD=event.term, AESEV=event.severity, AESER="Y" if event.serious else "N",
        AEREL=RELATED if event.related else f"NOT {RELATED}", AEACN="DOSE NOT CHANGED", AEOUT="RECOVERED/RESOLVED",
        AESTDTC=event.onset.isoformat(), AEENDTC=event.end.isoformat(),
    )  # fmt: skip


def end_events(records: SubjectRecords, when: date, reason: str) -> None:
    """A subject leaves: later events are not known, and the last one is why, where the reason is an adverse event."""
    known = [row for row in records.rows["AE"] if row["AESTDTC"] <= when.isoformat()]
    records.rows["AE"] = known
    if known and reason == LEAVING:
        last = max(known, key=lambda row: (row["AESTDTC"], row["AESEQ"]))
        last["AEACN"] = WITHDRAWN
