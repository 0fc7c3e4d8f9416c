"""One proportion: the share of subjects with an event, with its interval.

When to use: to describe the responders of one arm. Clopper-Pearson never covers less than its level and is wide;
mid-P, Wilson and Jeffreys are near it on average, and Agresti-Coull mostly a little above; Wald has no width at 0 of n
and at n of n. The corrected forms imitate Clopper-Pearson.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.statistics.bracketed_root import find_bracketed_roots
from myotis.statistics.normal import normal_quantile
from myotis.statistics.proportions.wilson import compute_corrected_wilson_limits, compute_wilson_limits
from myotis.statistics.result import (
    EMPTY_ARM,
    Estimate,
    Limits,
    Numbers,
    check_level,
    find_distinct,
    settle,
    take_counts,
)


class ProportionInterval(StrEnum):
    """Intervals of one proportion."""

    WALD = "wald"
    """The standard error at the proportion observed."""
    WALD_CORRECTED = "wald-corrected"
    """Wald, wider by 1 / (2n) to each side."""
    WILSON = "wilson"
    """Score: the proportions that a test at the same level would not reject."""
    WILSON_CORRECTED = "wilson-corrected"
    """Score with a correction for continuity."""
    AGRESTI_COULL = "agresti-coull"
    """Wald around the middle of Wilson's interval."""
    JEFFREYS = "jeffreys"
    """Equal tails of the posterior under a Beta(1/2, 1/2) prior; from 0 at 0 of n, to 1 at n of n."""
    CLOPPER_PEARSON = "clopper-pearson"
    """Exact: each tail is at most half of what the level leaves."""
    MID_P = "mid-p"
    """Clopper-Pearson with half of the probability of the count observed."""


NEWCOMBE_1998 = "Newcombe RG, Stat Med 1998;17:857-872"

REFERENCES: Final = {
    ProportionInterval.WALD: f"{NEWCOMBE_1998}, method 1",
    ProportionInterval.WALD_CORRECTED: f"{NEWCOMBE_1998}, method 2",
    ProportionInterval.WILSON: "Wilson EB, J Am Stat Assoc 1927;22:209-212",
    ProportionInterval.WILSON_CORRECTED: f"{NEWCOMBE_1998}, method 4",
    ProportionInterval.AGRESTI_COULL: "Agresti A, Coull BA, Am Stat 1998;52:119-126",
    ProportionInterval.JEFFREYS: "Brown LD, Cai TT, DasGupta A, Stat Sci 2001;16:101-133",
    ProportionInterval.CLOPPER_PEARSON: "Clopper CJ, Pearson ES, Biometrika 1934;26:404-413",
    ProportionInterval.MID_P: "Lancaster HO, J Am Stat Assoc 1961;56:223-234",
}


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
    lower, upper = PROPORTION_LIMITS[method](events, safe, level)
    (p, low, high), undefined = settle(
        [(total == 0, EMPTY_ARM)], events / safe, np.clip(lower, 0, 1), np.clip(upper, 0, 1)
    )
    return Estimate(
        estimate=p,
        lower=low,
        upper=high,
        level=level,
        method=method.value,
        reference=REFERENCES[method],
        undefined=undefined,
    )


def _wald_limits(x: Numbers, n: Numbers, level: float) -> Limits:
    p = x / n
    margin = normal_quantile(level) * np.sqrt(p * (1 - p) / n)
    return p - margin, p + margin


def _wald_corrected_limits(x: Numbers, n: Numbers, level: float) -> Limits:
    lower, upper = _wald_limits(x, n, level)
    return lower - 1 / (2 * n), upper + 1 / (2 * n)


def _agresti_coull_limits(x: Numbers, n: Numbers, level: float) -> Limits:
    squared = normal_quantile(level) ** 2
    return _wald_limits(x + squared / 2, n + squared, level)


def _clopper_pearson_limits(x: Numbers, n: Numbers, level: float) -> Limits:
    tail = (1 - level) / 2
    lower = special.betaincinv(np.maximum(x, 1), n - x + 1, tail)
    upper = special.betaincinv(x + 1, np.maximum(n - x, 1), 1 - tail)
    return np.where(x == 0, 0.0, lower), np.where(x == n, 1.0, upper)


def _jeffreys_limits(x: Numbers, n: Numbers, level: float) -> Limits:
    tail = (1 - level) / 2
    lower, upper = (special.betaincinv(x + 0.5, n - x + 0.5, at) for at in (tail, 1 - tail))
    return np.where(x == 0, 0.0, lower), np.where(x == n, 1.0, upper)


def _mid_p_limits(x: Numbers, n: Numbers, level: float) -> Limits:
    """The upper limit is 1 less the lower limit of those without an event."""
    return _mid_p_lower(x, n, level), 1 - _mid_p_lower(n - x, n, level)


def _mid_p_lower(x: Numbers, n: Numbers, level: float) -> Numbers:
    tail = (1 - level) / 2

    def excess(p: Numbers, x: Numbers, n: Numbers) -> Numbers:
        at_least = special.betainc(np.maximum(x, 1), n - x + 1, p)
        more = np.where(x == n, 0.0, special.betainc(x + 1, np.maximum(n - x, 1), p))
        tail_with_half: Numbers = (at_least + more) / 2
        return tail_with_half - tail

    counts, which = find_distinct(x, n)
    some = counts[:, 0] > 0
    lower = np.zeros(len(counts))
    lower[some] = find_bracketed_roots(excess, np.zeros(some.sum()), np.ones(some.sum()), *counts[some].T)
    return lower[which]


PROPORTION_LIMITS: dict[ProportionInterval, Callable[[Numbers, Numbers, float], Limits]] = {
    ProportionInterval.WALD: _wald_limits,
    ProportionInterval.WALD_CORRECTED: _wald_corrected_limits,
    ProportionInterval.WILSON: compute_wilson_limits,
    ProportionInterval.WILSON_CORRECTED: compute_corrected_wilson_limits,
    ProportionInterval.AGRESTI_COULL: _agresti_coull_limits,
    ProportionInterval.JEFFREYS: _jeffreys_limits,
    ProportionInterval.CLOPPER_PEARSON: _clopper_pearson_limits,
    ProportionInterval.MID_P: _mid_p_limits,
}
