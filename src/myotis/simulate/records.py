"""What the acts of a virtual trial leave behind: rows of the SDTM-shaped tables."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

import polars as pl

from myotis.datasets.sdtm import SDTM, WEIGHT, find_test
from myotis.protocol.design import Visit
from myotis.simulate.recordings import Recording

WEIGHT_UNIT: Final = "kg"


class SubjectRecords:
    """The rows of one subject, by table, in the order in which they came about."""

    def __init__(self, study: str, subject: str) -> None:
        self.study = study
        self.subject = subject
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def add(self, domain: str, **values: Any) -> None:
        """Add a row; absent columns are null, the sequence number is counted."""
        rows = self.rows[domain]
        row: dict[str, Any] = {"STUDYID": self.study, "DOMAIN": domain, "USUBJID": self.subject}
        rows.append(row | {f"{domain}SEQ": len(rows) + 1} | values)

    def add_findings(self, recordings: Iterable[Recording], visit: Visit, when: date) -> None:
        """Add what a visit recorded of the measures."""
        for recording in recordings:
            test = find_test(recording.measure)
            limit = {} if recording.uln is None else {f"{test.domain}ORNRHI": recording.uln}
            self._add_finding(
                test.domain, test.testcd, test.test, test.category, recording.text, test.unit, visit, when, limit
            )

    def add_weight(self, weight_kg: str, visit: Visit, when: date) -> None:
        """Add a body weight in kg."""
        self._add_finding("VS", WEIGHT, "Weight", None, weight_kg, WEIGHT_UNIT, visit, when, {})

    def _add_finding(
        self, domain: str, testcd: str, test: str, category: str | None, result: str, unit: str | None,
        visit: Visit, when: date, more: Mapping[str, str],
    ) -> None:  # fmt: skip
        values = {"TESTCD": testcd, "TEST": test, "CAT": category, "ORRES": result, "ORRESU": unit}
        values["DTC"] = when.isoformat()
        named = {f"{domain}{name}": value for name, value in values.items()}
        self.add(domain, **named, **more, **at(visit))

    def add_disposition(
        self, term: str, category: str, when: date, visit: Visit | None = None, epoch: str | None = None
    ) -> None:
        """Add a milestone, an end of a period or another event of DS."""
        where = at(visit) if visit else {}
        self.add("DS", DSTERM=term, DSDECOD=term, DSCAT=category, EPOCH=epoch, DSSTDTC=when.isoformat(), **where)


def at(visit: Visit) -> dict[str, Any]:
    """The columns that name a visit."""
    return {"VISITNUM": float(visit.number), "VISIT": visit.label}


def build_tables(subjects: Iterable[SubjectRecords]) -> dict[str, pl.DataFrame]:
    """The rows of all subjects as the tables of a snapshot, subject after subject."""
    subjects = list(subjects)
    return {
        name: table.build(row for subject in subjects for row in subject.rows[name]) for name, table in SDTM.items()
    }
