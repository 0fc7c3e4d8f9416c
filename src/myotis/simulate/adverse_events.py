"""Adverse events of a virtual subject: drawn for every infusion, and ended by the subject's leaving."""

from datetime import date, timedelta

import numpy as np

from myotis.datasets.sdtm_safety import MAXIMAL_RATE, RELATED, SEVERE, WITHDRAWN
from myotis.simulate.course import AdverseEvents, EventCourse
from myotis.simulate.patients import Numbers
from myotis.simulate.records import SubjectRecords
from myotis.simulate.streams import Streams

MOST_OF_A_KIND = 4
"""More events of one kind than these are never drawn for one infusion."""

LEAVING = "ADVERSE EVENT"


def record_rate(records: SubjectRecords, course: AdverseEvents, start: date) -> float:
    """Record the highest rate of the infusion that was added last, in mL/kg/min; it depends on the calendar."""
    rate = course.highest_rate if start < course.lowered_on else course.lowered_rate
    records.add(
        "SUPPEX", RDOMAIN="EX", IDVAR="EXSEQ", IDVARVAL=str(records.rows["EX"][-1]["EXSEQ"]), QNAM=MAXIMAL_RATE,
        QLABEL="Highest Infusion Rate (mL/kg/min)", QVAL=f"{rate:g}", QORIG="CRF",
    )  # fmt: skip
    return rate


def record_events(
    records: SubjectRecords, course: AdverseEvents, streams: Streams, subject: int, position: int,
    treatment: str, rate: float, start: date,
) -> None:  # fmt: skip
    """Draw and record what follows one infusion: kinds in the order of the course, each from a stream of its own."""
    for name, kind in course.kinds.items():
        generator = streams.find("adverse_event", name, subject, position)
        mean = kind.per_infusion[treatment] * (kind.faster if rate > course.lowered_rate else 1)
        waits = generator.standard_exponential(MOST_OF_A_KIND).cumsum()
        luck = generator.random((MOST_OF_A_KIND, 5))
        for number in range(int(np.searchsorted(waits, mean))):
            _record(records, kind, start, luck[number])


def _record(records: SubjectRecords, kind: EventCourse, start: date, luck: Numbers) -> None:
    when, length, related, serious, severity = luck
    first, last = kind.days_after
    onset = start + timedelta(days=first + int(when * (last - first + 1)))
    end = onset + timedelta(days=round(-kind.mean_days * float(np.log1p(-length))))
    grades = ("MILD", "MODERATE", SEVERE)
    records.add(
        "AE", AETERM=kind.term, AEDECOD=kind.term, AESEV=grades[np.searchsorted((0.6, 0.93), severity)],
        AESER="Y" if serious < kind.serious else "N", AEREL=RELATED if related < kind.related else f"NOT {RELATED}",
        AEACN="DOSE NOT CHANGED", AEOUT="RECOVERED/RESOLVED", AESTDTC=onset.isoformat(), AEENDTC=end.isoformat(),
    )  # fmt: skip


def end_events(records: SubjectRecords, when: date, reason: str) -> None:
    """A subject leaves: later events are not known, and the last one is why, where the reason is an adverse event."""
    known = [row for row in records.rows["AE"] if row["AESTDTC"] <= when.isoformat()]
    records.rows["AE"] = known
    if known and reason == LEAVING:
        last = max(known, key=lambda row: (row["AESTDTC"], row["AESEQ"]))
        last["AEACN"] = WITHDRAWN
