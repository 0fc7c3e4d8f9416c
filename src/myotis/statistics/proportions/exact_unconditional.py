"""Exact unconditional intervals of a difference of two proportions.

A difference is inside unless an exact test rejects it: the tables are ordered by the score statistic of that
difference, without the factor N / (N - 1) (Mee; Farrington and Manning), and the p-value is the largest over the
proportion that the difference leaves open. These are R's ``exact2x2::uncondExact2x2`` with ``method = "score"``.

When to use: in small trials where an interval must not cover less than its level, which no interval of
`myotis.statistics.proportions.difference` promises. They are wider, and slow: about half a second a table.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.statistics.proportions.exact_p_value import compute_exact_p
from myotis.statistics.proportions.two_groups import settle_estimate, take_two_groups
from myotis.statistics.result import Estimate, Numbers, check_level, find_distinct

COARSE = 64
"""Steps between the difference observed and the end that tell where rejection becomes thinkable."""

FINE = 0.001
"""The step of the search from there on: an interval with a gap is taken whole."""

THINKABLE = 0.25
"""A difference whose p-value is below this share of alpha has none above alpha beyond it."""

HALVINGS = 34
"""Of one fine step: to 1e-13."""


class ExactDifferenceInterval(StrEnum):
    """Exact unconditional intervals of a difference of two proportions."""

    CHAN_ZHANG = "chan-zhang"
    """Two one-sided tests, each at half of what the level leaves (``tsmethod = "central"``)."""
    AGRESTI_MIN = "agresti-min"
    """One two-sided test, which orders by the square of the statistic (``tsmethod = "square"``); mostly narrower."""


REFERENCES: Final = {
    ExactDifferenceInterval.CHAN_ZHANG: "Chan ISF, Zhang Z, Biometrics 1999;55:1202-1209",
    ExactDifferenceInterval.AGRESTI_MIN: "Agresti A, Min Y, Biometrics 2001;57:963-971",
}


def estimate_exact_difference_of_proportions(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, *, method: ExactDifferenceInterval | str, level: float
) -> Estimate:
    """The difference x1 / n1 - x2 / n2 with the exact unconditional interval of the named method.

    Loops over the distinct tables. The p-value of these tests jumps and is not monotone in the difference: the
    interval reaches to the outermost difference that is not rejected, found in steps of 0.001 and then by halving, so
    that a gap belongs to it, but an island narrower than the step may be missed. With an empty group there is no
    answer (see `myotis.statistics.result`).

    >>> answer = estimate_exact_difference_of_proportions(8, 12, 3, 11, method="agresti-min", level=0.95)
    >>> [round(float(value), 4) for value in (answer.estimate, answer.lower, answer.upper)]
    [0.3939, -0.0417, 0.6965]
    """
    method = ExactDifferenceInterval(method)
    check_level(level)
    groups, reasons = take_two_groups(x1, n1, x2, n2)
    tables, which = find_distinct(*groups)
    limits = np.array([_find_limits(method, table, level) for table in tables])[which]
    return settle_estimate(
        reasons,
        groups.x1 / groups.n1 - groups.x2 / groups.n2,
        (limits[..., 0], limits[..., 1]),
        level=level,
        method=method.value,
        reference=REFERENCES[method],
    )


def _find_limits(method: ExactDifferenceInterval, table: Numbers, level: float) -> tuple[float, float]:
    is_squared = method is ExactDifferenceInterval.AGRESTI_MIN
    alpha = 1 - level if is_squared else (1 - level) / 2
    compute_p = partial(compute_exact_p, table, is_squared=is_squared, asked=alpha)
    observed = table[0] / table[1] - table[2] / table[3]
    lower, upper = (_find_limit(partial(compute_p, side), observed, side, alpha) for side in (-1, 1))
    return lower, upper


def _find_limit(compute_p: Callable[[float], float], observed: float, side: int, alpha: float) -> float:
    if compute_p(float(side)) > alpha:
        return float(side)
    coarse = np.linspace(side, observed, COARSE + 1)
    first = next((i for i, at in enumerate(coarse) if compute_p(float(at)) > THINKABLE * alpha), COARSE)
    start = coarse[max(first - 1, 0)]
    fine = np.linspace(start, observed, 2 + int(abs(start - observed) / FINE))
    outermost = next((i for i, at in enumerate(fine) if compute_p(float(at)) > alpha), len(fine) - 1)
    rejected, accepted = float(fine[max(outermost - 1, 0)]), float(fine[outermost])
    for _ in range(HALVINGS):
        middle = (rejected + accepted) / 2
        if compute_p(middle) > alpha:
            accepted = middle
        else:
            rejected = middle
    return accepted
