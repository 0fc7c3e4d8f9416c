"""Tables that are in memory already, as Polars data frames."""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl


def as_frame(table: Any) -> pl.DataFrame:
    """A Polars frame from a Polars or pandas data frame, an Arrow table, or a mapping from names to values.

    What pandas calls missing (None, NaN, NaT, NA) becomes null. Raises TypeError for anything else.

    >>> as_frame({"subject": ["S1"], "haq": [1.5]}).shape
    (1, 2)
    """
    if isinstance(table, pl.DataFrame):
        return table
    if isinstance(table, Mapping):
        return pl.DataFrame(dict(table), strict=False)
    if hasattr(table, "to_pydict"):
        return pl.DataFrame(table.to_pydict(), strict=False)
    if hasattr(table, "columns") and hasattr(table, "isna"):
        absent = table.isna()
        return pl.DataFrame({str(name): _without(table[name], absent[name]) for name in table.columns}, strict=False)
    raise TypeError(f"a table is expected (Polars, pandas, Arrow or a mapping), not {type(table).__name__}")


def _without(values: Iterable[Any], absent: Iterable[bool]) -> list[Any]:
    return [None if missing else value for value, missing in zip(values, absent, strict=True)]
