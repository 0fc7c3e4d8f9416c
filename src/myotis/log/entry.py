"""An entry of a log: who did what, when and why, chained to the entry before.

The digest of an entry covers its header, which holds a salted commitment to each value in place of the value. So a
value can be taken out later (a participant's right, or something that should never have been written), a tombstone
stands in its place, and the chain still holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import itemgetter
from types import NoneType
from typing import Any, Final, Self

from myotis.keys.canonical import digest_text, digest_value, write_canonical
from myotis.log.values import parse_json

SALT_BYTES: Final = 16

Value = tuple[str, Any]
"""The salt of a value, in hexadecimal digits, and the value."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What stands in the place of a value that was taken out; ``by_entry`` is the number of the entry that says why."""

    by_entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry before the log gives it a number, a time and a digest.

    ``site`` and ``subject`` are None where the act concerns none. ``values`` are what was done and why, as JSON.
    """

    act: str
    by: str
    role: str
    occurred: datetime
    values: Mapping[str, Any]
    protocol: str
    protocol_digest: str
    site: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry.

    ``occurred`` is the time of the event as it was said, with its offset from UTC; ``recorded`` the time of the entry
    in UTC, never before that of the entry before it. ``clock`` is what the clock showed where it was behind, else
    None. ``closes``: the last entry of its transaction. ``previous`` is the digest of the entry before; of the first
    entry, the empty text.
    """

    number: int
    previous: str
    act: str
    by: str
    role: str
    site: str | None
    subject: str | None
    occurred: str
    recorded: str
    clock: str | None
    protocol: str
    protocol_digest: str
    closes: bool
    commitments: Mapping[str, str]
    values: Mapping[str, Value | Tombstone]
    digest: str = field(default="")

    def get(self, name: str, default: Any = None) -> Any:
        """A value by its name; ``default`` where the entry has none, or it was taken out."""
        found = self.values.get(name)
        return default if found is None or isinstance(found, Tombstone) else found[1]

    @property
    def known(self) -> dict[str, Any]:
        """Every value that was not taken out, by name."""
        return {name: value[1] for name, value in self.values.items() if not isinstance(value, Tombstone)}

    def header(self) -> dict[str, Any]:
        """What the digest covers."""
        return {
            "number": self.number, "previous": self.previous, "act": self.act, "by": self.by, "role": self.role,
            "site": self.site, "subject": self.subject, "occurred": self.occurred, "recorded": self.recorded,
            "clock": self.clock, "protocol": self.protocol, "protocol_digest": self.protocol_digest,
            "closes": self.closes, "commitments": dict(self.commitments),
        }  # fmt: skip

    def chained(self, previous: str, *, closes: bool) -> Self:
        """The entry behind the one with the digest ``previous``, with its own digest."""
        header = self.header() | {"previous": previous, "closes": closes}
        return replace(self, previous=previous, closes=closes, digest=digest_value(header))

    def without(self, name: str, by_entry: int) -> Self:
        """The entry with a tombstone in the place of a value. Its digest stays, since that covers the commitment."""
        return replace(self, values={**self.values, name: Tombstone(by_entry)})

    def write_line(self) -> str:
        """The entry as one line of a file, with the end of the line."""
        values = {
            name: {"taken_out_by": value.by_entry} if isinstance(value, Tombstone) else list(value)
            for name, value in self.values.items()
        }
        return write_canonical({"header": self.header(), "values": values, "digest": self.digest}) + "\n"

    @classmethod
    def read_line(cls, line: str | bytes) -> Self:
        """The entry that a line holds; raises ValueError where it is none. That it is unaltered is not checked here."""
        try:
            digest, header, values = itemgetter("digest", "header", "values")(parse_json(line))
            _check_types({**header, "digest": digest})
            return cls(**header, values={name: _read_value(value) for name, value in values.items()}, digest=digest)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError("the line is not an entry of a log") from error


_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "number": (int,), "previous": (str,), "act": (str,), "by": (str,), "role": (str,), "site": (str, NoneType),
    "subject": (str, NoneType), "occurred": (str,), "recorded": (str,), "clock": (str, NoneType), "protocol": (str,),
    "protocol_digest": (str,), "closes": (bool,), "commitments": (dict,), "digest": (str,),
}  # fmt: skip


def _check_types(header: Mapping[str, Any]) -> None:
    for name, value in header.items():
        if type(value) not in _TYPES[name]:
            raise TypeError(name)


def _read_value(value: Any) -> Value | Tombstone:
    if isinstance(value, dict):
        by_entry = value["taken_out_by"]
        if type(by_entry) is not int or len(value) != 1:
            raise TypeError("taken_out_by")
        return Tombstone(by_entry)
    salt, content = value
    if type(salt) is not str or len(salt) != 2 * SALT_BYTES:  # or a digit of the salt could pass for one of the value
        raise TypeError("salt")
    return salt, content


def commit_value(salt: str, value: Any) -> str:
    """The commitment to a value: nobody finds the value from it without the salt, nor another value that fits it.

    >>> commit_value("00", 1) == commit_value("00", 1), commit_value("00", 1) == commit_value("01", 1)
    (True, False)
    """
    return digest_text(salt + write_canonical(value))


def format_time(when: datetime) -> str:
    """A time with its offset as text; raises ValueError where it has none, since then it may be any hour of a day."""
    if when.tzinfo is None:
        raise ValueError("the time has no offset from UTC")
    return when.isoformat(timespec="microseconds")
