"""Exact unconditional intervals of a difference of two proportions.

A difference is inside unless an exact test rejects it: the tables are ordered by the score statistic of that
difference, without the factor N / (N - 1) (Mee; Farrington and Manning), and the p-value is the largest over the
proportion that the difference leaves open. These are R's ``exact2x2::uncondExact2x2`` with ``method = "score"``.

When to use: in small trials where an interval must not cover less than its level, which no interval of
`myotis.statistics.proportions.difference` promises. They are wider, and slow: a tenth of a second a table and more.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.statistics.proportions.nuisance import TIE, list_tables, maximize_probability
from myotis.statistics.proportions.score_statistic import DIFFERENCE, SCORE_FORMS, compute_score
from myotis.statistics.proportions.two_groups import settle_estimate, take_two_groups
from myotis.statistics.result import Estimate, Numbers, check_level, find_distinct

STEPS = 64
"""Differences tried between the one observed and the end, so that an interval with a gap is taken whole."""

HALVINGS = 34
"""Of one step: to 1e-12."""


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
    interval reaches to the outermost difference that is not rejected, found on a grid (a 64th of the way from the
    estimate to the end) and then by halving, so that a gap is not left out but an island narrower than the grid may
    be. With an empty group there is no answer (see `myotis.statistics.result`).

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
    compute_p = partial(compute_exact_p, table, is_squared=method is ExactDifferenceInterval.AGRESTI_MIN)
    alpha = 1 - level if method is ExactDifferenceInterval.AGRESTI_MIN else (1 - level) / 2
    observed = table[0] / table[1] - table[2] / table[3]
    lower, upper = (_find_limit(partial(compute_p, side), observed, side, alpha) for side in (-1, 1))
    return lower, upper


def _find_limit(compute_p: Callable[[float], float], observed: float, side: int, alpha: float) -> float:
    tried = np.linspace(side, observed, STEPS + 1)
    outermost = next(i for i, at in enumerate(tried) if i == STEPS or compute_p(float(at)) > alpha)
    if outermost == 0:
        return float(side)
    rejected, accepted = float(tried[outermost - 1]), float(tried[outermost])
    for _ in range(HALVINGS):
        middle = (rejected + accepted) / 2
        if compute_p(middle) > alpha:
            accepted = middle
        else:
            rejected = middle
    return accepted


def compute_exact_p(table: Numbers, side: int, difference: float, *, is_squared: bool) -> float:
    """The exact p-value of p1 - p2 = difference: against larger ones (side -1), smaller ones (1), or both (squared)."""
    x1, n1, x2, n2 = table
    statistic = _compute_statistics(int(n1), int(n2), difference)
    statistic = np.abs(statistic) if is_squared else -side * statistic
    return maximize_probability(statistic >= statistic[int(x1), int(x2)] - TIE, difference)


def _compute_statistics(n1: int, n2: int, difference: float) -> Numbers:
    """The score statistic of every table, [n1 + 1, n2 + 1]."""
    x1, x2 = list_tables(n1, n2)
    sizes = np.full_like(x1, n1), np.full_like(x1, n2)
    return compute_score(
        DIFFERENCE, SCORE_FORMS["mee"], x1, sizes[0], x2, sizes[1], np.full_like(x1, difference)
    )
