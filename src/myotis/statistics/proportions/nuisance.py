"""The largest probability of a set of tables, over the proportions that a null hypothesis leaves open.

Two groups of n1 and n2 have (n1 + 1)(n2 + 1) tables. Under p1 - p2 = difference one proportion is still free (the
nuisance parameter), and an unconditional test takes the largest p-value that it can give.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from myotis.statistics.proportions.log_choose import log_choose
from myotis.statistics.result import Numbers

TIE = 1e-9
"""Statistics nearer than this are tied: they are ties in exact arithmetic, and rounding must not part them."""

GRID = np.sin(np.linspace(0, np.pi / 2, 257)) ** 2
"""Where the free proportion is looked at first, as shares of its range; denser at the ends, where most changes."""

PEAKS = 4
"""The highest peaks on the grid that are looked into."""

ZOOM = np.linspace(0, 1, 13)
ROUNDS = 7
"""Each narrows a peak to a sixth: 1e-5 of a cell of the grid, where a smooth peak differs by its square."""

CLEARLY_BELOW = 0.7
"""No peak between two values of the grid is higher than both by so much that this share would reach 1."""


def list_tables(n1: int, n2: int) -> tuple[Numbers, Numbers]:
    """The events of both groups in every table, [n1 + 1, n2 + 1]."""
    x1, x2 = np.meshgrid(np.arange(n1 + 1.0), np.arange(n2 + 1.0), indexing="ij")
    return x1, x2


def maximize_probability(extreme: NDArray[np.bool_], difference: float = 0.0, *, asked: float | None = None) -> float:
    """The largest probability of the tables marked, [n1 + 1, n2 + 1], over all p1 and p2 with p1 - p2 = difference.

    Where only whether it is above ``asked`` matters, peaks are looked into only if the grid leaves that open.
    """
    tables = extreme.astype(float)
    least, most = max(0.0, -difference), min(1.0, 1 - difference)

    def compute(p2: Numbers) -> Numbers:
        return average_tables(tables, np.clip(p2 + difference, 0, 1), p2)

    p2 = least + GRID * (most - least)
    found = compute(p2)
    largest = found.max()
    if asked is not None and not asked * CLEARLY_BELOW < largest <= asked:
        return float(largest)
    padded = np.concatenate([[-1.0], found, [-1.0]])
    peaks = np.flatnonzero((found >= padded[:-2]) & (found >= padded[2:]))
    peaks = peaks[np.argsort(-found[peaks], kind="stable")[:PEAKS]]
    low, high = p2[np.maximum(peaks - 1, 0)], p2[np.minimum(peaks + 1, len(p2) - 1)]
    for _ in range(ROUNDS):
        near = low[:, None] + ZOOM * (high - low)[:, None]
        values = compute(near.ravel()).reshape(near.shape)
        largest = max(largest, values.max())
        best = values.argmax(axis=1)
        rows = np.arange(len(near))
        low, high = near[rows, np.maximum(best - 1, 0)], near[rows, np.minimum(best + 1, len(ZOOM) - 1)]
    return min(float(largest), 1.0)


def average_tables(tables: Numbers, p1: Numbers, p2: Numbers) -> Numbers:
    """The mean of a number that each table has, [n1 + 1, n2 + 1], at pairs of p1 and p2."""
    first, second = (compute_binomial(n - 1, p) for n, p in zip(tables.shape, (p1, p2), strict=True))
    answer: Numbers = ((first @ tables) * second).sum(axis=1)
    return answer


def compute_binomial(n: int, p: Numbers) -> Numbers:
    """The probabilities of 0 to n events, [proportion, events]."""
    k = np.arange(n + 1.0)
    log_p = log_choose(n, k) + special.xlogy(k, p[:, None]) + special.xlog1py(n - k, -p[:, None])
    probabilities: Numbers = np.exp(log_p)
    return probabilities
