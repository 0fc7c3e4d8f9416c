"""The difference of two rates: Wald, Miettinen-Nurminen and SCAS intervals.

Group 1 comes first, and a difference is group 1 minus group 2. Events are taken as Poisson: see
`myotis.statistics.rates.one` for what that leaves out.

When to use: for the excess of adverse events over a comparator, in events per exposure. The score intervals
(Miettinen-Nurminen, SCAS) are near their level with few events; Wald has no width where neither group has any.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.statistics.bisection import bisect_limit
from myotis.statistics.normal import normal_quantile
from myotis.statistics.rates.exposure import NO_EXPOSURE, take_events
from myotis.statistics.result import Estimate, Limits, Numbers, check_level, settle


class RateDifferenceInterval(StrEnum):
    """Intervals of a difference of two rates."""

    WALD = "wald"
    """The standard error at the rates seen."""
    MIETTINEN_NURMINEN = "miettinen-nurminen"
    """The differences that a score test would not reject."""
    SCAS = "scas"
    """Score, corrected for skewness."""


REFERENCES: Final = {
    RateDifferenceInterval.WALD: "Rothman KJ, Greenland S, Modern Epidemiology, Lippincott 1998, chapter 14",
    RateDifferenceInterval.MIETTINEN_NURMINEN: "Miettinen O, Nurminen M, Stat Med 1985;4:213-226",
    RateDifferenceInterval.SCAS: "Laud PJ, Pharm Stat 2017;16:334-348",
}


def estimate_difference_of_rates(
    events1: ArrayLike,
    exposure1: ArrayLike,
    events2: ArrayLike,
    exposure2: ArrayLike,
    *,
    method: RateDifferenceInterval | str,
    level: float,
    per: float = 1,
) -> Estimate:
    """The rate of group 1 minus that of group 2, with its interval; all numbers are ``per`` so much exposure.

    Without exposure of a group there is no answer.

    Infusional adverse events of ProDERM's first period, 139 in 52 patients and 65 in 48, for a patient:

    >>> answer = estimate_difference_of_rates(139, 52, 65, 48, method="miettinen-nurminen", level=0.95)
    >>> [round(float(value), 2) for value in (answer.estimate, answer.lower, answer.upper)]
    [1.32, 0.77, 1.89]
    """
    method = RateDifferenceInterval(method)
    check_level(level)
    a, m = take_events(events1, exposure1)
    b, n = take_events(events2, exposure2)
    a, m, b, n = np.broadcast_arrays(a, m, b, n)
    is_none = (m == 0) | (n == 0)
    m, n = np.where(is_none, 1.0, m), np.where(is_none, 1.0, n)
    if method is RateDifferenceInterval.WALD:
        lower, upper = _wald_limits(a, m, b, n, level)
    else:
        lower, upper = _score_limits(a, m, b, n, level, is_skewed=method is RateDifferenceInterval.SCAS)
    (difference, low, high), undefined = settle(
        [(is_none, NO_EXPOSURE)], (a / m - b / n) * per, lower * per, upper * per
    )
    return Estimate(
        estimate=difference,
        lower=low,
        upper=high,
        level=level,
        method=method.value,
        reference=REFERENCES[method],
        undefined=undefined,
    )


def _wald_limits(a: Numbers, m: Numbers, b: Numbers, n: Numbers, level: float) -> Limits:
    margin = normal_quantile(level) * np.sqrt(a / m**2 + b / n**2)
    return a / m - b / n - margin, a / m - b / n + margin


def _score_limits(a: Numbers, m: Numbers, b: Numbers, n: Numbers, level: float, *, is_skewed: bool) -> Limits:
    """Where the score is z or -z; it falls as the difference tested rises.

    The limits lie no further from what was seen than those of each rate alone at a far higher level; ``reach`` is
    beyond them.
    """
    z = normal_quantile(level)
    seen = a / m - b / n
    reach = (z + 2) ** 2 * (1 / m + 1 / n) + 2 * (z + 2) * np.sqrt((a + 1) / m**2 + (b + 1) / n**2)

    def score_above(bound: float, delta: Numbers) -> NDArray[np.bool_]:
        p1, p2 = _constrained_rates(a, m, b, n, delta)
        variance = p1 / m + p2 / n
        above = bound * np.sqrt(variance)
        if is_skewed:
            skewness = np.divide(p1 / m**2 - p2 / n**2, variance, out=np.zeros_like(variance), where=variance > 0)
            above = above + skewness * (z**2 - 1) / 6
        return np.asarray(seen - delta > above)

    lower = bisect_limit(lambda delta: score_above(z, delta), seen - reach, seen)
    return lower, bisect_limit(lambda delta: score_above(-z, delta), seen, seen + reach)


def _constrained_rates(a: Numbers, m: Numbers, b: Numbers, n: Numbers, delta: Numbers) -> tuple[Numbers, Numbers]:
    """The most likely two rates among those that differ by delta: the lower one is the root of a quadratic."""
    total, apart = m + n, np.abs(delta)
    half = (total * apart - a - b) / 2
    product = np.where(delta >= 0, b, a) * apart
    root = np.sqrt(half**2 + total * product)
    away = np.divide(product, root + half, out=np.zeros_like(root), where=half > 0)  # without cancellation
    lower = np.where(half > 0, away, (root - half) / total)
    return lower + np.maximum(delta, 0.0), lower + np.maximum(-delta, 0.0)
