"""Taking a snapshot: the log, up to a moment, as SDTM-shaped tables with one digest."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import polars as pl

from myotis.conduct.acts.catalog import ACTS
from myotis.conduct.snapshot.design import list_design
from myotis.conduct.snapshot.events import (
    list_adverse_events,
    list_deviations,
    list_event_qualifiers,
    list_history,
    list_medications,
)
from myotis.conduct.snapshot.exposure import list_exposure, list_rates
from myotis.conduct.snapshot.findings import list_findings
from myotis.conduct.snapshot.live import list_words
from myotis.conduct.snapshot.subjects import VisitNumbers, list_subject
from myotis.conduct.study import Study
from myotis.datasets.live import LIVE
from myotis.datasets.sdtm import SDTM
from myotis.datasets.sdtm_conduct import CONDUCT_TABLES
from myotis.datasets.sdtm_design import DESIGN_TABLES
from myotis.datasets.table import Table
from myotis.errors import Fault, InputError
from myotis.keys.canonical import digest_text
from myotis.log.entry import Entry, format_time
from myotis.protocol.trial import Trial

UNBLINDING: Final = frozenset({"EX", "SUPPEX"})
"""Tables that say what was given: no blinded log has them."""

TABLES: Final[Mapping[str, Table]] = {
    **{name: table for name, table in SDTM.items() if name not in UNBLINDING}, **CONDUCT_TABLES, **DESIGN_TABLES,
    "LIVE": LIVE,
}  # fmt: skip
"""Every table of a blinded snapshot."""

Row = dict[str, Any]


class Snapshot(NamedTuple):
    """The tables by name, and where they come from: entries, digest of the last one, time, protocol, one digest of all.

    ``locked``: whether the trial was locked by then.
    """

    tables: Mapping[str, pl.DataFrame]
    entries: int
    head: str
    as_of: str
    protocol_digest: str
    locked: bool
    digest: str

    def describe(self) -> dict[str, Any]:
        """Where the snapshot comes from, as JSON."""
        return {name: value for name, value in self._asdict().items() if name != "tables"} | {
            "rows": {name: frame.height for name, frame in self.tables.items()}
        }


def take_snapshot(
    entries: Sequence[Entry], trial: Trial, *, as_of: datetime | None = None, protocols: Iterable[Trial] = ()
) -> Snapshot:
    """The state of a blinded log as tables; the same entries give the same tables and digest.

    ``as_of`` leaves out what was entered later; ``protocols`` are those that amendments lead to. Raises InputError with
    every fault of the tables: a key that is not unique, a value that a column does not take; and where the log has no
    entry up to then.

    >>> from myotis.protocol.read import read_trial
    >>> from myotis.simulate.driven.trial import drive_trial
    >>> trial = read_trial("proderm")
    >>> snapshot = take_snapshot(drive_trial(trial, seed=1, subjects=1).conduct.read(), trial)
    >>> snapshot.locked, snapshot.tables["DM"]["ARM"].to_list()
    (True, [None])
    """
    kept = [entry for entry in entries if as_of is None or entry.recorded <= format_time(as_of.astimezone(UTC))]
    if not kept:
        raise InputError(
            [Fault(what="the log has no entry up to then", expected="a later time, or a log with entries")]
        )
    study = Study(trial, ACTS, protocols)
    for entry in kept:
        study.apply(entry)
    tables = {name: TABLES[name].build(rows) for name, rows in _collect(study, kept).items()}
    faults = [fault.inside(name) for name, frame in tables.items() for fault in TABLES[name].check(frame)]
    if faults:
        raise InputError(faults)
    return Snapshot(
        tables, len(kept), kept[-1].digest, kept[-1].recorded, trial.digest, study.locked,
        digest_tables(tables),
    )  # fmt: skip


def digest_tables(tables: Mapping[str, pl.DataFrame]) -> str:
    """One digest of tables: of their names and of their rows as text, so that it does not hang on a file format."""
    parts = [f"{name}\n{hashlib.sha256(tables[name].write_csv().encode()).hexdigest()}" for name in sorted(tables)]
    return digest_text("\n".join(parts))


def _collect(study: Study, entries: Iterable[Entry]) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    history: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.subject is not None:
            history[entry.subject].append(entry)
    for name in sorted(study.subjects):
        _add_subject(rows, study, name, history[name])
    return rows | list_design(study.trial)


def _add_subject(rows: dict[str, list[Row]], study: Study, name: str, history: list[Entry]) -> None:
    subject, trial = study.subjects[name], study.trial_for(name)
    visits = VisitNumbers(subject, trial)
    parts: dict[str, list[Row]] = defaultdict(list, list_subject(subject, trial, visits, history))
    for domain, row in list_findings(subject, trial, visits):
        parts[domain].append(row)
    parts["AE"], parts["SUPPAE"] = list(list_adverse_events(subject)), list(list_event_qualifiers(subject))
    parts["CM"], parts["MH"] = list(list_medications(subject)), list(list_history(subject))
    exposure = list_exposure(study, subject, trial, visits)
    parts["EC"], parts["SUPPEC"] = [row for row, _ in exposure], list(list_rates(exposure))
    parts["DV"] = list(list_deviations(subject, visits))
    parts["LIVE"] = list(list_words(subject))
    study_id = study.trial.trial.id
    for domain, own in parts.items():
        for number, row in enumerate(own, 1):
            named = {"STUDYID": study_id, "DOMAIN": domain, "USUBJID": f"{study_id}-{name}", f"{domain}SEQ": number}
            rows[domain].append({**named, **row})
