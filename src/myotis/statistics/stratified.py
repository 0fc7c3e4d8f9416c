"""Two groups compared within strata: the Cochran-Mantel-Haenszel test and the Mantel-Haenszel risk difference.

``counts[..., stratum, group, outcome]``: group 0 is the one whose difference is asked for and group 1 its
comparator; outcome 0 is response and outcome 1 is none. Leading axes are trials. A stratum in which one group
has no subjects says nothing about the difference and weighs nothing; so does a stratum without any.
"""

from typing import cast

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.result import Estimate, Numbers, TestResult, check_level, settle

NOTHING_TO_COMPARE = "no stratum has subjects of both groups"
SAME_OUTCOME = "within each stratum with both groups every subject has the same outcome, so the test has no variance"

COCHRAN_MANTEL_HAENSZEL = (
    "Cochran WG, Biometrics 1954;10:417-451; Mantel N, Haenszel W, J Natl Cancer Inst 1959;22:719-748"
)
SATO = "Sato T, Biometrics 1989;45:1323-1324; Greenland S, Robins JM, Biometrics 1985;41:55-68"


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
    x1, n1, x2, n2 = _take_tables(counts)
    total, events = n1 + n2, x1 + x2
    size = np.maximum(total, 1)
    deviation = np.abs((x1 - n1 * events / size).sum(axis=-1))
    variance = (n1 * n2 * events * (total - events) / (size**2 * np.maximum(total - 1, 1))).sum(axis=-1)
    if correction:
        deviation = np.maximum(deviation - 0.5, 0)
    chi_square = deviation**2 / np.where(variance > 0, variance, 1)
    reasons = [(_has_nothing_to_compare(n1, n2), NOTHING_TO_COMPARE), (np.equal(variance, 0), SAME_OUTCOME)]
    (statistic, df, p), undefined = settle(reasons, chi_square, np.ones_like(chi_square), special.chdtrc(1, chi_square))
    return TestResult(
        statistic=statistic,
        df=df,
        p_value=p,
        method="cochran-mantel-haenszel" + ("-corrected" if correction else ""),
        reference=COCHRAN_MANTEL_HAENSZEL,
        undefined=undefined,
    )


def estimate_mantel_haenszel_difference(counts: ArrayLike, *, level: float) -> Estimate:
    """The Mantel-Haenszel risk difference over strata, with Sato's variance and a normal interval cut to -1 and 1.

    Sato's variance is consistent for a few large strata and for many small ones. Where all subjects have the same
    outcome, or each group one outcome, the variance is 0 and the interval has no width. Where no stratum has
    subjects of both groups there is no answer.

    >>> tables = [[[11, 2], [6, 7]], [[20, 7], [13, 15]], [[6, 1], [2, 5]]]
    >>> answer = estimate_mantel_haenszel_difference(tables, level=0.95)
    >>> [round(float(value), 4) for value in (answer.estimate, answer.lower, answer.upper)]
    [0.3495, 0.1659, 0.5332]
    """
    check_level(level)
    x1, n1, x2, n2 = _take_tables(counts)
    size = np.maximum(n1 + n2, 1)
    weight = (n1 * n2 / size).sum(axis=-1)
    safe = np.where(weight > 0, weight, 1)
    difference = ((x1 * n2 - x2 * n1) / size).sum(axis=-1) / safe
    p = ((n1**2 * x2 - n2**2 * x1 + n1 * n2 * (n2 - n1) / 2) / size**2).sum(axis=-1)
    q = ((x1 * (n2 - x2) + x2 * (n1 - x1)) / (2 * size)).sum(axis=-1)
    variance = np.maximum(difference * p + q, 0) / safe**2
    margin = special.ndtri(0.5 + level / 2) * np.sqrt(variance)
    (estimate, lower, upper), undefined = settle(
        [(_has_nothing_to_compare(n1, n2), NOTHING_TO_COMPARE)],
        difference,
        np.clip(difference - margin, -1, 1),
        np.clip(difference + margin, -1, 1),
    )
    return Estimate(
        estimate=estimate,
        lower=lower,
        upper=upper,
        level=level,
        method="mantel-haenszel-sato",
        reference=SATO,
        undefined=undefined,
    )


def _take_tables(counts: ArrayLike) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Events and subjects of each group, [..., stratum]; all 0 in strata that lack one of the groups."""
    tables = np.asarray(counts, dtype=float)
    if tables.ndim < 3 or tables.shape[-2:] != (2, 2):
        raise StatisticsError(f"counts have the shape {tables.shape}; expected [..., stratum, 2 groups, 2 outcomes]")
    wrong = ~((tables >= 0) & (tables == np.round(tables)) & np.isfinite(tables))
    if wrong.any():
        raise StatisticsError(f"{wrong.sum()} of {wrong.size} cells hold no count; expected whole numbers from 0")
    n = tables.sum(axis=-1)
    tables = tables * (n.min(axis=-1) > 0)[..., None, None]
    n = tables.sum(axis=-1)
    return tables[..., 0, 0], n[..., 0], tables[..., 1, 0], n[..., 1]


def _has_nothing_to_compare(n1: Numbers, n2: Numbers) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return cast("np.ndarray[tuple[int, ...], np.dtype[np.bool_]]", ((n1 + n2).sum(axis=-1) == 0))
