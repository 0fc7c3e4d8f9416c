"""Restricted mean survival time: the area below a Kaplan-Meier curve until a time, and how two arms differ in it.

When to use: to say in days how much longer subjects stay without the event within a period that is fixed before
(``tau``), without a model; it needs no proportional hazards, and no median that is reached.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.normal import normal_quantile
from myotis.statistics.result import Estimate, Numbers, Reasons, TestResult, check_level, settle
from myotis.statistics.time_to_event.product_limit import ProductLimit, compute_greenwood_terms
from myotis.statistics.time_to_event.risk_sets import NO_SUBJECTS, check_codes, take_subjects

UNO_2014 = "Uno H et al, J Clin Oncol 2014;32:2380-2385"

REFERENCES: Final = {
    "restricted-mean": "Irwin JO, J Hyg 1949;47:188-189; Kaplan EL, Meier P, J Am Stat Assoc 1958;53:457-481",
    "difference": UNO_2014,
    "ratio": UNO_2014,
}

NOT_FOLLOWED = "no subject was followed until tau, and the curve has not reached 0"
NO_TIME = "a group has the event at time 0 throughout, and a mean of 0 has no ratio"
NO_SPREAD = "neither arm has an event before tau that leaves anyone at risk, so both means are without error"


def estimate_restricted_mean(time: ArrayLike, event: ArrayLike, tau: float, *, level: float) -> Estimate:
    """The mean time without the event until ``tau``, over the last axis; Greenwood's variance, limits by the normal.

    Without an event before tau the mean is tau and its interval has no width. There is no answer without subjects,
    nor where tau is after the last time of anyone and the curve has not reached 0.

    >>> answer = estimate_restricted_mean([20, 60, 80, 112, 112], [1, 1, 0, 0, 0], 112, level=0.95)
    >>> round(float(answer.estimate), 1), round(float(answer.se), 1)
    (83.2, 16.8)
    """
    check_level(level)
    mean, variance, none = _restricted_mean(time, event, tau)
    margin = normal_quantile(level) * np.sqrt(variance)
    (area, se, low, high), undefined = settle(none, mean, np.sqrt(variance), mean - margin, mean + margin)
    return _estimate("restricted-mean", level, undefined, area, low, high, se)


def estimate_difference_of_restricted_means(
    time: ArrayLike, event: ArrayLike, arm: ArrayLike, tau: float, *, level: float
) -> Estimate:
    """The restricted mean of arm 1 minus that of arm 0 (``arm`` is 1 or 0 for each subject), in the unit of time.

    >>> time, event, arm = [20, 60, 112, 112, 10, 20, 60, 112], [1, 1, 0, 0, 1, 1, 1, 0], [0] * 4 + [1] * 4
    >>> answer = estimate_difference_of_restricted_means(time, event, arm, 112, level=0.95)
    >>> float(answer.estimate)
    -25.5
    """
    check_level(level)
    (one, v1, none1), (zero, v0, none0) = _both_arms(time, event, arm, tau)
    se = np.sqrt(v1 + v0)
    margin = normal_quantile(level) * se
    (difference, error, low, high), undefined = settle(
        [*none1, *none0], one - zero, se, one - zero - margin, one - zero + margin
    )
    return _estimate("difference", level, undefined, difference, low, high, error)


def estimate_ratio_of_restricted_means(
    time: ArrayLike, event: ArrayLike, arm: ArrayLike, tau: float, *, level: float
) -> Estimate:
    """The restricted mean of arm 1 over that of arm 0; ``se`` is of its logarithm, on which the interval is made.

    >>> time, event, arm = [20, 60, 112, 112, 10, 20, 60, 112], [1, 1, 0, 0, 1, 1, 1, 0], [0] * 4 + [1] * 4
    >>> answer = estimate_ratio_of_restricted_means(time, event, arm, 112, level=0.95)
    >>> round(float(answer.estimate), 4)
    0.6645
    """
    check_level(level)
    (one, v1, none1), (zero, v0, none0) = _both_arms(time, event, arm, tau)
    is_zero = (one <= 0) | (zero <= 0)
    m1, m0 = np.where(is_zero, 1.0, one), np.where(is_zero, 1.0, zero)
    se = np.sqrt(v1 / m1**2 + v0 / m0**2)
    factor = np.exp(normal_quantile(level) * se)
    (ratio, error, low, high), undefined = settle(
        [*none1, *none0, (is_zero, NO_TIME)], m1 / m0, se, m1 / m0 / factor, m1 / m0 * factor
    )
    return _estimate("ratio", level, undefined, ratio, low, high, error)


def restricted_mean_test(time: ArrayLike, event: ArrayLike, arm: ArrayLike, tau: float) -> TestResult:
    """The two-sided normal test that two arms have one restricted mean; its statistic is the normal deviate.

    >>> time, event, arm = [20, 60, 112, 112, 10, 20, 60, 112], [1, 1, 0, 0, 1, 1, 1, 0], [0] * 4 + [1] * 4
    >>> round(float(restricted_mean_test(time, event, arm, 112).p_value), 3)
    0.36
    """
    (one, v1, none1), (zero, v0, none0) = _both_arms(time, event, arm, tau)
    is_flat = v1 + v0 == 0
    z = (one - zero) / np.sqrt(np.where(is_flat, 1.0, v1 + v0))
    (deviate, p_value), undefined = settle([*none1, *none0, (is_flat, NO_SPREAD)], z, 2 * special.ndtr(-np.abs(z)))
    return TestResult(
        statistic=deviate,
        df=None,
        p_value=p_value,
        method="restricted-mean-difference",
        reference=REFERENCES["difference"],
        undefined=undefined,
    )


def _both_arms(
    time: ArrayLike, event: ArrayLike, arm: ArrayLike, tau: float
) -> tuple[tuple[Numbers, Numbers, Reasons], tuple[Numbers, Numbers, Reasons]]:
    t, (had_event, group) = take_subjects(time, event, arm)
    check_codes(group, (0, 1), what="arm")
    one, zero = (_restricted_mean(np.where(group == code, t, np.nan), had_event, tau) for code in (1, 0))
    return one, zero


def _restricted_mean(time: ArrayLike, event: ArrayLike, tau: float) -> tuple[Numbers, Numbers, Reasons]:
    """Mean, variance, and where there is none."""
    if not 0 < tau < np.inf:
        raise StatisticsError(f"tau is {tau:g}; expected a time above 0")
    t, (had_event,) = take_subjects(time, event)
    check_codes(had_event, (0, 1), what="event")
    curve = ProductLimit.of(t, had_event)
    start = np.zeros_like(curve.survival[..., :1])
    edges = np.concatenate([start, np.minimum(curve.sets.time, tau), start + tau], axis=-1)
    strips = np.concatenate([start + 1, curve.survival], axis=-1) * np.diff(edges, axis=-1)
    still_to_come = np.cumsum(strips[..., ::-1], axis=-1)[..., ::-1]
    terms = compute_greenwood_terms(curve.events, curve.at_risk)
    terms = np.where(np.isfinite(terms), terms, 0.0)  # after the curve reached 0 no area is to come
    variance = (still_to_come[..., 1:] ** 2 * terms).sum(axis=-1)
    none: Reasons = [
        (curve.sets.n == 0, NO_SUBJECTS),
        (curve.is_unknown(np.array([tau]))[..., 0], NOT_FOLLOWED),
    ]
    return still_to_come[..., 0], variance, none


def _estimate(
    method: str, level: float, undefined: str, estimate: Numbers, lower: Numbers, upper: Numbers, se: Numbers
) -> Estimate:
    return Estimate(
        estimate=estimate,
        lower=lower,
        upper=upper,
        se=se,
        level=level,
        method=method,
        reference=REFERENCES[method],
        undefined=undefined,
    )
