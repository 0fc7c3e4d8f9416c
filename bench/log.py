"""How many entries a second: into a log in memory and in a file, read from a file, checked. Values as acts have them.

Processor time, so that other programs matter little; only the flush to the disk is waited for.
"""

import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from myotis.log.check import check_log
from myotis.log.entry import Draft
from myotis.log.file import FileStore
from myotis.log.store import MemoryStore, Store

ENTRIES = 20_000
FLUSHED = 500
WHEN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DRAFT = Draft(
    act="record_assessment", by="ines", role="investigator", site="01", subject="01-001", occurred=WHEN,
    values={"visit": "W04", "form": "MMT8", "total": 142, "version": 1, "items": {"neck": 9, "hip": 8}, "reason": None},
    protocol="ProDERM, as published 2022", protocol_digest="d" * 64,
)  # fmt: skip


def append(store: Store, count: int) -> None:
    """So many acts of one entry with six values."""
    for _ in range(count):
        with store.transaction(lambda: WHEN, os.urandom) as transaction:
            transaction.append(DRAFT)


def tell(what: str, count: int, work: Callable[[], object], clock: Callable[[], float] = time.process_time) -> None:
    """Print how many entries a second."""
    start = clock()
    work()
    print(f"{what:48} {round(count / (clock() - start)):>9,} entries a second")


def main() -> None:
    """Measure all of it."""
    tell("appended in memory", ENTRIES, lambda: append(MemoryStore(), ENTRIES))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.jsonl"
        tell("appended to a file, not flushed", ENTRIES, lambda: append(FileStore(path, sync=False), ENTRIES))
        tell("read from the file", ENTRIES, lambda: FileStore(path).read())
        tell("checked", ENTRIES, lambda: check_log(path.read_bytes().splitlines(keepends=True)))
        store = FileStore(path)
        store.read()
        what = "appended to a file, each on the disk (waited for)"
        tell(what, FLUSHED, lambda: append(store, FLUSHED), time.perf_counter)


if __name__ == "__main__":
    main()
