"""Crossing probabilities of two or three looks, by nested adaptive quadrature over Z. A second programming.

The density of each look given the one before it is integrated by QUADPACK over Z, under the drift itself; nothing is
carried from look to look, and no likelihood ratio is used.
"""

import numpy as np
from scipy import integrate, special


def compute_reaching(information, lower, upper, drift, bound):
    """The probability to be between the boundaries at all looks but the last, and with Z >= ``bound`` there."""
    return _from_look(0, 0.0, 0.0, information, lower, upper, drift, bound)


def _from_look(look, time, place, information, lower, upper, drift, bound):
    step = information[look] - time
    mean, sd, root = place + drift * step, np.sqrt(step), np.sqrt(information[look])
    if look + 1 == len(information):
        return special.ndtr((mean - bound * root) / sd)
    low, high = max(lower[look] * root, mean - 10 * sd), min(upper[look] * root, mean + 10 * sd)
    if low >= high:
        return 0.0

    def density(here):
        later = _from_look(look + 1, information[look], here, information, lower, upper, drift, bound)
        return np.exp(-(((here - mean) / sd) ** 2) / 2) / (sd * np.sqrt(2 * np.pi)) * later

    middle = [] if not low < mean < high else [mean]
    return integrate.quad(density, low, high, points=middle, epsabs=1e-15, epsrel=1e-10, limit=200)[0]
