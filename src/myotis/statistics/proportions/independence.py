"""Two proportions tested: Pearson's chi-square, Fisher's exact test and its mid-P form, of no difference.

When to use: for two arms without strata. Fisher's test never rejects too often and is conservative; mid-P is near its
level and seldom above; Pearson's is near it with 10 or more expected in each cell. Tests that are exact and less
conservative are in `myotis.statistics.proportions.exact_tests`. A stratified trial is tested within its strata.
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
    "fisher-mid-p": "Lancaster HO, J Am Stat Assoc 1961;56:223-234; Lydersen S, et al, Stat Med 2009;28:1159-1175",
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
    return _test_given_margins("fisher-exact", 0.0, x1, n1, x2, n2)


def fisher_mid_p_test(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> TestResult:
    """Fisher's two-sided p-value less half of the probability of the table observed, given the margins.

    No exact test: it can reject a little too often. (Others double the smaller one-sided mid-P; that one goes with
    the interval ``mid-p-conditional`` of the odds ratio.) Where all subjects have the same outcome p is 1/2 by the
    definition, which says nothing either way. With an empty group there is no answer.

    >>> round(float(fisher_mid_p_test(37, 47, 21, 48).p_value), 6)
    0.000508
    """
    return _test_given_margins("fisher-mid-p", 0.5, x1, n1, x2, n2)


def _test_given_margins(
    method: str, left_out: float, x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike
) -> TestResult:
    """Fisher's p-value less a share of the probability of the table observed."""
    from scipy.stats import fisher_exact, hypergeom  # noqa: PLC0415 (scipy.stats takes two seconds to load)

    a, m = take_counts(x1, n1)
    b, n = take_counts(x2, n2)
    a, m, b, n = np.broadcast_arrays(a, m, b, n)
    tables, which = find_distinct(a, m - a, b, n - b)
    p_of_table = np.array([fisher_exact(table.reshape(2, 2).astype(int)).pvalue for table in tables])
    if left_out:
        p_of_table = p_of_table - left_out * hypergeom.pmf(
            tables[:, 0], tables.sum(axis=1), tables[:, :2].sum(axis=1), tables[:, ::2].sum(axis=1)
        )
    (p,), undefined = settle([((m == 0) | (n == 0), EMPTY_ARM)], p_of_table[which])
    return TestResult(
        statistic=None,
        df=None,
        p_value=p,
        method=method,
        reference=REFERENCES[method],
        undefined=undefined,
    )
