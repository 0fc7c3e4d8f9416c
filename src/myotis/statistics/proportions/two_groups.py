"""The counts of two groups, checked, of one shape and ready to be divided by; and their estimate with its limits."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from myotis.statistics.result import EMPTY_ARM, Estimate, Limits, Numbers, Reasons, settle, take_counts


class TwoGroups(NamedTuple):
    """Events and subjects of each group, of one shape; an empty group has 1 subject here, so that formulas run."""

    x1: Numbers
    n1: Numbers
    x2: Numbers
    n2: Numbers


def take_two_groups(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> tuple[TwoGroups, Reasons]:
    """The counts, and where they have no answer because a group is empty."""
    a, m, b, n = np.broadcast_arrays(*take_counts(x1, n1), *take_counts(x2, n2))
    return TwoGroups(a, np.maximum(m, 1), b, np.maximum(n, 1)), [((m == 0) | (n == 0), EMPTY_ARM)]


def settle_estimate(
    reasons: Reasons, estimate: Numbers, limits: Limits, *, level: float, method: str, reference: str
) -> Estimate:
    """The estimate with its limits, NaN where there is a reason."""
    (value, lower, upper), undefined = settle(reasons, estimate, *limits)
    return Estimate(
        estimate=value,
        lower=lower,
        upper=upper,
        level=level,
        method=method,
        reference=reference,
        undefined=undefined,
    )
