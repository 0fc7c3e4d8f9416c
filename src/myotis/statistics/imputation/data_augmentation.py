"""Chains of data augmentation for one multivariate normal regression whose outcomes are partly missing.

Rows are ``y = design @ coefficients + error``, the errors having one covariance. Given complete rows, the covariance
is inverse-Wishart and the coefficients given it are normal around least squares (flat prior); given parameters, the
missing values are normal given those observed. All chains take a step at once, along the first axis.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from myotis.statistics.imputation.conditional_normal import draw_missing, find_patterns
from myotis.statistics.result import Numbers

START_SPREAD: Final = 1.5
"""Chains start from missing values that are drawn wider than the observed ones spread, so that agreement is earned."""


class InverseWishart(NamedTuple):
    """The prior of a covariance: its density falls with |covariance| ** (-(df + variables + 1) / 2), and ``scale`` is
    the sum of squares that it brings. No degrees of freedom and a scale of 0 are the prior of Jeffreys."""

    df: float
    scale: Numbers


class Sampling(NamedTuple):
    """How the chains run: how many, iterations thrown away at the start, and iterations from one imputation of a chain
    to its next."""

    imputations: int
    chains: int
    burn_in: int
    thinning: int

    @property
    def kept_per_chain(self) -> int:
        """How many imputations each chain gives; the last may give more than are asked for."""
        return -(-self.imputations // self.chains)


class Draws(NamedTuple):
    """One draw each imputation, and the trace after the burn-in of coefficients and logarithms of variances."""

    completed: Numbers
    coefficients: Numbers
    precision: Numbers
    trace: Numbers


class _State(NamedTuple):
    completed: Numbers
    coefficients: Numbers
    precision: Numbers
    log_variances: Numbers


def run_chains(
    generator: np.random.Generator, y: Numbers, design: Numbers, prior: InverseWishart, sampling: Sampling
) -> Draws:
    """Draw the missing values of ``y[subject, variable]`` (NaN) and the parameters; see the module."""
    kept: list[_State] = []
    trace: list[Numbers] = []
    length = sampling.burn_in + sampling.thinning * sampling.kept_per_chain
    for number, state in enumerate(_iterate(generator, y, design, prior, sampling.chains), 1):
        since = number - sampling.burn_in
        if since > 0:
            flat = state.coefficients.reshape(sampling.chains, -1)
            trace.append(np.concatenate([flat, state.log_variances], axis=-1))
            if since % sampling.thinning == 0:
                kept.append(state)
        if number == length:
            break
    completed, coefficients, precision, _ = (
        np.concatenate(parts)[: sampling.imputations] for parts in zip(*kept, strict=True)
    )
    return Draws(completed, coefficients, precision, np.stack(trace))


def _iterate(
    generator: np.random.Generator, y: Numbers, design: Numbers, prior: InverseWishart, chains: int
) -> Iterator[_State]:
    patterns = find_patterns(np.isnan(y))
    completed = _start(generator, y, chains)
    posterior = _Posterior(design, prior, y.shape[1])
    while True:
        coefficients, precision, log_variances = posterior.draw(generator, completed)
        completed = completed.copy()
        draw_missing(generator, completed, design @ coefficients, precision, patterns)
        yield _State(completed, coefficients, precision, log_variances)


def _start(generator: np.random.Generator, y: Numbers, chains: int) -> Numbers:
    center, spread = np.nanmean(y, axis=0), np.nanstd(y, axis=0)
    noise = generator.standard_normal((chains, *y.shape))
    return np.where(np.isnan(y), center + START_SPREAD * spread * noise, y)


class _Posterior:
    """The parameters given completed rows."""

    def __init__(self, design: Numbers, prior: InverseWishart, variables: int) -> None:
        subjects, columns = design.shape
        self.design, self.prior = design, prior
        self.inverse = np.linalg.inv(design.T @ design)
        self.root = np.linalg.cholesky(self.inverse)
        self.df = prior.df + subjects - columns
        self.lower = np.tril_indices(variables, -1)
        self.diagonal = np.arange(variables)

    def draw(self, generator: np.random.Generator, completed: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Coefficients [chain, column, variable], precision [chain, variable, variable], logarithms of variances."""
        fitted = self.inverse @ (self.design.T @ completed)
        error = completed - self.design @ fitted
        factor = np.linalg.cholesky(self.prior.scale + error.swapaxes(-1, -2) @ error)
        # The precision is Wishart around the inverse of factor @ factor.T: Bartlett's triangle, seen through it.
        triangle = self._draw_triangle(generator, len(completed))
        inverse_root = np.linalg.solve(triangle, factor.swapaxes(-1, -2))  # covariance = inverse_root.T @ inverse_root
        root = np.linalg.solve(factor.swapaxes(-1, -2), triangle)
        noise = generator.standard_normal(fitted.shape)
        coefficients = fitted + self.root @ noise @ inverse_root
        return coefficients, root @ root.swapaxes(-1, -2), np.log((inverse_root**2).sum(axis=-2))

    def _draw_triangle(self, generator: np.random.Generator, chains: int) -> Numbers:
        variables = len(self.diagonal)
        triangle = np.zeros((chains, variables, variables))
        triangle[:, self.diagonal, self.diagonal] = np.sqrt(
            generator.chisquare(self.df - self.diagonal, (chains, variables))
        )
        triangle[:, self.lower[0], self.lower[1]] = generator.standard_normal((chains, len(self.lower[0])))
        return triangle
