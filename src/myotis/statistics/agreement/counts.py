"""Counts of ratings."""

import numpy as np
from numpy.typing import ArrayLike

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
