"""The 2 x 2 tables of a stratified comparison, checked and taken apart.

``counts[..., stratum, group, outcome]``: group 0 is the one whose difference is asked for and group 1 its
comparator; outcome 0 is response and outcome 1 is none. Leading axes are trials. A stratum in which one group
has no subjects says nothing about the difference and weighs nothing; so does a stratum without any.
"""

from typing import cast

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers

NOTHING_TO_COMPARE = "no stratum has subjects of both groups"


def take_tables(counts: ArrayLike) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Events and subjects of each group, [..., stratum]; all 0 in strata that lack one of the groups."""
    tables = np.asarray(counts, dtype=float)
    if tables.ndim < 3 or tables.shape[-2:] != (2, 2):
        raise StatisticsError(f"counts have the shape {tables.shape}; expected [..., stratum, 2 groups, 2 outcomes]")
    wrong = ~((tables >= 0) & (tables == np.round(tables)) & np.isfinite(tables))
    if wrong.any():
        raise StatisticsError(f"{wrong.sum()} of {wrong.size} cells hold no count; expected whole numbers from 0")
    x1, x2 = tables[..., 0, 0], tables[..., 1, 0]
    n1, n2 = x1 + tables[..., 0, 1], x2 + tables[..., 1, 1]
    there = (n1 > 0) & (n2 > 0)
    return x1 * there, n1 * there, x2 * there, n2 * there


def has_nothing_to_compare(n1: Numbers, n2: Numbers) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Where no stratum has subjects of both groups, from what `take_tables` gives."""
    return cast("np.ndarray[tuple[int, ...], np.dtype[np.bool_]]", ((n1 + n2).sum(axis=-1) == 0))


def compute_deviation(x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers) -> tuple[Numbers, Numbers]:
    """By how much the events of group 0 exceed those expected without association, summed over strata, and the
    hypergeometric variance (with N - 1) of that sum; from what `take_tables` gives."""
    total, events = n1 + n2, x1 + x2
    size = np.maximum(total, 1)
    deviation = (x1 - n1 * events / size).sum(axis=-1)
    variance = (n1 * n2 * events * (total - events) / (size**2 * np.maximum(total - 1, 1))).sum(axis=-1)
    return deviation, variance


def compute_chi_square(deviation: Numbers, variance: Numbers, *, correction: bool) -> Numbers:
    """The Cochran-Mantel-Haenszel statistic of a deviation and its variance; 0 where the variance is 0.

    The correction for continuity is one half or, where less, the whole deviation.
    """
    size = np.abs(deviation)
    if correction:
        size = np.maximum(size - 0.5, 0)
    return np.asarray(np.where(variance > 0, size**2 / np.where(variance > 0, variance, 1), 0))
