"""Wilson's limits of a proportion, which Newcombe's intervals of a difference are made of."""

import numpy as np

from myotis.statistics.normal import normal_quantile
from myotis.statistics.result import Limits, Numbers


def compute_wilson_limits(x: Numbers, n: Numbers, level: float) -> Limits:
    """The limits of x / n, both of one shape; n at least 1."""
    return compute_wilson_limits_at(x, n, normal_quantile(level))


def compute_wilson_limits_at(x: Numbers, n: Numbers, z: float | Numbers) -> Limits:
    """The same at a normal quantile, one for all or one each."""
    p = x / n
    middle = (x + z**2 / 2) / (n + z**2)
    margin = z * np.sqrt(n * p * (1 - p) + z**2 / 4) / (n + z**2)
    return np.where(x == 0, 0.0, middle - margin), np.where(x == n, 1.0, middle + margin)


def compute_corrected_wilson_limits(x: Numbers, n: Numbers, level: float) -> Limits:
    """The same for a test with a correction for continuity of 1 / (2n)."""
    return _corrected_lower(x, n, level), 1 - _corrected_lower(n - x, n, level)


def _corrected_lower(x: Numbers, n: Numbers, level: float) -> Numbers:
    z = normal_quantile(level)
    p = x / n
    under_root = z**2 - 2 - 1 / n + 4 * p * (n * (1 - p) + 1)
    lower = (2 * x + z**2 - 1 - z * np.sqrt(np.maximum(under_root, 0))) / (2 * (n + z**2))
    return np.where(x == 0, 0.0, lower)
