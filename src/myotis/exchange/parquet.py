"""Parquet, read slice by slice."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from myotis.errors import Fault, InputError
from myotis.exchange.tables import check_names


class ParquetSource:
    """A table in a Parquet file; columns keep their types."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lazy = pl.scan_parquet(path, glob=False)
        try:
            names = self._lazy.collect_schema().names()
            self._height = self._lazy.select(pl.len()).collect().item()
        except (pl.exceptions.PolarsError, OSError) as error:
            raise InputError([self._corrupt()]) from error
        self._lazy = self._lazy.rename(dict(zip(names, check_names(names, path), strict=True)))
        self.columns = tuple(name.strip() for name in names)
        if not self._height:
            what = "the file has no rows"
            raise InputError([Fault(what=what, expected="at least one row", file=str(path))])

    def batches(self, rows: int, columns: tuple[str, ...] | None = None) -> Iterator[pl.DataFrame]:
        """Frames of at most ``rows`` rows; see TableSource."""
        lazy = self._lazy.select(self.columns if columns is None else columns)
        for start in range(0, self._height, rows):
            try:
                yield lazy.slice(start, rows).collect()
            except (pl.exceptions.PolarsError, OSError) as error:
                raise InputError([self._corrupt()]) from error

    def _corrupt(self) -> Fault:
        return Fault(what="the file can't be read as Parquet", expected="a whole Parquet file", file=str(self.path))
