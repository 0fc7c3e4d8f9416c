"""Degrees of freedom of contrasts in a mixed model."""

from enum import StrEnum

import numpy as np

from myotis.errors import StatisticsError
from myotis.statistics.mixed_model.fit import Criterion, MixedModel
from myotis.statistics.result import Numbers


class DegreesOfFreedom(StrEnum):
    """How the degrees of freedom of a contrast are found."""

    SATTERTHWAITE = "satterthwaite"
    """From how exactly the contrast's variance is known."""
    KENWARD_ROGER = "kenward-roger"
    """With a standard error adjusted by first and second derivatives of the covariance (R: Kenward-Roger)."""
    KENWARD_ROGER_LINEAR = "kenward-roger-linear"
    """With first derivatives only (R: Kenward-Roger-Linear; SAS for the unstructured covariance)."""
    BETWEEN_WITHIN = "between-within"
    """Subjects, or rows within subjects, less the columns that vary between, or within; of the columns that a contrast
    involves, the fewest count (as in R's mmrm; SAS differs)."""
    RESIDUAL = "residual"
    """Rows less columns."""


D = DegreesOfFreedom


def choose_covariance(model: MixedModel, method: DegreesOfFreedom) -> Numbers:
    """The covariance of the coefficients that goes with a method; raises StatisticsError where there is none."""
    if method not in {D.KENWARD_ROGER, D.KENWARD_ROGER_LINEAR}:
        return model.covariance
    if model.criterion is not Criterion.RESTRICTED:
        raise StatisticsError("Kenward and Roger's method is defined for the restricted likelihood; fit with reml")
    return model.kenward_roger_covariance if method is D.KENWARD_ROGER else model.kenward_roger_linear_covariance


def count_degrees(model: MixedModel, contrast: Numbers, method: DegreesOfFreedom) -> Numbers:
    """The degrees of freedom of each contrast[..., column] alone."""
    if method is D.RESIDUAL:
        return np.full(contrast.shape[:-1], float(model.rows - len(model.coefficients)))
    if method is D.BETWEEN_WITHIN:
        return _count_between_within(model, contrast)
    variance = np.einsum("...p,pq,...q->...", contrast, model.covariance, contrast)
    slope = np.einsum("...p,hpq,...q->...h", contrast, model.covariance_gradient, contrast)
    uncertainty = np.einsum("...h,hj,...j->...", slope, model.parameter_covariance, slope)
    return np.asarray(2 * variance**2 / uncertainty)


def _count_between_within(model: MixedModel, contrast: Numbers) -> Numbers:
    varies = ~model.is_between
    between = model.subjects - model.is_between.sum()
    within = model.rows - model.subjects - varies.sum()
    by_column = np.where(model.is_between & ~model.is_constant, between, within).astype(float)
    degrees = np.where(contrast != 0, by_column, np.inf).min(axis=-1)
    if (degrees <= 0).any():
        raise StatisticsError("between-within degrees of freedom are not positive: there are too few rows or subjects")
    return np.asarray(degrees)


def count_joint_degrees(model: MixedModel, contrasts: Numbers, method: DegreesOfFreedom) -> tuple[float, float]:
    """The denominator degrees of freedom of contrasts[row, column] together, and the factor of the F statistic."""
    if method in {D.RESIDUAL, D.BETWEEN_WITHIN}:
        return float(count_degrees(model, contrasts, method).min()), 1.0
    if method is D.SATTERTHWAITE:
        return _join_by_expectation(model, contrasts), 1.0
    return _join_by_moments(model, contrasts)


def _join_by_expectation(model: MixedModel, contrasts: Numbers) -> float:
    """Fai and Cornelius: the F whose mean is that of the mean of independent squared t."""
    axes = np.linalg.eigh(contrasts @ model.covariance @ contrasts.T)[1]
    each = count_degrees(model, axes.T @ contrasts, D.SATTERTHWAITE)
    if np.ptp(each) < 1e-8:
        return float(each.mean())
    if each.min() <= 2:
        return 2.0
    mean = (each / (each - 2)).sum()
    return float(2 * mean / (mean - len(each)))


def _join_by_moments(model: MixedModel, contrasts: Numbers) -> tuple[float, float]:
    """Kenward and Roger: the scaled F with the mean and variance of the Wald statistic."""
    rows = len(contrasts)
    if rows == 1:
        return float(count_degrees(model, contrasts, D.SATTERTHWAITE)[0]), 1.0
    inverse = np.linalg.inv(contrasts @ model.covariance @ contrasts.T)
    slopes = inverse @ (contrasts @ model.covariance_gradient @ contrasts.T)
    traces = np.trace(slopes, axis1=1, axis2=2)
    pairs = np.einsum("hab,jba->hj", slopes, slopes)
    a1 = traces @ model.parameter_covariance @ traces
    a2 = (model.parameter_covariance * pairs).sum()
    b = (a1 + 6 * a2) / (2 * rows)
    g = ((rows + 1) * a1 - (rows + 4) * a2) / ((rows + 2) * a2)
    base = 3 * rows + 2 * (1 - g)
    c1, c2, c3 = g / base, (rows - g) / base, (rows + 2 - g) / base
    mean = 1 / (1 - a2 / rows)
    variance = 2 / rows * (1 + c1 * b) / ((1 - c2 * b) ** 2 * (1 - c3 * b))
    ratio = variance / (2 * mean**2)
    degrees = 4 + (rows + 2) / (rows * ratio - 1)
    return float(degrees), float(degrees / (mean * (degrees - 2)))
