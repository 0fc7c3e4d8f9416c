"""Analysis of covariance: two groups compared by least squares, adjusted for covariates and factors.

When to use: for a change at one visit, adjusted for its baseline and the strata. Where visits are missing, a mixed
model for repeated measures uses the others.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.result import Estimate, Numbers, Reasons, TestResult, check_level, settle

ANCOVA = "Searle SR, Speed FM, Milliken GA, Am Stat 1980;34:216-221 (least-squares means)"
REFERENCES: Final = {"ancova": ANCOVA, "ancova-ls-mean-equal": ANCOVA, "ancova-ls-mean-proportional": ANCOVA}
COLLINEAR = "a column of the model follows from the others (a group or a level without subjects?)"
NO_RESIDUAL = "the model leaves no residual variance"

RELATIVE_TOLERANCE = 1e-10
"""Below this share of a column's length, what the other columns leave of it is rounding."""


class LevelWeights(StrEnum):
    """How the levels of a factor weigh in a least-squares mean."""

    EQUAL = "equal"
    """Every level alike (the default of SAS LSMEANS and of R's emmeans)."""
    PROPORTIONAL = "proportional"
    """Each level by its share of the subjects (SAS OBSMARGINS)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ancova:
    """What an analysis of covariance answers.

    ``difference`` is group 1 minus group 2; ``mean1`` and ``mean2`` are their least-squares means, at the mean of
    each covariate and with the levels of each factor weighed as asked.
    """

    difference: Estimate
    test: TestResult
    mean1: Estimate
    mean2: Estimate


def fit_ancova(
    outcome: ArrayLike,
    is_group1: ArrayLike,
    *,
    covariates: ArrayLike,
    factors: ArrayLike,
    weights: LevelWeights | str,
    level: float,
) -> Ancova:
    """Compare two groups by a linear model with main effects of the group, the covariates and the factors.

    ``outcome[..., subject]``; ``is_group1[..., subject]`` bool; ``covariates[..., subject, covariate]`` numbers;
    ``factors[..., subject, factor]`` whole numbers that name levels (with no factor, an array whose last axis is
    empty). Leading axes are trials. Nothing may be missing: which subjects are in, and what stands for a missing
    value, is decided before. t intervals and test have n - rank degrees of freedom.

    Where a column follows from the others, or no residual variance is left, there is no answer. Raises
    StatisticsError for values that are not finite, shapes that don't fit or fewer subjects than the model needs.

    >>> week16, week0 = [30.0, 45.0, 52.0, 20.0, 12.0, 33.0], [[3.0], [4.0], [6.0], [4.0], [3.0], [7.0]]
    >>> treated = [True, True, True, False, False, False]
    >>> none = [[]] * 6
    >>> fit = fit_ancova(week16, treated, covariates=week0, factors=none, weights="equal", level=0.95)
    >>> round(float(fit.difference.estimate), 3), int(fit.test.df)
    (22.55, 3)
    """
    weights = LevelWeights(weights)
    check_level(level)
    y, design, mean_row = _build_design(outcome, is_group1, covariates, factors, weights)
    subjects, columns = design.shape[-2:]
    df = subjects - columns
    if df < 1:
        raise StatisticsError(f"{subjects} subjects are too few for {columns} columns; expected one more at least")
    q, r = np.linalg.qr(design)
    pivots = np.abs(np.diagonal(r, axis1=-2, axis2=-1))
    collinear = (pivots <= RELATIVE_TOLERANCE * np.linalg.norm(design, axis=-2)).any(axis=-1)
    r = np.where(collinear[..., None, None], np.eye(columns), r)
    projection = np.einsum("...ij,...i->...j", q, y)
    residual = y - np.einsum("...ij,...j->...i", q, projection)
    variance = (residual**2).sum(axis=-1) / df
    flat = variance * df <= (RELATIVE_TOLERANCE**2) * (y**2).sum(axis=-1)
    reasons: Reasons = [(collinear, COLLINEAR), (flat, NO_RESIDUAL)]

    def estimate(row: Numbers, what: str) -> tuple[Estimate, Numbers]:
        weight = np.linalg.solve(np.swapaxes(r, -1, -2), row[..., None])[..., 0]
        value = (weight * projection).sum(axis=-1)
        se = np.sqrt((weight**2).sum(axis=-1) * variance)
        margin = special.stdtrit(df, 0.5 + level / 2) * se
        (middle, lower, upper), undefined = settle(reasons, value, value - margin, value + margin)
        answer = Estimate(
            estimate=middle,
            lower=lower,
            upper=upper,
            level=level,
            method=what,
            reference=REFERENCES[what],
            undefined=undefined,
        )
        return answer, value / np.where(se > 0, se, 1)

    group = np.zeros_like(mean_row)
    group[..., 1] = 1
    difference, statistic = estimate(group, "ancova")
    means = f"ancova-ls-mean-{weights.value}"
    (t, degrees, p), undefined = settle(
        reasons, statistic, np.full_like(statistic, df), 2 * special.stdtr(df, -np.abs(statistic))
    )
    test = TestResult(
        statistic=t, df=degrees, p_value=p, method="ancova", reference=REFERENCES["ancova"], undefined=undefined
    )
    return Ancova(
        difference=difference,
        test=test,
        mean1=estimate(mean_row + group, means)[0],
        mean2=estimate(mean_row, means)[0],
    )


def _build_design(
    outcome: ArrayLike, is_group1: ArrayLike, covariates: ArrayLike, factors: ArrayLike, weights: LevelWeights
) -> tuple[Numbers, Numbers, Numbers]:
    """The outcome, the design matrix [..., subject, column], and the row of group 2's least-squares mean.

    Covariates are centered at their mean, so that the means lie at 0.
    """
    y, group = np.asarray(outcome, dtype=float), np.asarray(is_group1)
    x, levels = np.asarray(covariates, dtype=float), np.asarray(factors)
    fits = y.ndim >= 1 and y.shape == group.shape == x.shape[:-1] == levels.shape[:-1] and y.size > 0
    if not fits or group.dtype != np.bool_ or not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise StatisticsError(
            "the model can't be built; expected outcome and is_group1 (bool) [..., subject], covariates and factors "
            "[..., subject, column], all finite and none missing"
        )
    dummies, shares = _code_factors(levels, weights)
    x = x - x.mean(axis=-2, keepdims=True)
    one = np.ones_like(y)[..., None]
    design = np.concatenate([one, group[..., None].astype(float), x, dummies], axis=-1)
    nil = np.zeros_like(x[..., 0, :])
    mean_row = np.concatenate([one[..., 0, :], np.zeros_like(one[..., 0, :]), nil, shares], axis=-1)
    return y, design, mean_row


def _code_factors(levels: NDArray[np.generic], weights: LevelWeights) -> tuple[Numbers, Numbers]:
    """A 0/1 column for each level but the first of every factor, and each column's weight in a mean."""
    columns: list[Numbers] = []
    shares: list[Numbers] = []
    for number in range(levels.shape[-1]):
        factor = levels[..., number]
        known = np.unique(factor)
        for name in known[1:]:
            column = np.equal(factor, name).astype(float)
            columns.append(column)
            share = column.mean(axis=-1)
            shares.append(share if weights is LevelWeights.PROPORTIONAL else np.full_like(share, 1 / len(known)))
    if not columns:
        return np.zeros((*levels.shape[:-1], 0)), np.zeros((*levels.shape[:-2], 0))
    return np.stack(columns, axis=-1), np.stack(shares, axis=-1)
