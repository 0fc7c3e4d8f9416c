"""The p-value of a statistic whose distribution is symmetric around 0, on the side that the alternative names."""

from collections.abc import Callable
from typing import get_args

import numpy as np

from myotis.errors import StatisticsError
from myotis.statistics.result import Alternative, Numbers


def check_alternative(alternative: str) -> None:
    """Refuse a word that names no alternative."""
    if alternative not in get_args(Alternative):
        raise StatisticsError(f"the alternative is {alternative!r}; expected {', '.join(get_args(Alternative))}")


def compute_tail(statistic: Numbers, alternative: Alternative, distribution: Callable[[Numbers], Numbers]) -> Numbers:
    """The p-value; ``distribution`` is the one of the statistic under the null hypothesis, symmetric around 0.

    >>> from scipy.special import ndtr
    >>> round(float(compute_tail(np.float64(1.96), "two-sided", ndtr)), 3)
    0.05
    """
    if alternative == "two-sided":
        return 2 * distribution(-np.abs(statistic))
    return distribution(-statistic if alternative == "greater" else statistic)
