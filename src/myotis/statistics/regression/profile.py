"""Intervals of a penalized profile likelihood: where twice its fall from the maximum is a chi-square quantile."""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from myotis.statistics.regression.newton import Maximum, maximize
from myotis.statistics.result import Limits, Numbers

FARTHEST = 100.0
"""How many standard errors a limit is searched for."""


def find_profile_limits(
    design: Numbers, y: Numbers, found: Maximum, covariance: Numbers, answered: NDArray[np.bool_], level: float
) -> Limits:
    """The limits of every coefficient [trial, p]; loops over trials and coefficients."""
    fall = special.chdtri(1, 1 - level) / 2
    lower, upper = np.zeros_like(found.coefficients), np.zeros_like(found.coefficients)
    for trial in np.flatnonzero(answered):
        one = slice(trial, trial + 1)
        for k in range(design.shape[-1]):
            along = covariance[trial, k] / np.sqrt(covariance[trial, k, k])
            lowest = float(found.log_likelihood[trial]) - fall
            for side, limits in ((-1, lower), (1, upper)):
                limits[trial, k] = _find_limit(design[one], y[one], found.coefficients[one], side * along, k, lowest)
    return lower, upper


def _find_limit(design: Numbers, y: Numbers, coefficients: Numbers, along: Numbers, k: int, lowest: float) -> float:
    """The limit of coefficient k: infinite where the profile never falls to ``lowest``.

    ``along`` is one standard error of coefficient k with what the others do meanwhile, as the information has it.
    """
    from scipy.optimize import brentq  # noqa: PLC0415 (scipy.optimize is slow to load)

    last, at = 0.0, coefficients

    def beyond(distance: float) -> float:
        nonlocal last, at
        profile = maximize(design, y, firth=True, start=at + (distance - last) * along, fixed=k)
        last, at = distance, profile.coefficients
        return lowest - float(profile.log_likelihood[0])

    reach = 1.0
    while beyond(reach) < 0:
        reach += 0.5
        if reach > FARTHEST:
            return float(np.sign(along[k]) * np.inf)
    return float(coefficients[0, k] + along[k] * brentq(beyond, max(reach - 0.5, 0.0), reach, xtol=1e-10, rtol=1e-12))
