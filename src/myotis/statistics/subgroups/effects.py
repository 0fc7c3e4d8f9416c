"""Estimates and standard errors of subgroups, with those left out that have none."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers, Reasons

TOO_FEW = "fewer than two subgroups have an estimate with a standard error"
NO_VARIANCE = "a subgroup's estimate has the standard error 0 (every subject of both arms alike?)"


class Effects(NamedTuple):
    """Estimates and standard errors [..., subgroup] (0 and 1 where left out), and which are in."""

    estimate: Numbers
    se: Numbers
    is_in: NDArray[np.bool_]

    @property
    def subgroups(self) -> Numbers:
        """How many are in."""
        return np.asarray(self.is_in.sum(axis=-1), dtype=float)


def take_effects(estimates: ArrayLike, standard_errors: ArrayLike) -> tuple[Effects, Reasons]:
    """The effects, and where they have no answer; raises StatisticsError for what can't be a standard error."""
    estimate, se = np.broadcast_arrays(np.asarray(estimates, dtype=float), np.asarray(standard_errors, dtype=float))
    if estimate.ndim == 0 or np.isinf(estimate).any() or np.isinf(se).any() or (se < 0).any():
        raise StatisticsError(
            "the effects are one number, infinite, or have a standard error below 0; expected estimates and standard "
            "errors [..., subgroup], NaN for a subgroup that has none"
        )
    is_in = ~(np.isnan(estimate) | np.isnan(se))
    flat = is_in & (se == 0)
    usable = is_in & ~flat
    effects = Effects(np.where(usable, estimate, 0), np.where(usable, se, 1), is_in)
    return effects, [(np.less(effects.subgroups, 2), TOO_FEW), (np.asarray(flat.any(axis=-1)), NO_VARIANCE)]
