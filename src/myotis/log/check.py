"""Is a log unaltered? Found offline, from its lines alone: what was changed, removed, inserted, moved or cut off.

Each entry holds the digest of the entry before it, so whoever changes one has to write all that follow anew. Who does
just that, or cuts whole transactions off the end, is found only by an *anchor*: a signed digest of the log as it was,
kept elsewhere.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Final

from myotis.errors import SealError
from myotis.keys.canonical import digest_value
from myotis.keys.pairs import PublicKey
from myotis.log.anchor import Anchor
from myotis.log.entry import Entry, Tombstone, commit_value

TAKE_OUT: Final = "take_out_value"
"""The act that takes a value out of an entry (``log/redact.py``)."""

BEGINNING: Final = b'{"digest":"'
"""How every entry begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with a log.

    ``line`` counts from 1; it is behind the last line where the end of the log is missing. ``entry`` is the number of
    the entry that stands there, None where it is none. ``what`` never shows a value.
    """

    line: int
    entry: int | None
    what: str

    def __str__(self) -> str:
        entry = "" if self.entry is None else f", entry {self.entry}"
        return f"line {self.line}{entry}: {self.what}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a log and the entry that it holds, None where it holds none."""

    number: int
    is_whole: bool
    """It has its end."""
    entry: Entry | None
    as_written: bool
    """It is the one text in which Myotis writes the entry."""
    begins_as_entry: bool
    """It is an entry, or the beginning of one."""


def read_lines(lines: Iterable[bytes | str]) -> list[Line]:
    """The lines of a log, with their ends, as a file opened for bytes gives them."""
    return [_read_line(number, line) for number, line in enumerate(lines, start=1)]


def check_log(
    lines: Iterable[bytes | str], anchors: Sequence[Anchor] = (), public_keys: Sequence[PublicKey] = ()
) -> list[Finding]:
    """Everything that is wrong with a log, by line; nothing where it is unaltered.

    Each anchor has to be signed with one of the keys, and the log to be one that goes on from what the anchor saw.

    >>> check_log([])
    []
    >>> [str(finding) for finding in check_log(["not a log"])]
    ['line 1: the line was cut off']
    """
    return check_lines(read_lines(lines), anchors, public_keys)


def check_lines(
    lines: Sequence[Line], anchors: Sequence[Anchor] = (), public_keys: Sequence[PublicKey] = ()
) -> list[Finding]:
    """The same, of lines that were read already."""
    found = chain(
        _check_each(lines), _check_order(lines), _check_times(lines), _check_tombstones(lines), _check_end(lines),
        *(_check_anchor(lines, anchor, public_keys) for anchor in anchors),
    )  # fmt: skip
    return sorted(found, key=lambda finding: finding.line)


def _read_line(number: int, line: bytes | str) -> Line:
    text = line.encode("utf-8", "surrogatepass") if isinstance(line, str) else line
    is_whole = text.endswith(b"\n")
    try:
        entry = Entry.read_line(text)
        return Line(number, is_whole, entry, entry.write_line().encode() == text, begins_as_entry=True)
    except (ValueError, RecursionError):  # the latter where it is nested so deeply that nobody can look at it
        return Line(number, is_whole, None, False, begins_as_entry=BEGINNING.startswith(text[: len(BEGINNING)]))


def _entries(lines: Iterable[Line]) -> Iterator[tuple[int, Entry]]:
    return ((line.number, line.entry) for line in lines if line.entry is not None)


def _check_each(lines: Iterable[Line]) -> Iterator[Finding]:
    """Each line by itself: is it an entry, is its digest that of its header, do its values fit their commitments?"""
    for line in lines:
        number = None if line.entry is None else line.entry.number
        if not line.is_whole:
            yield Finding(line=line.number, entry=number, what="the line was cut off")
        elif line.entry is None:
            yield Finding(line=line.number, entry=None, what="the line is not an entry")
        else:
            faults = [*_check_entry(line.entry)]
            if not faults and not line.as_written:
                faults = ["the line says the same in another way than it was written"]
            yield from (Finding(line=line.number, entry=number, what=what) for what in faults)


def _check_entry(entry: Entry) -> Iterator[str]:
    if digest_value(entry.header()) != entry.digest:
        yield "the header or the digest was changed"
    for name in sorted({*entry.commitments, *entry.values}):
        value = entry.values.get(name)
        if value is None:
            yield f"the value {name!r} was removed"
        elif name not in entry.commitments:
            yield f"the value {name!r} was inserted"
        elif not isinstance(value, Tombstone) and commit_value(*value) != entry.commitments[name]:
            yield f"the value {name!r} or the commitment to it was changed"


def _check_order(lines: Sequence[Line]) -> Iterator[Finding]:
    """Do the entries follow one another, from the first on?"""
    places: dict[int, int] = {}
    for line, entry in _entries(lines):
        places.setdefault(entry.number, line)
    number, previous = 0, ""
    for line, entry in _entries(lines):
        if places[entry.number] < line:
            what = (
                f"an entry of this number stands in line {places[entry.number]} already: one was repeated or inserted"
            )
            yield Finding(line=line, entry=entry.number, what=what)
            continue
        if entry.number != number:
            what = _describe_jump(number, entry.number, places)
            yield Finding(line=line, entry=entry.number, what=what)
        elif entry.previous != previous:
            what = "it isn't chained to the entry before it: one of the two was written anew"
            yield Finding(line=line, entry=entry.number, what=what)
        number, previous = entry.number + 1, entry.digest


def _describe_jump(expected: int, number: int, places: Mapping[int, int]) -> str:
    if expected in places:
        return f"entry {expected} belongs here and stands in line {places[expected]}: they were moved"
    missing = f"entry {expected} is" if number == expected + 1 else f"entries {expected} to {number - 1} are"
    return f"{missing} missing before it" if number > expected else "it belongs before the entry above it"


def _check_times(lines: Sequence[Line]) -> Iterator[Finding]:
    for (_, before), (line, entry) in pairwise(_entries(lines)):
        if entry.number == before.number + 1 and entry.recorded < before.recorded:
            yield Finding(line=line, entry=entry.number, what="it was recorded before the entry above it")


def _check_tombstones(lines: Sequence[Line]) -> Iterator[Finding]:
    """Is there for each tombstone a later entry that says why, and a tombstone for each such entry?"""
    taken_out = {entry.number: (line, entry) for line, entry in _entries(lines) if entry.act == TAKE_OUT}
    named = {number: (entry.get("entry"), entry.get("value")) for number, (_, entry) in taken_out.items()}
    done = set()
    for line, entry in _entries(lines):
        for name, value in entry.values.items():
            if isinstance(value, Tombstone):
                done.add(value.by_entry)
                if value.by_entry <= entry.number or named.get(value.by_entry) != (entry.number, name):
                    what = f"the value {name!r} was taken out, and no later entry says who did it and why"
                    yield Finding(line=line, entry=entry.number, what=what)
    for number in taken_out.keys() - done:
        line, _ = taken_out[number]
        yield Finding(line=line, entry=number, what="it says that a value was taken out, and that value is still there")


def _check_end(lines: Sequence[Line]) -> Iterator[Finding]:
    entries = [*_entries(lines)]
    if entries and not entries[-1][1].closes:
        line, _ = entries[-1]
        yield Finding(line=line + 1, entry=None, what="the last transaction has no end: it was cut off, or never ended")


def _check_anchor(lines: Sequence[Line], anchor: Anchor, keys: Sequence[PublicKey]) -> Iterator[Finding]:
    places = {entry.number: (line, entry) for line, entry in _entries(lines)}
    behind = len(lines) + 1
    try:
        anchor.check(keys)
    except SealError as error:
        yield Finding(
            line=min(anchor.entry + 1, behind), entry=None, what=f"the anchor of {anchor.at} is none: {error}"
        )
        return
    first, last = places.get(0), places.get(anchor.entry)
    if first and first[1].digest != anchor.log:
        what = f"this is another log than the one that was anchored at {anchor.at}, or it was written anew from here"
        yield Finding(line=first[0], entry=0, what=what)
    elif last is None:
        what = f"the end is missing: the log had entry {anchor.entry} when it was anchored at {anchor.at}"
        yield Finding(line=behind, entry=None, what=what)
    elif last[1].digest != anchor.digest:
        what = f"this is not the entry that was anchored at {anchor.at}: it or some before it were written anew"
        yield Finding(line=last[0], entry=anchor.entry, what=what)
