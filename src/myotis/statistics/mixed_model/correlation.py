"""The correlation between visits in each structure, with its first and second derivatives.

Each function takes the parameters x[k] of a structure and the number of visits, and answers the matrix [visit, visit],
its first derivatives [k, visit, visit] and its second ones [k, k, visit, visit].
"""

import numpy as np
from scipy import special

from myotis.statistics.result import Numbers

Matrices = tuple[Numbers, Numbers, Numbers]
"""A matrix of the parameters, its first derivatives and its second derivatives."""

NEAR_ONE = 0.95
"""A start is no nearer to a correlation of 1 or to the lowest correlation than this share of the way."""


def compute_lags(visits: int) -> Numbers:
    """How many visits lie between two: [visit, visit]."""
    order = np.arange(visits, dtype=float)
    return np.asarray(np.abs(order[:, None] - order))


def correlate_by_product(x: Numbers, visits: int) -> Matrices:
    """Ante-dependence: the correlations of neighbors, multiplied along the way from one visit to the other."""
    rho, slope, curve = _bend(x)
    order = np.arange(visits)
    low, high = np.minimum(order[:, None], order), np.maximum(order[:, None], order)
    steps = np.arange(visits - 1)[:, None, None]
    between = (steps >= low) & (steps < high)
    factors = np.where(between, rho[:, None, None], 1.0)
    same = np.eye(len(x), dtype=bool)
    kept = ~(same[:, None, :] | same[None, :, :])
    without = np.where(kept[..., None, None], factors, 1.0).prod(axis=2)
    first = between * np.einsum("kkab->kab", without) * slope[:, None, None]
    twice = np.where(same, np.diag(curve), np.outer(slope, slope))
    return factors.prod(axis=0), first, without * (between[:, None] & between) * twice[..., None, None]


def correlate_by_power(x: Numbers, visits: int) -> Matrices:
    """AR(1): one correlation to the power of the lag."""
    rho, slope, curve = (value[0] for value in _bend(x))
    lag = compute_lags(visits)
    once = lag * rho ** np.maximum(lag - 1, 0)
    twice = lag * (lag - 1) * rho ** np.maximum(lag - 2, 0)
    return rho**lag, (once * slope)[None], (twice * slope**2 + once * curve)[None, None]


def correlate_by_lag(x: Numbers, visits: int) -> Matrices:
    """Toeplitz: a correlation for each lag."""
    lags = np.arange(1, visits)[:, None, None]
    return _add_up(_bend(x), (compute_lags(visits) == lags).astype(float))


def correlate_alike(x: Numbers, visits: int) -> Matrices:
    """Compound symmetry: one correlation, above -1 / (visits - 1)."""
    lowest = 1 / (visits - 1)
    share = special.expit(x)
    slope = share * (1 - share) * (1 + lowest)
    bent = (share * (1 + lowest) - lowest, slope, slope * (1 - 2 * share))
    return _add_up(bent, 1.0 - np.eye(visits)[None])


def correlate_by_factor(x: Numbers, visits: int) -> Matrices:
    """Unstructured: the product of a lower triangle with ones on its diagonal, filled by rows, and its transpose."""
    rows, columns = np.tril_indices(visits, -1)
    factor = np.eye(visits)
    factor[rows, columns] = x
    half = np.zeros((len(x), visits, visits))
    half[np.arange(len(x)), rows, :] = factor[:, columns].T
    unit = np.eye(visits)[rows]
    pair = np.einsum("ka,lb->klab", unit, unit) * (columns[:, None] == columns)[..., None, None]
    return factor @ factor.T, half + np.swapaxes(half, 1, 2), pair + np.swapaxes(pair, 2, 3)


def bend_back(rho: Numbers) -> Numbers:
    """The parameter x of a correlation rho = x / sqrt(1 + x^2)."""
    rho = np.clip(rho, -NEAR_ONE, NEAR_ONE)
    return np.asarray(rho / np.sqrt(1 - rho**2))


def bend_back_alike(rho: Numbers, visits: int) -> Numbers:
    """The parameter of the one correlation of compound symmetry."""
    lowest = 1 / (visits - 1)
    return np.asarray(special.logit(np.clip((rho + lowest) / (1 + lowest), 1 - NEAR_ONE, NEAR_ONE)))


def _bend(x: Numbers) -> Matrices:
    """The correlation x / sqrt(1 + x^2) and its derivatives."""
    root = np.sqrt(1 + x**2)
    return x / root, root**-3, -3 * x * root**-5


def _add_up(bent: Matrices, places: Numbers) -> Matrices:
    """One correlation for each set of places[k, visit, visit]."""
    rho, slope, curve = bent
    visits = places.shape[-1]
    value = np.eye(visits) + np.einsum("k,kab->ab", rho, places)
    return value, slope[:, None, None] * places, np.einsum("kl,k,kab->klab", np.eye(len(rho)), curve, places)
