"""The score statistic of a difference, a ratio and an odds ratio of two proportions.

Each is a distance between what was observed and what a tested value makes most likely, over its standard error
there: about standard normal if the value is true, and falling from one end of the scale to the other.

* Mee 1984, Farrington and Manning 1990 (difference), Koopman 1984 (ratio): as it is.
* Miettinen and Nurminen 1985: the variance times N / (N - 1).
* Gart and Nam 1988, 1990, Laud 2017: that, and corrected for the skewness of the distance (third central moment);
  that of the odds ratio for its bias as well (Gart 1985, Laud 2018).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from myotis.statistics.proportions.likeliest import (
    find_likeliest_of_difference,
    find_likeliest_of_odds_ratio,
    find_likeliest_of_ratio,
)
from myotis.statistics.result import Numbers

LARGEST = 1e9
"""Stands for an infinite statistic (a distance without variance), so that root finding can go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreForm:
    """Which corrections a score statistic has."""

    variance_by_n_minus_1: bool
    skewness: bool


SCORE_FORMS: Final = {
    "mee": ScoreForm(variance_by_n_minus_1=False, skewness=False),
    "koopman": ScoreForm(variance_by_n_minus_1=False, skewness=False),
    "farrington-manning": ScoreForm(variance_by_n_minus_1=False, skewness=False),
    "miettinen-nurminen": ScoreForm(variance_by_n_minus_1=True, skewness=False),
    "scas": ScoreForm(variance_by_n_minus_1=True, skewness=True),
}
"""The form of each method that is made of a score statistic, by the method's name."""


@dataclass(frozen=True, slots=True)
class Moments:
    """The distance, its bias, its variance and its third central moment at the likeliest proportions."""

    distance: Numbers
    bias: Numbers
    variance: Numbers
    third: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """What two proportions are compared by, and the scale that its score limits are searched on."""

    moments: Callable[[Numbers, Numbers, Numbers, Numbers, Numbers], Moments]
    observed: Callable[[Numbers, Numbers, Numbers, Numbers], Numbers]
    """The contrast observed on the scale of the search; any value where it has none."""
    is_logarithmic: bool
    end: float
    """The scale of the search goes from -end to end."""


def compute_score(
    contrast: Contrast, form: ScoreForm, x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers, value: Numbers
) -> Numbers:
    """The statistic of ``value``: above 0 where more was observed. 0 where there is neither distance nor variance."""
    moments = contrast.moments(x1, n1, x2, n2, value)
    total = n1 + n2
    variance = moments.variance * (total / (total - 1) if form.variance_by_n_minus_1 else 1)
    distance = moments.distance - (moments.bias if form.skewness else 0)
    known = variance > 0
    se = np.sqrt(np.where(known, variance, 1))
    score = np.where(known, distance / se, np.sign(np.where(np.abs(distance) < 1e-12, 0, distance)) * LARGEST)
    if form.skewness:
        score = _correct_skewness(score, np.where(known, moments.third / (6 * se**3), 0))
    return np.clip(score, -LARGEST, LARGEST)


def _correct_skewness(score: Numbers, skewness: Numbers) -> Numbers:
    """The z with z + skewness * (z**2 - 1) = score, by the root that is near the score where skewness is small."""
    shifted = score + skewness
    z: Numbers = 2 * shifted / (1 + np.sqrt(np.maximum(1 + 4 * skewness * shifted, 0)))
    return z


def _moments_of_difference(x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers, value: Numbers) -> Moments:
    p1, p2 = find_likeliest_of_difference(x1, n1, x2, n2, value)
    v1, v2 = p1 * (1 - p1) / n1, p2 * (1 - p2) / n2
    distance = x1 / n1 - x2 / n2 - value
    return Moments(distance, np.zeros_like(v1), v1 + v2, v1 * (1 - 2 * p1) / n1 - v2 * (1 - 2 * p2) / n2)


def _moments_of_ratio(x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers, value: Numbers) -> Moments:
    """Over the root of the ratio, so that all stay within floats."""
    p1, p2 = find_likeliest_of_ratio(x1, n1, x2, n2, value)
    v1, v2 = p1 * (1 - p1) / n1, p2 * (1 - p2) / n2
    w1, w2 = 1 / np.sqrt(value), np.sqrt(value)
    distance = w1 * x1 / n1 - w2 * x2 / n2
    variance = w1**2 * v1 + w2**2 * v2
    return Moments(
        distance, np.zeros_like(v1), variance, w1**3 * v1 * (1 - 2 * p1) / n1 - w2**3 * v2 * (1 - 2 * p2) / n2
    )


def _moments_of_odds_ratio(x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers, value: Numbers) -> Moments:
    """Of the first group's events, whose deviation from the likeliest is the second's with the other sign."""
    p1, q1, p2, q2 = find_likeliest_of_odds_ratio(x1, n1, x2, n2, value)
    v1, v2 = n1 * p1 * q1, n2 * p2 * q2
    both = np.where(v1 + v2 > 0, v1 + v2, 1)
    variance = v1 * v2 / both
    third = variance * ((q1 - p1) * (v2 / both) ** 2 - (q2 - p2) * (v1 / both) ** 2)
    return Moments(x1 - n1 * p1, variance * (p1 - p2) / both, variance, third)


def _observed_difference(x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers) -> Numbers:
    return x1 / n1 - x2 / n2


def _observed_log_ratio(x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers) -> Numbers:
    return _log_or_end(x1 * n2, x2 * n1)


def _observed_log_odds_ratio(x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers) -> Numbers:
    return _log_or_end(x1 * (n2 - x2), x2 * (n1 - x1))


def _log_or_end(above: Numbers, below: Numbers) -> Numbers:
    known = (above > 0) & (below > 0)
    log = np.log(np.where(known, above, 1)) - np.log(np.where(known, below, 1))
    return np.where(known, log, LOG_END * (np.sign(above) - np.sign(below)))


LOG_END = 60.0
"""Logarithms beyond this are 0 or infinity: no trial has limits of 1e26."""

DIFFERENCE: Final = Contrast(
    moments=_moments_of_difference, observed=_observed_difference, is_logarithmic=False, end=1.0
)
RATIO: Final = Contrast(moments=_moments_of_ratio, observed=_observed_log_ratio, is_logarithmic=True, end=LOG_END)
ODDS_RATIO: Final = Contrast(
    moments=_moments_of_odds_ratio, observed=_observed_log_odds_ratio, is_logarithmic=True, end=LOG_END
)
