"""Covariate-adjusted difference, ratio and odds ratio of proportions: standardization after a logistic model.

When to use: for the effect of treatment on the proportion of responders in the whole trial, with the precision that
baseline covariates add (FDA 2023, Adjusting for covariates in randomized clinical trials). Ye's variance holds where
the model is wrong and counts the covariates as drawn; Ge's takes them as they are, and with the model's own
covariance it takes the model as right.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.normal import normal_quantile
from myotis.statistics.regression.maxima import find_maxima
from myotis.statistics.regression.newton import Maximum, take_responses
from myotis.statistics.result import EMPTY_ARM, Estimate, Numbers, Reasons, check_level, settle

NO_RATIO = "the adjusted proportion of a group is 0 or 1"


class StandardizedContrast(StrEnum):
    """How two standardized proportions are compared."""

    DIFFERENCE = "difference"
    """p1 - p2."""
    RATIO = "ratio"
    """p1 / p2, with an interval symmetric about its logarithm."""
    ODDS_RATIO = "odds-ratio"
    """The odds of p1 over the odds of p2, with an interval symmetric about its logarithm."""


class StandardizationVariance(StrEnum):
    """Variances of standardized proportions."""

    YE = "standardization-ye"
    """Robust, and of the population from which the subjects were drawn; the residuals' variance taken apart into those
    of outcomes and predictions, the latter from all subjects (RobinCar's default)."""
    YE_RESIDUAL = "standardization-ye-residual"
    """The same with the variance of each group's own residuals."""
    GE_MODEL = "standardization-ge-model"
    """Delta method from the model's covariance, the covariates as they are."""
    GE_HC0 = "standardization-ge-hc0"
    """Delta method from the sandwich covariance HC0."""
    GE_HC1 = "standardization-ge-hc1"
    """The same times n / (n - p), p coefficients."""
    GE_HC3 = "standardization-ge-hc3"
    """Delta method from the sandwich covariance with residuals over 1 - leverage."""


GE = "Ge M, Durham LK, Meyer RD, Xie W, Thomas N, Drug Inf J 2011;45:481-493"
SANDWICH = f"{GE}; MacKinnon JG, White H, J Econom 1985;29:305-325"

YE = "Ye T, Bannick M, Yi Y, Shao J, Stat Theory Relat Fields 2023;7:159-163"

REFERENCES: Final = {
    StandardizationVariance.YE: YE,
    StandardizationVariance.YE_RESIDUAL: YE,
    StandardizationVariance.GE_MODEL: GE,
    StandardizationVariance.GE_HC0: SANDWICH,
    StandardizationVariance.GE_HC1: SANDWICH,
    StandardizationVariance.GE_HC3: SANDWICH,
}


ROBUST = (StandardizationVariance.YE, StandardizationVariance.YE_RESIDUAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standardized:
    """The logistic model of each trial and what it predicts for everybody with and without treatment."""

    design: Numbers
    y: Numbers
    treated: Numbers
    found: Maximum
    with_treatment: Numbers
    without: Numbers

    @property
    def means(self) -> tuple[Numbers, Numbers]:
        return np.asarray(self.with_treatment.mean(axis=-1)), np.asarray(self.without.mean(axis=-1))


def estimate_standardized_effect(
    y: ArrayLike,
    treated: ArrayLike,
    covariates: ArrayLike,
    *,
    contrast: StandardizedContrast | str,
    method: StandardizationVariance | str,
    level: float,
) -> Estimate:
    """The adjusted effect: a logistic model of y on treatment and covariates, averaged over all subjects' covariates.

    ``y[..., subject]`` is 0 or 1, ``treated[..., subject]`` true for the group asked for, and
    ``covariates[..., subject, covariate]`` numbers (a factor as indicators), without a column of ones; leading axes are
    trials. ``se`` is that of the difference, or of the logarithm of a ratio. There is no answer where a group is empty,
    or where predictors are dependent or separate the responses, as they do where a group has one outcome only. Missing
    values are refused.

    >>> y, treated, severe = [1, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0], [1] * 6 + [0] * 6, [[0], [1]] * 6
    >>> answer = estimate_standardized_effect(
    ...     y, treated, severe, contrast="difference", method="standardization-ye", level=0.95
    ... )
    >>> round(float(answer.estimate), 4)
    0.3333
    """
    contrast, method = StandardizedContrast(contrast), StandardizationVariance(method)
    check_level(level)
    outcomes, group, x = np.asarray(y, float), np.asarray(treated, float), np.asarray(covariates, float)
    if x.ndim < 2 or x.shape[-2] != group.shape[-1] or not np.isin(group, (0, 1)).all():
        raise StatisticsError("expected treated[..., subject] of true and false, covariates[..., subject, covariate]")
    leading = np.broadcast_shapes(outcomes.shape[:-1], group.shape[:-1], x.shape[:-2])
    group = np.broadcast_to(group, (*leading, group.shape[-1]))
    x = np.concatenate([group[..., None], np.broadcast_to(x, (*leading, *x.shape[-2:]))], axis=-1)
    fitted, reasons = _standardize(*take_responses(x, outcomes))
    safe = ~np.logical_or.reduce([mask for mask, _ in reasons])
    p1, p2 = (np.where(safe, mean, 0.5) for mean in fitted.means)
    scale, slope1, slope2 = _compare(p1, p2, contrast)
    v11, v22, v12 = (np.where(safe, v, 0) for v in _compute_variances(fitted, method))
    se = np.sqrt(np.maximum(slope1**2 * v11 + slope2**2 * v22 - 2 * slope1 * slope2 * v12, 0))
    margin = normal_quantile(level) * se
    limits = [scale, scale - margin, scale + margin]
    if contrast is StandardizedContrast.DIFFERENCE:
        limits = [scale, np.clip(limits[1], -1, 1), np.clip(limits[2], -1, 1)]
    else:
        limits = [np.exp(value) for value in limits]
    many: Reasons = [(mask.reshape(leading), reason) for mask, reason in reasons]
    (estimate, lower, upper, error), undefined = settle(many, *(v.reshape(leading) for v in (*limits, se)))
    return Estimate(
        estimate=estimate,
        lower=lower,
        upper=upper,
        level=level,
        method=method.value,
        reference=REFERENCES[method],
        se=error,
        undefined=undefined,
    )


def _standardize(design: Numbers, y: Numbers) -> tuple[_Standardized, Reasons]:
    """The fitted model, and where there is none and why."""
    found, reasons = find_maxima(design, y, firth=False)
    treated = design[..., 1]
    predictions = []
    for value in (1.0, 0.0):
        other = design.copy()
        other[..., 1] = value
        predictions.append(special.expit((other @ found.coefficients[..., None])[..., 0]))
    fitted = _Standardized(
        design=design, y=y, treated=treated, found=found, with_treatment=predictions[0], without=predictions[1]
    )
    return fitted, [(_count_smallest(treated) == 0, EMPTY_ARM), *reasons]


def _count_smallest(treated: Numbers) -> Numbers:
    return np.asarray(np.minimum(treated.sum(axis=-1), (1 - treated).sum(axis=-1)))


def _compare(p1: Numbers, p2: Numbers, contrast: StandardizedContrast) -> tuple[Numbers, Numbers, Numbers]:
    """The contrast, ratios as logarithms, and how it grows with p1 and falls with p2."""
    if contrast is StandardizedContrast.DIFFERENCE:
        return p1 - p2, np.ones_like(p1), np.ones_like(p2)
    if contrast is StandardizedContrast.RATIO:
        return np.log(p1 / p2), 1 / p1, 1 / p2
    return special.logit(p1) - special.logit(p2), 1 / (p1 * (1 - p1)), 1 / (p2 * (1 - p2))


def _compute_variances(fitted: _Standardized, method: StandardizationVariance) -> tuple[Numbers, Numbers, Numbers]:
    """The variances of both standardized proportions, and their covariance."""
    if method in ROBUST:
        return _compute_ye(fitted, apart=method is StandardizationVariance.YE)
    covariance = _compute_covariance(fitted, method)
    gradients = []
    for value, p in ((1.0, fitted.with_treatment), (0.0, fitted.without)):
        other = fitted.design.copy()
        other[..., 1] = value
        gradients.append(((p * (1 - p))[..., None] * other).mean(axis=-2))
    g1, g2 = gradients

    def form(a: Numbers, b: Numbers) -> Numbers:
        return np.asarray((a[..., None, :] @ covariance @ b[..., None])[..., 0, 0])

    return form(g1, g1), form(g2, g2), form(g1, g2)


def _compute_covariance(fitted: _Standardized, method: StandardizationVariance) -> Numbers:
    """The covariance of the coefficients, the model's or a sandwich."""
    bread: Numbers = np.asarray(np.linalg.inv(fitted.found.information), dtype=float)
    if method is StandardizationVariance.GE_MODEL:
        return bread
    x, subjects, p = fitted.design, fitted.design.shape[-2], fitted.design.shape[-1]
    predicted = np.where(fitted.treated > 0, fitted.with_treatment, fitted.without)
    residual = fitted.y - predicted
    if method is StandardizationVariance.GE_HC3:
        leverage = predicted * (1 - predicted) * ((x @ bread) * x).sum(axis=-1)
        residual = residual / np.maximum(1 - leverage, 1e-12)
    scores = x * residual[..., None]
    sandwich = bread @ (scores.swapaxes(-1, -2) @ scores) @ bread
    return sandwich * subjects / max(subjects - p, 1) if method is StandardizationVariance.GE_HC1 else sandwich


def _compute_ye(fitted: _Standardized, *, apart: bool) -> tuple[Numbers, Numbers, Numbers]:
    """Ye and colleagues' variances, each over the number of subjects."""
    m1, m2, y = fitted.with_treatment, fitted.without, fitted.y
    subjects = y.shape[-1]
    first, second, everybody = fitted.treated, 1 - fitted.treated, np.ones_like(y)

    def variance(own: Numbers, m: Numbers) -> Numbers:
        share = own.mean(axis=-1)
        if apart:
            residual = _covary(y, y, own) + _covary(m, m, everybody) - 2 * _covary(y, m, own)
        else:
            residual = _covary(y - m, y - m, own)
        return residual / np.where(share > 0, share, 1) + 2 * _covary(y, m, own) - _covary(m, m, everybody)

    between = _covary(y, m2, first) + _covary(y, m1, second) - _covary(m1, m2, everybody)
    return variance(first, m1) / subjects, variance(second, m2) / subjects, between / subjects


def _covary(a: Numbers, b: Numbers, among: Numbers) -> Numbers:
    """The covariance of a and b among some subjects, with n - 1."""
    n = np.maximum(among.sum(axis=-1, keepdims=True), 1)
    a, b = (among * (v - (among * v).sum(axis=-1, keepdims=True) / n) for v in (a, b))
    return np.asarray((a * b).sum(axis=-1) / np.maximum(n[..., 0] - 1, 1))
