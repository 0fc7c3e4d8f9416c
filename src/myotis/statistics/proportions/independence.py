"""Two proportions tested: Pearson's chi-square and Fisher's exact test of no difference.

When to use: for two arms without strata. Fisher's test never rejects too often and is conservative; Pearson's is
near its level with 10 or more expected in each cell. A stratified trial is tested within its strata.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.statistics.result import EMPTY_ARM, Reasons, TestResult, find_distinct, settle, take_counts

SAME_OUTCOME = "every subject has the same outcome, so the test has no variance"

REFERENCES: Final = {
    "pearson-chi-square": "Pearson K, Philos Mag 1900;50:157-175",
    "pearson-chi-square-yates": "Yates F, Suppl J R Stat Soc 1934;1:217-235",
    "fisher-exact": "Fisher RA, J R Stat Soc 1922;85:87-94",
}


def pearson_chi_square_test(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, *, yates: bool) -> TestResult:
    """Pearson's chi-square test of two proportions, with or without Yates's correction for continuity.

    The correction is one half or, where less, the whole deviation from the expected count, so that it never
    turns a deviation round. With an empty group, or where all subjects have the same outcome, there is no answer.

    >>> round(float(pearson_chi_square_test(37, 47, 21, 48, yates=False).p_value), 6)
    0.000474
    """
    a, m = take_counts(x1, n1)
    b, n = take_counts(x2, n2)
    total, events = m + n, a + b
    variance = m * n * events * (total - events)
    reasons: Reasons = [((m == 0) | (n == 0), EMPTY_ARM), ((events == 0) | (events == total), SAME_OUTCOME)]
    deviation = np.abs(a * n - b * m)
    if yates:
        deviation = np.maximum(deviation - total / 2, 0)
    method = "pearson-chi-square-yates" if yates else "pearson-chi-square"
    chi_square = total * deviation**2 / np.where(variance > 0, variance, 1)
    (statistic, df, p), undefined = settle(reasons, chi_square, np.ones_like(chi_square), special.chdtrc(1, chi_square))
    return TestResult(
        statistic=statistic,
        df=df,
        p_value=p,
        method=method,
        reference=REFERENCES[method],
        undefined=undefined,
    )


def fisher_exact_test(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> TestResult:
    """Fisher's exact test: two-sided, the sum of the tables that are no more likely than the one observed.

    Where all subjects have the same outcome p is 1. With an empty group there is no answer.

    >>> round(float(fisher_exact_test(37, 47, 21, 48).p_value), 6)
    0.000689
    """
    from scipy.stats import fisher_exact  # noqa: PLC0415 (scipy.stats takes two seconds to load)

    a, m = take_counts(x1, n1)
    b, n = take_counts(x2, n2)
    a, m, b, n = np.broadcast_arrays(a, m, b, n)
    tables, which = find_distinct(a, m - a, b, n - b)
    p_of_table = np.array([fisher_exact(table.reshape(2, 2).astype(int)).pvalue for table in tables])
    (p,), undefined = settle([((m == 0) | (n == 0), EMPTY_ARM)], p_of_table[which])
    return TestResult(
        statistic=None,
        df=None,
        p_value=p,
        method="fisher-exact",
        reference=REFERENCES["fisher-exact"],
        undefined=undefined,
    )
