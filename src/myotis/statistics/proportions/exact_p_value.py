"""The exact unconditional p-value of a difference of two proportions, with tables ordered by the score statistic."""

import numpy as np

from myotis.statistics.proportions.nuisance import TIE, list_tables, maximize_probability
from myotis.statistics.proportions.score_statistic import DIFFERENCE, SCORE_FORMS, compute_score
from myotis.statistics.result import Numbers


def compute_exact_p(
    table: Numbers, side: int, difference: float, *, is_squared: bool, asked: float | None = None
) -> float:
    """The exact p-value of p1 - p2 = difference: against larger ones (side -1), smaller ones (1), or both (squared).

    With ``asked`` no more of it than whether it is above that.
    """
    x1, n1, x2, n2 = table
    statistic = compute_statistics(int(n1), int(n2), difference)
    statistic = np.abs(statistic) if is_squared else -side * statistic
    return maximize_probability(statistic >= statistic[int(x1), int(x2)] - TIE, difference, asked=asked)


def compute_statistics(n1: int, n2: int, difference: float) -> Numbers:
    """The score statistic of every table, [n1 + 1, n2 + 1]."""
    x1, x2 = list_tables(n1, n2)
    sizes = np.full_like(x1, n1), np.full_like(x1, n2)
    return compute_score(DIFFERENCE, SCORE_FORMS["mee"], x1, sizes[0], x2, sizes[1], np.full_like(x1, difference))
