"""The difference of two proportions, with its interval, by seven methods.

Counts may be numbers or arrays of one shape (or shapes that broadcast): one trial or 100,000 with one call.
Group 1 comes first, and a difference is group 1 minus group 2. Proportions and their differences are
proportions, never percents.

When to use: for two arms without strata. The score intervals (Miettinen-Nurminen, Mee, SCAS) and Newcombe's are near
their level in small trials and at 0 of n; Wald, which many papers print, is too narrow there. An interval that never
covers less than its level is in `myotis.statistics.proportions.exact_unconditional`.

statsmodels 0.15.0 gives other limits under the name of the score method (its issue 10269): 0.1544 to 0.5221 for 37 of
47 against 21 of 48, where Miettinen-Nurminen's are 0.1560 to 0.5184 by R's ratesci, by a search over the likelihood in
our tests, and here.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.statistics.normal import normal_quantile
from myotis.statistics.proportions.score_limits import compute_score_limits
from myotis.statistics.proportions.score_statistic import DIFFERENCE, SCORE_FORMS
from myotis.statistics.proportions.two_groups import settle_estimate, take_two_groups
from myotis.statistics.proportions.wilson import compute_wilson_limits
from myotis.statistics.result import Estimate, Limits, Numbers, check_level

NEWCOMBE_1998 = "Newcombe RG, Stat Med 1998;17:873-890"


class DifferenceInterval(StrEnum):
    """Intervals of a difference of two proportions."""

    WALD = "wald"
    """Standard errors at the proportions observed; no width at 0 and at all."""
    WALD_CORRECTED = "wald-corrected"
    """Wald, wider by half of 1/n1 + 1/n2 to each side."""
    AGRESTI_CAFFO = "agresti-caffo"
    """Wald after one more response and one more subject without in each group."""
    NEWCOMBE = "newcombe"
    """From Wilson's limits of each group, squared and added."""
    MIETTINEN_NURMINEN = "miettinen-nurminen"
    """Score, the variance times N / (N - 1)."""
    MEE = "mee"
    """Score, without that factor; the interval of the Farrington-Manning test."""
    SCAS = "scas"
    """Score with that factor, corrected for skewness: its two tails are near half of what is left each."""


REFERENCES: Final = {
    DifferenceInterval.WALD: f"{NEWCOMBE_1998}, method 1",
    DifferenceInterval.WALD_CORRECTED: f"{NEWCOMBE_1998}, method 2",
    DifferenceInterval.AGRESTI_CAFFO: "Agresti A, Caffo B, Am Stat 2000;54:280-288",
    DifferenceInterval.NEWCOMBE: f"{NEWCOMBE_1998}, method 10",
    DifferenceInterval.MIETTINEN_NURMINEN: "Miettinen O, Nurminen M, Stat Med 1985;4:213-226",
    DifferenceInterval.MEE: "Mee RW, Biometrics 1984;40:1175-1176; Farrington CP, Manning G, Stat Med 1990;9:1447-1454",
    DifferenceInterval.SCAS: "Laud PJ, Pharm Stat 2017;16:334-348; Gart JJ, Nam J, Biometrics 1990;46:637-643",
}


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
    groups, reasons = take_two_groups(x1, n1, x2, n2)
    lower, upper = DIFFERENCE_LIMITS[method](*groups, level)
    return settle_estimate(
        reasons,
        groups.x1 / groups.n1 - groups.x2 / groups.n2,
        (np.clip(lower, -1, 1), np.clip(upper, -1, 1)),
        level=level,
        method=method.value,
        reference=REFERENCES[method],
    )


def _difference_wald(a: Numbers, m: Numbers, b: Numbers, n: Numbers, level: float) -> Limits:
    p, q = a / m, b / n
    margin = normal_quantile(level) * np.sqrt(p * (1 - p) / m + q * (1 - q) / n)
    return p - q - margin, p - q + margin


def _difference_wald_corrected(a: Numbers, m: Numbers, b: Numbers, n: Numbers, level: float) -> Limits:
    lower, upper = _difference_wald(a, m, b, n, level)
    correction = (1 / m + 1 / n) / 2
    return lower - correction, upper + correction


def _difference_agresti_caffo(a: Numbers, m: Numbers, b: Numbers, n: Numbers, level: float) -> Limits:
    return _difference_wald(a + 1, m + 2, b + 1, n + 2, level)


def _difference_newcombe(a: Numbers, m: Numbers, b: Numbers, n: Numbers, level: float) -> Limits:
    p, q = a / m, b / n
    p_low, p_high = compute_wilson_limits(a, m, level)
    q_low, q_high = compute_wilson_limits(b, n, level)
    return p - q - np.hypot(p - p_low, q_high - q), p - q + np.hypot(p_high - p, q - q_low)


def _difference_score(name: str, a: Numbers, m: Numbers, b: Numbers, n: Numbers, level: float) -> Limits:
    return compute_score_limits(DIFFERENCE, SCORE_FORMS[name], a, m, b, n, level)


DIFFERENCE_LIMITS: dict[DifferenceInterval, Callable[[Numbers, Numbers, Numbers, Numbers, float], Limits]] = {
    DifferenceInterval.WALD: _difference_wald,
    DifferenceInterval.WALD_CORRECTED: _difference_wald_corrected,
    DifferenceInterval.AGRESTI_CAFFO: _difference_agresti_caffo,
    DifferenceInterval.NEWCOMBE: _difference_newcombe,
    DifferenceInterval.MIETTINEN_NURMINEN: partial(_difference_score, "miettinen-nurminen"),
    DifferenceInterval.MEE: partial(_difference_score, "mee"),
    DifferenceInterval.SCAS: partial(_difference_score, "scas"),
}
