"""What a log needs of the thing that keeps it: read it, and append to it in transactions.

A transaction is one act: all of its entries are kept, or none is. Whoever is in one is alone in the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from threading import Lock, get_ident
from typing import Any, Protocol, Self

from myotis.errors import MyotisError
from myotis.log.entry import SALT_BYTES, Draft, Entry, Value, commit_value, format_time
from myotis.log.values import settle_value

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
        self.bereft: dict[int, Entry] = {}
        """Kept entries as they are to be without values that were taken out, by number."""
        self._now = format_time(clock().astimezone(UTC))
        self._entropy = entropy

    def append(self, draft: Draft) -> Entry:
        """Give a draft its number, times and commitments. It has its digest once the transaction has ended."""
        now = self._now
        latest = max(now, self.kept[-1].recorded) if self.kept else now
        values = self._salt(draft.values)
        entry = Entry(
            number=len(self.kept) + len(self.drafted), previous="", act=_settle_text(draft.act),
            by=_settle_text(draft.by), role=_settle_text(draft.role), site=_settle_optional(draft.site),
            subject=_settle_optional(draft.subject), occurred=format_time(draft.occurred),
            recorded=latest, clock=None if latest == now else now, protocol=_settle_text(draft.protocol),
            protocol_digest=_settle_text(draft.protocol_digest), closes=False,
            commitments={name: commit_value(*value) for name, value in values.items()}, values=values,
        )  # fmt: skip
        self.drafted.append(entry)
        return entry

    def take_out(self, number: int, name: str, by: Entry) -> None:
        """Put a tombstone in the place of a value of a kept entry; ``by``, an entry of this transaction, says why."""
        if not 0 <= number < len(self.kept):
            raise StoreError(f"the log has no entry {number} to take a value out of")
        entry = self.bereft.get(number, self.kept[number])
        if not isinstance(entry.values.get(name), tuple):
            raise StoreError(f"entry {number} has no value of the name {name!r}, or it was taken out before")
        self.bereft[number] = entry.without(name, by.number)

    def finish(self) -> list[Entry]:
        """The entries with their digests, each chained to the one before it."""
        previous = self.kept[-1].digest if self.kept else ""
        finished: list[Entry] = []
        for entry in self.drafted:
            finished.append(entry.chained(previous, closes=entry is self.drafted[-1]))
            previous = finished[-1].digest
        return finished

    def _salt(self, values: Mapping[str, Any]) -> dict[str, Value]:
        salts = self._entropy(SALT_BYTES * len(values)).hex()
        if len(salts) != 2 * SALT_BYTES * len(values):
            raise StoreError("the source of random bytes gave another number of them than it was asked for")
        cuts = range(0, len(salts), 2 * SALT_BYTES)
        return {
            _settle_text(name): (salts[cut : cut + 2 * SALT_BYTES], settle_value(value))
            for cut, (name, value) in zip(cuts, sorted(values.items()), strict=True)  # in the order that a file has
        }


def _settle_text(text: str) -> str:
    """The text as it comes back from a file, such as that of a member of an enumeration; TypeError for anything else.

    An entry that nobody can read back would end the log.
    """
    settled = text if type(text) is str else settle_value(text)
    if type(settled) is not str:
        raise TypeError("the header of an entry and the names of its values are texts")
    return settled


def _settle_optional(text: str | None) -> str | None:
    return None if text is None else _settle_text(text)


class Turn:
    """One thread at a time; a thread that has its turn and asks for another is told, in place of waiting for itself."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._holder: int | None = None

    @property
    def mine(self) -> bool:
        """Whether it is this thread's turn."""
        return self._holder == get_ident()

    def __enter__(self) -> Self:
        if self.mine:
            raise StoreError("a transaction can't begin inside another one of the same log")
        self._lock.acquire()
        self._holder = get_ident()
        return self

    def __exit__(self, *_: object) -> None:
        self._holder = None
        self._lock.release()


class MemoryStore:
    """A log in memory, for simulations and tests."""

    def __init__(self, entries: Sequence[Entry] = ()) -> None:
        self._entries = list(entries)
        self._turn = Turn()

    def read(self, start: int = 0) -> Sequence[Entry]:
        """The entries from number ``start`` on."""
        return self._entries[start:]

    @contextmanager
    def transaction(self, clock: Clock, entropy: Entropy) -> Iterator[Transaction]:
        """Append in the block; kept when it ends."""
        with self._turn:
            transaction = Transaction(self._entries, clock, entropy)
            yield transaction
            finished = transaction.finish()
            for number, entry in transaction.bereft.items():
                self._entries[number] = entry
            self._entries.extend(finished)
