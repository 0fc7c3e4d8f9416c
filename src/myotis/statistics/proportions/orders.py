"""Orders of the tables of two groups: how far out each lies, for exact tests and for the enumeration of others."""

from collections.abc import Callable

import numpy as np

from myotis.statistics.proportions.exact_p_value import compute_statistics
from myotis.statistics.proportions.log_choose import log_choose
from myotis.statistics.proportions.nuisance import list_tables
from myotis.statistics.result import Alternative, Numbers

Order = Callable[[int, int, Alternative], Numbers]
"""How far out each table lies, [n1 + 1, n2 + 1], from the sizes of the groups and the alternative."""


def order_by_pooled_z(n1: int, n2: int, alternative: Alternative) -> Numbers:
    """The z statistic with pooled variance of every table, in size for "two-sided"."""
    z = compute_statistics(n1, n2, 0.0)
    return np.abs(z) if alternative == "two-sided" else z if alternative == "greater" else -z


def order_by_fisher(n1: int, n2: int, alternative: Alternative) -> Numbers:
    """Less the logarithm of Fisher's p-value of every table."""
    x1, x2 = list_tables(n1, n2)
    p = np.exp(log_choose(n1, x1) + log_choose(n2, x2) - log_choose(n1 + n2, x1 + x2))
    answer: Numbers = np.empty_like(p)
    for events in range(n1 + n2 + 1):
        first = np.arange(max(0, events - n2), min(n1, events) + 1)
        margin = p[first, events - first]
        if alternative == "two-sided":
            tail = np.where(margin <= margin[:, None] * (1 + 1e-7), margin, 0).sum(axis=1)
        else:
            tail = margin[::-1].cumsum()[::-1] if alternative == "greater" else margin.cumsum()
        answer[first, events - first] = -np.log(tail)
    return answer
