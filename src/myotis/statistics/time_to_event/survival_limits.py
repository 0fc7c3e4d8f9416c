"""Limits of a survival probability on a transformed scale, from Greenwood's variance."""

from enum import StrEnum
from typing import Final

import numpy as np
from scipy import special

from myotis.statistics.normal import normal_quantile
from myotis.statistics.result import Limits, Numbers


class SurvivalInterval(StrEnum):
    """The scale on which the limits of a survival curve are symmetric. R's survfit takes ``log``, SAS ``log-log``."""

    PLAIN = "plain"
    """The curve itself (SAS: LINEAR); cut to 0 and 1."""
    LOG = "log"
    """Its logarithm; the upper limit is cut to 1."""
    LOG_LOG = "log-log"
    """The logarithm of minus its logarithm (SAS: LOGLOG)."""
    LOGIT = "logit"
    """Its log odds."""
    ARCSINE = "arcsine"
    """The arcsine of its square root (SAS: ASINSQRT, R: arcsin)."""


GREENWOOD = "Greenwood M, Rep Public Health Med Subj 1926;33:1-26"
KALBFLEISCH_PRENTICE = "Kalbfleisch JD, Prentice RL, The Statistical Analysis of Failure Time Data, Wiley 1980"
BORGAN_LIESTOL = "Borgan O, Liestol K, Scand J Stat 1990;17:35-41"

REFERENCE_OF: Final[dict[str, str]] = {
    SurvivalInterval.PLAIN: GREENWOOD,
    SurvivalInterval.LOG: KALBFLEISCH_PRENTICE,
    SurvivalInterval.LOG_LOG: f"{KALBFLEISCH_PRENTICE}; {BORGAN_LIESTOL}",
    SurvivalInterval.LOGIT: "Meeker WQ, Escobar LA, Statistical Methods for Reliability Data, Wiley 1998",
    SurvivalInterval.ARCSINE: BORGAN_LIESTOL,
}


def compute_survival_limits(survival: Numbers, greenwood: Numbers, method: SurvivalInterval, level: float) -> Limits:
    """Limits of the curve; ``greenwood`` is its variance over its square.

    Where the curve is 1 (nobody had the event yet) the limits are 1. Where it is 0 Greenwood's formula divides by 0
    and the limits are NaN: the caller says why.
    """
    is_between = (survival > 0) & (survival < 1)
    s = np.where(is_between, survival, 0.5)
    margin = normal_quantile(level) * np.sqrt(np.where(is_between, greenwood, 0.0))
    limits = _limits_between(s, margin, method)
    at_end = np.where(survival >= 1, 1.0, np.nan)
    return np.where(is_between, limits[0], at_end), np.where(is_between, limits[1], at_end)


def _limits_between(s: Numbers, margin: Numbers, method: SurvivalInterval) -> Limits:
    match method:
        case SurvivalInterval.PLAIN:
            return np.maximum(s - s * margin, 0.0), np.minimum(s + s * margin, 1.0)
        case SurvivalInterval.LOG:
            return s * np.exp(-margin), np.minimum(s * np.exp(margin), 1.0)
        case SurvivalInterval.LOG_LOG:
            power = np.exp(margin / -np.log(s))
            return s**power, s ** (1 / power)
        case SurvivalInterval.LOGIT:
            middle, reach = special.logit(s), margin / (1 - s)
            return special.expit(middle - reach), special.expit(middle + reach)
        case SurvivalInterval.ARCSINE:
            middle, reach = np.arcsin(np.sqrt(s)), margin / 2 * np.sqrt(s / (1 - s))
            return np.sin(np.maximum(middle - reach, 0.0)) ** 2, np.sin(np.minimum(middle + reach, np.pi / 2)) ** 2
