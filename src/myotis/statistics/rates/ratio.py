"""The ratio of two rates: exact, mid-p, score, SCAS and Wald intervals.

Group 1 comes first, and a ratio is group 1 over group 2. Of all events, those in group 1 are then a binomial number:
every method here is one of a proportion (events of group 1 among all), carried over to the ratio. Events are taken
as Poisson: see `myotis.statistics.rates.one` for what that leaves out.

When to use: for adverse events by arm, or before and after a change (of the maximal infusion rate), where the
exposures differ. The exact conditional interval never covers less than its level; mid-p, score and SCAS are near it on
average. Where patients are their own comparison, see stratified rates.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.statistics.bisection import bisect_limit
from myotis.statistics.normal import normal_quantile
from myotis.statistics.proportions.wilson import compute_wilson_limits
from myotis.statistics.rates.conditional import CONDITIONAL, compute_mid_p_tail, take_groups
from myotis.statistics.result import Estimate, Limits, Numbers, check_level, settle


class RateRatioInterval(StrEnum):
    """Intervals of a ratio of two rates."""

    EXACT = "exact"
    """Conditional on the number of all events; by Clopper and Pearson."""
    MID_P = "mid-p"
    """As exact, with half the probability of the number observed."""
    SCORE = "score"
    """The ratios that a score test would not reject; by Wilson."""
    SCAS = "scas"
    """Score, corrected for skewness."""
    LOG_WALD = "log-wald"
    """The logarithm and its standard error; no answer where a group has no events."""


REFERENCES: Final = {
    RateRatioInterval.EXACT: f"{CONDITIONAL}; Clopper CJ, Pearson ES, Biometrika 1934;26:404-413",
    RateRatioInterval.MID_P: "Rothman KJ, Greenland S, Modern Epidemiology, Lippincott 1998, chapter 14",
    RateRatioInterval.SCORE: "Miettinen O, Nurminen M, Stat Med 1985;4:213-226",
    RateRatioInterval.SCAS: "Laud PJ, Pharm Stat 2017;16:334-348",
    RateRatioInterval.LOG_WALD: "Rothman KJ, Greenland S, Modern Epidemiology, Lippincott 1998, chapter 14",
}

NO_LOGARITHM = "a group without events has a rate without a logarithm"


def estimate_ratio_of_rates(
    events1: ArrayLike,
    exposure1: ArrayLike,
    events2: ArrayLike,
    exposure2: ArrayLike,
    *,
    method: RateRatioInterval | str,
    level: float,
) -> Estimate:
    """The rate of group 1 over that of group 2, with its interval.

    Without events in group 1 the ratio is 0; without events in group 2 it is infinite, and so is its upper limit.
    There is no answer without events in both, nor without exposure of one.

    Related adverse events of ProDERM's first period, 113 in 52 patients and 38 in 48, for a patient:

    >>> answer = estimate_ratio_of_rates(113, 52, 38, 48, method="exact", level=0.95)
    >>> [round(float(value), 2) for value in (answer.estimate, answer.lower, answer.upper)]
    [2.74, 1.89, 4.08]
    """
    method = RateRatioInterval(method)
    check_level(level)
    a, b, odds, reasons = take_groups(events1, exposure1, events2, exposure2)
    if method is RateRatioInterval.LOG_WALD:
        reasons.append(((a == 0) | (b == 0), NO_LOGARITHM))
    limits = {
        RateRatioInterval.EXACT: _exact_limits,
        RateRatioInterval.MID_P: _mid_p_limits,
        RateRatioInterval.SCORE: _score_limits,
        RateRatioInterval.SCAS: _scas_limits,
        RateRatioInterval.LOG_WALD: _log_wald_limits,
    }[method]
    total = np.maximum(a + b, 1)
    lower, upper = limits(a, total, level)
    (ratio, low, high), undefined = settle(
        reasons, _to_odds(a / total) / odds, _to_odds(lower) / odds, _to_odds(upper) / odds
    )
    return Estimate(
        estimate=ratio,
        lower=low,
        upper=high,
        level=level,
        method=method.value,
        reference=REFERENCES[method],
        undefined=undefined,
    )


def _to_odds(share: Numbers) -> Numbers:
    return np.where(share >= 1, np.inf, share / np.where(share >= 1, 1.0, 1 - share))


def _exact_limits(a: Numbers, total: Numbers, level: float) -> Limits:
    tail = (1 - level) / 2
    lower = special.betaincinv(np.maximum(a, 1), total - a + 1, tail)
    upper = special.betaincinv(a + 1, np.maximum(total - a, 1), 1 - tail)
    return np.where(a == 0, 0.0, lower), np.where(a == total, 1.0, upper)


def _mid_p_limits(a: Numbers, total: Numbers, level: float) -> Limits:
    tail = (1 - level) / 2
    lower = bisect_limit(lambda p: compute_mid_p_tail(a, total, p) < tail, np.zeros_like(total), a / total)
    upper = bisect_limit(lambda p: 1 - compute_mid_p_tail(a, total, p) > tail, a / total, np.ones_like(total))
    return np.where(a == 0, 0.0, lower), np.where(a == total, 1.0, upper)


def _score_limits(a: Numbers, total: Numbers, level: float) -> Limits:
    lower, upper = compute_wilson_limits(a, total, level)
    return np.where(a == 0, 0.0, lower), np.where(a == total, 1.0, upper)


def _scas_limits(a: Numbers, total: Numbers, level: float) -> Limits:
    """Where the score is z (or -z), plus the skewness over 6 times z squared minus 1.

    Both sides times the standard deviation of the number: the skewness of a binomial is (1 - 2 p) over that.
    """
    z = normal_quantile(level)

    def excess(p: Numbers, bound: float) -> Numbers:
        return np.asarray(
            a - total * p - bound * np.sqrt(total * p * (1 - p)) - (1 - 2 * p) * (z**2 - 1) / 6, dtype=float
        )

    lower = bisect_limit(lambda p: excess(p, z) > 0, np.zeros_like(total), a / total)
    upper = bisect_limit(lambda p: excess(p, -z) > 0, a / total, np.ones_like(total))
    return np.where(a == 0, 0.0, lower), np.where(a == total, 1.0, upper)


def _log_wald_limits(a: Numbers, total: Numbers, level: float) -> Limits:
    b = total - a
    safe_a, safe_b = np.maximum(a, 1), np.maximum(b, 1)
    factor = np.exp(normal_quantile(level) * np.sqrt(1 / safe_a + 1 / safe_b))
    low, high = safe_a / safe_b / factor, safe_a / safe_b * factor
    return low / (1 + low), high / (1 + high)
