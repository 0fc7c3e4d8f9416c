"""Comma and tab separated text (RFC 4180, UTF-8), read in blocks of whole records and checked record by record.

Polars parses the fields. What it would let pass (a record with too few fields, a stray quotation mark) is found
here first, from the positions of separators and line ends.
"""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from myotis.errors import Fault, InputError
from myotis.exchange.tables import check_names, rebatch

BLOCK_BYTES = 8 * 2**20
LONGEST_RECORD = 4 * BLOCK_BYTES
"""A record beyond this length is taken for one whose quotation mark was never closed."""

LINE_FEED, CARRIAGE_RETURN, QUOTE = b"\n\r" + b'"'

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Records:
    """Where the whole records of a block of bytes end, and what was found on the way.

    ``ends[i]`` is the position after the line feed of record i, ``fields[i]`` its number of fields, ``blank[i]``
    whether nothing is in it; ``misquoted`` and ``returns`` are positions of stray quotation marks and of
    carriage returns without a line feed.
    """

    ends: NDArray[np.int64]
    fields: NDArray[np.int64]
    blank: NDArray[np.bool_]
    misquoted: NDArray[np.int64]
    returns: NDArray[np.int64]

    def number_of(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """The records, counted from 0, in which positions lie."""
        return np.asarray(np.searchsorted(self.ends, positions, side="right"), np.int64)


def find_records(data: bytes, separator: str) -> Records:
    """Find the whole records in bytes that begin with a record; what follows the last line end is left alone."""
    octets = np.frombuffer(data, np.uint8)
    line_feeds = octets == LINE_FEED
    separators = octets == ord(separator)
    inside = np.zeros(0, np.bool_)
    if b'"' in data:
        inside = np.bitwise_xor.accumulate((octets == QUOTE).view(np.uint8)).view(np.bool_)
        line_feeds &= ~inside
        separators &= ~inside
    ends = np.flatnonzero(line_feeds) + 1
    counts = np.searchsorted(np.flatnonzero(separators), ends)
    lengths = np.diff(ends, prepend=0)
    before_end = octets[np.maximum(ends - 2, 0)]
    return Records(
        ends=ends,
        fields=np.diff(counts, prepend=0) + 1,
        blank=(lengths == 1) | ((lengths == 2) & (before_end == CARRIAGE_RETURN)),
        misquoted=_misquoted(octets[: ends[-1]] if len(ends) else octets[:0], inside, separator),
        returns=_lone_returns(data, octets, inside, ends),
    )


def _misquoted(octets: NDArray[np.uint8], inside: NDArray[np.bool_], separator: str) -> NDArray[np.int64]:
    if not len(inside):
        return np.zeros(0, np.int64)
    quotes = np.flatnonzero(octets == QUOTE)
    opening = quotes[inside[quotes]]
    closing = quotes[~inside[quotes]]
    before = octets[np.maximum(opening - 1, 0)]
    after = octets[np.minimum(closing + 1, len(octets) - 1)]
    around = [ord(separator), LINE_FEED, QUOTE]
    bad_opening = opening[~np.isin(before, around) & (opening > 0)]
    bad_closing = closing[~np.isin(after, [*around, CARRIAGE_RETURN])]
    return np.sort(np.concatenate([bad_opening, bad_closing]))


def _lone_returns(
    data: bytes, octets: NDArray[np.uint8], inside: NDArray[np.bool_], ends: NDArray[np.int64]
) -> NDArray[np.int64]:
    if b"\r" not in data:
        return np.zeros(0, np.int64)
    returns = np.flatnonzero(octets[: ends[-1] if len(ends) else len(octets)] == CARRIAGE_RETURN)
    if len(inside):
        returns = returns[~inside[returns]]
    alone = octets[np.minimum(returns + 1, len(octets) - 1)] != LINE_FEED
    return np.asarray(returns[alone], np.int64)


@dataclass
class StructureCheck:
    """Collects what is wrong with the structure of one file, block after block."""

    file: str
    width: int
    rows_before: int = 0
    bytes_before: int = 0
    faults: list[Fault] = field(default_factory=list)
    waiting_blanks: list[int] = field(default_factory=list)

    def check(self, data: bytes, records: Records) -> None:
        """Check one block; ``faults`` grows by what is found. Raises InputError at once where it is no UTF-8."""
        self.check_encoding(data, records)
        content = np.flatnonzero(~records.blank)
        ragged = content[records.fields[content] != self.width]
        for number in ragged.tolist():
            what = f"the row has {records.fields[number]} fields"
            self._add(what, f"{self.width}, as in the heading", number)
        for number in np.unique(records.number_of(records.misquoted)).tolist():
            what = "a quotation mark stands inside a field, or one is not closed"
            remedy = "Write the field in quotation marks and double the ones inside"
            self._add(what, "fields quoted whole or not at all", number, remedy)
        for number in np.unique(records.number_of(records.returns)).tolist():
            self._add("a carriage return stands alone", "lines that end with LF or CRLF", number)
        self._check_blanks(records, content)
        self.rows_before += len(records.ends)
        self.bytes_before += len(data)

    def check_encoding(self, data: bytes, records: Records) -> None:
        """Raises InputError, with what was found before, where the bytes of a block are no text in UTF-8."""
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            position = error.start
        else:
            position = data.find(b"\0")
        if position < 0:
            return
        number = int(records.number_of(np.array([position]))[0])
        what = f"the file is not UTF-8: byte {self.bytes_before + position + 1} is no part of a text"
        self._add(what, "a text file in UTF-8", number, "Save it as UTF-8 (in a spreadsheet: CSV UTF-8)")
        raise InputError(self.faults)

    def _check_blanks(self, records: Records, content: NDArray[np.int64]) -> None:
        # Blank lines at the end of a file do no harm; whether these are at the end only what follows can tell.
        blanks = [self.rows_before + 1 + number for number in np.flatnonzero(records.blank).tolist()]
        last = self.rows_before + 1 + int(content[-1]) if len(content) else 0
        self.waiting_blanks += blanks
        for row in self.waiting_blanks:
            if row < last:
                what, expected = "the line is blank", "a record in every line"
                self.faults.append(Fault(what=what, expected=expected, file=self.file, row=row))
        self.waiting_blanks = [row for row in self.waiting_blanks if row > last]

    def _add(self, what: str, expected: str, number: int, remedy: str = "") -> None:
        row = self.rows_before + number + 1
        self.faults.append(Fault(what=what, expected=expected, remedy=remedy, file=self.file, row=row))


class CsvSource:
    """A table in comma or tab separated text. Every column is text exactly as written; an empty field is null."""

    def __init__(self, path: Path, separator: str) -> None:
        self.path = path
        self.separator = separator
        self.columns = self._read_heading()

    def batches(self, rows: int, columns: tuple[str, ...] | None = None) -> Iterator[pl.DataFrame]:
        """Frames of at most ``rows`` rows, each column text; see TableSource."""
        wanted = self.columns if columns is None else columns
        yield from rebatch(self._frames([self.columns.index(name) for name in wanted]), rows)

    def _frames(self, wanted: list[int]) -> Iterator[pl.DataFrame]:
        check = StructureCheck(str(self.path), len(self.columns))
        heading = True
        for data, records in self._blocks():
            check.check(data, records)
            if check.faults:  # read on only to find the rest of the faults
                continue
            kept = _without_blanks(data, records)[records.ends[0] if heading else 0 :]
            heading = False
            if kept:
                yield self._parse(kept, wanted)
        if check.faults:
            raise InputError(check.faults)

    def _parse(self, data: bytes, wanted: list[int]) -> pl.DataFrame:
        if data.startswith(codecs.BOM_UTF8):
            data = codecs.BOM_UTF8 + data  # Polars takes one away, and this one belongs to a field
        schema = {f"column_{position}": pl.String for position in range(len(self.columns))}
        names = {f"column_{position}": self.columns[position] for position in wanted}
        frame = pl.read_csv(data, has_header=False, schema=schema, columns=list(names), separator=self.separator)
        if b'""' in data:  # a quoted empty field is as empty as an unquoted one
            frame = frame.with_columns(pl.when(pl.all() != "").then(pl.all()))
        return frame.select(list(names)).rename(names)

    def _blocks(self) -> Iterator[tuple[bytes, Records]]:
        """Blocks of whole records."""
        with self.path.open("rb") as file:
            rest = file.read(len(codecs.BOM_UTF8))
            if rest == codecs.BOM_UTF8:
                rest = b""
            while chunk := file.read(BLOCK_BYTES):
                rest += chunk
                records = find_records(rest, self.separator)
                if len(records.ends):
                    end = int(records.ends[-1])
                    yield rest[:end], records
                    rest = rest[end:]
                elif len(rest) > LONGEST_RECORD:
                    raise InputError([self._unclosed()])
            if rest:
                rest += b"\n"
                records = find_records(rest, self.separator)
                if not len(records.ends):
                    raise InputError([self._unclosed()])
                yield rest, records

    def _unclosed(self) -> Fault:
        return Fault(
            what="a record does not end",
            expected="every quotation mark closed",
            remedy="Look for an odd number of quotation marks in one of the rows",
            file=str(self.path),
        )

    def _read_heading(self) -> tuple[str, ...]:
        with self.path.open("rb") as file:
            if file.read(2) in UTF_16:
                what = "the file is UTF-16"
                raise InputError([Fault(what=what, expected="a text file in UTF-8", file=str(self.path))])
        names: tuple[str, ...] = ()
        for data, records in self._blocks():
            content = int(np.count_nonzero(~records.blank))
            if not names:
                if not data.strip():
                    break
                names = self._names(data[: records.ends[0]])
                content -= 1
            if content:
                return names
        what = "the file has a heading and no rows" if names else "the file is empty"
        raise InputError([Fault(what=what, expected="a heading and at least one row", file=str(self.path))])

    def _names(self, heading: bytes) -> tuple[str, ...]:
        StructureCheck(str(self.path), 0).check_encoding(heading, find_records(heading, self.separator))
        lines = heading.decode("utf-8").splitlines()
        return check_names(next(csv.reader(lines, delimiter=self.separator), []), self.path)


def _without_blanks(data: bytes, records: Records) -> bytes:
    if not records.blank.any():
        return data
    starts = np.concatenate([[0], records.ends[:-1]])
    kept = np.flatnonzero(~records.blank)
    return b"".join(data[starts[number] : records.ends[number]] for number in kept.tolist())
