"""Tables written whole or not at all: a temporary file beside the output takes its place only at the end."""

import os
import re
import secrets  # noqa: TID251 (names of temporary files)
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

import polars as pl

from myotis.errors import Fault, InputError
from myotis.exchange.tables import SEPARATORS, as_text, stack, unknown_extension
from myotis.exchange.temporary import temporary_folder

WRITABLE = (".csv", ".tsv", ".parquet", ".xpt")

STANDARD_OUTPUT = Path("-")

OWNER_ONLY = 0o600
EVERYBODY = 0o666
"""As far as the process's mask lets it."""

XPT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,7}")
XPT_TEXT_BYTES = 200
XPT_NUMBER_BYTES = 8
XPT_HEADER_BYTES = 9 * 80
XPT_COLUMN_BYTES = 140

SYSTEM_ERROR = re.compile(r"\(os error (\d+)\)")
"""How Polars quotes an error of the operating system in errors of its own."""

NO_REASON = "transport error"
"""What Polars says where the system did not take the last bytes of a Parquet file."""


class TableWriter(Protocol):
    """Takes the frames of one table, one after the other."""

    def write(self, frame: pl.DataFrame) -> None:
        """Add a frame below the ones before; all have the same columns."""
        ...


@contextmanager
def telling_failures(place: Path | str) -> Iterator[None]:
    """A full disk and other failures of the system while something is written, raised as InputError.

    ``place`` is the output, or what it is called. Polars wraps some of these failures in errors of its own. A pipe
    that its reader closed stays a BrokenPipeError.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _not_written(place, error.strerror or SYSTEM_ERROR.sub("", str(error)).strip()) from error
    except pl.exceptions.PolarsError as error:
        number = SYSTEM_ERROR.search(str(error))
        if not number and NO_REASON not in str(error):
            raise
        reason = os.strerror(int(number[1])) if number else "the system takes no more"
        raise _not_written(place, reason) from error


def _not_written(place: Path | str, reason: str) -> InputError:
    what, expected = f"the output can't be written ({reason})", "a place with room that one may write to"
    return InputError([Fault(what=what, expected=expected, file=str(place))])


@contextmanager
def write_table(path: Path, *, private: bool = False) -> Iterator[TableWriter]:
    """Write a table in the format of its extension (.csv, .tsv, .parquet or .xpt), or as CSV to ``-``.

    Only where the block ends without an exception does the table appear, in one step; otherwise an existing
    file is as it was. Numbers are written in their shortest form and nulls as empty fields. Raises InputError
    where the path can't be written to, or where the format can't hold the table. Of a ``private`` table nobody but its
    owner can read a byte, neither while it is written nor afterwards, whatever the permissions of an existing file.
    """
    if path == STANDARD_OUTPUT:
        with tempfile.TemporaryFile() as waiting:
            yield TextWriter(path, waiting, ",")
            waiting.seek(0)
            _copy_to_standard_output(waiting)
        return
    target = path.resolve()
    _check_target(path, target)
    with _replacing(target, private=private) as file, temporary_folder("myotis-") as folder:
        match target.suffix.lower():
            case ".parquet":
                parts = ParquetWriter(path, folder)
                yield parts
                parts.finish(file)
            case ".xpt":
                transport = XptWriter(path)
                yield transport
                transport.finish(folder / "table.xpt", file)
            case extension:
                yield TextWriter(path, file, SEPARATORS[extension])


def _copy_to_standard_output(waiting: IO[bytes]) -> None:
    if sys.stdout is None:  # so it is where the parent process has closed it
        raise _not_written("standard output", "it is closed")
    with telling_failures("standard output"):
        shutil.copyfileobj(waiting, sys.stdout.buffer)
        sys.stdout.buffer.flush()


def _check_target(path: Path, target: Path) -> None:
    fault: Fault | None = None
    if target.suffix.lower() not in WRITABLE:
        fault = unknown_extension(path, WRITABLE)
    elif not target.parent.is_dir():
        fault = Fault(what="the folder of the output does not exist", expected="an existing folder", file=str(path))
    elif target.exists() and not target.is_file():
        fault = Fault(what="the output exists and is no plain file", expected="a file", file=str(path))
    if fault:
        raise InputError([fault])


@contextmanager
def _replacing(target: Path, *, private: bool) -> Iterator[IO[bytes]]:
    """A new file that takes the place (and, unless it is private, the permissions) of the target if all goes well."""
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        with telling_failures(target):
            file = open_new(temporary, private=private)
        try:
            yield file
        finally:
            with telling_failures(target):
                file.close()
        with telling_failures(target):
            if target.exists() and not private:
                temporary.chmod(stat.S_IMODE(target.stat().st_mode))
            temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def open_new(path: Path, *, private: bool) -> IO[bytes]:
    """A file that was not there before, to write to; a private one is its owner's from the first moment on.

    Raises OSError where it is there already, or can't be made.
    """
    mode = OWNER_ONLY if private else EVERYBODY
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), "wb")


class TextWriter:
    """Writes comma or tab separated text, UTF-8 without a byte order mark."""

    def __init__(self, path: Path, file: IO[bytes], separator: str) -> None:
        self.path = path
        self.file = file
        self.separator = separator
        self.columns: list[str] | None = None

    def write(self, frame: pl.DataFrame) -> None:
        """Add a frame; the first one brings the heading. Raises InputError where a column can't be text."""
        if faults := _unwritable(frame, self.path, "Write Parquet instead"):
            raise InputError(faults)
        first = self.columns is None
        self.columns = self.columns or frame.columns
        floats = [name for name, kind in frame.schema.items() if kind.is_float()]
        shortest = frame.select(self.columns).with_columns(as_text(pl.col(name), frame.schema[name]) for name in floats)
        with telling_failures(self.path):
            shortest.write_csv(self.file, include_header=first, separator=self.separator)


def _unwritable(frame: pl.DataFrame, path: Path, remedy: str) -> list[Fault]:
    """The columns whose values are no single number, text, date or truth value."""
    return [
        Fault(
            what="the values can't be written in this format",
            expected="one number or text in each row",
            remedy=remedy,
            file=str(path),
            column=name,
        )
        for name, kind in frame.schema.items()
        if kind.is_nested() or kind in (pl.Binary, pl.Object)
    ]


class ParquetWriter:
    """Writes each frame as a part of its own, and at the end one file from them, in bounded memory."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.path = path
        self.folder = folder
        self.parts: list[Path] = []

    def write(self, frame: pl.DataFrame) -> None:
        """Add a frame."""
        self.parts.append(self.folder / f"{len(self.parts)}.parquet")
        with telling_failures(self.folder):
            frame.write_parquet(self.parts[-1])

    def finish(self, file: IO[bytes]) -> None:
        """Put the parts together."""
        if self.parts:
            with telling_failures(self.path):
                pl.concat([pl.scan_parquet(part) for part in self.parts], how="vertical_relaxed").sink_parquet(file)


class XptWriter:
    """Writes a SAS transport file, version 5, from frames that it keeps in memory until the end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.frames: list[pl.DataFrame] = []

    def write(self, frame: pl.DataFrame) -> None:
        """Add a frame; raises InputError at once where its names or texts do not fit the format."""
        faults = [
            self._fault(name, "the name does not fit XPT version 5", "at most 8 letters, digits and underscores")
            for name in frame.columns
            if not XPT_NAME.fullmatch(name)
        ]
        faults += [
            self._fault(name, "a text is too long for XPT version 5", f"at most {XPT_TEXT_BYTES} bytes")
            for name, kind in frame.schema.items()
            if kind == pl.String and (frame[name].str.len_bytes() > XPT_TEXT_BYTES).any()
        ]
        faults += _unwritable(frame, self.path, "Write Parquet instead")
        if faults:
            raise InputError(faults)
        self.frames.append(frame)

    def finish(self, temporary: Path, file: IO[bytes]) -> None:
        """Write the frames and copy the result to the output."""
        import pyreadstat  # noqa: PLC0415 (loaded where a SAS file is met)

        if not self.frames:
            return
        name = re.sub(r"[^A-Za-z0-9_]", "_", self.path.stem)[:8].upper()
        table = name if XPT_NAME.fullmatch(name) else "TABLE"
        with telling_failures(self.path):
            whole = stack(self.frames)
            pyreadstat.write_xport(whole, str(temporary), table_name=table, file_format_version=5)
            if temporary.stat().st_size < _least_xpt_bytes(whole):  # a full disk is no error to pyreadstat
                raise _not_written(self.path, "the file was cut short")
            with temporary.open("rb") as written:
                shutil.copyfileobj(written, file)

    def _fault(self, column: str, what: str, expected: str) -> Fault:
        remedy = "Write CSV or Parquet instead"
        return Fault(what=what, expected=expected, remedy=remedy, file=str(self.path), column=column)


def _least_xpt_bytes(frame: pl.DataFrame) -> int:
    """How long a transport file is at least: its headers, 140 bytes for each column, and the rows.

    Source: SAS technical note TS-140, the record layout of a transport data set, version 5.
    """
    widths = [
        int(series.str.len_bytes().max() or 1) if series.dtype == pl.String else XPT_NUMBER_BYTES  # type: ignore[arg-type]
        for series in frame.iter_columns()
    ]
    return XPT_HEADER_BYTES + XPT_COLUMN_BYTES * len(widths) + frame.height * sum(widths)
