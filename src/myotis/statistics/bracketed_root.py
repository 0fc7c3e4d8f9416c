"""Roots of many increasing or decreasing functions at once, each between two ends (Chandrupatla 1997)."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from myotis.statistics.result import Numbers

Data = NDArray[np.float64] | NDArray[np.intp]
"""What belongs to each function: numbers, or which one it is."""

EVALUATIONS = 200
"""More than halving alone needs from any ends of floats to neighboring floats of the sizes met here."""

SPACING = 2 * np.finfo(float).eps


def find_bracketed_roots(function: Callable[..., Numbers], low: Numbers, high: Numbers, *data: Data) -> Numbers:
    """A root of each of ``function(x, *data)`` between low and high, to the spacing of floats.

    ``low`` and ``high`` are vectors, and the first axis of each of ``data`` goes with them; what has converged is not
    computed again. Where the function has the same sign at both ends the answer is the end ``high``.
    """
    roots = np.array(high, dtype=float)
    f_low, f_high = function(low, *data), function(high, *data)
    left = np.flatnonzero((np.sign(f_low) * np.sign(f_high) <= 0) & (low != high))
    a, b, fa, fb = low[left], high[left], f_low[left], f_high[left]
    data = tuple(part[left] for part in data)
    t = np.full(len(left), 0.5)
    for _ in range(EVALUATIONS):
        x = a + t * (b - a)
        fx = function(x, *data)
        same = np.sign(fx) == np.sign(fa)
        c, fc = np.where(same, a, b), np.where(same, fa, fb)
        b, fb = np.where(same, b, a), np.where(same, fb, fa)
        a, fa = x, fx
        nearer = np.abs(fa) < np.abs(fb)
        best = np.where(nearer, a, b)
        roots[left] = best
        tolerance = SPACING * (np.abs(best) + 0.5)
        go_on = (np.abs(b - a) > 2 * tolerance) & (np.where(nearer, fa, fb) != 0)
        if not go_on.any():
            break
        a, b, c, fa, fb, fc, tolerance = (part[go_on] for part in (a, b, c, fa, fb, fc, tolerance))
        left, data = left[go_on], tuple(part[go_on] for part in data)
        shortest = tolerance / np.abs(b - a)
        t = np.clip(_next_fraction(a, b, c, fa, fb, fc), shortest, 1 - shortest)
    return roots


def _next_fraction(a: Numbers, b: Numbers, c: Numbers, fa: Numbers, fb: Numbers, fc: Numbers) -> Numbers:
    """How far from a to b to look next: where the inverse quadratic crosses 0 if that is safe, else half-way."""
    xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
    safe = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi) & (fa != fc)
    fa, fb, fc = np.where(safe, (fa, fb, fc), ([0.0], [1.0], [2.0]))
    crossing = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
    return np.where(safe, crossing, 0.5)
