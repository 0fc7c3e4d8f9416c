"""The score interval of a difference of two proportions: Mee 1984, Miettinen and Nurminen 1985.

The limits are the differences that a score test at the same level would just not reject. The variance of that
test is taken at the proportions most likely under the difference tested; their closed form is the root of a
cubic (Miettinen and Nurminen 1985, appendix I; Farrington and Manning 1990).
"""

import numpy as np

from myotis.statistics.result import Numbers

HALVINGS = 60
"""Bisections of an interval at most 2 wide: what is left is below the spacing of floats near 1."""


def compute_score_limits(
    x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers, *, z: float, variance_factor: Numbers
) -> tuple[Numbers, Numbers]:
    """The lower and upper limit of p1 - p2, for arrays of one shape; n1 and n2 at least 1.

    ``z`` is the normal quantile; ``variance_factor`` is 1 for Mee and N / (N - 1) for Miettinen and Nurminen.
    The test accepts its own estimate and rejects -1 and 1 unless they are the estimate, so each limit is bracketed.
    """
    difference = x1 / n1 - x2 / n2

    def is_accepted(delta: Numbers) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        p1, p2 = compute_constrained_proportions(x1, n1, x2, n2, delta)
        variance = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * variance_factor
        return np.less_equal((difference - delta) ** 2, z**2 * variance)

    def bisect(rejected: Numbers) -> Numbers:
        accepted = difference
        for _ in range(HALVINGS):
            middle = (accepted + rejected) / 2
            inside = is_accepted(middle)
            accepted, rejected = np.where(inside, middle, accepted), np.where(inside, rejected, middle)
        return (accepted + rejected) / 2

    return bisect(np.full_like(difference, -1.0)), bisect(np.full_like(difference, 1.0))


def compute_constrained_proportions(
    x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers, delta: Numbers
) -> tuple[Numbers, Numbers]:
    """The most likely p1 and p2 among those with p1 - p2 = delta (-1 to 1)."""
    total = n1 + n2
    b = ((n1 + 2 * n2) * delta - total - x1 - x2) / (3 * total)
    c = ((n2 * delta - total - 2 * x2) * delta + x1 + x2) / (3 * total)
    d = x2 * delta * (1 - delta) / total
    q = b**3 - 1.5 * b * c + d / 2
    p = np.where(q >= 0, 1.0, -1.0) * np.sqrt(np.maximum(b**2 - c, 0))
    cosine = np.divide(q, p**3, out=np.ones_like(q), where=p != 0)
    angle = (np.pi + np.arccos(np.clip(cosine, -1, 1))) / 3
    p2 = np.clip(2 * p * np.cos(angle) - b, np.maximum(0, -delta), np.minimum(1, 1 - delta))
    return np.clip(p2 + delta, 0, 1), p2
