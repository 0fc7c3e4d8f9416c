"""Roots of functions of many numbers at once."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from myotis.statistics.result import Numbers

HALVINGS = 100
"""More than floats of any size between two numbers of one sign can tell apart."""


def bisect(is_below: Callable[[Numbers], NDArray[np.bool_]], low: Numbers, high: Numbers) -> Numbers:
    """Where ``is_below`` turns from true to false between low and high."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = is_below(middle)
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2
