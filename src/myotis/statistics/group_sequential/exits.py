"""The probabilities to leave between the boundaries at each look, and the boundary that is left with a probability."""

from collections.abc import Callable, Iterator

import numpy as np
from scipy import special

from myotis.statistics.group_sequential.brownian import Path, compute_above, compute_below, extend_path, start_path
from myotis.statistics.result import Limits, Numbers

NO_DRIFT = np.zeros(())

FARTHEST = 38.0
"""No probability but 0 lies beyond so many standard deviations."""

STEPS = 100
"""Far more than the Illinois method needs: about ten."""

NEAR = 1e-12


def follow_paths(information: Numbers, lower: Numbers, upper: Numbers, drift: Numbers, path: Path) -> Iterator[Path]:
    """For each look the paths that were between the boundaries at the look before it."""
    for look, time in enumerate(information):
        yield path
        if look + 1 < len(information):
            path = extend_path(path, time, lower[look], upper[look], following=information[look + 1], drift=drift)


def compute_exits(
    information: Numbers, lower: Numbers, upper: Numbers, drift: Numbers, path: Path | None = None
) -> Limits:
    """The probabilities [..., look] to leave below and above at each look, from the start or from where a path is."""
    paths = follow_paths(information, lower, upper, drift, path or start_path(drift))
    pairs = [
        (compute_below(before, time, low, drift), compute_above(before, time, high, drift))
        for before, time, low, high in zip(paths, information, lower, upper, strict=True)
    ]
    below, above = zip(*pairs, strict=True)
    return np.stack(below, axis=-1), np.stack(above, axis=-1)


def find_upper(path: Path, time: float, error: float, drift: Numbers) -> float:
    """The bound that Z is at or above with the probability ``error``; infinite where there is none to spend."""
    if error <= 0:
        return np.inf
    if path.time == path.start:
        return float(drift * np.sqrt(time) - special.ndtri(error))
    return find_root(lambda bound: float(compute_above(path, time, bound, drift)) - error, -FARTHEST, FARTHEST)


def find_lower(path: Path, time: float, error: float, drift: Numbers) -> float:
    """The bound that Z is at or below with the probability ``error``; minus infinity where there is none to spend."""
    if error <= 0:
        return -np.inf
    if path.time == path.start:
        return float(drift * np.sqrt(time) + special.ndtri(error))
    return find_root(lambda bound: float(compute_below(path, time, bound, drift)) - error, -FARTHEST, FARTHEST)


def find_root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function of one number is 0, to the last digits."""
    from scipy.optimize import brentq  # noqa: PLC0415 (loaded where a boundary is sought: it takes a while)

    return float(brentq(function, low, high, xtol=1e-13, rtol=1e-14))


def find_rising_roots(function: Callable[[Numbers], Numbers], start: Numbers, step: Numbers) -> Numbers:
    """Where a rising function of arrays [...], each number for itself, is 0: near ``start``, by the Illinois method."""
    low, high = (_reach_over(function, start, side * step, side) for side in (-1, 1))
    below, above = function(low), function(high)
    middle, before = start, np.zeros_like(low)
    for _ in range(STEPS):
        middle = np.clip(low - below * (high - low) / np.maximum(above - below, np.finfo(float).tiny), low, high)
        value = function(middle)
        if (np.abs(value) < NEAR).all():
            break
        # An end that stays twice counts half, so that it is passed soon: both ends come near the root.
        side = np.sign(value)
        less = np.where(side == before, 0.5, 1.0)
        below, above = np.where(side > 0, less * below, value), np.where(side > 0, value, less * above)
        low, high = np.where(side > 0, low, middle), np.where(side > 0, middle, high)
        before = side
    return middle


def _reach_over(function: Callable[[Numbers], Numbers], start: Numbers, step: Numbers, side: int) -> Numbers:
    """A place on one side of the root: steps double until it is reached."""
    end = start + step
    while (short := side * function(end) < 0).any():
        step = np.where(short, 2 * step, step)
        end = start + step
    return end
