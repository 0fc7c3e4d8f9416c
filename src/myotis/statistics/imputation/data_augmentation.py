"""Chains of data augmentation for one multivariate normal regression whose outcomes are partly missing.

Rows are ``y = design @ coefficients + error``, the errors having one covariance. Given complete rows, the covariance
is inverse-Wishart and the coefficients given it are normal around least squares (flat prior); given parameters, the
missing values are normal given those observed. All chains take a step at once, along the first axis.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from myotis.statistics.imputation.multivariate_normal import draw_conditional
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
    covariance: Numbers
    trace: Numbers


class _State(NamedTuple):
    completed: Numbers
    coefficients: Numbers
    covariance: Numbers


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
            variances = np.diagonal(state.covariance, axis1=-2, axis2=-1)
            trace.append(np.concatenate([state.coefficients.reshape(sampling.chains, -1), np.log(variances)], axis=-1))
            if since % sampling.thinning == 0:
                kept.append(state)
        if number == length:
            break
    completed, coefficients, covariance = (
        np.concatenate(parts)[: sampling.imputations] for parts in zip(*kept, strict=True)
    )
    return Draws(completed, coefficients, covariance, np.stack(trace))


def _iterate(
    generator: np.random.Generator, y: Numbers, design: Numbers, prior: InverseWishart, chains: int
) -> Iterator[_State]:
    completed = _start(generator, y, chains)
    posterior = _Posterior(design, prior, y.shape[1])
    while True:
        coefficients, covariance = posterior.draw(generator, completed)
        noise = generator.standard_normal(completed.shape)
        completed = draw_conditional(y, design @ coefficients, covariance, noise)
        yield _State(completed, coefficients, covariance)


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

    def draw(self, generator: np.random.Generator, completed: Numbers) -> tuple[Numbers, Numbers]:
        """Coefficients [chain, column, variable] and covariance [chain, variable, variable]."""
        fitted = self.inverse @ (self.design.T @ completed)
        error = completed - self.design @ fitted
        factor = np.linalg.cholesky(self.prior.scale + error.swapaxes(-1, -2) @ error)
        # Bartlett's triangle: the covariance is root.T @ root, with root = triangle ** -1 @ factor.T.
        root = np.linalg.solve(self._draw_triangle(generator, len(completed)), factor.swapaxes(-1, -2))
        noise = generator.standard_normal(fitted.shape)
        return fitted + self.root @ noise @ root, root.swapaxes(-1, -2) @ root

    def _draw_triangle(self, generator: np.random.Generator, chains: int) -> Numbers:
        variables = len(self.diagonal)
        triangle = np.zeros((chains, variables, variables))
        triangle[:, self.diagonal, self.diagonal] = np.sqrt(
            generator.chisquare(self.df - self.diagonal, (chains, variables))
        )
        triangle[:, self.lower[0], self.lower[1]] = generator.standard_normal((chains, len(self.lower[0])))
        return triangle
