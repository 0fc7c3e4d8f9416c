"""Limits of an interval by bisection: where a test that accepts the estimate begins to reject."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from myotis.statistics.result import Numbers

HALVINGS = 100
"""More than floats of any size between two numbers of one sign can tell apart."""


def bisect_limit(is_accepted: Callable[[Numbers], NDArray[np.bool_]], accepted: Numbers, rejected: Numbers) -> Numbers:
    """The value between one that is accepted and one that is not, for many trials at once.

    >>> float(bisect_limit(lambda x: x**2 <= 2, np.array(1.0), np.array(2.0)))
    1.414213562373095
    """
    for _ in range(HALVINGS):
        middle = (accepted + rejected) / 2
        inside = is_accepted(middle)
        accepted, rejected = np.where(inside, middle, accepted), np.where(inside, rejected, middle)
    return (accepted + rejected) / 2
