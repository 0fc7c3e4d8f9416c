"""Counts of ratings by category, as kappas take them: from the ratings themselves, or checked."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers


def take_whole_counts(counts: ArrayLike, *, axes: int) -> Numbers:
    """Counts as floats; raises StatisticsError for what is no whole number of 0 or more, or for too few axes."""
    x = np.asarray(counts, dtype=float)
    if x.ndim < axes or not (np.isfinite(x) & (x >= 0) & (x == np.round(x))).all():
        raise StatisticsError(
            f"the counts are no whole numbers of 0 or more in an array of at least {axes} axes; leave subjects with a "
            "missing rating out before you count"
        )
    return x


def count_pairs(first: ArrayLike, second: ArrayLike, *, categories: int) -> Numbers:
    """Counts [..., category of rater 1, category of rater 2] from the ratings ``[..., subject]`` of both.

    Categories are 0, 1, and so on; a subject without both ratings (NaN) is left out. Raises StatisticsError for other
    values.

    >>> count_pairs([0, 1, 1, float("nan")], [0, 1, 0, 1], categories=2).tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    x, y = (_mark_categories(ratings, categories).astype(float) for ratings in (first, second))
    counts: Numbers = np.einsum("...si,...sj->...ij", x, y)
    return counts


def count_categories(ratings: ArrayLike, *, categories: int) -> Numbers:
    """Counts [..., subject, category] from ``ratings[..., subject, rater]``; categories as in `count_pairs`.

    >>> count_categories([[0, 0, 2], [1, 1, 1]], categories=3).tolist()
    [[2.0, 0.0, 1.0], [0.0, 3.0, 0.0]]
    """
    counts: Numbers = _mark_categories(ratings, categories).sum(axis=-2, dtype=float)
    return counts


def _mark_categories(ratings: ArrayLike, categories: int) -> NDArray[np.bool_]:
    """Which category each rating is [..., category]: none where it is missing."""
    x = np.asarray(ratings, dtype=float)
    marks = np.asarray(x[..., None] == np.arange(categories))
    wrong = ~(np.isnan(x) | marks.any(axis=-1))
    if x.ndim == 0 or wrong.any():
        raise StatisticsError(
            f"{wrong.sum()} of {wrong.size} ratings are no category; expected whole numbers from 0 to "
            f"{categories - 1}, NaN where missing"
        )
    return marks
