"""The analysis of variance of targets rated by the same raters, with a target left out where a rating is missing."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers

ROUNDING = 1e-12
"""Below this share of the sum of squares, a part of it is the rounding of 0."""


class Variation(NamedTuple):
    """Mean squares of n targets rated by k raters."""

    n: Numbers
    k: int
    between_targets: Numbers
    within_targets: Numbers
    between_raters: Numbers
    residual: Numbers


def take_ratings(ratings: ArrayLike) -> Numbers:
    """Ratings [..., target, rater]; raises StatisticsError without two raters, or for infinite values."""
    x = np.asarray(ratings, dtype=float)
    if x.ndim < 2 or x.shape[-1] < 2 or np.isinf(x).any():
        raise StatisticsError(
            "the ratings have fewer than two raters or hold an infinite value; expected finite numbers "
            "[..., target, rater], NaN where missing"
        )
    return x


def analyze_variation(ratings: Numbers) -> Variation:
    """The mean squares over targets and raters; what is the rounding of 0 is 0."""
    k = ratings.shape[-1]
    complete = np.asarray(~np.isnan(ratings).any(axis=-1))
    n = complete.sum(axis=-1, dtype=float)
    few = np.maximum(n, 2)
    kept = complete[..., None]
    # Equal ratings less one of them are exactly 0; less their mean they may not be.
    one = np.max(ratings, axis=(-2, -1), keepdims=True, where=kept, initial=-np.inf)
    x = np.where(kept, ratings - np.where(np.isinf(one), 0, one), 0)
    x = np.where(kept, x - (x.sum(axis=(-2, -1)) / (few * k))[..., None, None], 0)
    total = (x**2).sum(axis=(-2, -1))
    targets = (x.sum(axis=-1) ** 2).sum(axis=-1) / k
    raters = (x.sum(axis=-2) ** 2).sum(axis=-1) / few
    within, residual = total - targets, total - targets - raters
    least = ROUNDING * total
    targets, raters, within, residual = (
        np.where(part > least, part, 0) for part in (targets, raters, within, residual)
    )
    return Variation(
        n=n,
        k=k,
        between_targets=targets / (few - 1),
        within_targets=within / (few * (k - 1)),
        between_raters=raters / (k - 1),
        residual=residual / ((few - 1) * (k - 1)),
    )
