"""The results rows: one table for every number that analysis, simulation and the report hand on.

One row is one number (`statistic` says which) with all that is needed to say how it came about: estimand, set,
dataset, parameter, groups, method with its options and where the method is written. What does not apply is null.
A number for which a method has no answer is a row whose ``value`` is null and whose ``method_options`` say why.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

import numpy as np
import polars as pl

from myotis.datasets.table import Column, Table
from myotis.errors import InputError
from myotis.statistics.result import Estimate, TestResult

STATISTICS = (
    "count",
    "denominator",
    "percent",
    "n",
    "mean",
    "sd",
    "se",
    "minimum",
    "q1",
    "median",
    "q3",
    "maximum",
    "estimate",
    "lower",
    "upper",
    "test_statistic",
    "df",
    "p_value",
    "time_at_risk",
    "power",
    "bias",
)
"""What a value may be. A new statistic is added here, so that the report knows every name it may meet."""

RESULTS = Table(
    name="RESULTS",
    label="Results rows",
    columns=(
        Column(name="analysis_id", label="Analysis", kind="text", required=True),
        Column(name="estimand", label="Estimand", kind="text"),
        Column(name="analysis_set", label="Analysis set", kind="text"),
        Column(name="dataset", label="Dataset", kind="text"),
        Column(name="parameter", label="Parameter", kind="text"),
        Column(name="visit", label="Visit", kind="text"),
        Column(name="group", label="Group", kind="text"),
        Column(name="comparator", label="Group compared with", kind="text"),
        Column(name="subgroup", label="Subgroup", kind="text"),
        Column(name="statistic", label="Statistic", kind="text", codelist=STATISTICS, required=True),
        Column(name="value", label="Value", kind="number"),
        Column(name="unit", label="Unit of the value", kind="text"),
        Column(name="method", label="Method", kind="text"),
        Column(name="method_options", label="Options of the method", kind="text"),
        Column(name="reference", label="Where the method is written", kind="text"),
        Column(name="n", label="Subjects analyzed", kind="integer", minimum=0),
        Column(name="mc_error", label="Monte Carlo standard error", kind="number", minimum=0),
        Column(name="protocol_digest", label="Digest of the protocol", kind="text"),
        Column(name="data_cut", label="Data cut", kind="text"),
    ),
    key=(
        "analysis_id",
        "estimand",
        "analysis_set",
        "dataset",
        "parameter",
        "visit",
        "group",
        "comparator",
        "subgroup",
        "statistic",
        "method",
        "method_options",
        "data_cut",
    ),
)

RESULTS_SCHEMA = {
    column.name: {"text": pl.String, "integer": pl.Int64, "number": pl.Float64, "date": pl.Date}[column.kind]
    for column in RESULTS.columns
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One results row. Make a head with what the rows of an analysis share, and the rows from it.

    >>> head = Result(analysis_id="primary", parameter="TIS20", visit="Week 16", group="IVIg", comparator="placebo")
    >>> build_results([head.number("count", 37, n=47), head.number("percent", 78.72, unit="%", n=47)]).height
    2
    """

    analysis_id: str
    estimand: str | None = None
    analysis_set: str | None = None
    dataset: str | None = None
    parameter: str | None = None
    visit: str | None = None
    group: str | None = None
    comparator: str | None = None
    subgroup: str | None = None
    statistic: str | None = None
    value: float | None = None
    unit: str | None = None
    method: str | None = None
    method_options: str | None = None
    reference: str | None = None
    n: int | None = None
    mc_error: float | None = None
    protocol_digest: str | None = None
    data_cut: str | None = None

    def number(self, statistic: str, value: float | None, *, unit: str | None = None, n: int | None = None) -> "Result":
        """This row with one number."""
        number = None if value is None else float(value)
        return replace(self, statistic=statistic, value=number, unit=unit or self.unit, n=self.n if n is None else n)

    def no_answer(self, statistics: Iterable[str], reason: str) -> list["Result"]:
        """Rows without a value, and why there is none (what the StatisticsError of the method said)."""
        head = replace(self, method_options="; ".join(part for part in (self.method_options, reason) if part))
        return [head.number(statistic, None) for statistic in statistics]

    def estimate(self, answer: Estimate, *, options: str = "") -> list["Result"]:
        """The rows of an estimate of one trial: estimate and limits, with method, level and reference; then standard
        error and degrees of freedom, where it has them."""
        head = self._with_method(answer.method, answer.reference, f"level={answer.level:g}", options)
        numbers = {"estimate": answer.estimate, "lower": answer.lower, "upper": answer.upper}
        rows = [head.number(name, _take_one(value)) for name, value in numbers.items()]
        if answer.se is not None:
            rows.append(head.number("se", _take_one(answer.se)))
        if answer.df is not None and np.isfinite(answer.df):  # infinite are those of the normal distribution
            rows.append(replace(head, unit=None).number("df", _take_one(answer.df)))
        return rows

    def test(self, answer: TestResult, *, options: str = "") -> list["Result"]:
        """The rows of a test of one trial: its statistic and degrees of freedom, where it has them, and its p-value."""
        head = self._with_method(answer.method, answer.reference, options)
        numbers = {"test_statistic": answer.statistic, "df": answer.df, "p_value": answer.p_value}
        return [
            replace(head, unit=None).number(name, _take_one(value))
            for name, value in numbers.items()
            if value is not None
        ]

    def _with_method(self, method: str, reference: str, *options: str) -> "Result":
        given = "; ".join(option for option in (self.method_options, *options) if option)
        return replace(self, method=method, reference=reference, method_options=given or None)


def build_results(rows: Iterable[Result]) -> pl.DataFrame:
    """The rows as a frame that `RESULTS` accepts; raises InputError with every fault where it does not."""
    frame = pl.DataFrame([asdict(row) for row in rows], schema=RESULTS_SCHEMA)
    faults = RESULTS.check(frame)
    if faults:
        raise InputError(faults)
    return frame


def _take_one(value: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    return float(value)
