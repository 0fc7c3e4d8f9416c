"""The Cochran-Mantel-Haenszel test of two groups within strata.

When to use: for the primary comparison of responders in a trial that was randomized within strata.

``counts[..., stratum, group, outcome]``: group 0 is the one whose difference is asked for and group 1 its
comparator; outcome 0 is response and outcome 1 is none. Leading axes are trials. A stratum in which one group
has no subjects says nothing about the difference and weighs nothing; so does a stratum without any.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.statistics.result import TestResult, settle
from myotis.statistics.stratified.tables import (
    NOTHING_TO_COMPARE,
    compute_chi_square,
    compute_deviation,
    has_nothing_to_compare,
    take_tables,
)

SAME_OUTCOME = "within each stratum with both groups every subject has the same outcome, so the test has no variance"

COCHRAN = "Cochran WG, Biometrics 1954;10:417-451; Mantel N, Haenszel W, J Natl Cancer Inst 1959;22:719-748"

REFERENCES: Final = {"cochran-mantel-haenszel": COCHRAN, "cochran-mantel-haenszel-corrected": COCHRAN}


def cochran_mantel_haenszel_test(counts: ArrayLike, *, correction: bool) -> TestResult:
    """The Cochran-Mantel-Haenszel test of no association in any of K 2 x 2 tables; one degree of freedom.

    The variance is the hypergeometric one (with N - 1). The correction for continuity is one half or, where less,
    the whole deviation, so a corrected statistic is never below 0 and never above the uncorrected one. (R's
    `mantelhaen.test` leaves it out where the deviation is below one half.) There is no answer where the variance
    is 0 in every stratum. Raises StatisticsError where ``counts`` are no counts of K 2 x 2 tables.

    >>> tables = [[[11, 2], [6, 7]], [[20, 7], [13, 15]], [[6, 1], [2, 5]]]
    >>> answer = cochran_mantel_haenszel_test(tables, correction=False)
    >>> round(float(answer.statistic), 4), round(float(answer.p_value), 6)
    (11.8509, 0.000576)
    """
    x1, n1, x2, n2 = take_tables(counts)
    deviation, variance = compute_deviation(x1, n1, x2, n2)
    chi_square = compute_chi_square(deviation, variance, correction=correction)
    reasons = [(has_nothing_to_compare(n1, n2), NOTHING_TO_COMPARE), (np.equal(variance, 0), SAME_OUTCOME)]
    method = "cochran-mantel-haenszel" + ("-corrected" if correction else "")
    (statistic, df, p), undefined = settle(reasons, chi_square, np.ones_like(chi_square), special.chdtrc(1, chi_square))
    return TestResult(
        statistic=statistic,
        df=df,
        p_value=p,
        method=method,
        reference=REFERENCES[method],
        undefined=undefined,
    )
