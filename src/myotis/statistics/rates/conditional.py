"""Events of two groups given the number of all: those in group 1 are binomial, with the odds of rate and exposure."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.statistics.rates.exposure import NO_EVENTS, NO_EXPOSURE, take_events
from myotis.statistics.result import Numbers, Reasons

CONDITIONAL = "Przyborowski J, Wilenski H, Biometrika 1940;31:313-323"


def take_groups(
    events1: ArrayLike, exposure1: ArrayLike, events2: ArrayLike, exposure2: ArrayLike
) -> tuple[Numbers, Numbers, Numbers, Reasons]:
    """Events of both groups, exposure of group 1 over that of group 2, and where there is no answer."""
    a, m = take_events(events1, exposure1)
    b, n = take_events(events2, exposure2)
    a, m, b, n = np.broadcast_arrays(a, m, b, n)
    is_none = (m == 0) | (n == 0)
    odds = np.where(is_none, 1.0, m) / np.where(is_none, 1.0, n)
    return a, b, odds, [(is_none, NO_EXPOSURE), (a + b == 0, NO_EVENTS)]


def compute_upper_tail(a: Numbers, total: Numbers, share: Numbers) -> Numbers:
    """The probability of ``a`` or more of the events in group 1."""
    inside = (a > 0) & (a <= total)
    tail = special.betainc(np.where(inside, a, 1.0), np.where(inside, total - a + 1, 1.0), share)
    return np.where(inside, tail, np.where(a <= 0, 1.0, 0.0))


def compute_mid_p_tail(a: Numbers, total: Numbers, share: Numbers) -> Numbers:
    """The probability of more than ``a`` of the events in group 1, and half of that of as many."""
    return (compute_upper_tail(a, total, share) + compute_upper_tail(a + 1, total, share)) / 2
