"""Where a function of one number per trial crosses 0, for many trials at once."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myotis.statistics.result import Numbers

Rows = NDArray[np.intp]
"""Which trials a function is asked about: only those whose crossing is not found yet."""

ITERATIONS = 80
TOLERANCE = 1e-13
"""The width of the last bracket, on a scale where positions lie between -1 and 1."""


def find_crossing(function: Callable[[Numbers, Rows], Numbers], start: Numbers, end: Numbers) -> Numbers:
    """The position between ``start`` and ``end`` where the function changes its sign.

    Chandrupatla's method (Adv Eng Softw 1997;28:145-149): inverse quadratic interpolation where that is safe, else
    bisection, so that a jump is found as well. Where the function has the same sign at both ends, the end that it is
    nearer to 0 at is the answer: nothing on that side is crossed.
    """
    every = np.arange(start.size)
    at_start, at_end = function(start, every), function(end, every)
    nearest = np.where(np.abs(at_start) <= np.abs(at_end), start, end)
    rows = np.flatnonzero(at_start * at_end < 0)
    a, b, fa, fb = (x[rows] for x in (end, start, at_end, at_start))
    fraction = np.full(a.shape, 0.5)
    for _ in range(ITERATIONS):
        if not rows.size:
            break
        new = a + fraction * (b - a)
        f_new = function(new, rows)
        same = np.sign(f_new) == np.sign(fa)
        c, fc = np.where(same, a, b), np.where(same, fa, fb)
        b, fb = np.where(same, b, a), np.where(same, fb, fa)
        a, fa = new, f_new
        nearest[rows] = np.where(np.abs(fa) < np.abs(fb), a, b)
        slack = 0.5 * TOLERANCE / np.maximum(np.abs(b - a), TOLERANCE)
        fraction = np.clip(_choose_fraction(a, b, c, fa, fb, fc), slack, 1 - slack)
        rows, a, b, fa, fb, fraction = _keep((np.abs(b - a) > TOLERANCE) & (fa != 0), rows, a, b, fa, fb, fraction)
    return nearest


def _choose_fraction(a: Numbers, b: Numbers, c: Numbers, fa: Numbers, fb: Numbers, fc: Numbers) -> Numbers:
    """How far from a to b the next position lies: by inverse quadratic interpolation through all three, or halfway."""
    xi = (a - b) / np.where(c == b, 1, c - b)
    phi = (fa - fb) / np.where(fc == fb, 1, fc - fb)
    safe = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi) & (fc != fa) & (fc != fb) & (fb != fa)
    fa, fb, fc = np.where(safe, fa, 0.0), np.where(safe, fb, 1.0), np.where(safe, fc, 2.0)
    step = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
    return np.where(safe, step, 0.5)


def _keep(open_still: NDArray[np.bool_], *arrays: Any) -> list[Any]:
    return [array[open_still] for array in arrays]
