"""What a log needs of the thing that keeps it: read it, and append to it in transactions.

A transaction is one act: all of its entries are kept, or none is. Whoever is in one is alone in the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from threading import Lock
from typing import Protocol

from myotis.errors import MyotisError
from myotis.log.entry import SALT_BYTES, Draft, Entry, commit_value, format_time

Clock = Callable[[], datetime]
Entropy = Callable[[int], bytes]
"""Gives so many random bytes."""


class StoreError(MyotisError):
    """The log can't be read or written; nothing was kept of the act."""


class Store(Protocol):
    """A log that is kept somewhere: in memory, in a file, later in a database."""

    def read(self, start: int = 0) -> Sequence[Entry]:
        """The entries from number ``start`` on (the first has number 0), whole transactions only."""
        ...

    def transaction(self, clock: Clock, entropy: Entropy) -> AbstractContextManager[Transaction]:
        """Be alone in the log. What was appended is kept when the block ends, and dropped where it raises."""
        ...


class Transaction:
    """The entries of one act on their way into a log."""

    def __init__(self, kept: Sequence[Entry], clock: Clock, entropy: Entropy) -> None:
        self.kept = kept
        """The log as it stands now."""
        self.drafted: list[Entry] = []
        self._now = clock().astimezone(UTC)
        self._entropy = entropy

    def append(self, draft: Draft) -> Entry:
        """Give a draft its number, times and commitments. It has its digest once the transaction has ended."""
        now = format_time(self._now)
        latest = max(now, self.kept[-1].recorded) if self.kept else now
        values = {name: (self._entropy(SALT_BYTES).hex(), value) for name, value in draft.values.items()}
        entry = Entry(
            number=len(self.kept) + len(self.drafted), previous="", act=draft.act, by=draft.by, role=draft.role,
            site=draft.site, subject=draft.subject, occurred=format_time(draft.occurred), recorded=latest,
            clock=None if latest == now else now, protocol=draft.protocol, protocol_digest=draft.protocol_digest,
            closes=False, commitments={name: commit_value(*value) for name, value in values.items()}, values=values,
        )  # fmt: skip
        self.drafted.append(entry)
        return entry

    def finish(self) -> list[Entry]:
        """The entries with their digests, each chained to the one before it."""
        previous = self.kept[-1].digest if self.kept else ""
        finished: list[Entry] = []
        for entry in self.drafted:
            finished.append(entry.chained(previous, closes=entry is self.drafted[-1]))
            previous = finished[-1].digest
        return finished


class MemoryStore:
    """A log in memory, for simulations and tests."""

    def __init__(self, entries: Sequence[Entry] = ()) -> None:
        self._entries = list(entries)
        self._lock = Lock()

    def read(self, start: int = 0) -> Sequence[Entry]:
        """The entries from number ``start`` on."""
        return self._entries[start:]

    @contextmanager
    def transaction(self, clock: Clock, entropy: Entropy) -> Iterator[Transaction]:
        """Append in the block; kept when it ends."""
        with self._lock:
            transaction = Transaction(self._entries, clock, entropy)
            yield transaction
            self._entries.extend(transaction.finish())

    def replace(self, entry: Entry) -> None:
        """Put an entry with tombstones in the place of the one with its number and digest (``log/redact.py``)."""
        with self._lock:
            if self._entries[entry.number].digest != entry.digest:
                raise StoreError("only values can be taken out of an entry; this one has another digest")
            self._entries[entry.number] = entry
