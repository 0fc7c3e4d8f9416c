"""Wilson's limits of a proportion, which Newcombe's interval of a difference is made of."""

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
