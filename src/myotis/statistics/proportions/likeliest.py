"""The likeliest pair of proportions among those of one difference, one ratio or one odds ratio.

The variance of a score test is taken there. All are closed forms: a cubic for the difference (Miettinen and
Nurminen 1985, appendix I; Farrington and Manning 1990), quadratics for the ratio (Koopman 1984) and the odds ratio.
The quadratics are solved by the form of the root that does not subtract near equals.
"""

import numpy as np

from myotis.statistics.result import Numbers


def find_likeliest_of_difference(
    x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers, difference: Numbers
) -> tuple[Numbers, Numbers]:
    """The most likely p1 and p2 among those with p1 - p2 = difference (-1 to 1)."""
    total = n1 + n2
    b = ((n1 + 2 * n2) * difference - total - x1 - x2) / (3 * total)
    c = ((n2 * difference - total - 2 * x2) * difference + x1 + x2) / (3 * total)
    d = x2 * difference * (1 - difference) / total
    q = b**3 - 1.5 * b * c + d / 2
    p = np.where(q >= 0, 1.0, -1.0) * np.sqrt(np.maximum(b**2 - c, 0))
    cosine = np.divide(q, p**3, out=np.ones_like(q), where=p**3 != 0)
    angle = (np.pi + np.arccos(np.clip(cosine, -1, 1))) / 3
    p2 = np.clip(2 * p * np.cos(angle) - b, np.maximum(0, -difference), np.minimum(1, 1 - difference))
    return np.clip(p2 + difference, 0, 1), p2


def find_likeliest_of_ratio(
    x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers, ratio: Numbers
) -> tuple[Numbers, Numbers]:
    """The most likely p1 and p2 among those with p1 / p2 = ratio (above 0)."""
    events = x1 + x2
    b = (n1 + x2) * ratio + x1 + n2
    root = np.sqrt(np.maximum(b**2 - 4 * (n1 + n2) * ratio * events, 0))
    p2 = np.minimum(2 * events / (b + root), np.minimum(1, 1 / ratio))
    return np.minimum(ratio * p2, 1), p2


def find_likeliest_of_odds_ratio(
    x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers, odds_ratio: Numbers
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """The most likely p1, 1 - p1, p2 and 1 - p2 among those whose odds have this ratio (above 0).

    The complements come with them because at large odds ratios 1 - p loses all its digits.
    """
    p2 = _solve_second(x1 + x2, n1, n2, odds_ratio)
    q2 = _solve_second(n1 + n2 - x1 - x2, n1, n2, 1 / odds_ratio)
    whole = q2 + odds_ratio * p2
    return odds_ratio * p2 / whole, q2 / whole, p2, q2


def _solve_second(events: Numbers, n1: Numbers, n2: Numbers, odds_ratio: Numbers) -> Numbers:
    """The second proportion with n1 p1 + n2 p2 = events."""
    a = n2 * (odds_ratio - 1)
    b = (n1 - events) * odds_ratio + n2 + events
    root = np.sqrt(np.maximum(b**2 + 4 * a * events, 0))
    p2 = np.where(b > 0, 2 * events / np.where(b > 0, b + root, 1), (root - b) / np.where(b > 0, 1, 2 * a))
    return np.minimum(p2, 1)
