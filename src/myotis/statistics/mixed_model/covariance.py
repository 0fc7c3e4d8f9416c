"""The covariance between visits: ten structures by name, their parameters and derivatives.

The parameters are those of R's mmrm, since the full Kenward-Roger method depends on them: the logarithms of standard
deviations come first (one for each visit, or one for all where the structure is homogeneous), then what correlates.
There a correlation rho is x / sqrt(1 + x^2); that of compound symmetry is expit(x) * (1 + a) - a, with
a = 1 / (visits - 1). Unstructured, the covariance is D L L' D with the logarithms of D's diagonal first and then the
entries of L, which has ones on its diagonal, by rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from myotis.statistics.mixed_model.correlation import (
    Matrices,
    bend_back,
    bend_back_alike,
    compute_lags,
    correlate_alike,
    correlate_by_factor,
    correlate_by_lag,
    correlate_by_power,
    correlate_by_product,
)
from myotis.statistics.result import Numbers


class CovarianceStructure(StrEnum):
    """How the outcomes of a subject at its visits vary together."""

    UNSTRUCTURED = "unstructured"
    """Every variance and covariance free (R: us; SAS: UN)."""
    TOEPLITZ_HETEROGENEOUS = "toeplitz-heterogeneous"
    """A correlation for each lag, a variance for each visit (R: toeph; SAS: TOEPH)."""
    TOEPLITZ = "toeplitz"
    """A correlation for each lag, one variance (R: toep; SAS: TOEP)."""
    ANTE_DEPENDENCE_HETEROGENEOUS = "ante-dependence-heterogeneous"
    """A correlation for each step from visit to visit, a variance for each visit (R: adh; SAS: ANTE(1))."""
    ANTE_DEPENDENCE = "ante-dependence"
    """A correlation for each step from visit to visit, one variance (R: ad)."""
    AUTOREGRESSIVE_HETEROGENEOUS = "autoregressive-heterogeneous"
    """One correlation to the power of the lag, a variance for each visit (R: ar1h; SAS: ARH(1))."""
    AUTOREGRESSIVE = "autoregressive"
    """One correlation to the power of the lag, one variance (R: ar1; SAS: AR(1))."""
    COMPOUND_SYMMETRY_HETEROGENEOUS = "compound-symmetry-heterogeneous"
    """One correlation, a variance for each visit (R: csh; SAS: CSH)."""
    COMPOUND_SYMMETRY = "compound-symmetry"
    """One correlation, one variance (R: cs; SAS: CS)."""


class Parameterization(StrEnum):
    """What the parameters of an unstructured covariance are; the others have one parameterization only."""

    FACTOR = "factor"
    """Logarithms of standard deviations and entries of a triangle, as in R's mmrm."""
    ENTRIES = "entries"
    """The variances and covariances themselves, as in SAS."""


S = CovarianceStructure
HOMOGENEOUS: Final = frozenset({S.TOEPLITZ, S.ANTE_DEPENDENCE, S.AUTOREGRESSIVE, S.COMPOUND_SYMMETRY})
CORRELATE: Final[dict[CovarianceStructure, Callable[[Numbers, int], Matrices]]] = {
    S.UNSTRUCTURED: correlate_by_factor,
    S.TOEPLITZ_HETEROGENEOUS: correlate_by_lag,
    S.TOEPLITZ: correlate_by_lag,
    S.ANTE_DEPENDENCE_HETEROGENEOUS: correlate_by_product,
    S.ANTE_DEPENDENCE: correlate_by_product,
    S.AUTOREGRESSIVE_HETEROGENEOUS: correlate_by_power,
    S.AUTOREGRESSIVE: correlate_by_power,
    S.COMPOUND_SYMMETRY_HETEROGENEOUS: correlate_alike,
    S.COMPOUND_SYMMETRY: correlate_alike,
}


@dataclass(frozen=True, slots=True)
class CovarianceForm:
    """One structure for a number of visits: its matrix from its parameters, and parameters to start with."""

    structure: CovarianceStructure
    visits: int
    parameterization: Parameterization

    def expand(self, parameters: Numbers) -> Matrices:
        """The covariance [visit, visit], its first [k, visit, visit] and second [k, k, visit, visit] derivatives."""
        if self.parameterization is Parameterization.ENTRIES:
            return self._expand_entries(parameters)
        counts = self._count_scales()
        scales = len(counts)
        sd = np.broadcast_to(np.exp(parameters[:scales]), self.visits)
        spread = np.outer(sd, sd)
        if self.visits == 1:
            return spread, counts * spread, counts[:, None] * counts * spread
        correlation, once, twice = CORRELATE[self.structure](parameters[scales:], self.visits)
        value, slopes = spread * correlation, spread * once
        mixed = counts[:, None] * slopes
        second = np.concatenate(
            [
                np.concatenate([counts[:, None] * counts * value, mixed], axis=1),
                np.concatenate([np.swapaxes(mixed, 0, 1), spread * twice], axis=1),
            ]
        )
        return value, np.concatenate([counts * value, slopes]), second

    def start(self, moments: Numbers) -> Numbers:
        """Parameters near a covariance, with correlations pulled to 0 as far as the matrix needs to be definite."""
        sd = np.sqrt(np.diagonal(moments))
        correlation = moments / np.outer(sd, sd)
        for pull in np.linspace(0.0, 1.0, 11):
            near = (1 - pull) * correlation + pull * np.eye(self.visits)
            if _is_definite(near):
                parameters = self._parameters_of(sd, near)
                if _is_definite(self.expand(parameters)[0]):
                    return parameters
        raise AssertionError("without correlation every structure is definite")  # pragma: no cover

    def _parameters_of(self, sd: Numbers, correlation: Numbers) -> Numbers:
        if self.parameterization is Parameterization.ENTRIES:
            return np.asarray((correlation * np.outer(sd, sd))[np.tril_indices(self.visits)])
        if self.structure is S.UNSTRUCTURED:
            factor = np.linalg.cholesky(correlation * np.outer(sd, sd))
            scale = np.diagonal(factor)
            return np.concatenate([np.log(scale), (factor / scale[:, None])[np.tril_indices(self.visits, -1)]])
        scales = np.log([np.sqrt((sd**2).mean())] if self.structure in HOMOGENEOUS else sd)
        if self.visits == 1:
            return np.asarray(scales)
        return np.concatenate([scales, self._correlation_parameters(correlation)])

    def _correlation_parameters(self, correlation: Numbers) -> Numbers:
        correlate = CORRELATE[self.structure]
        if correlate is correlate_by_product:
            return bend_back(np.diagonal(correlation, 1))
        lags = compute_lags(self.visits)
        if correlate is correlate_by_power:
            return bend_back(correlation[lags == 1].mean(keepdims=True))
        if correlate is correlate_by_lag:
            return bend_back(np.array([correlation[lags == lag].mean() for lag in range(1, self.visits)]))
        return bend_back_alike(correlation[lags > 0].mean(keepdims=True), self.visits)

    def _count_scales(self) -> Numbers:
        """How often the logarithm of each standard deviation enters an entry: [scale, visit, visit]."""
        if self.structure in HOMOGENEOUS:
            return np.full((1, self.visits, self.visits), 2.0)
        here = np.eye(self.visits)
        return here[:, :, None] + here[:, None, :]

    def _expand_entries(self, parameters: Numbers) -> Matrices:
        rows, columns = np.tril_indices(self.visits)
        size = len(rows)
        first = np.zeros((size, self.visits, self.visits))
        first[np.arange(size), rows, columns] = first[np.arange(size), columns, rows] = 1.0
        return np.tensordot(parameters, first, 1), first, np.zeros((size, size, self.visits, self.visits))


LEAST_EIGENVALUE: Final = 0.02
"""A start has no eigenvalue of its correlations below this."""


def _is_definite(covariance: Numbers) -> bool:
    sd = np.sqrt(np.diagonal(covariance))
    return bool(np.linalg.eigvalsh(covariance / np.outer(sd, sd))[0] > LEAST_EIGENVALUE)
