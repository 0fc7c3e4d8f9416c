"""Results rows as a file, and back: text files lose the types, which the declared columns give again."""

from pathlib import Path

import polars as pl

from myotis.datasets.results import RESULTS, RESULTS_SCHEMA
from myotis.errors import Fault, InputError
from myotis.exchange.reading import open_table
from myotis.exchange.tables import stack
from myotis.exchange.writing import write_table

BATCH_ROWS = 100_000


def read_results(path: Path) -> pl.DataFrame:
    """Results rows from a file (.parquet, .csv or .tsv), each column of its declared type.

    Raises InputError with every fault where the file does not hold results rows.
    """
    source = open_table(path)
    frame = stack(list(source.batches(BATCH_ROWS)))
    absent = [name for name in RESULTS_SCHEMA if name not in frame.columns]
    if absent:
        raise InputError(
            Fault(what="the column is absent", expected="the columns of results rows", file=str(path), column=name)
            for name in absent
        )
    typed = frame.select(pl.col(name).cast(kind, strict=False) for name, kind in RESULTS_SCHEMA.items())
    faults = [
        Fault(what="a value is not of the column's type", expected=RESULTS.column(name).takes, column=name)
        for name in RESULTS_SCHEMA
        if typed[name].null_count() > frame[name].null_count()
    ]
    faults += RESULTS.check(typed)
    if faults:
        raise InputError(fault.inside(str(path)) for fault in faults)
    return typed


def write_results(path: Path, results: pl.DataFrame) -> None:
    """Write results rows in the format of the file's extension; raises InputError where it can't be written."""
    with write_table(path) as table:
        table.write(results)
