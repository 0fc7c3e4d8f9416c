"""The live trial: virtual subjects through 40 weeks of acts of both worlds, and what a log costs beside a table.

What a user would pick instead of the log is a table of SQLite with a row an entry, the same JSON in it, and a commit an
act. It neither asks who may, checks values, tells what follows, nor chains its rows; the ratios say what that costs.

Run: python bench/live.py [SUBJECTS ...] (growth, each in a process of its own); without, 95, 500 and 2,000. Trials of
more than 5,000 subjects keep the latest entries of each log only, since all of 10,000 take 15 GB; what their acts read
is kept.
"""

import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count as count_up
from pathlib import Path

from myotis.conduct.act import Means
from myotis.conduct.desk import open_desk
from myotis.conduct.snapshot.take import take_snapshot
from myotis.log.check import check_log
from myotis.log.entry import Draft, Entry
from myotis.log.file import FileStore
from myotis.log.store import MemoryStore, Store
from myotis.log.subject_keys import MemorySubjectKeys
from myotis.pharmacy.act import Means as PharmacyMeans
from myotis.pharmacy.desk import open_pharmacy
from myotis.protocol.read import read_trial
from myotis.simulate.driven.trial import drive_trial

SUBJECTS = 95
MOST_KEPT = 5_000
GROWTH = (95, 500, 2_000)
FLUSHED = 10
"""Subjects whose acts are each waited for until the disk has them."""

LATEST = 10_000
"""So many entries a log keeps that keeps the latest."""

Act = list[Entry]


class Tail(Sequence[Entry]):
    """The entries of a log of which the first ones were forgotten. Whoever asks for those gets an IndexError."""

    def __init__(self) -> None:
        self.forgotten = 0
        self.kept: list[Entry] = []

    def __len__(self) -> int:
        return self.forgotten + len(self.kept)

    def __getitem__(self, place):
        if isinstance(place, slice):
            start = (place.start or 0) - self.forgotten
            if start < 0:
                raise IndexError(place)
            return self.kept[start:]
        return self.kept[place if place < 0 else place - self.forgotten]

    def extend(self, entries: Sequence[Entry]) -> None:
        """Append, and forget."""
        self.kept.extend(entries)
        if len(self.kept) > 2 * LATEST:
            self.forgotten += len(self.kept) - LATEST
            del self.kept[:-LATEST]


class ForgetfulStore(MemoryStore):
    """A log in memory that keeps its latest entries."""

    def __init__(self) -> None:
        super().__init__()
        self._entries = Tail()  # type: ignore[assignment]


def measure(work: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    """How many seconds something takes: of the processor, so that other programs matter little."""
    start = clock()
    work()
    return clock() - start


def list_acts(entries: Sequence[Entry]) -> Iterator[Act]:
    """The entries of each transaction."""
    act: Act = []
    for entry in entries:
        act.append(entry)
        if entry.closes:
            yield act
            act = []


def append_acts(store: Store, acts: Sequence[Act]) -> None:
    """Acts of a trial into another log: salted, committed to, chained, written; nothing asked."""
    for act in acts:
        now = datetime.fromisoformat(act[0].recorded)
        with store.transaction(lambda now=now: now, os.urandom) as transaction:
            for entry in act:
                transaction.append(
                    Draft(
                        act=entry.act,
                        by=entry.by,
                        role=entry.role,
                        occurred=datetime.fromisoformat(entry.occurred),
                        values=entry.known,
                        protocol=entry.protocol,
                        protocol_digest=entry.protocol_digest,
                        site=entry.site,
                        subject=entry.subject,
                    )
                )


def insert_acts(path: Path, acts: Sequence[Act], journal: str, synchronous: str) -> None:
    """The same entries into a table of SQLite, a commit an act, with what a row needs to be found by."""
    base = sqlite3.connect(path, isolation_level=None)
    base.execute(f"pragma journal_mode = {journal}")
    base.execute(f"pragma synchronous = {synchronous}")
    base.execute(
        "create table entry (number integer primary key, act text, by text, role text, site text, subject text,"
        " occurred text, recorded text, content text)"
    )
    for act in acts:
        base.execute("begin")
        for one in act:
            content = json.dumps(one.known | {"protocol": one.protocol, "protocol_digest": one.protocol_digest})
            row = (one.number, one.act, one.by, one.role, one.site, one.subject, one.occurred, one.recorded, content)
            base.execute("insert into entry values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        base.execute("commit")
    base.close()


def read_rows(path: Path) -> None:
    """Every row of the table, its JSON read."""
    base = sqlite3.connect(path)
    for row in base.execute("select * from entry order by number"):
        json.loads(row[-1])
    base.close()


def tell(what: str, seconds: float, count: int, *, over: float | None = None) -> None:
    """Print a row: seconds, entries a second, and how many times as long as what is compared with."""
    ratio = "" if over is None else f"{seconds / over:8.1f}"
    print(f"{what:66} {seconds:8.2f} {round(count / seconds):>9,} {ratio}")


def drive(folder: Path, count: int, *, sync: bool) -> list[Sequence[Entry]]:
    """A driven trial over two files."""
    stores = (FileStore(folder / "conduct.jsonl", sync=sync), FileStore(folder / "pharmacy.jsonl", sync=sync))
    drive_trial(read_trial("proderm"), seed=1, subjects=count, stores=stores)
    return [store.read() for store in stores]


def measure_trial() -> None:
    """A trial in memory and on files, and what is done with its logs."""
    trial = read_trial("proderm")
    drive_trial(trial, seed=1, subjects=1)  # what is made once is made now
    logs: list[Sequence[Entry]] = []
    stores = (MemoryStore(), MemoryStore())
    in_memory = measure(lambda: drive_trial(trial, seed=1, subjects=SUBJECTS, stores=stores))
    count = sum(len(store.read()) for store in stores)
    print(f"{SUBJECTS} subjects, {count:,} entries")
    tell("all acts of both worlds, in memory", in_memory, count)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        on_files = measure(lambda: logs.extend(drive(place, SUBJECTS, sync=False)))
        tell("all acts of both worlds, on files, not flushed", on_files, count)
        measure_logs(place, logs)


def measure_logs(place: Path, logs: list[Sequence[Entry]]) -> None:
    """What is done with the logs of a trial, beside a table of SQLite."""
    trial = read_trial("proderm")
    conduct, pharmacy = (FileStore(place / name) for name in ("conduct.jsonl", "pharmacy.jsonl"))
    acts = number_acts(logs)
    count = sum(len(act) for act in acts)
    written = measure(lambda: append_acts(FileStore(place / "again.jsonl", sync=False), acts))
    base = measure(lambda: insert_acts(place / "off.db", acts, "off", "off"))
    tell("their entries alone into one log in a file, not flushed", written, count, over=base)
    tell("  into a table of SQLite, not flushed, no journal", base, count)
    opened = measure(lambda: _open(trial, conduct, pharmacy))
    base = measure(lambda: read_rows(place / "off.db"))
    tell("opening both desks on their files", opened, count, over=base)
    tell("  reading the rows of the table, with their JSON", base, count)
    lines = [line for name in ("conduct", "pharmacy") for line in (place / f"{name}.jsonl").open("rb")]
    tell("myotis check of the blinded log", measure(lambda: check_log(lines[: len(logs[0])])), len(logs[0]))
    tell("snapshot of the blinded log", measure(lambda: take_snapshot(logs[0], trial)), len(logs[0]))


def measure_flushed() -> None:
    """Each act on the disk before the next one; waited for."""
    print("each act on the disk before the next one, waited for")
    with tempfile.TemporaryDirectory() as folder:
        place, logs = Path(folder), []
        seconds = measure(lambda: logs.extend(drive(place, FLUSHED, sync=True)), time.perf_counter)
        acts = number_acts(logs)
        count = sum(len(act) for act in acts)
        tell(f"all acts of {FLUSHED} subjects, both worlds, on files", seconds, count)
        written = measure(lambda: append_acts(FileStore(place / "again.jsonl"), acts), time.perf_counter)
        for journal in ("wal", "delete"):
            base = measure(
                lambda journal=journal: insert_acts(place / f"{journal}.db", acts, journal, "full"), time.perf_counter
            )
            if journal == "wal":
                tell("their entries alone into one log in a file", written, count, over=base)
            tell(f"  into a table of SQLite, synchronous=full, journal_mode={journal}", base, count)


def number_acts(logs: list[Sequence[Entry]]) -> list[Act]:
    """The acts of both logs, one log behind the other, with numbers that go on."""
    numbers = count_up()
    return [[replace(entry, number=next(numbers)) for entry in act] for log in logs for act in list_acts(log)]


def _open(trial, conduct: Store, pharmacy: Store) -> None:
    more = {"clock": lambda: datetime.now(UTC), "entropy": os.urandom, "keyring": MemorySubjectKeys()}
    assert open_desk(trial, conduct, Means(), **more).state.locked
    assert open_pharmacy(trial, pharmacy, PharmacyMeans(os.urandom), **more).state.subjects


def grow(counts: Sequence[int]) -> None:
    """Trials of so many subjects, each in a process of its own."""
    print(f"{'growth':66} {'seconds':>8} {'entries/s':>9} {'ms/subject':>10} {'MB':>7} {'kB/subject':>10}")
    for count in counts:
        program = [sys.executable, __file__, "--one", str(count)]
        answer = subprocess.run(program, check=True, capture_output=True).stdout  # noqa: S603
        entries, seconds, memory = json.loads(answer)
        print(f"{count:>9,} subjects, {entries:>10,} entries {'':35} {seconds:8.1f} {round(entries / seconds):>9,} "
              f"{1000 * seconds / count:10.1f} {memory / 1000:7.0f} {memory / count:10.0f}")  # fmt: skip


def run_one(count: int) -> None:
    """One trial in memory: entries, seconds, and by how many kB the process grew."""
    trial = read_trial("proderm")
    drive_trial(trial, seed=1, subjects=1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kind = MemoryStore if count <= MOST_KEPT else ForgetfulStore
    stores = (kind(), kind())
    seconds = measure(lambda: drive_trial(trial, seed=1, subjects=count, stores=stores))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps([sum(len(store._entries) for store in stores), seconds, memory]))


def main(counts: Sequence[int] = GROWTH) -> None:
    """Measure all of it."""
    print(f"{'live trial':66} {'seconds':>8} {'entries/s':>9} {'ratio':>8}")
    measure_trial()
    measure_flushed()
    grow(counts)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        run_one(int(sys.argv[2]))
    elif sys.argv[1:]:
        grow([int(count) for count in sys.argv[1:]])
    else:
        main()
