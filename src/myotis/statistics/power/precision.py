"""Precision of a difference of two proportions: how wide its interval is, and how often it covers, by enumeration.

When to use: where a trial should estimate rather than reject, or to tell what an interval of a size will be worth. The
probability that an interval leaves a margin out is a power: `myotis.statistics.power.exact_proportions`.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.power.answers import Ratio
from myotis.statistics.power.assumptions import check_proportions
from myotis.statistics.power.search import find_smallest
from myotis.statistics.proportions import difference
from myotis.statistics.proportions.difference import (
    DIFFERENCE_LIMITS,
    DifferenceInterval,
    estimate_difference_of_proportions,
)
from myotis.statistics.proportions.nuisance import average_tables, list_tables
from myotis.statistics.result import Estimate, Numbers, check_level

REFERENCES: Final = difference.REFERENCES

MOST_SUBJECTS = 1_000
"""Of a group: intervals of a million tables are searched a while."""

ROUNDING = 1e-9
"""A limit that differs from the true value by no more is at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecisionAnswer:
    """Half the width that the interval of ``n1`` and ``n2`` subjects has: on average, and at the rates assumed.

    ``half_width`` is the mean over all tables; ``half_width_at_rates`` that of the table with the very rates assumed,
    as if counts could be broken. ``coverage`` is how often the interval holds the true difference. ``target`` is None
    where no size was looked for.
    """

    n1: int
    n2: int
    half_width: float
    half_width_at_rates: float
    coverage: float
    p1: float
    p2: float
    level: float
    method: str
    reference: str
    target: float | None = None


def compute_precision(
    n1: int, n2: int, *, p1: float, p2: float, method: DifferenceInterval | str, level: float
) -> PrecisionAnswer:
    """How wide the interval of the named method is with n1 and n2 subjects, and how often it covers.

    Raises StatisticsError for proportions and levels that can't be, and for groups that are not whole numbers from 1
    to 1000.

    >>> answer = compute_precision(47, 48, p1=0.6, p2=0.3, method="newcombe", level=0.95)
    >>> round(answer.half_width, 4), round(answer.half_width_at_rates, 4), round(answer.coverage, 4)
    (0.1826, 0.1844, 0.9504)
    """
    return _answer(n1, n2, p1, p2, DifferenceInterval(method), level, target=None)


def find_size_for_half_width(
    half_width: float, *, p1: float, p2: float, method: DifferenceInterval | str, level: float, ratio: Ratio
) -> PrecisionAnswer:
    """The smallest trial, in whole multiples of the ratio, whose interval is on average no wider to each side.

    ``half_width`` is half the width, as a proportion. Raises StatisticsError where a thousand subjects a group are not
    enough.

    >>> answer = find_size_for_half_width(0.15, p1=0.6, p2=0.3, method="wald", level=0.95, ratio=(1, 1))
    >>> answer.n1, round(answer.half_width, 4)
    (76, 0.1498)
    """
    method = DifferenceInterval(method)
    if not 0 < half_width < 1:
        raise StatisticsError(f"the half-width is {half_width:g}; expected a proportion above 0")
    first, second = ratio
    if not (first >= 1 and second >= 1):
        raise StatisticsError(f"the ratio is {first}:{second}; expected whole numbers above 0")
    most = MOST_SUBJECTS // max(ratio)

    def is_narrow(k: int) -> bool:
        sizes = k * first, k * second
        return compute_expected_half_width(*sizes, p1=p1, p2=p2, method=method, level=level) <= half_width

    # The mean starts from nothing for Wald, whose interval of a few subjects has no width: so the search starts where
    # the interval at the rates is narrow enough, and goes to the nearest size from there.
    k = find_smallest(lambda k: _compute_at_rates(k * first, k * second, p1, p2, method, level) <= half_width, most)
    while k and k <= most and not is_narrow(k):
        k += 1
    if not 0 < k <= most:
        raise StatisticsError(
            f"a half-width of {half_width:g} takes more than {MOST_SUBJECTS} subjects a group; expected a wider one"
        )
    while k > 1 and is_narrow(k - 1):
        k -= 1
    return _answer(k * first, k * second, p1, p2, method, level, target=half_width)


def compute_expected_half_width(
    n1: int, n2: int, *, p1: float, p2: float, method: DifferenceInterval | str, level: float
) -> float:
    """The mean over all tables of half the width of the interval of a difference.

    >>> round(compute_expected_half_width(47, 48, p1=0.6, p2=0.3, method="wald", level=0.95), 4)
    0.1887
    """
    check_proportions("the rates of the groups", p1, p2)
    answer = _enumerate_intervals(n1, n2, DifferenceInterval(method), level)
    return float(average_tables((answer.upper - answer.lower) / 2, np.array([p1]), np.array([p2]))[0])


def compute_exact_coverage(
    n1: int, n2: int, p1: ArrayLike, p2: ArrayLike, *, method: DifferenceInterval | str, level: float
) -> Numbers:
    """The probability [...] that the interval holds the true difference p1 - p2 [...].

    >>> compute_exact_coverage(47, 48, [0.6, 0.3], 0.3, method="wald", level=0.95).round(4).tolist()
    [0.9471, 0.945]
    """
    first, second = np.broadcast_arrays(np.asarray(p1, dtype=float), np.asarray(p2, dtype=float))
    answer = _enumerate_intervals(n1, n2, DifferenceInterval(method), level)
    coverage = np.empty(first.shape)
    for place in np.ndindex(first.shape):
        true = first[place] - second[place]
        holds = (answer.lower - ROUNDING <= true) & (true <= answer.upper + ROUNDING)
        coverage[place] = average_tables(holds.astype(float), first[place].reshape(1), second[place].reshape(1))[0]
    return coverage[()]


def _answer(
    n1: int, n2: int, p1: float, p2: float, method: DifferenceInterval, level: float, *, target: float | None
) -> PrecisionAnswer:
    half_width = compute_expected_half_width(n1, n2, p1=p1, p2=p2, method=method, level=level)
    return PrecisionAnswer(
        n1=n1,
        n2=n2,
        half_width=half_width,
        half_width_at_rates=_compute_at_rates(n1, n2, p1, p2, method, level),
        coverage=float(compute_exact_coverage(n1, n2, p1, p2, method=method, level=level)),
        p1=p1,
        p2=p2,
        level=level,
        method=method.value,
        reference=REFERENCES[method],
        target=target,
    )


def _compute_at_rates(n1: int, n2: int, p1: float, p2: float, method: DifferenceInterval, level: float) -> float:
    x1, m1, x2, m2 = (np.array(value, dtype=float) for value in (n1 * p1, n1, n2 * p2, n2))
    lower, upper = DIFFERENCE_LIMITS[method](x1, m1, x2, m2, level)
    return float(upper - lower) / 2


@lru_cache(maxsize=4)
def _enumerate_intervals(n1: int, n2: int, method: DifferenceInterval, level: float) -> Estimate:
    """The interval of every table, [n1 + 1, n2 + 1]."""
    check_level(level)
    if not all(n == int(n) and 1 <= n <= MOST_SUBJECTS for n in (n1, n2)):
        raise StatisticsError(f"{n1:g} and {n2:g} subjects; expected whole numbers from 1 to {MOST_SUBJECTS} a group")
    x1, x2 = list_tables(n1, n2)
    return estimate_difference_of_proportions(x1, n1, x2, n2, method=method, level=level)
