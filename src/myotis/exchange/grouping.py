"""A table subject by subject in bounded memory: streamed where the file is grouped already, else sorted on disk."""

import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from myotis.datasets.table import FIRST_DATA_ROW
from myotis.errors import Fault, InputError
from myotis.exchange.tables import TableSource, as_text, stack
from myotis.exchange.temporary import temporary_folder
from myotis.exchange.writing import telling_failures

ROW = "_row"
"""The column that holds the number of the row in its file; the heading is row 1."""

_KEY = "_subject_key"

SAMPLES_PER_RUN = 1_000
"""So finely is each sorted run sampled when its keys are divided into ranges that fit in memory."""


def grouped_by(source: TableSource, column: str, rows_in_memory: int) -> Iterator[pl.DataFrame]:
    """The rows of a table in frames in which every subject is whole; ``_row`` is the row's number in the file.

    Where the rows of each subject stand together in the file, the frames follow the file. Where they don't, the
    table is sorted through temporary files (in the system's temporary folder): subjects in the order of their
    text, the rows of one in the order of the file. A frame has about ``rows_in_memory`` rows at most, more
    only where one subject has more; finding out whether the file is grouped takes 8 bytes for each run of rows of
    one subject. Subjects are compared as text without spaces around it. Raises InputError where the file is faulty.
    """
    if ROW in source.columns or _KEY in source.columns:
        taken = ROW if ROW in source.columns else _KEY
        fault = Fault(what="the name is Myotis's own", expected="another name", file=str(source.path), column=taken)
        raise InputError([fault])
    if is_grouped(source, column, rows_in_memory):
        yield from _streamed(source, column, rows_in_memory)
    else:
        yield from _sorted(source, column, rows_in_memory)


def is_grouped(source: TableSource, column: str, rows: int) -> bool:
    """Do the rows of each subject stand together? One pass over the column of subjects."""
    starts: list[NDArray[np.uint64]] = []
    before: int | None = None
    for batch in source.batches(rows, (column,)):
        keys = batch.select(_key(batch, column).hash(seed=0)).to_series().to_numpy()
        begins = np.concatenate([[before is None or keys[0] != before], keys[1:] != keys[:-1]])
        starts.append(keys[begins])
        if len(np.unique(starts[-1])) < len(starts[-1]):
            return False
        before = keys[-1]
    runs = np.concatenate(starts)
    return len(np.unique(runs)) == len(runs)


def _key(frame: pl.DataFrame, column: str) -> pl.Expr:
    return as_text(pl.col(column), frame.schema[column]).str.strip_chars().alias(_KEY)


def _numbered(source: TableSource, rows: int) -> Iterator[pl.DataFrame]:
    row = FIRST_DATA_ROW
    for batch in source.batches(rows):
        yield batch.with_columns(pl.int_range(row, row + batch.height, dtype=pl.Int64).alias(ROW))
        row += batch.height


def _streamed(source: TableSource, column: str, rows: int) -> Iterator[pl.DataFrame]:
    waiting: list[pl.DataFrame] = []  # the rows of a subject of whom more may follow
    last: str | None = None
    for batch in _numbered(source, rows):
        keys = batch.select(_key(batch, column)).to_series()
        begins = keys.ne_missing(keys.shift(1)).to_numpy(writable=True)
        begins[0] = not waiting or keys[0] != last
        last = keys[-1]
        if not begins.any():
            waiting.append(batch)
            continue
        latest = int(np.flatnonzero(begins)[-1])
        whole = stack([*waiting, batch.slice(0, latest)])
        if whole.height:
            yield whole
        waiting = [batch.slice(latest)]
    yield stack(waiting)


def _sorted(source: TableSource, column: str, rows: int) -> Iterator[pl.DataFrame]:
    with temporary_folder("myotis-") as folder:
        runs: list[Path] = []
        samples: list[pl.Series] = []
        for batch in _numbered(source, rows):
            run = batch.with_columns(_key(batch, column)).sort(_KEY, ROW)
            runs.append(folder / f"{len(runs)}.parquet")
            with telling_failures(folder):
                run.write_parquet(runs[-1], row_group_size=max(1, math.ceil(run.height / 20)))
            samples.append(run[_KEY].gather_every(max(1, rows // SAMPLES_PER_RUN)))
        table = pl.concat([pl.scan_parquet(run) for run in runs], how="vertical_relaxed")
        for within in _ranges(pl.concat(samples), rows_each=rows, step=max(1, rows // SAMPLES_PER_RUN)):
            part = table.filter(within).sort(_KEY, ROW).drop(_KEY).collect()
            if part.height:
                yield part


def _ranges(sample: pl.Series, rows_each: int, step: int) -> Iterator[pl.Expr]:
    """Conditions on the key, in its order, that divide the table into parts of about ``rows_each`` rows."""
    key = pl.col(_KEY)
    bounds = sample.drop_nulls().sort().gather_every(max(1, rows_each // step)).unique().sort().to_list()[1:]
    if not bounds:
        yield pl.lit(value=True)
        return
    yield key.is_null() | (key < bounds[0])
    for low, high in pairwise(bounds):
        yield (key >= low) & (key < high)
    yield key >= bounds[-1]
