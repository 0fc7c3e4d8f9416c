"""What every format of tables shares: what a source is, how missing values and separators are written, names."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import polars as pl

from myotis.errors import Fault, InputError

MISSING_MARKS = ("", "NA", ".")
"""What stands for a missing value in text (R writes NA, SAS a dot). The reader of text files makes only the empty
field null, so that a column that is passed through keeps its texts (NA is also a country); whoever reads a column's
values applies these marks to it."""

SEPARATORS = {".csv": ",", ".tsv": "\t"}


class TableSource(Protocol):
    """A table that is read in batches, again from its start as often as one likes."""

    path: Path
    columns: tuple[str, ...]

    def batches(self, rows: int, columns: tuple[str, ...] | None = None) -> Iterator[pl.DataFrame]:
        """Frames of at most ``rows`` rows in the order of the file, with all columns or only the named ones.

        Raises InputError, possibly after some frames, where the file can't be read to its end; it then holds
        every fault of the file's structure.
        """
        ...


def unknown_extension(path: Path, known: tuple[str, ...]) -> Fault:
    """The fault of a file whose extension says nothing to us."""
    found = f"the extension {path.suffix} is unknown" if path.suffix else "the file has no extension"
    return Fault(what=found, expected=", ".join(known), file=str(path))


def check_names(names: Iterable[str], path: Path) -> tuple[str, ...]:
    """The names of the columns, without spaces around them; raises InputError for empty and repeated names."""
    stripped = tuple(name.strip() for name in names)
    faults = [
        Fault(
            what=f"column {position} has no name",
            expected="a name in every field of the heading",
            remedy="R writes such a column for its row names: use row.names = FALSE",
            file=str(path),
            row=1,
        )
        for position, name in enumerate(stripped, start=1)
        if not name
    ]
    faults += [
        Fault(what="there are two columns of this name", expected="one", file=str(path), row=1, column=name)
        for name in dict.fromkeys(stripped)
        if name and stripped.count(name) > 1
    ]
    if faults:
        raise InputError(faults)
    return stripped


def rebatch(frames: Iterable[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """The same rows in frames of exactly ``rows`` rows, the last one excepted.

    >>> [len(frame) for frame in rebatch([pl.DataFrame({"x": [1, 2, 3]})] * 3, rows=4)]
    [4, 4, 1]
    """
    waiting: list[pl.DataFrame] = []
    height = 0
    for frame in frames:
        waiting.append(frame)
        height += frame.height
        if height < rows:
            continue
        joined = stack(waiting)
        whole = height - height % rows
        for start in range(0, whole, rows):
            yield joined.slice(start, rows)
        waiting, height = [joined.slice(whole)], height - whole
    if height:
        yield stack(waiting)


def stack(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Frames of the same columns below one another; a column that is null throughout takes the others' type."""
    return frames[0] if len(frames) == 1 else pl.concat(frames, how="vertical_relaxed")


def as_text(column: pl.Expr, kind: pl.DataType) -> pl.Expr:
    """A column as text in its shortest form: 4.0 becomes ``4``; not a number becomes null.

    >>> pl.DataFrame({"x": [4.0, 0.1]}).select(as_text(pl.col("x"), pl.Float64())).to_series().to_list()
    ['4', '0.1']
    """
    if kind.is_float():
        return column.fill_nan(None).cast(pl.String).str.strip_suffix(".0")
    return column.cast(pl.String)
