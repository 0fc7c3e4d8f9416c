"""The columns of a linear model of two groups: covariates and levels, centered where the means are asked for."""

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers


class LevelWeights(StrEnum):
    """How the levels of a factor weigh in a least-squares mean."""

    EQUAL = "equal"
    """Every level alike (the default of SAS LSMEANS and of R's emmeans)."""
    PROPORTIONAL = "proportional"
    """Each level by its share of the subjects (SAS OBSMARGINS)."""


class Slopes(StrEnum):
    """Whether covariates and factors act alike in both groups."""

    SHARED = "shared"
    """One slope for both groups: ANCOVA with main effects."""
    BY_GROUP = "by-group"
    """Each group its own: all interactions with the group (Lin's regression adjustment, ANHECOVA)."""


def build_design(
    outcome: ArrayLike,
    is_group1: ArrayLike,
    covariates: ArrayLike,
    factors: ArrayLike,
    weights: LevelWeights,
    slopes: Slopes,
) -> tuple[Numbers, Numbers]:
    """The outcome and the design matrix [..., subject, column]: one, the group, covariates, levels, interactions.

    Covariates are centered at their mean and levels at their weights, so that the first coefficient is group 2's
    least-squares mean and the second the difference, with interactions as without.
    """
    y, group = np.asarray(outcome, dtype=float), np.asarray(is_group1)
    x, levels = np.asarray(covariates, dtype=float), np.asarray(factors)
    fits = y.ndim >= 1 and y.shape == group.shape == x.shape[:-1] == levels.shape[:-1] and y.size > 0
    if not fits or group.dtype != np.bool_ or not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise StatisticsError(
            "the model can't be built; expected outcome and is_group1 (bool) [..., subject], covariates and factors "
            "[..., subject, column], all finite and none missing"
        )
    in_group1 = group[..., None].astype(float)
    adjusted = np.concatenate([x - x.mean(axis=-2, keepdims=True), _code_factors(levels, weights)], axis=-1)
    columns = [np.ones_like(in_group1), in_group1, adjusted]
    if slopes is Slopes.BY_GROUP:
        columns.append(in_group1 * adjusted)
    return y, np.concatenate(columns, axis=-1)


def _code_factors(levels: NDArray[np.generic], weights: LevelWeights) -> Numbers:
    """A 0/1 column for each level but the first of every factor, minus the weight of the level in a mean."""
    columns: list[Numbers] = []
    for number in range(levels.shape[-1]):
        factor = levels[..., number]
        known = np.unique(factor)
        for name in known[1:]:
            column = np.equal(factor, name).astype(float)
            proportional = weights is LevelWeights.PROPORTIONAL
            columns.append(column - (column.mean(axis=-1, keepdims=True) if proportional else 1 / len(known)))
    return np.stack(columns, axis=-1) if columns else np.zeros((*levels.shape[:-1], 0))
