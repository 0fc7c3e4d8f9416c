"""The usual design of a mixed model for repeated measures: covariates, factors, and the arms at each visit."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.errors import StatisticsError
from myotis.statistics.continuous.ancova import LevelWeights
from myotis.statistics.result import Numbers

Whole = NDArray[np.intp]


class CovariateEffect(StrEnum):
    """Whether the slope of a covariate may differ from visit to visit."""

    COMMON = "common"
    """One slope for all visits."""
    BY_VISIT = "by-visit"
    """A slope for each visit: the interaction of covariate and visit."""


class Margins(StrEnum):
    """Over what a least-squares mean takes the mean of a covariate, and the share of a level."""

    ROWS = "rows"
    """The visits observed, so that a subject with more of them counts more (SAS LSMEANS, R's emmeans)."""
    SUBJECTS = "subjects"
    """The subjects with a visit observed, each once."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VisitDesign:
    """The rows of a trial for a mixed model, and the rows of its least-squares means.

    ``arms`` are the arms' numbers, the reference first; ``columns`` are the names of the design's columns.
    """

    outcome: Numbers
    """[row]"""
    design: Numbers
    """[row, column]"""
    subject: Whole
    """[row]"""
    visit: Whole
    """[row]"""
    arm: Whole
    """[row], the place in ``arms``"""
    arms: tuple[int, ...]
    columns: tuple[str, ...]
    mean_rows: Numbers
    """[arm, visit, column]"""

    @property
    def difference_rows(self) -> Numbers:
        """Each arm but the reference minus the reference: [arm, visit, column]."""
        return self.mean_rows[1:] - self.mean_rows[:1]


def build_visit_design(
    outcome: ArrayLike,
    arm: ArrayLike,
    *,
    reference: int,
    covariates: ArrayLike,
    factors: ArrayLike,
    covariate_effect: CovariateEffect | str,
    weights: LevelWeights | str,
    margins: Margins | str,
) -> VisitDesign:
    """The design with an intercept, covariates, factors, arm, visit and arm by visit.

    ``outcome[subject, visit]``, NaN where it is missing; ``arm[subject]`` whole numbers, of which ``reference`` is the
    one that the others are compared with; ``covariates[subject, covariate]`` numbers and ``factors[subject, factor]``
    whole numbers, neither missing. Subjects without any outcome are left out.

    Raises StatisticsError where shapes or values don't fit, and where an arm has no outcome at a visit.
    """
    effect, weights, margins = CovariateEffect(covariate_effect), LevelWeights(weights), Margins(margins)
    y, group = np.asarray(outcome, dtype=float), np.asarray(arm)
    x, levels = np.asarray(covariates, dtype=float), np.asarray(factors)
    _check_shapes(y, group, x, levels)
    here = ~np.isnan(y).all(axis=1)
    y, group, x, levels = y[here], group[here], x[here], levels[here]
    arms = _order_arms(group, reference)
    place = np.argmax(group[:, None] == np.array(arms), axis=1)
    subject, visit = np.nonzero(~np.isnan(y))
    _check_cells(place[subject], visit, arms, y.shape[1])
    members = subject if margins is Margins.ROWS else np.arange(len(y))
    dummies, shares, dummy_names = _code_factors(levels, members, weights)
    fixed = np.column_stack([np.ones(len(y)), x, dummies])
    at_mean = np.concatenate([[1.0], x[members].mean(axis=0), shares])
    slopes = slice(1, 1 + x.shape[1]) if effect is CovariateEffect.BY_VISIT else slice(0, 0)
    cell_arm, cell_visit = np.indices((len(arms), y.shape[1])).reshape(2, -1)
    rows = _code_visits(np.tile(at_mean, (len(cell_arm), 1)), cell_arm, cell_visit, len(arms), y.shape[1], slopes)
    names = ["intercept", *(f"covariate {k}" for k in range(x.shape[1])), *dummy_names]
    return VisitDesign(
        outcome=y[subject, visit],
        design=_code_visits(fixed[subject], place[subject], visit, len(arms), y.shape[1], slopes),
        subject=subject,
        visit=visit,
        arm=place[subject],
        arms=arms,
        columns=tuple(_name_columns(names, arms, y.shape[1], slopes)),
        mean_rows=rows.reshape(len(arms), y.shape[1], -1),
    )


def _check_shapes(y: Numbers, group: NDArray[np.generic], x: Numbers, levels: NDArray[np.generic]) -> None:
    fits = y.ndim == 2 and y.size > 0 and group.shape == y.shape[:1] == x.shape[:1] == levels.shape[:1]
    fits = fits and x.ndim == levels.ndim == 2
    whole = all(np.issubdtype(each.dtype, np.integer) or each.size == 0 for each in (group, levels))
    if not fits or not whole or not np.isfinite(x).all() or np.isinf(y).any():
        raise StatisticsError(
            "the design can't be built; expected outcome[subject, visit] (NaN where missing), arm[subject] whole "
            "numbers, covariates[subject, covariate] finite and factors[subject, factor] whole numbers, none missing"
        )


def _order_arms(group: NDArray[np.generic], reference: int) -> tuple[int, ...]:
    found = [int(each) for each in np.unique(group)]
    if reference not in found:
        raise StatisticsError(f"no subject of the reference arm {reference} has an outcome; expected one of {found}")
    return (reference, *(each for each in found if each != reference))


def _check_cells(place: Whole, visit: Whole, arms: tuple[int, ...], visits: int) -> None:
    counts = np.zeros((len(arms), visits), dtype=int)
    np.add.at(counts, (place, visit), 1)
    empty = np.argwhere(counts == 0)
    if len(empty):
        raise StatisticsError(
            f"arm {arms[empty[0][0]]} has no outcome at visit {empty[0][1]} (the first is 0); leave out a visit that "
            "an arm does not have"
        )


def _code_factors(
    levels: NDArray[np.generic], members: Whole, weights: LevelWeights
) -> tuple[Numbers, Numbers, list[str]]:
    """A 0/1 column for each level but the first of every factor, each column's weight in a mean, and its name."""
    columns, shares, names = [], [], []
    for number, factor in enumerate(levels.T):
        known = np.unique(factor)
        for level in known[1:]:
            column = (factor == level).astype(float)
            columns.append(column)
            shares.append(column[members].mean() if weights is LevelWeights.PROPORTIONAL else 1 / len(known))
            names.append(f"factor {number} level {level}")
    return np.array(columns).reshape(len(columns), len(levels)).T, np.array(shares, dtype=float), names


def _code_visits(fixed: Numbers, place: Whole, visit: Whole, arms: int, visits: int, slopes: slice) -> Numbers:
    """The fixed columns with those of arm, visit, arm by visit and the slopes by visit, all relative to the first."""
    arm_columns, visit_columns = np.eye(arms)[place, 1:], np.eye(visits)[visit, 1:]
    both = [arm_columns[:, [k]] * visit_columns for k in range(arms - 1)]
    sloped = [column[:, None] * visit_columns for column in fixed[:, slopes].T]
    return np.concatenate([fixed, arm_columns, visit_columns, *both, *sloped], axis=1)


def _name_columns(fixed: list[str], arms: tuple[int, ...], visits: int, slopes: slice) -> list[str]:
    later = [f"visit {k}" for k in range(1, visits)]
    others = [f"arm {arm}" for arm in arms[1:]]
    return [*fixed, *others, *later, *(f"{one}, {visit}" for one in [*others, *fixed[slopes]] for visit in later)]
