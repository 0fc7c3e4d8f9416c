"""Analysis of covariance: two groups compared by least squares, adjusted for covariates and factors.

The variance is the model's, or one of four that stay right where the residuals' variance differs between subjects or
groups. Slopes are shared by the groups, or each group has its own.

When to use: for a change at one visit, adjusted for its baseline and the strata. Where visits are missing, a mixed
model for repeated measures uses the others. HC3 is near its level in small trials; HC0 and HC1 fall short there. With
slopes by group and proportional weights the difference is Lin's (ANHECOVA): never less precise in large trials.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.continuous.design_matrix import LevelWeights, Slopes, build_design
from myotis.statistics.result import Estimate, Numbers, Reasons, TestResult, check_level, settle


class CoefficientVariance(StrEnum):
    """The variance of the coefficients of a linear model."""

    MODEL = "model-based"
    """One residual variance for all subjects."""
    HC0 = "hc0"
    """White's sandwich: the squared residual of each subject."""
    HC1 = "hc1"
    """HC0 times n over the residual degrees of freedom."""
    HC2 = "hc2"
    """Each squared residual over 1 - leverage."""
    HC3 = "hc3"
    """Each squared residual over the square of 1 - leverage."""


LEAST_SQUARES_MEANS = "Searle SR, Speed FM, Milliken GA, Am Stat 1980;34:216-221 (least-squares means)"
LIN = "Lin W, Ann Appl Stat 2013;7:295-318; Ye T, Shao J, Yi Y, Zhao Q, J Am Stat Assoc 2023;118:2370-2382"
MACKINNON_WHITE = "MacKinnon JG, White H, J Econom 1985;29:305-325"
VARIANCES: Final = {
    CoefficientVariance.MODEL: "",
    CoefficientVariance.HC0: "White H, Econometrica 1980;48:817-838",
    CoefficientVariance.HC1: MACKINNON_WHITE,
    CoefficientVariance.HC2: MACKINNON_WHITE,
    CoefficientVariance.HC3: MACKINNON_WHITE,
}
MODELS: Final = {Slopes.SHARED: ("ancova", LEAST_SQUARES_MEANS), Slopes.BY_GROUP: ("anhecova", LIN)}


def _name_method(slopes: Slopes, variance: CoefficientVariance, weights: LevelWeights | None = None) -> str:
    """The name of the difference of a model (``weights`` is None), or of its least-squares means."""
    robust = "" if variance is CoefficientVariance.MODEL else f"-{variance.value}"
    return MODELS[slopes][0] + robust + (f"-ls-mean-{weights.value}" if weights else "")


REFERENCES: Final = {
    _name_method(slopes, variance, weights): "; ".join(filter(None, (reference, VARIANCES[variance])))
    for slopes, (_, reference) in MODELS.items()
    for variance in CoefficientVariance
    for weights in (None, *LevelWeights)
}
COLLINEAR = "a column of the model follows from the others (a group or a level without subjects?)"
NO_RESIDUAL = "the model leaves no residual variance"
ALONE = "a subject alone decides a coefficient (leverage 1), so hc2 and hc3 have no variance"

RELATIVE_TOLERANCE = 1e-10
"""Below this share of a column's length, what the other columns leave of it is rounding."""


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
    slopes: Slopes | str,
    variance: CoefficientVariance | str,
    weights: LevelWeights | str,
    level: float,
) -> Ancova:
    """Compare two groups by a linear model of the group, the covariates and the factors.

    ``outcome[..., subject]``; ``is_group1[..., subject]`` bool; ``covariates[..., subject, covariate]`` numbers;
    ``factors[..., subject, factor]`` whole numbers that name levels (with no factor, an array whose last axis is
    empty). Leading axes are trials. Nothing may be missing: which subjects are in, and what stands for a missing
    value, is decided before. t intervals and test have n - columns degrees of freedom, whatever the variance.
    With ``slopes`` by group the difference is the one at the mean of the covariates and at the ``weights``.

    Where a column follows from the others, or no residual variance is left, there is no answer; nor with HC2 and HC3
    where one subject alone decides a coefficient. Raises StatisticsError for values that are not finite, shapes that
    don't fit or fewer subjects than the model needs.

    >>> week16, week0 = [30.0, 45.0, 52.0, 20.0, 12.0, 33.0], [[3.0], [4.0], [6.0], [4.0], [3.0], [7.0]]
    >>> treated = [True, True, True, False, False, False]
    >>> none = [[]] * 6
    >>> fit = fit_ancova(
    ...     week16, treated, covariates=week0, factors=none,
    ...     slopes="shared", variance="model-based", weights="equal", level=0.95,
    ... )
    >>> round(float(fit.difference.estimate), 3), int(fit.test.df)
    (22.55, 3)
    """
    slopes, variance, weights = Slopes(slopes), CoefficientVariance(variance), LevelWeights(weights)
    check_level(level)
    y, design = build_design(outcome, is_group1, covariates, factors, weights, slopes)
    subjects, columns = design.shape[-2:]
    df = subjects - columns
    if df < 1:
        raise StatisticsError(f"{subjects} subjects are too few for {columns} columns; expected one more at least")
    influence, residual, leverage, reasons = _solve(y, design)
    spread, alone = _spread(residual, leverage, variance, df)
    reasons.append((alone, ALONE))

    def estimate(row: tuple[float, float], name: str) -> Estimate:
        """The sum of the first two coefficients, weighed by ``row``."""
        weight = row[0] * influence[..., 0, :] + row[1] * influence[..., 1, :]
        value = (weight * y).sum(axis=-1)
        se = np.sqrt((weight**2 * spread).sum(axis=-1))
        margin = special.stdtrit(df, 0.5 + level / 2) * se
        nothing = [*reasons, (np.equal(se, 0), NO_RESIDUAL)]
        answers, undefined = settle(nothing, value, value - margin, value + margin, se, np.full_like(se, df))
        middle, lower, upper, error, degrees = answers
        return Estimate(
            estimate=middle, lower=lower, upper=upper, level=level, se=error, df=degrees,
            method=name, reference=REFERENCES[name], undefined=undefined,
        )  # fmt: skip

    difference = estimate((0, 1), _name_method(slopes, variance))
    means = _name_method(slopes, variance, weights)
    return Ancova(
        difference=difference,
        test=_test(difference),
        mean1=estimate((1, 1), means),
        mean2=estimate((1, 0), means),
    )


def _solve(y: Numbers, design: Numbers) -> tuple[Numbers, Numbers, Numbers, Reasons]:
    """What each outcome weighs in each coefficient [..., column, subject]; residuals, leverages, and the reasons."""
    q, r = np.linalg.qr(design)
    pivots = np.abs(np.diagonal(r, axis1=-2, axis2=-1))
    collinear = (pivots <= RELATIVE_TOLERANCE * np.linalg.norm(design, axis=-2)).any(axis=-1)
    r = np.where(collinear[..., None, None], np.eye(r.shape[-1]), r)
    transposed = np.swapaxes(q, -1, -2)
    residual = y - (q @ (transposed @ y[..., None]))[..., 0]
    flat = (residual**2).sum(axis=-1) <= RELATIVE_TOLERANCE**2 * (y**2).sum(axis=-1)
    reasons: Reasons = [(collinear, COLLINEAR), (flat, NO_RESIDUAL)]
    return np.linalg.solve(r, transposed), residual, (q**2).sum(axis=-1), reasons


def _spread(
    residual: Numbers, leverage: Numbers, variance: CoefficientVariance, df: int
) -> tuple[Numbers, NDArray[np.bool_]]:
    """The variance that each subject's outcome is taken to have, and the trials where there is none."""
    squared = residual**2
    if variance is CoefficientVariance.MODEL:
        return squared.sum(axis=-1, keepdims=True) / df, np.zeros(squared.shape[:-1], dtype=bool)
    rest = 1 - leverage
    power = {CoefficientVariance.HC2: 1, CoefficientVariance.HC3: 2}.get(variance, 0)
    taken_up = np.less_equal(rest, RELATIVE_TOLERANCE if power else -np.inf)
    factor = squared.shape[-1] / df if variance is CoefficientVariance.HC1 else 1
    return squared * factor / np.where(taken_up, 1, rest) ** power, np.asarray(taken_up.any(axis=-1))


def _test(difference: Estimate) -> TestResult:
    """The two-sided t test that the difference is 0."""
    assert difference.se is not None
    assert difference.df is not None
    statistic = difference.estimate / difference.se
    return TestResult(
        statistic=statistic,
        df=difference.df,
        p_value=2 * special.stdtr(difference.df, -np.abs(statistic)),
        method=difference.method,
        reference=difference.reference,
        undefined=difference.undefined,
    )
