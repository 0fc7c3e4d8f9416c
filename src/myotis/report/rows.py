"""Results rows looked up by what they are about."""

from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from myotis.datasets.results import RESULTS
from myotis.errors import InputError, SettingError
from myotis.protocol.trial import Trial

ABOUT: Final = ("analysis_id", "parameter", "visit", "group", "comparator", "subgroup", "statistic")

Row = dict[str, Any]


class ResultRows:
    """The results rows of one trial, each found by analysis, parameter, visit, group, comparator, subgroup and
    statistic. Where two rows differ only in what is not asked for here (a method), the first stands."""

    def __init__(self, results: pl.DataFrame) -> None:
        self.rows: list[Row] = list(results.iter_rows(named=True))
        self._found: dict[tuple[str | None, ...], Row] = {}
        for row in self.rows:
            self._found.setdefault(tuple(row[name] for name in ABOUT), row)

    def find(self, analysis_id: str, statistic: str, **about: str | None) -> Row | None:
        """The row, or None where there is none."""
        asked = {"analysis_id": analysis_id, "statistic": statistic} | about
        return self._found.get(tuple(asked.get(name) for name in ABOUT))

    def value(self, analysis_id: str, statistic: str, **about: str | None) -> float | None:
        """The number, or None where there is no row or no answer."""
        row = self.find(analysis_id, statistic, **about)
        return None if row is None else row["value"]

    def count(self, analysis_id: str, **about: str | None) -> int:
        """A count; 0 where nobody was counted."""
        return int(self.value(analysis_id, "count", **about) or 0)

    def select(self, analysis_id: str, **about: str | None) -> Iterator[Row]:
        """Every row of an analysis that is about what is asked for, in the order in which they were made."""
        for row in self.rows:
            if row["analysis_id"] == analysis_id and all(row[name] == value for name, value in about.items()):
                yield row

    def subgroups(self, analysis_id: str, **about: str | None) -> list[str]:
        """The subgroups that occur, in their order."""
        return list(dict.fromkeys(row["subgroup"] for row in self.select(analysis_id, **about) if row["subgroup"]))


def take_results(results: pl.DataFrame, trial: Trial) -> ResultRows:
    """The rows of a frame, after a check that they are results rows and were made by this protocol.

    Raises InputError with every fault of the frame, and SettingError where the digest is another protocol's.
    """
    faults = RESULTS.check(results)
    if faults:
        raise InputError(faults)
    others = set(results["protocol_digest"].drop_nulls()) - {trial.digest}
    if others:
        raise SettingError(
            f"the results were made by another version of the protocol (digest {min(others)[:12]}…); "
            f"expected {trial.digest[:12]}…. Analyze the data again, or name the protocol that was used."
        )
    return ResultRows(results)
