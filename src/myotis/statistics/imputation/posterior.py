"""Draws of the imputation model's parameters from their posterior, by data augmentation.

The prior is flat for the coefficients and Jeffreys' for each covariance. Every draw is the end of a chain of its own
that starts at the REML estimates, so draws are independent of each other; all chains go on together.
"""

import numpy as np

from myotis.errors import StatisticsError
from myotis.statistics.imputation.base_model import Parameters, build_predictors
from myotis.statistics.imputation.incomplete import IncompleteTrial
from myotis.statistics.imputation.multivariate_normal import draw_conditional
from myotis.statistics.result import Numbers

Group = tuple[Numbers, Numbers]
"""The outcome [subject, visit] (NaN: missing) and the predictors [subject, predictor] of those with one covariance."""


def draw_parameters(
    generator: np.random.Generator,
    trial: IncompleteTrial,
    start: Parameters,
    *,
    draws: int,
    iterations: int,
    covariance_by_arm: bool,
) -> Parameters:
    """As many draws of coefficients[draw, visit, predictor] and covariance[draw, arm, visit, visit]."""
    groups = _split(trial, covariance_by_arm=covariance_by_arm)
    coefficients = np.repeat(start.coefficients[None], draws, axis=0)
    covariances = [np.repeat(start.covariance[None, number], draws, axis=0) for number in range(len(groups))]
    for _ in range(iterations):
        completed = [
            _complete(generator, group, coefficients, covariance)
            for group, covariance in zip(groups, covariances, strict=True)
        ]
        coefficients = _draw_coefficients(generator, groups, completed, covariances)
        covariances = [
            _draw_covariance(generator, outcome - group[1] @ np.swapaxes(coefficients, -1, -2))
            for group, outcome in zip(groups, completed, strict=True)
        ]
    stacked = np.stack(covariances, axis=1)
    return Parameters(coefficients, np.broadcast_to(stacked, (draws, trial.arms, *stacked.shape[2:])))


def _split(trial: IncompleteTrial, *, covariance_by_arm: bool) -> list[Group]:
    """The subjects with a value that the model sees, together or by arm."""
    outcome, predictors = trial.modeled, build_predictors(trial, trial.arm)
    seen = ~np.isnan(outcome).all(axis=1)
    arms = range(trial.arms) if covariance_by_arm else [None]
    members = [seen if arm is None else seen & np.equal(trial.arm, arm) for arm in arms]
    visits = outcome.shape[1]
    if min(chosen.sum() for chosen in members) <= visits + predictors.shape[1]:
        raise StatisticsError(
            f"there are too few subjects to draw a covariance of {visits} visits from its posterior; expected more "
            f"than {visits + predictors.shape[1]} with a value"
        )
    return [(outcome[chosen], predictors[chosen]) for chosen in members]


def _complete(generator: np.random.Generator, group: Group, coefficients: Numbers, covariance: Numbers) -> Numbers:
    outcome, predictors = group
    mean = predictors @ np.swapaxes(coefficients, -1, -2)
    return draw_conditional(outcome, mean, covariance, generator.standard_normal(mean.shape))


def _draw_coefficients(
    generator: np.random.Generator, groups: list[Group], completed: list[Numbers], covariances: list[Numbers]
) -> Numbers:
    """Normal about generalized least squares, given the completed outcomes and the covariances."""
    precision: Numbers | float = 0.0
    weighted: Numbers | float = 0.0
    for (_, predictors), outcome, covariance in zip(groups, completed, covariances, strict=True):
        inverse = np.linalg.inv(covariance)
        precision = precision + np.einsum("sp,sq,dvw->dvpwq", predictors, predictors, inverse, optimize=True)
        weighted = weighted + np.einsum("sp,dsw,dvw->dvp", predictors, outcome, inverse, optimize=True)
    draws, _, visits = completed[0].shape
    columns = groups[0][1].shape[1]
    size = visits * columns
    root = np.linalg.cholesky(np.reshape(precision, (draws, size, size)))
    noise = generator.standard_normal((draws, size, 1))
    whitened = np.linalg.solve(root, np.reshape(weighted, (draws, size, 1)))
    drawn = np.linalg.solve(np.swapaxes(root, -1, -2), whitened + noise)
    return np.asarray(drawn.reshape(draws, visits, columns))


def _draw_covariance(generator: np.random.Generator, residual: Numbers) -> Numbers:
    """Inverse Wishart with as many degrees of freedom as there are subjects in residual[draw, subject, visit]."""
    draws, subjects, visits = residual.shape
    root = np.linalg.cholesky(np.swapaxes(residual, -1, -2) @ residual)
    # Bartlett's decomposition of a standard Wishart matrix
    triangle = np.tril(generator.standard_normal((draws, visits, visits)), -1)
    diagonal = np.sqrt(generator.chisquare(subjects - np.arange(visits), (draws, visits)))
    triangle[:, np.arange(visits), np.arange(visits)] = diagonal
    half = np.linalg.solve(triangle, np.swapaxes(root, -1, -2))
    return np.asarray(np.swapaxes(half, -1, -2) @ half)
