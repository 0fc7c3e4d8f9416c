"""A minimum by Newton's method with the exact Hessian, made positive definite, and steps halved until they help."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import numpy as np

from myotis.statistics.result import Numbers

Place = TypeVar("Place")

MOST_ITERATIONS: Final = 200
MOST_HALVINGS: Final = 100
CONVERGED: Final = 1e-16
"""What a further step would gain; then the parameters lie within 1e-8 of their standard errors."""
GOOD_ENOUGH: Final = 1e-10
"""What a further step may still promise where rounding hides what it gains."""
ROUNDING: Final = 1e-13
FLAT: Final = 1e-9
"""Curvature below this share of the largest one is taken as this much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum(Generic[Place]):
    """Where the search ended. ``converged`` is False where no step helped or the iterations ran out."""

    parameters: Numbers
    place: Place
    gradient: Numbers
    hessian: Numbers
    iterations: int
    converged: bool


def minimize(
    find: Callable[[Numbers], Place | None],
    value: Callable[[Place], float],
    differentiate: Callable[[Numbers, Place], tuple[Numbers, Numbers]],
    start: Numbers,
) -> Minimum[Place]:
    """Search from a start, which has to be allowed. ``find`` answers None at a point that isn't."""
    parameters, place = start, find(start)
    assert place is not None, "the start is allowed"
    for iteration in range(MOST_ITERATIONS + 1):
        gradient, hessian = differentiate(parameters, place)
        step = _solve(gradient, hessian)
        gain = float(-gradient @ step)
        stopped = gain <= CONVERGED or iteration == MOST_ITERATIONS
        found = None if stopped else _search(find, value, parameters, place, step, gain)
        if found is None:
            return Minimum(
                parameters=parameters,
                place=place,
                gradient=gradient,
                hessian=hessian,
                iterations=iteration,
                converged=gain <= GOOD_ENOUGH,
            )
        parameters, place = found
    raise AssertionError("the last iteration returns")  # pragma: no cover


def _solve(gradient: Numbers, hessian: Numbers) -> Numbers:
    """Newton's step, with every curvature taken as positive, in parameters scaled by their own curvature."""
    scale = np.sqrt(np.abs(np.diagonal(hessian)))
    scale = np.where(scale > 0, scale, 1.0)
    curvature, axes = np.linalg.eigh(hessian / np.outer(scale, scale))
    size = np.maximum(np.abs(curvature), FLAT * np.abs(curvature).max())
    return np.asarray(-(axes @ ((axes.T @ (gradient / scale)) / size)) / scale)


def _search(
    find: Callable[[Numbers], Place | None],
    value: Callable[[Place], float],
    parameters: Numbers,
    place: Place,
    step: Numbers,
    gain: float,
) -> tuple[Numbers, Place] | None:
    before = value(place)
    allowed = ROUNDING * max(1.0, abs(before))
    length = 1.0
    for _ in range(MOST_HALVINGS):
        trial = parameters + length * step
        found = find(trial)
        if found is not None and value(found) <= before - 1e-4 * length * gain + allowed:
            return trial, found
        length /= 2
    return None
