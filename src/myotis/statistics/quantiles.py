"""Percentiles by a named definition. Programs differ: SAS's default is not NumPy's.

When to use: for medians and quartiles of a table, by the definition that the plan names.
"""

from enum import StrEnum
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers, settle

REFERENCES: Final = {
    "sas-pctldef-5": "Hyndman RJ, Fan Y, Am Stat 1996;50:361-365, definition 2",
    "linear-7": "Hyndman RJ, Fan Y, Am Stat 1996;50:361-365, definition 7",
}

NO_VALUES = "there are no values"


class PercentileDefinition(StrEnum):
    """Which order statistics a percentile is made of (n values, share p)."""

    SAS_5 = "sas-pctldef-5"
    """Value number np rounded up; where np is whole, the mean of it and the next (SAS PCTLDEF=5, R type 2)."""
    LINEAR_7 = "linear-7"
    """Linear between the values at (n - 1)p, counted from 0 (NumPy's default, R type 7)."""


def compute_percentile(
    values: ArrayLike, percent: int | Fraction, *, definition: PercentileDefinition | str
) -> Numbers:
    """A percentile (0 to 100) of the values that are not missing (NaN), over the last axis.

    ``percent`` is a whole number or a fraction, so that "n times p is whole" is decided exactly. Without values
    there is no answer: StatisticsError for one group, NaN among many. Infinite values are refused.

    >>> ages = [34, 41, 47, 52]
    >>> [float(compute_percentile(ages, 25, definition=name)) for name in ("sas-pctldef-5", "linear-7")]
    [37.5, 39.25]
    """
    definition = PercentileDefinition(definition)
    x = np.asarray(values, dtype=float)
    share = Fraction(percent) / 100
    if x.ndim == 0 or np.isinf(x).any() or not 0 <= share <= 1:
        raise StatisticsError("expected finite values [..., subject] and a percent from 0 to 100")
    if x.shape[-1] == 0:
        x = np.full((*x.shape[:-1], 1), np.nan)
    ordered = np.sort(x, axis=-1)  # missing values go to the end
    n = (~np.isnan(x)).sum(axis=-1)
    low, high, part = _place(n, share, definition)
    below, above = (
        np.take_along_axis(ordered, np.clip(place, 0, np.maximum(n - 1, 0))[..., None], axis=-1)[..., 0]
        for place in (low, high)
    )
    (answer,), _ = settle([(np.equal(n, 0), NO_VALUES)], below + part * (above - below))
    return answer


def _place(
    n: NDArray[np.int64], share: Fraction, definition: PercentileDefinition
) -> tuple[NDArray[np.int64], NDArray[np.int64], Numbers]:
    """The two order statistics (from 0) and how far to go from the first to the second."""
    p, q = share.numerator, share.denominator
    if definition is PercentileDefinition.LINEAR_7:
        whole, rest = np.divmod((n - 1) * p, q)
        return whole, whole + 1, rest / q
    whole, rest = np.divmod(n * p, q)
    return np.where(rest == 0, whole - 1, whole), whole, np.where(rest == 0, 0.5, 1.0)
