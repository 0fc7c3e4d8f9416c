"""Tables written whole or not at all: a temporary file beside the output takes its place only at the end."""

import re
import secrets
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

WRITABLE = (".csv", ".tsv", ".parquet", ".xpt")

STANDARD_OUTPUT = Path("-")

XPT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,7}")
XPT_TEXT_BYTES = 200


class TableWriter(Protocol):
    """Takes the frames of one table, one after the other."""

    def write(self, frame: pl.DataFrame) -> None:
        """Add a frame below the ones before; all have the same columns."""
        ...


@contextmanager
def write_table(path: Path) -> Iterator[TableWriter]:
    """Write a table in the format of its extension (.csv, .tsv, .parquet or .xpt), or as CSV to ``-``.

    Only where the block ends without an exception does the table appear, in one step; otherwise an existing
    file is as it was. Numbers are written in their shortest form and nulls as empty fields. Raises InputError
    where the path can't be written to, or where the format can't hold the table.
    """
    if path == STANDARD_OUTPUT:
        with tempfile.TemporaryFile() as waiting:
            yield TextWriter(waiting, ",")
            waiting.seek(0)
            shutil.copyfileobj(waiting, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        return
    target = path.resolve()
    _check_target(path, target)
    with _replacing(target) as file, tempfile.TemporaryDirectory(prefix="myotis-") as folder:
        match target.suffix.lower():
            case ".parquet":
                parts = ParquetWriter(Path(folder))
                yield parts
                parts.finish(file)
            case ".xpt":
                transport = XptWriter(path)
                yield transport
                transport.finish(Path(folder) / "table.xpt", file)
            case extension:
                yield TextWriter(file, SEPARATORS[extension])


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
def _replacing(target: Path) -> Iterator[IO[bytes]]:
    """A new file that takes the place (and the permissions) of the target if all goes well."""
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        file = temporary.open("xb")
    except OSError as error:
        what = f"the output can't be written ({error.strerror})"
        raise InputError([Fault(what=what, expected="a folder one may write to", file=str(target))]) from error
    try:
        with file:
            yield file
        if target.exists():
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


class TextWriter:
    """Writes comma or tab separated text, UTF-8 without a byte order mark."""

    def __init__(self, file: IO[bytes], separator: str) -> None:
        self.file = file
        self.separator = separator
        self.columns: list[str] | None = None

    def write(self, frame: pl.DataFrame) -> None:
        """Add a frame; the first one brings the heading."""
        first = self.columns is None
        self.columns = self.columns or frame.columns
        floats = [name for name, kind in frame.schema.items() if kind.is_float()]
        shortest = frame.select(self.columns).with_columns(as_text(pl.col(name), frame.schema[name]) for name in floats)
        shortest.write_csv(self.file, include_header=first, separator=self.separator)


class ParquetWriter:
    """Writes each frame as a part of its own, and at the end one file from them, in bounded memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parts: list[Path] = []

    def write(self, frame: pl.DataFrame) -> None:
        """Add a frame."""
        self.parts.append(self.folder / f"{len(self.parts)}.parquet")
        frame.write_parquet(self.parts[-1])

    def finish(self, file: IO[bytes]) -> None:
        """Put the parts together."""
        if self.parts:
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
        pyreadstat.write_xport(stack(self.frames), str(temporary), table_name=table, file_format_version=5)
        with temporary.open("rb") as written:
            shutil.copyfileobj(written, file)

    def _fault(self, column: str, what: str, expected: str) -> Fault:
        remedy = "Write CSV or Parquet instead"
        return Fault(what=what, expected=expected, remedy=remedy, file=str(self.path), column=column)
