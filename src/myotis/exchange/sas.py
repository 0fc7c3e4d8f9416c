"""SAS files: transport files (XPT, versions 5 and 8) and SAS7BDAT, through pyreadstat."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from myotis.errors import Fault, InputError
from myotis.exchange.tables import check_names


class SasSource:
    """A table in a SAS file. Numbers are doubles; SAS missing values, special ones included, and blanks are null."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.columns = check_names(self._read(row_limit=1, metadataonly=True)[0], path)
        if not len(next(iter(self._read(row_limit=1)[0].values()))):
            what = "the file has no rows"
            raise InputError([Fault(what=what, expected="at least one row", file=str(path))])

    def batches(self, rows: int, columns: tuple[str, ...] | None = None) -> Iterator[pl.DataFrame]:
        """Frames of at most ``rows`` rows; see TableSource."""
        wanted = {} if columns is None else {"usecols": list(columns)}
        for start in range(0, 2**62, rows):
            data, _ = self._read(row_offset=start, row_limit=rows, **wanted)
            frame = pl.DataFrame([_series(name.strip(), values) for name, values in data.items()])
            if frame.height:
                yield frame.select(columns or self.columns)
            if frame.height < rows:
                return

    def _read(self, **options: Any) -> tuple[dict[str, list[Any]], Any]:
        import pyreadstat  # noqa: PLC0415 (loaded where a SAS file is met)

        readers: dict[str, Callable[..., Any]] = {".xpt": pyreadstat.read_xport, ".sas7bdat": pyreadstat.read_sas7bdat}
        extension = self.path.suffix.lower()
        try:
            data, metadata = readers[extension](str(self.path), output_format="dict", **options)
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError) as error:
            what = f"the file can't be read as {extension.removeprefix('.').upper()}"
            raise InputError([Fault(what=what, expected="a whole SAS file", file=str(self.path))]) from error
        return data, metadata


def _series(name: str, values: list[Any]) -> pl.Series:
    series = pl.Series(name, values, strict=False)
    return series.replace("", None) if series.dtype == pl.String else series
