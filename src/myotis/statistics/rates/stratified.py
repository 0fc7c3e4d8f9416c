"""Rates of two groups within strata: the Mantel-Haenszel difference and ratio.

``events`` and ``exposure`` are [..., stratum, group]; group 0 is compared with group 1. A stratum in which a group has
no exposure says nothing and weighs nothing. Events are taken as Poisson within a stratum and group.

When to use: for event rates of a trial stratified at randomization; and for two periods *within patients*, before
and after a change, each patient a stratum: how often a patient has events then cancels out. The estimates hold for a
few large strata and for many small ones.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.normal import normal_quantile
from myotis.statistics.rates.exposure import take_events
from myotis.statistics.result import Estimate, Numbers, check_level, settle

GREENLAND_ROBINS = "Greenland S, Robins JM, Biometrics 1985;41:55-68"

REFERENCES: Final = {
    "mantel-haenszel-difference": GREENLAND_ROBINS,
    "mantel-haenszel-ratio": GREENLAND_ROBINS,
}

NOTHING_TO_COMPARE = "no stratum has exposure of both groups"
NO_RATIO = "a group has no events where the other has exposure, and the logarithm of the ratio no standard error"


def estimate_stratified_difference_of_rates(
    events: ArrayLike, exposure: ArrayLike, *, level: float, per: float = 1
) -> Estimate:
    """The rate of group 0 minus that of group 1 across strata, ``per`` so much exposure, with a Wald interval.

    The weight of a stratum is the product of its exposures over their sum. Without events the interval has no width;
    without a stratum with exposure of both groups there is no answer.

    >>> answer = estimate_stratified_difference_of_rates([[5, 2], [8, 3]], [[120, 118], [60, 64]], level=0.95, per=100)
    >>> round(float(answer.estimate), 2)
    4.59
    """
    check_level(level)
    x, t, total = _take_strata(events, exposure)
    weight = t[..., 0] * t[..., 1] / total
    is_none = weight.sum(axis=-1) == 0
    all_weight = np.where(is_none, 1.0, weight.sum(axis=-1))
    rate = x / np.where(t > 0, t, 1.0)
    difference = (weight * (rate[..., 0] - rate[..., 1])).sum(axis=-1) / all_weight
    variance = (weight**2 * (x / np.where(t > 0, t, 1.0) ** 2).sum(axis=-1)).sum(axis=-1) / all_weight**2
    se = np.sqrt(variance)
    margin = normal_quantile(level) * se
    (estimate, error, low, high), undefined = settle(
        [(is_none, NOTHING_TO_COMPARE)],
        *(per * value for value in (difference, se, difference - margin, difference + margin)),
    )
    return _estimate("mantel-haenszel-difference", level, undefined, estimate, low, high, error)


def estimate_stratified_ratio_of_rates(events: ArrayLike, exposure: ArrayLike, *, level: float) -> Estimate:
    """The rate of group 0 over that of group 1 across strata; ``se`` and the interval are those of its logarithm.

    There is no answer where no stratum has exposure of both groups, or where a group has no events in those that have.

    Three patients, 4, 1 and 2 events in 10 months before and 1, 0 and 1 in 8, 9 and 12 months after a change:

    >>> answer = estimate_stratified_ratio_of_rates([[4, 1], [1, 0], [2, 1]], [[10, 8], [10, 9], [10, 12]], level=0.95)
    >>> [round(float(value), 2) for value in (answer.estimate, answer.lower, answer.upper)]
    [3.31, 0.67, 16.26]
    """
    check_level(level)
    x, t, total = _take_strata(events, exposure)
    one = (x[..., 0] * t[..., 1] / total).sum(axis=-1)
    other = (x[..., 1] * t[..., 0] / total).sum(axis=-1)
    spread = (t[..., 0] * t[..., 1] * x.sum(axis=-1) / total**2).sum(axis=-1)
    is_none = t.sum(axis=(-1, -2)) == 0
    has_no_ratio = (one == 0) | (other == 0)
    safe_one, safe_other = np.where(has_no_ratio, 1.0, one), np.where(has_no_ratio, 1.0, other)
    se = np.sqrt(spread / (safe_one * safe_other))
    ratio, factor = safe_one / safe_other, np.exp(normal_quantile(level) * se)
    (estimate, error, low, high), undefined = settle(
        [(is_none, NOTHING_TO_COMPARE), (has_no_ratio, NO_RATIO)], ratio, se, ratio / factor, ratio * factor
    )
    return _estimate("mantel-haenszel-ratio", level, undefined, estimate, low, high, error)


def _take_strata(events: ArrayLike, exposure: ArrayLike) -> tuple[Numbers, Numbers, Numbers]:
    """Events and exposure [..., stratum, group], 0 where a group of the stratum has no exposure, and their sum."""
    x, t = take_events(events, exposure)
    if x.ndim < 2 or x.shape[-1] != 2:
        raise StatisticsError(f"events have the shape {x.shape}; expected [..., stratum, 2 groups]")
    has_both = (t.min(axis=-1) > 0)[..., None]
    x, t = x * has_both, t * has_both
    return x, t, np.where(has_both[..., 0], t.sum(axis=-1), 1.0)


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
