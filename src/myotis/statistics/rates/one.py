"""One rate: events per exposure, with its interval.

Events are counted, not patients: 282 events in 95 patients are a rate over the time (or the cycles) that the 95 were
followed; *how many patients had one* is a proportion. Exposure is in any unit: patient-months, infusion cycles. The
intervals take events as Poisson, so that each comes no matter what came before. Events that cluster in some patients
break that, and the intervals are then too narrow: test it with `dispersion_test`, and use `estimate_rate_of_subjects`.

When to use: for exposure-adjusted incidence of adverse events, by arm or by period. Garwood's exact interval never
covers less than its level and is wide with few events; mid-p, score and SCAS are near it on average; Wald has
no width without events.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.statistics.bisection import bisect_limit
from myotis.statistics.normal import normal_quantile
from myotis.statistics.rates.exposure import NO_EXPOSURE, take_events
from myotis.statistics.result import Estimate, Limits, Numbers, check_level, settle


class RateInterval(StrEnum):
    """Intervals of a rate."""

    EXACT = "exact"
    """Garwood's: each tail of the Poisson distribution has at most half of what the level leaves."""
    MID_P = "mid-p"
    """As exact, with half the probability of the number observed."""
    SCORE = "score"
    """The rates that a score test would not reject."""
    SCAS = "scas"
    """Score, corrected for skewness."""
    WALD = "wald"
    """The rate and its standard error; cut to 0."""
    LOG_WALD = "log-wald"
    """The logarithm and its standard error; without events there is no answer."""


REFERENCES: Final = {
    RateInterval.EXACT: "Garwood F, Biometrika 1936;28:437-442",
    RateInterval.MID_P: "Cohen GR, Yang SY, Stat Med 1994;13:2189-2203",
    RateInterval.SCORE: "Rao CR, Linear Statistical Inference and Its Applications, Wiley 1973",
    RateInterval.SCAS: "Laud PJ, Pharm Stat 2017;16:334-348",
    RateInterval.WALD: "Rothman KJ, Greenland S, Modern Epidemiology, Lippincott 1998, chapter 14",
    RateInterval.LOG_WALD: "Rothman KJ, Greenland S, Modern Epidemiology, Lippincott 1998, chapter 14",
}

NO_LOGARITHM = "a rate without events has no logarithm"


def estimate_rate(
    events: ArrayLike, exposure: ArrayLike, *, method: RateInterval | str, level: float, per: float = 1
) -> Estimate:
    """The rate of events in the exposure, with its interval; all numbers are ``per`` so much exposure.

    Without events the rate is 0, with an upper limit but for Wald's, which is 0 there. Without exposure there is no
    answer.

    Thromboembolic events of ProDERM, 8 in 664 infusion cycles, for 1000 cycles:

    >>> answer = estimate_rate(8, 664, method="exact", level=0.95, per=1000)
    >>> [round(float(value), 1) for value in (answer.estimate, answer.lower, answer.upper)]
    [12.0, 5.2, 23.7]
    """
    method = RateInterval(method)
    check_level(level)
    x, t = take_events(events, exposure)
    limits = {
        RateInterval.EXACT: _garwood_limits,
        RateInterval.MID_P: _mid_p_limits,
        RateInterval.SCORE: _score_limits,
        RateInterval.SCAS: _scas_limits,
        RateInterval.WALD: _wald_limits,
        RateInterval.LOG_WALD: _log_wald_limits,
    }[method]
    lower, upper = limits(x, level)
    factor = per / np.where(t > 0, t, 1.0)
    reasons = [(t == 0, NO_EXPOSURE)]
    if method is RateInterval.LOG_WALD:
        reasons.append((x == 0, NO_LOGARITHM))
    (rate, low, high), undefined = settle(reasons, x * factor, lower * factor, upper * factor)
    return Estimate(
        estimate=rate,
        lower=low,
        upper=high,
        level=level,
        method=method.value,
        reference=REFERENCES[method],
        undefined=undefined,
    )


def _garwood_limits(x: Numbers, level: float) -> Limits:
    tail = (1 - level) / 2
    lower = np.where(x == 0, 0.0, special.gammaincinv(np.maximum(x, 1), tail))
    return lower, special.gammainccinv(x + 1, tail)


def _mid_p_limits(x: Numbers, level: float) -> Limits:
    tail = (1 - level) / 2
    outer_low, outer_high = _garwood_limits(x, level)

    def half_below(mu: Numbers) -> Numbers:
        """The probability of fewer events than seen, and half of that of as many."""
        fewer = np.where(x == 0, 0.0, special.gammaincc(np.maximum(x, 1), mu))
        return np.asarray(fewer + special.gammaincc(x + 1, mu)) / 2

    lower = bisect_limit(lambda mu: 1 - half_below(mu) < tail, outer_low, x)
    return np.where(x == 0, 0.0, lower), bisect_limit(lambda mu: half_below(mu) > tail, x, outer_high)


def _score_limits(x: Numbers, level: float) -> Limits:
    z = normal_quantile(level)
    middle, reach = x + z**2 / 2, z * np.sqrt(x + z**2 / 4)
    return np.maximum(middle - reach, 0.0), middle + reach


def _scas_limits(x: Numbers, level: float) -> Limits:
    """The score is z, plus the skewness over 6 times z squared minus 1; this skewness is 1 over the root of mu."""
    z = normal_quantile(level)
    middle = x - (z**2 - 1) / 6
    reach = z * np.sqrt(np.maximum(middle + z**2 / 4, 0.0))
    return np.where(x == 0, 0.0, middle + z**2 / 2 - reach), middle + z**2 / 2 + reach


def _wald_limits(x: Numbers, level: float) -> Limits:
    reach = normal_quantile(level) * np.sqrt(x)
    return np.maximum(x - reach, 0.0), x + reach


def _log_wald_limits(x: Numbers, level: float) -> Limits:
    factor = np.exp(normal_quantile(level) / np.sqrt(np.maximum(x, 1)))
    return x / factor, x * factor
