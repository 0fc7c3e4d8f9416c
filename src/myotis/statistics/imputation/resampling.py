"""Jackknife and bootstrap: an interval from estimates of resampled trials.

``estimate[...]`` is that of the whole trial and ``replicates[..., replicate]`` those of trials with a subject left out,
or of subjects drawn with replacement; leading axes are trials.

When to use: for conditional-mean imputation, where every replicate repeats imputation and analysis, and wherever a
standard error has no formula. The jackknife needs no random numbers and has one replicate a subject; for a bootstrap
interval take 1,000 or more.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.imputation.pooled import NO_ANALYSIS, PooledEffect, pool_by_t
from myotis.statistics.result import Estimate, Numbers, Reasons, TestResult, check_level, settle

EFRON_TIBSHIRANI = "Efron B, Tibshirani RJ, An Introduction to the Bootstrap, Chapman & Hall 1993"


class Resampling(StrEnum):
    """How the estimates of resampled trials become an interval."""

    JACKKNIFE = "jackknife"
    """Standard error from trials that each lack one subject, and the normal distribution."""
    BOOTSTRAP_NORMAL = "bootstrap-normal"
    """Standard deviation of the bootstrap's estimates, and the normal distribution."""
    BOOTSTRAP_PERCENTILE = "bootstrap-percentile"
    """Percentiles of the bootstrap's estimates; the p-value is the level at which the interval reaches 0."""


REFERENCES: Final = {
    Resampling.JACKKNIFE: f"{EFRON_TIBSHIRANI}, chapter 11",
    Resampling.BOOTSTRAP_NORMAL: f"{EFRON_TIBSHIRANI}, chapters 6 and 12",
    Resampling.BOOTSTRAP_PERCENTILE: f"{EFRON_TIBSHIRANI}, chapter 13",
}


def pool_replicates(
    estimate: ArrayLike, replicates: ArrayLike, *, method: Resampling | str, level: float
) -> PooledEffect:
    """The estimate of the whole trial with the interval and the test that its replicates give.

    Percentiles are between order statistics at (replicates + 1) x probability. Where all replicates lie on one side of
    0, they can't tell a p-value below 2 / (replicates + 1), and that is the answer (not 0).

    Where the estimate or a replicate is NaN there is no answer; nor with the two methods by a standard error where it
    is 0. Raises StatisticsError for fewer than two replicates.

    >>> pooled = pool_replicates(2.0, [1.7, 2.2, 2.4, 1.5, 2.1, 1.9], method="jackknife", level=0.95)
    >>> round(float(pooled.estimate.se), 4)
    0.6791
    """
    method = Resampling(method)
    check_level(level)
    value, x = np.asarray(estimate, dtype=float), np.asarray(replicates, dtype=float)
    if x.ndim == 0 or x.shape[-1] < 2:
        raise StatisticsError("there is one replicate at most; expected [..., replicate] of two or more")
    gone = np.isnan(value) | np.isnan(x).any(axis=-1)
    value, x = np.where(gone, 1.0, value), np.where(gone[..., None], 1.0, x)
    reasons: Reasons = [(gone, NO_ANALYSIS)]
    if method is Resampling.BOOTSTRAP_PERCENTILE:
        return _pool_by_percentile(value, x, reasons, level)
    se = x.std(axis=-1, ddof=1)
    if method is Resampling.JACKKNIFE:
        se = se * (x.shape[-1] - 1) / np.sqrt(x.shape[-1])
    se = np.broadcast_to(se, value.shape)
    df = np.full(value.shape, np.inf)
    return pool_by_t(value, se, df, reasons, level=level, method=method.value, reference=REFERENCES[method])


def _pool_by_percentile(value: Numbers, replicates: Numbers, reasons: Reasons, level: float) -> PooledEffect:
    method = Resampling.BOOTSTRAP_PERCENTILE
    tail = (1 - level) / 2
    lower, upper = np.quantile(replicates, [tail, 1 - tail], axis=-1, method="weibull")
    (middle, low, high, p), undefined = settle(reasons, value, lower, upper, _invert_percentiles(replicates))
    reference = REFERENCES[method]
    return PooledEffect(
        estimate=Estimate(
            estimate=middle,
            lower=low,
            upper=high,
            level=level,
            method=method.value,
            reference=reference,
            undefined=undefined,
        ),
        test=TestResult(
            statistic=None, df=None, p_value=p, method=method.value, reference=reference, undefined=undefined
        ),
    )


def _invert_percentiles(replicates: Numbers) -> Numbers:
    """Twice the smaller probability whose percentile is 0."""
    x = np.sort(replicates, axis=-1)
    below = _rank_of_zero(x)
    above = _rank_of_zero(-x[..., ::-1])
    return np.asarray(np.minimum(1.0, 2 * np.maximum(np.minimum(below, above), 1) / (x.shape[-1] + 1)))


def _rank_of_zero(ordered: Numbers) -> Numbers:
    """How many values lie at 0 or below, and the part of the way from the last of them to the next."""
    count = (ordered <= 0).sum(axis=-1)
    last = np.clip(count - 1, 0, None)[..., None]
    following = np.minimum(count, ordered.shape[-1] - 1)[..., None]
    here, there = (np.take_along_axis(ordered, at, axis=-1)[..., 0] for at in (last, following))
    step = there - here
    part = np.where((count > 0) & (step > 0), -here / np.where(step > 0, step, 1), 0.0)
    return np.asarray(count + part)
