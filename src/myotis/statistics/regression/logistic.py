"""Logistic regression by maximum likelihood, and with Firth's penalty.

When to use: for a response adjusted for covariates. Maximum likelihood in trials of some size; Firth's penalty where
responses are few or covariates separate them, with its profile interval, as a Wald interval is too narrow there. The
odds ratio that a model gives is conditional on its covariates; for a difference of proportions standardize.

``x[..., subject, predictor]`` without a column of ones (it is put first), ``y[..., subject]`` 0 or 1; leading axes are
trials. Missing values are refused: leave those subjects out.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.statistics.normal import normal_quantile
from myotis.statistics.regression.maxima import find_maxima
from myotis.statistics.regression.newton import compute_augmented_information, compute_log_likelihood, take_responses
from myotis.statistics.regression.profile import find_profile_limits
from myotis.statistics.result import Estimate, Numbers, check_level, settle


class LogisticMethod(StrEnum):
    """Estimates and intervals of a logistic model."""

    MAXIMUM_LIKELIHOOD_WALD = "maximum-likelihood-wald"
    """Maximum likelihood, and normal intervals from the information."""
    FIRTH_WALD = "firth-wald"
    """Firth's penalized likelihood, and normal intervals from the information."""
    FIRTH_WALD_AUGMENTED = "firth-wald-augmented"
    """The same with each subject's weight in the information times 1 + its leverage, as R's logistf has it."""
    FIRTH_PROFILE = "firth-profile"
    """Firth's penalized likelihood, and intervals of its profile; loops over trials."""


FIRTH = "Firth D, Biometrika 1993;80:27-38; Heinze G, Schemper M, Stat Med 2002;21:2409-2419"

REFERENCES: Final = {
    LogisticMethod.MAXIMUM_LIKELIHOOD_WALD: "McCullagh P, Nelder JA, Generalized Linear Models. 2nd ed. 1989",
    LogisticMethod.FIRTH_WALD: FIRTH,
    LogisticMethod.FIRTH_WALD_AUGMENTED: f"{FIRTH}; the information as R's logistf 1.26 has it",
    LogisticMethod.FIRTH_PROFILE: FIRTH,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogisticFit:
    """A logistic model fitted: log odds ratios [..., 1 + predictor], the intercept first.

    ``covariance[..., 1 + predictor, 1 + predictor]`` is the inverse of the information; ``log_likelihood[...]`` is
    without the penalty; ``p_values`` are those of Wald tests of each coefficient.
    """

    coefficients: Estimate
    covariance: Numbers
    log_likelihood: Numbers
    p_values: Numbers


def fit_logistic(x: ArrayLike, y: ArrayLike, *, method: LogisticMethod | str, level: float) -> LogisticFit:
    """A logistic regression of y on x by the named method, with intervals of its coefficients.

    With dependent predictors there is no answer. By maximum likelihood there is none where predictors separate the
    responses, completely or in part (`find_separation` tells so by linear programming). Firth's estimate is finite
    there, too.

    >>> fit = fit_logistic([[0]] * 48 + [[1]] * 47, [1] * 21 + [0] * 27 + [1] * 37 + [0] * 10,
    ...                    method="maximum-likelihood-wald", level=0.95)
    >>> [round(float(value), 4) for value in np.exp([fit.coefficients.estimate[1], fit.coefficients.lower[1]])]
    [4.7571, 1.9307]
    """
    method = LogisticMethod(method)
    check_level(level)
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    design, responses = take_responses(x, y)
    shape = np.broadcast_shapes(x.shape[:-2], y.shape[:-1])
    firth = method is not LogisticMethod.MAXIMUM_LIKELIHOOD_WALD
    found, reasons = find_maxima(design, responses, firth=firth)
    (_,), undefined = settle([(mask.reshape(shape), reason) for mask, reason in reasons], np.zeros(shape))
    answered = ~np.logical_or.reduce([mask for mask, _ in reasons])
    information = found.information
    if method is LogisticMethod.FIRTH_WALD_AUGMENTED:
        information = compute_augmented_information(design, found)
    covariance = np.linalg.inv(np.where(answered[:, None, None], information, np.eye(design.shape[-1])))
    se = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    if method is LogisticMethod.FIRTH_PROFILE:
        lower, upper = find_profile_limits(design, responses, found, covariance, answered, level)
    else:
        margin = normal_quantile(level) * se
        lower, upper = found.coefficients - margin, found.coefficients + margin

    def give(values: Numbers) -> Numbers:
        keep = answered.reshape(-1, *[1] * (values.ndim - 1))
        return np.where(keep, values, np.nan).reshape((*shape, *values.shape[1:]))[()]

    plain = compute_log_likelihood(design, responses, found.coefficients, firth=False)
    return LogisticFit(
        coefficients=Estimate(
            estimate=give(found.coefficients),
            lower=give(lower),
            upper=give(upper),
            level=level,
            method=method.value,
            reference=REFERENCES[method],
            se=give(se),
            undefined=undefined,
        ),
        covariance=give(covariance),
        log_likelihood=give(plain),
        p_values=give(2 * special.ndtr(-np.abs(found.coefficients / se))),
    )
