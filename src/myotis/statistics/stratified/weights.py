"""The weights of strata, by name: how much each stratum counts in what is estimated over all of them."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from myotis.statistics.result import Numbers


class StratumWeights(StrEnum):
    """How much each stratum counts."""

    MANTEL_HAENSZEL = "mantel-haenszel"
    """n1 n2 / (n1 + n2) of each stratum, fixed by design."""
    INVERSE_VARIANCE = "inverse-variance"
    """One over the variance of the stratum's estimate; of a score interval, at each value that it tests."""
    INVERSE_VARIANCE_OF_SCORE = "inverse-variance-of-score"
    """The same with the factor N / (N - 1) of each stratum in the variance (Laud); score intervals only."""
    MINIMUM_RISK = "minimum-risk"
    """Those with the least expected squared error of the difference over the trial's own strata; differences only."""
    MIETTINEN_NURMINEN = "miettinen-nurminen"
    """One over the variance at proportions common to all strata, found by iteration; score intervals only."""


def compute_mantel_haenszel_weights(n1: Numbers, n2: Numbers) -> Numbers:
    """n1 n2 / (n1 + n2), [..., stratum]; 0 where a group is empty."""
    return n1 * n2 / np.maximum(n1 + n2, 1)


def compute_wald_variance(x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers) -> Numbers:
    """The variance of each stratum's difference, p q / n of both groups, with n at least 1."""
    p1, p2 = x1 / n1, x2 / n2
    return p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2


def compute_weighting_variance(x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers) -> Numbers:
    """The variance that a weight is one over: where it is 0, with one half added to every cell of the stratum."""
    variance = compute_wald_variance(x1, n1, x2, n2)
    return np.where(variance > 0, variance, compute_wald_variance(x1 + 0.5, n1 + 1, x2 + 0.5, n2 + 1))


def compute_inverse_variance_weights(
    x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers, present: NDArray[np.bool_]
) -> Numbers:
    """One over the variance of each stratum's difference, summing to 1; 0 where not ``present``."""
    return normalize(np.where(present, 1 / compute_weighting_variance(x1, n1, x2, n2), 0))


def compute_minimum_risk_weights(
    x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers, present: NDArray[np.bool_]
) -> Numbers:
    """Mehrotra and Railkar's weights w, summing to 1: the least of sum w² V + (sum (w - f) d)².

    V is the variance of each stratum's difference d and f its share of all subjects. A weight can be below 0.
    """
    precision = np.where(present, 1 / compute_weighting_variance(x1, n1, x2, n2), 0)
    share = normalize(np.where(present, n1 + n2, 0))
    difference = x1 / n1 - x2 / n2
    inverse = normalize(precision)
    mean = (inverse * difference).sum(axis=-1, keepdims=True)
    spread = precision * (difference - mean)
    bias = mean - (share * difference).sum(axis=-1, keepdims=True)
    return np.asarray(inverse - spread * bias / (1 + (spread * difference).sum(axis=-1, keepdims=True)))


def normalize(weights: Numbers) -> Numbers:
    """The weights over their sum; all 0 where that is 0."""
    total = weights.sum(axis=-1, keepdims=True)
    return np.asarray(weights / np.where(total > 0, total, 1))
