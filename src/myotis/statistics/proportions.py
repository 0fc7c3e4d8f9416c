"""One proportion, and the difference of two: intervals and tests by name, none of them a default.

Counts may be numbers or arrays of one shape (or shapes that broadcast): one trial or 100,000 with one call.
Group 1 comes first, and a difference is group 1 minus group 2. Proportions and their differences are
proportions, never percents.
"""

from collections.abc import Callable
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from myotis.statistics.result import Estimate, Numbers, Reasons, TestResult, check_level, settle, take_counts
from myotis.statistics.score_interval import compute_score_limits

EMPTY_ARM = "a group without subjects has no proportion"
SAME_OUTCOME = "every subject has the same outcome, so the test has no variance"

NEWCOMBE_1998 = "Newcombe RG, Stat Med 1998;17:873-890"
PEARSON = "Pearson K, Philos Mag 1900;50:157-175"
YATES = "Yates F, Suppl J R Stat Soc 1934;1:217-235"
FISHER = "Fisher RA, J R Stat Soc 1922;85:87-94"


class ProportionInterval(StrEnum):
    """Intervals of one proportion."""

    WALD = "wald"
    WILSON = "wilson"
    CLOPPER_PEARSON = "clopper-pearson"


class DifferenceInterval(StrEnum):
    """Intervals of a difference of two proportions."""

    WALD = "wald"
    WALD_CORRECTED = "wald-corrected"
    AGRESTI_CAFFO = "agresti-caffo"
    NEWCOMBE = "newcombe"
    MIETTINEN_NURMINEN = "miettinen-nurminen"
    MEE = "mee"


PROPORTION_REFERENCES = {
    ProportionInterval.WALD: "Newcombe RG, Stat Med 1998;17:857-872, method 1",
    ProportionInterval.WILSON: "Wilson EB, J Am Stat Assoc 1927;22:209-212",
    ProportionInterval.CLOPPER_PEARSON: "Clopper CJ, Pearson ES, Biometrika 1934;26:404-413",
}

DIFFERENCE_REFERENCES = {
    DifferenceInterval.WALD: f"{NEWCOMBE_1998}, method 1",
    DifferenceInterval.WALD_CORRECTED: f"{NEWCOMBE_1998}, method 2",
    DifferenceInterval.AGRESTI_CAFFO: "Agresti A, Caffo B, Am Stat 2000;54:280-288",
    DifferenceInterval.NEWCOMBE: f"{NEWCOMBE_1998}, method 10",
    DifferenceInterval.MIETTINEN_NURMINEN: "Miettinen O, Nurminen M, Stat Med 1985;4:213-226",
    DifferenceInterval.MEE: "Mee RW, Biometrics 1984;40:1175-1176; Farrington CP, Manning G, Stat Med 1990;9:1447-1454",
}

Limits = tuple[Numbers, Numbers]


def estimate_proportion(x: ArrayLike, n: ArrayLike, *, method: ProportionInterval | str, level: float) -> Estimate:
    """The proportion x / n of subjects with an event, with its interval, cut to 0 and 1.

    At 0 of n and at n of n the Wald interval has no width: that is the method's answer, not a fault of the data.
    Without subjects there is no answer (see `myotis.statistics.result`).

    >>> answer = estimate_proportion(37, 47, method="wilson", level=0.95)
    >>> round(float(answer.lower), 3), round(float(answer.upper), 3)
    (0.651, 0.88)
    """
    method = ProportionInterval(method)
    check_level(level)
    events, total = take_counts(x, n)
    safe = np.maximum(total, 1)
    limits = {
        ProportionInterval.WALD: _wald_limits,
        ProportionInterval.WILSON: _wilson_limits,
        ProportionInterval.CLOPPER_PEARSON: _clopper_pearson_limits,
    }[method]
    lower, upper = limits(events, safe, level)
    (p, low, high), undefined = settle(
        [(total == 0, EMPTY_ARM)], events / safe, np.clip(lower, 0, 1), np.clip(upper, 0, 1)
    )
    return Estimate(
        estimate=p,
        lower=low,
        upper=high,
        level=level,
        method=method.value,
        reference=PROPORTION_REFERENCES[method],
        undefined=undefined,
    )


def estimate_difference_of_proportions(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, *, method: DifferenceInterval | str, level: float
) -> Estimate:
    """The difference x1 / n1 - x2 / n2 with the interval of the named method, cut to -1 and 1.

    The estimate is the difference observed, whatever the method of the interval. Where no subject or every
    subject of both groups responded, the Wald interval has no width; the others have. With a group that is
    empty there is no answer (see `myotis.statistics.result`).

    The primary end point of ProDERM, 37 of 47 against 21 of 48, as published (0.1670 to 0.5324):

    >>> answer = estimate_difference_of_proportions(37, 47, 21, 48, method="wald", level=0.95)
    >>> [round(float(value), 4) for value in (answer.estimate, answer.lower, answer.upper)]
    [0.3497, 0.167, 0.5324]
    """
    method = DifferenceInterval(method)
    check_level(level)
    a, m = take_counts(x1, n1)
    b, n = take_counts(x2, n2)
    a, m, b, n = np.broadcast_arrays(a, m, b, n)
    safe_m, safe_n = np.maximum(m, 1), np.maximum(n, 1)
    lower, upper = DIFFERENCE_LIMITS[method](a, safe_m, b, safe_n, level)
    (difference, low, high), undefined = settle(
        [((m == 0) | (n == 0), EMPTY_ARM)],
        a / safe_m - b / safe_n,
        np.clip(lower, -1, 1),
        np.clip(upper, -1, 1),
    )
    return Estimate(
        estimate=difference,
        lower=low,
        upper=high,
        level=level,
        method=method.value,
        reference=DIFFERENCE_REFERENCES[method],
        undefined=undefined,
    )


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
    chi_square = total * deviation**2 / np.where(variance > 0, variance, 1)
    (statistic, df, p), undefined = settle(reasons, chi_square, np.ones_like(chi_square), special.chdtrc(1, chi_square))
    return TestResult(
        statistic=statistic,
        df=df,
        p_value=p,
        method="pearson-chi-square-yates" if yates else "pearson-chi-square",
        reference=YATES if yates else PEARSON,
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
    tables, which = _find_distinct(a, m - a, b, n - b)
    p_of_table = np.array([fisher_exact(table.reshape(2, 2).astype(int)).pvalue for table in tables])
    (p,), undefined = settle([((m == 0) | (n == 0), EMPTY_ARM)], p_of_table[which])
    return TestResult(statistic=None, df=None, p_value=p, method="fisher-exact", reference=FISHER, undefined=undefined)


def _normal_quantile(level: float) -> float:
    return float(special.ndtri(0.5 + level / 2))


def _wald_limits(x: Numbers, n: Numbers, level: float) -> Limits:
    p = x / n
    margin = _normal_quantile(level) * np.sqrt(p * (1 - p) / n)
    return p - margin, p + margin


def _wilson_limits(x: Numbers, n: Numbers, level: float) -> Limits:
    z = _normal_quantile(level)
    p = x / n
    middle = (x + z**2 / 2) / (n + z**2)
    margin = z * np.sqrt(n * p * (1 - p) + z**2 / 4) / (n + z**2)
    return np.where(x == 0, 0.0, middle - margin), np.where(x == n, 1.0, middle + margin)


def _clopper_pearson_limits(x: Numbers, n: Numbers, level: float) -> Limits:
    tail = (1 - level) / 2
    lower = special.betaincinv(np.maximum(x, 1), n - x + 1, tail)
    upper = special.betaincinv(x + 1, np.maximum(n - x, 1), 1 - tail)
    return np.where(x == 0, 0.0, lower), np.where(x == n, 1.0, upper)


def _difference_wald(a: Numbers, m: Numbers, b: Numbers, n: Numbers, level: float) -> Limits:
    p, q = a / m, b / n
    margin = _normal_quantile(level) * np.sqrt(p * (1 - p) / m + q * (1 - q) / n)
    return p - q - margin, p - q + margin


def _difference_wald_corrected(a: Numbers, m: Numbers, b: Numbers, n: Numbers, level: float) -> Limits:
    lower, upper = _difference_wald(a, m, b, n, level)
    correction = (1 / m + 1 / n) / 2
    return lower - correction, upper + correction


def _difference_agresti_caffo(a: Numbers, m: Numbers, b: Numbers, n: Numbers, level: float) -> Limits:
    return _difference_wald(a + 1, m + 2, b + 1, n + 2, level)


def _difference_newcombe(a: Numbers, m: Numbers, b: Numbers, n: Numbers, level: float) -> Limits:
    p, q = a / m, b / n
    p_low, p_high = _wilson_limits(a, m, level)
    q_low, q_high = _wilson_limits(b, n, level)
    return p - q - np.hypot(p - p_low, q_high - q), p - q + np.hypot(p_high - p, q - q_low)


def _difference_mee(a: Numbers, m: Numbers, b: Numbers, n: Numbers, level: float) -> Limits:
    return _difference_score(a, m, b, n, level, np.ones_like(m))


def _difference_miettinen_nurminen(a: Numbers, m: Numbers, b: Numbers, n: Numbers, level: float) -> Limits:
    return _difference_score(a, m, b, n, level, (m + n) / (m + n - 1))


def _difference_score(a: Numbers, m: Numbers, b: Numbers, n: Numbers, level: float, variance_factor: Numbers) -> Limits:
    tables, which = _find_distinct(a, m, b, n, variance_factor)
    lower, upper = compute_score_limits(*tables.T[:4], z=_normal_quantile(level), variance_factor=tables.T[4])
    return lower[which], upper[which]


def _find_distinct(*cells: Numbers) -> tuple[Numbers, NDArray[np.intp]]:
    """The distinct tables [table, cell] and which of them each trial has: trials of one size repeat few tables."""
    stacked = np.stack(cells, axis=-1)
    tables, which = np.unique(stacked.reshape(-1, len(cells)), axis=0, return_inverse=True)
    return tables, which.reshape(stacked.shape[:-1])


DIFFERENCE_LIMITS: dict[DifferenceInterval, Callable[[Numbers, Numbers, Numbers, Numbers, float], Limits]] = {
    DifferenceInterval.WALD: _difference_wald,
    DifferenceInterval.WALD_CORRECTED: _difference_wald_corrected,
    DifferenceInterval.AGRESTI_CAFFO: _difference_agresti_caffo,
    DifferenceInterval.NEWCOMBE: _difference_newcombe,
    DifferenceInterval.MIETTINEN_NURMINEN: _difference_miettinen_nurminen,
    DifferenceInterval.MEE: _difference_mee,
}
