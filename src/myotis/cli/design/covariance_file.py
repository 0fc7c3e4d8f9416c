"""A covariance read from a table: a column and a row for each visit."""

from pathlib import Path
from typing import Any

from myotis.design.continuous import take_matrix
from myotis.errors import Fault, InputError
from myotis.exchange.reading import open_table
from myotis.statistics.power.mixed_model import Matrix

MOST_VISITS = 1000


def read_covariance(path: Path) -> Matrix:
    """The numbers of the file; raises InputError with every cell that is none, and for rows unlike columns."""
    source = open_table(path)
    rows = [row for frame in source.batches(MOST_VISITS) for row in frame.iter_rows()]
    faults = [
        Fault(what="this is no number", expected="a number", file=str(path), row=line, column=name)
        for line, row in enumerate(rows, start=2)
        for name, cell in zip(source.columns, row, strict=True)
        if not _is_number(cell)
    ]
    if len(rows) != len(source.columns):
        faults.append(
            Fault(
                what=f"there are {len(rows)} rows below the heading and {len(source.columns)} columns",
                expected="one of each for every visit",
                file=str(path),
            )
        )
    if faults:
        raise InputError(faults)
    return take_matrix(rows)


def _is_number(cell: Any) -> bool:
    try:
        float(cell)
    except (TypeError, ValueError):
        return False
    return True
