"""A table: columns with type, unit, codelist and key, and a check that finds every fault, not the first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from myotis.errors import Fault

Kind = Literal["text", "integer", "number", "date"]

INTEGERS: tuple[type[pl.DataType], ...] = (
    pl.Int64, pl.Int32, pl.Int16, pl.Int8, pl.UInt64, pl.UInt32, pl.UInt16, pl.UInt8
)  # fmt: skip

KINDS: dict[Kind, tuple[type[pl.DataType], ...]] = {
    "text": (pl.String, pl.Categorical, pl.Enum),
    "integer": INTEGERS,
    "number": (pl.Float64, pl.Float32, *INTEGERS),
    "date": (pl.Date,),
}
"""The types of each kind; the first is the one that an empty table has."""

FIRST_DATA_ROW = 2
"""The heading of a file is row 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its name, label (at most 40 bytes, as XPT allows), type and what values it takes.

    ``unit`` is the unit of a number, ``codelist`` the only texts allowed, ``minimum`` and ``maximum`` the closed
    range of a number, ``required`` whether a value must be there (a column that is not ``required`` must still
    exist, unless it is ``optional``).
    """

    name: str
    label: str
    kind: Kind
    unit: str = ""
    codelist: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    required: bool = False
    optional: bool = False

    @property
    def takes(self) -> str:
        """What the column takes, in words."""
        if self.codelist:
            return "one of " + ", ".join(self.codelist)
        words = {"text": "a text", "integer": "a whole number", "number": "a number", "date": "a date"}[self.kind]
        if self.minimum is not None and self.maximum is not None:
            words += f" from {self.minimum:g} to {self.maximum:g}"
        elif self.minimum is not None:
            words += f" of at least {self.minimum:g}"
        elif self.maximum is not None:
            words += f" of at most {self.maximum:g}"
        return f"{words} {self.unit}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table: its name, label, columns in order, and the columns that together name a row."""

    name: str
    label: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) < len(names) or not set(self.key) <= set(names):
            raise ValueError(f"{self.name}: a column is declared twice, or a key is no column")

    def column(self, name: str) -> Column:
        """The column of a name; raises KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    def empty(self) -> pl.DataFrame:
        """The table without rows, each column of its type."""
        return self.build(())

    def build(self, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
        """Rows as a frame of the declared columns and types; what a row does not say is null, what it says beyond them
        is left out."""
        schema = {column.name: KINDS[column.kind][0] for column in self.columns}
        return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema)

    def fill(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A frame as one of the declared columns and types: columns that it lacks are null, others are left out."""
        kinds = {column.name: KINDS[column.kind][0] for column in self.columns}
        return frame.select(
            (pl.col(name) if name in frame.columns else pl.lit(None)).cast(kind).alias(name)
            for name, kind in kinds.items()
        )

    def check(self, frame: pl.DataFrame) -> list[Fault]:
        """Every fault of a frame: columns absent or of the wrong type, values missing, out of range or off the
        codelist, keys that are not unique. An empty list means there is none.

        Faults name rows by number (the heading is row 1) and by key, and never the value that was found.
        """
        faults: list[Fault] = []
        for column in self.columns:
            if column.name not in frame.columns:
                if not column.optional:
                    faults.append(self._fault("the column is absent", "the column", column.name))
            elif isinstance(frame[column.name].dtype, KINDS[column.kind]):
                faults.extend(self._check_values(frame, column))
            elif frame[column.name].null_count() < frame.height:
                what = f"the column is of type {frame[column.name].dtype}"
                faults.append(self._fault(what, f"type {column.kind}", column.name))
            else:  # a column without a value may be of any type
                faults.extend(self._check_required(frame, column))
        if set(self.key) <= set(frame.columns):
            faults.extend(self._check_key(frame))
        return faults

    def _check_values(self, frame: pl.DataFrame, column: Column) -> Iterator[Fault]:
        values = pl.col(column.name)
        yield from self._check_required(frame, column)
        if column.codelist:
            known = values.cast(pl.String).is_in(column.codelist)
            yield from self._faults_where(frame, ~known, "the value is not in the codelist", column)
        if column.kind == "number":
            yield from self._faults_where(frame, ~values.is_finite(), "the number is not finite", column)
        if column.minimum is not None:
            low = values.is_finite() & (values < column.minimum)
            yield from self._faults_where(frame, low, "the number is too low", column)
        if column.maximum is not None:
            high = values.is_finite() & (values > column.maximum)
            yield from self._faults_where(frame, high, "the number is too high", column)

    def _check_required(self, frame: pl.DataFrame, column: Column) -> Iterator[Fault]:
        if column.required:
            absent = pl.col(column.name).is_null()
            if column.kind == "text":  # a text of blanks names nothing
                absent |= pl.col(column.name).cast(pl.String).str.strip_chars() == ""
            yield from self._faults_where(frame, absent, "the value is missing", column)

    def _check_key(self, frame: pl.DataFrame) -> Iterator[Fault]:
        again = pl.struct(self.key).is_duplicated() & ~pl.struct(self.key).is_first_distinct()
        for row, key in self._rows_where(frame, again):
            yield Fault(
                what=f"{self.name} has this row already",
                expected=f"one row for each {', '.join(self.key)}",
                row=row,
                key=key,
            )

    def _faults_where(self, frame: pl.DataFrame, wrong: pl.Expr, what: str, column: Column) -> Iterator[Fault]:
        for row, key in self._rows_where(frame, wrong.fill_null(value=False)):
            yield Fault(what=what, expected=column.takes, row=row, key=key, column=column.name)

    def _rows_where(self, frame: pl.DataFrame, wrong: pl.Expr) -> Iterator[tuple[int, str]]:
        keys = [name for name in self.key if name in frame.columns]
        rows = frame.select(wrong).to_series().arg_true()
        named = frame.select(keys)[rows].rows() if keys else [()] * len(rows)
        for row, values in zip(rows.to_list(), named, strict=True):
            yield row + FIRST_DATA_ROW, " ".join(f"{name}={value}" for name, value in zip(keys, values, strict=True))

    def _fault(self, what: str, expected: str, column: str) -> Fault:
        return Fault(what=f"{self.name}: {what}", expected=expected, column=column)
