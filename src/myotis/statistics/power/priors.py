"""Priors of an effect or of two rates: what is believed before the trial, for the mean of a power over it.

When to use: in `myotis.statistics.power.assurance`. Beta priors where earlier trials tell both rates; a normal prior of
the difference, or of the logarithm of a hazard ratio, where they tell an estimate with its standard error.
"""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from myotis.errors import StatisticsError
from myotis.statistics.power.assumptions import Assumptions, Options, RateAssumptions, WeighedRates, check_positive
from myotis.statistics.power.beta_nodes import list_beta_nodes

REFERENCES: Final = {
    "normal": "Spiegelhalter DJ, Freedman LS, Blackburn PR, Control Clin Trials 1986;7:8-17",
    "beta": "O'Hagan A, Stevens JW, Campbell MJ, Pharm Stat 2005;4:187-201",
}

REACH = 8.5
"""Standard deviations that are integrated over: beyond lies 2e-17."""

PIECES = 34
PIECE_NODES, PIECE_WEIGHTS = np.polynomial.legendre.leggauss(12)

LEAST_NODES = 48


class Prior(Protocol):
    """What is believed of the effect."""

    @property
    def mean(self) -> float:
        """The mean effect believed."""

    @property
    def options(self) -> Options:
        """What is believed, by name."""

    def average(self, assumptions: Assumptions, n1: float, n2: float) -> float:
        """The mean power over what is believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalPrior:
    """A normal prior of the effect; of a hazard ratio, with ``is_logarithmic``, of its logarithm.

    ``mean`` is on the scale of the effect, ``sd`` that of what is normal; 0 is a point.
    """

    mean: float
    sd: float
    is_logarithmic: bool = False

    def __post_init__(self) -> None:
        if not (np.isfinite(self.mean) and 0 <= self.sd < np.inf):
            raise StatisticsError(f"the prior has an SD of {self.sd:g}; expected a finite mean and an SD from 0")
        if self.is_logarithmic:
            check_positive("the mean of the prior", self.mean)

    @property
    def options(self) -> Options:
        scale = " of the logarithm" if self.is_logarithmic else ""
        return {"prior": "normal", "prior_mean": self.mean, f"prior_sd{scale}": self.sd}

    def average(self, assumptions: Assumptions, n1: float, n2: float) -> float:
        if self.sd == 0:
            return assumptions.with_effect(self.mean).compute_power(n1, n2)
        edges = np.linspace(-REACH, REACH, PIECES + 1)
        half = (edges[1] - edges[0]) / 2
        z = ((edges[:-1] + half)[:, None] + half * PIECE_NODES).ravel()
        weights = np.exp(-(z**2) / 2) * np.tile(PIECE_WEIGHTS, PIECES)
        effects = self.mean * np.exp(self.sd * z) if self.is_logarithmic else self.mean + self.sd * z
        low, high = assumptions.effect_limits
        inside = np.clip(effects, low, high)
        powers = [assumptions.with_effect(float(effect)).compute_power(n1, n2) for effect in inside]
        return float(weights @ powers / weights.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class BetaPriors:
    """Independent beta priors of both rates: Beta(a1, b1) of group 1, Beta(a2, b2) of group 2.

    Each weighs as much as a + b subjects of whom a responded.
    """

    a1: float
    b1: float
    a2: float
    b2: float

    def __post_init__(self) -> None:
        check_positive("the beta priors", self.a1, self.b1, self.a2, self.b2)

    @property
    def mean(self) -> float:
        return self.a1 / (self.a1 + self.b1) - self.a2 / (self.a2 + self.b2)

    @property
    def options(self) -> Options:
        return {
            "prior": f"Beta({self.a1:g}, {self.b1:g})",
            "comparator_prior": f"Beta({self.a2:g}, {self.b2:g})",
        }

    def average(self, assumptions: Assumptions, n1: float, n2: float) -> float:
        """By so many Gauss-Jacobi nodes that what is enumerated, a polynomial in each rate, is summed exactly."""
        if not isinstance(assumptions, RateAssumptions):
            raise StatisticsError(f"{assumptions.method} is no power of two rates; expected a normal prior")
        first, second = (
            WeighedRates(
                *list_beta_nodes(a, b, max(LEAST_NODES, int(n) // 2 + 1) if assumptions.jumps else LEAST_NODES)
            )
            for a, b, n in ((self.a1, self.b1, n1), (self.a2, self.b2, n2))
        )
        return assumptions.average_power(n1, n2, first, second)
