"""Ranks of two groups with missing values and ties, for many trials at once."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers

EMPTY_GROUP = "a group has no values"


class TwoGroups(NamedTuple):
    """The values [..., subject] of two groups, NaN where missing, and how many each group has."""

    first: Numbers
    second: Numbers
    n1: Numbers
    n2: Numbers


def take_two_groups(first: ArrayLike, second: ArrayLike) -> TwoGroups:
    """Both groups with the same leading axes; raises StatisticsError for one number or infinite values."""
    x, y = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if not (x.ndim and y.ndim) or np.isinf(x).any() or np.isinf(y).any():
        raise StatisticsError(
            "the values are one number or hold an infinite one; expected finite numbers [..., subject] of two groups"
        )
    leading = np.broadcast_shapes(x.shape[:-1], y.shape[:-1])
    x, y = (np.broadcast_to(group, (*leading, group.shape[-1])) for group in (x, y))
    n1, n2 = ((~np.isnan(group)).sum(axis=-1, dtype=float) for group in (x, y))
    return TwoGroups(x, y, n1, n2)


def compute_midranks(values: Numbers) -> tuple[Numbers, Numbers]:
    """The rank of each value over the last axis, the mean rank where values are tied, and how many it is tied with.

    The count includes the value itself. A missing value has the rank NaN and is tied with none.

    >>> ranks, tied = compute_midranks(np.array([3.0, 1.0, 3.0, np.nan]))
    >>> ranks.tolist(), tied.tolist()
    ([2.5, 1.0, 2.5, nan], [2.0, 1.0, 2.0, 1.0])
    """
    order = np.argsort(values, axis=-1)
    ordered = np.take_along_axis(values, order, axis=-1)
    place = np.arange(values.shape[-1])
    edge = np.ones((*values.shape[:-1], 1), dtype=bool)
    changes = ordered[..., 1:] != ordered[..., :-1]
    first = np.maximum.accumulate(np.where(np.concatenate([edge, changes], axis=-1), place, 0), axis=-1)
    last_or_later = np.where(np.concatenate([changes, edge], axis=-1), place, place.size)
    last = np.flip(np.minimum.accumulate(np.flip(last_or_later, axis=-1), axis=-1), axis=-1)
    ranks, tied = np.empty(values.shape), np.empty(values.shape)
    np.put_along_axis(ranks, order, (first + last) / 2 + 1, axis=-1)
    np.put_along_axis(tied, order, last - first + 1.0, axis=-1)
    return np.where(np.isnan(values), np.nan, ranks), tied


def sum_ties(tied: Numbers) -> Numbers:
    """The sum over the sets of tied values of t^3 - t, with t values in a set."""
    answer: Numbers = (tied**2 - 1).sum(axis=-1)
    return answer


def compute_rank_sum_variance(n1: Numbers, n2: Numbers, ties: Numbers) -> Numbers:
    """The variance of the rank sum of either group if all arrangements are equally likely; ``ties`` of `sum_ties`."""
    total = n1 + n2
    return n1 * n2 / 12 * (total + 1 - ties / np.maximum(total * (total - 1), 1))
