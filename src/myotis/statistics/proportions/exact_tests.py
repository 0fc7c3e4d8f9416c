"""Exact unconditional tests of two proportions: Barnard's and Boschloo's.

When to use: in place of Fisher's test where only the sizes of the groups are fixed, as in a trial. They never reject
too often either and have more power; Boschloo's rejects wherever Fisher's does. Both loop over the distinct tables.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.statistics.proportions.nuisance import TIE, maximize_probability
from myotis.statistics.proportions.orders import Order, order_by_fisher, order_by_pooled_z
from myotis.statistics.proportions.two_groups import take_two_groups
from myotis.statistics.result import Alternative, Numbers, TestResult, find_distinct, settle

REFERENCES: Final = {
    "barnard": "Barnard GA, Biometrika 1947;34:123-138; Suissa S, Shuster JJ, J R Stat Soc A 1985;148:317-327",
    "boschloo": "Boschloo RD, Stat Neerl 1970;24",
}


def barnard_test(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, *, alternative: Alternative) -> TestResult:
    """Barnard's test as it is mostly meant: tables ordered by the z statistic with pooled variance (Suissa, Shuster).

    The p-value is the largest probability, over the proportion common to both groups, of a statistic as far out as
    the one observed: in size for "two-sided". It is what R's ``Exact::exact.test`` gives as ``z-pooled`` and SciPy's
    ``barnard_exact`` approaches. Where all subjects have the same outcome p is 1. With an empty group there is no
    answer.

    >>> round(float(barnard_test(8, 12, 3, 11, alternative="two-sided").p_value), 6)
    0.075988
    """
    return _exact_test("barnard", order_by_pooled_z, x1, n1, x2, n2, alternative)


def boschloo_test(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, *, alternative: Alternative
) -> TestResult:
    """Boschloo's test: tables ordered by the p-value of Fisher's test with the same alternative.

    "two-sided" orders by Fisher's two-sided p-value (the tables no more likely than the one observed), as R's
    ``Exact::exact.test`` does. SciPy's ``boschloo_exact`` doubles the smaller one-sided p-value instead and differs.
    Where all subjects have the same outcome p is 1. With an empty group there is no answer.

    >>> round(float(boschloo_test(8, 12, 3, 11, alternative="two-sided").p_value), 6)
    0.093297
    """
    return _exact_test("boschloo", order_by_fisher, x1, n1, x2, n2, alternative)


def _exact_test(
    method: str,
    order: Order,
    x1: ArrayLike,
    n1: ArrayLike,
    x2: ArrayLike,
    n2: ArrayLike,
    alternative: Alternative,
) -> TestResult:
    groups, reasons = take_two_groups(x1, n1, x2, n2)
    tables, which = find_distinct(*groups)
    p_of_table = np.array([_compute_p(order, table, alternative) for table in tables])
    (p,), undefined = settle(reasons, p_of_table[which])
    return TestResult(
        statistic=None,
        df=None,
        p_value=p,
        method=method,
        reference=REFERENCES[method],
        alternative=alternative,
        undefined=undefined,
    )


def _compute_p(order: Order, table: Numbers, alternative: Alternative) -> float:
    x1, n1, x2, n2 = (int(count) for count in table)
    extremeness = order(n1, n2, alternative)
    return maximize_probability(extremeness >= extremeness[x1, x2] - TIE)
