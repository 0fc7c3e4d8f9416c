"""Median time to event: it and other quantiles, with Brookmeyer-Crowley limits.

A quantile that the curve does not reach is infinite (``inf``): *not reached* is an answer, and so is an upper limit
that is not reached. Software prints NA, NE or a point for it. ``method`` is the scale of the curve's limits, as for
Kaplan-Meier.

When to use: to say in days when half of the subjects had the event. The limits are the times at which the limits of
the curve, on the scale named, reach the level; log-log is SAS's default and log is R's. Quantiles of two arms
that overlap do not make a test: use the log-rank test.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.result import Estimate, Numbers, check_level, settle
from myotis.statistics.time_to_event.product_limit import ProductLimit
from myotis.statistics.time_to_event.risk_sets import NO_SUBJECTS, Mask, RiskSets, check_codes, take_subjects
from myotis.statistics.time_to_event.survival_limits import SurvivalInterval, compute_survival_limits

BROOKMEYER_CROWLEY = "Brookmeyer R, Crowley J, Biometrics 1982;38:29-41"

REFERENCES: Final = {
    "first": "Klein JP, Moeschberger ML, Survival Analysis, Springer 2003, section 4.5",
    "midpoint": "SAS/STAT User's Guide, LIFETEST procedure, product-limit method; R survival, quantile.survfit",
    **{scale.value: BROOKMEYER_CROWLEY for scale in SurvivalInterval},
}

SAME = 1e-10
"""A curve this near to the level is at the level: products of a curve's factors carry rounding of about 1e-15."""


class QuantileDefinition(StrEnum):
    """What the quantile is where the curve stays exactly at the level for a while (two of four had the event)."""

    FIRST = "first"
    """The first time at which the curve is at or below the level."""
    MIDPOINT = "midpoint"
    """The middle between that time and the next, at which the curve falls below the level (SAS and R). Where it never
    falls below, the last time of anyone stands for the next, as in R."""


def estimate_survival_quantile(
    time: ArrayLike,
    event: ArrayLike,
    share: float,
    *,
    definition: QuantileDefinition | str,
    method: SurvivalInterval | str,
    level: float,
) -> Estimate:
    """The time by which ``share`` of the subjects (0.5: the median) had the event, with its limits; [...].

    Subjects [..., subject] as in `myotis.statistics.time_to_event.kaplan_meier`. Infinite where not reached. Where
    the curve falls to 0 it has no limits: the lower limit of the time is then that time at the latest, and the upper
    is not reached. Without subjects there is no answer.

    Half of the placebo group have not improved when the period ends, so the upper limit is not reached:

    >>> answer = estimate_survival_quantile([29, 57, 85, 113, 113], [1, 1, 1, 0, 0], 0.5, definition="midpoint",
    ...                                     method="log-log", level=0.95)
    >>> [float(value) for value in (answer.estimate, answer.lower, answer.upper)]
    [85.0, 29.0, inf]
    """
    definition, method = QuantileDefinition(definition), SurvivalInterval(method)
    check_level(level)
    if not 0 < share < 1:
        raise StatisticsError(f"the share is {share:g}; expected a proportion between 0 and 1, such as 0.5")
    t, (had_event,) = take_subjects(time, event)
    check_codes(had_event, (0, 1), what="event")
    curve = ProductLimit.of(t, had_event)
    rest = 1 - share
    lower, upper = compute_survival_limits(curve.survival, curve.greenwood, method, level)
    quantile = _first_time(curve.sets, curve.survival <= rest + SAME)
    if definition is QuantileDefinition.MIDPOINT:
        quantile = (quantile + _end_of_level(curve, quantile, rest)) / 2
    (time_of, low, high), undefined = settle(
        [(curve.sets.n == 0, NO_SUBJECTS)],
        quantile,
        _first_time(curve.sets, np.where(curve.survival > 0, lower, 0.0) <= rest),
        _first_time(curve.sets, np.where(curve.survival > 0, upper, 1.0) <= rest),
    )
    return Estimate(
        estimate=time_of,
        lower=low,
        upper=high,
        level=level,
        method=f"{method.value}, {definition.value}",
        reference=f"{BROOKMEYER_CROWLEY}; {REFERENCES[definition]}",
        undefined=undefined,
    )


def _end_of_level(curve: ProductLimit, quantile: Numbers, rest: float) -> Numbers:
    """Until when the curve stays at the level from its quantile on: the quantile itself where it passes at once."""
    below = _first_time(curve.sets, curve.survival < rest - SAME)
    end = np.where(np.isinf(below), curve.sets.last_time, below)
    return np.where(np.isinf(quantile), np.inf, end)


def _first_time(sets: RiskSets, holds: Mask) -> Numbers:
    """The first step at which something holds; infinite where at none."""
    first: Numbers = np.where(holds & sets.is_step, sets.time, np.inf).min(axis=-1)
    return first
