"""What a power is computed under: an assumed effect, a test with its error, and what else has to be known.

Every model of assumptions answers one question, the power of two groups of given sizes. The size for a power and the
detectable effect are searched over that one function (`myotis.statistics.power.answers`), so that the three can't
disagree.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import NamedTuple, Self

import numpy as np
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.result import Alternative, Numbers
from myotis.statistics.tails import check_alternative

Options = Mapping[str, float | str]
"""What an answer rests on, by name."""

MOST_SUBJECTS = 10_000_000
"""No trial is larger; a size is not looked for beyond."""


class Assumptions(ABC):
    """A model of assumptions; group 1 is compared with group 2, and an effect is group 1's against group 2's.

    The power is the probability to reject: of a two-sided test on either side, at no effect its size.
    """

    @property
    @abstractmethod
    def alpha(self) -> float:
        """The type I error of the test, of both sides where it has two."""

    @property
    @abstractmethod
    def alternative(self) -> Alternative:
        """The side or sides of ``null`` on which the test rejects."""

    @property
    @abstractmethod
    def effect(self) -> float:
        """The effect assumed, on the scale of the model."""

    @property
    @abstractmethod
    def method(self) -> str:
        """The method that the power is computed by."""

    @property
    @abstractmethod
    def reference(self) -> str:
        """Where the method is written."""

    @property
    @abstractmethod
    def options(self) -> Options:
        """The values assumed, by name."""

    @property
    def null(self) -> float:
        """The effect of the null hypothesis."""
        return 0.0

    @property
    def effect_limits(self) -> tuple[float, float]:
        """The least and the greatest effect that there can be."""
        return -np.inf, np.inf

    @property
    def unit(self) -> float:
        """A size of effect that is large; a detectable one is looked for in fractions of it."""
        return 1.0

    @property
    def jumps(self) -> bool:
        """Whether a larger trial can have less power, since outcomes are counts and the test is exact about them."""
        return False

    @property
    def most_subjects(self) -> int:
        """The largest trial that is looked at."""
        return MOST_SUBJECTS

    @abstractmethod
    def compute_power(self, n1: float, n2: float) -> float:
        """The probability to reject with n1 and n2 subjects; 0 where so few can't reject."""

    @abstractmethod
    def with_effect(self, effect: float) -> Self:
        """The same with another effect."""

    @abstractmethod
    def with_error(self, alpha: float, alternative: Alternative) -> Self:
        """The same with another error."""


class ResponseAssumptions(Assumptions):
    """Assumptions of responders, some of whom may drop out and count as non-responders."""

    @abstractmethod
    def with_response_of(self, share1: float, share2: float) -> Self:
        """The same where only these shares of the groups can respond."""


class WeighedRates(NamedTuple):
    """Rates that a group may have, [rate], and their weights, which add up to 1."""

    rates: Numbers
    weights: Numbers

    def times(self, share: float) -> "WeighedRates":
        """The same where only this share can respond."""
        return WeighedRates(share * self.rates, self.weights)


class RateAssumptions(ResponseAssumptions):
    """Assumptions of one proportion of responders a group."""

    @abstractmethod
    def with_rates(self, p1: float, p2: float) -> Self:
        """The same with other proportions."""

    def average_power(self, n1: float, n2: float, first: WeighedRates, second: WeighedRates) -> float:
        """The mean power over rates of both groups that don't depend on one another."""
        powers = [[self.with_rates(p1, p2).compute_power(n1, n2) for p2 in second.rates] for p1 in first.rates]
        return float(first.weights @ np.array(powers) @ second.weights)


def check_test(alpha: float, alternative: str) -> None:
    """Refuse an error that is no proportion below a half a side, and a word that names no alternative."""
    check_alternative(alternative)
    most = 1.0 if alternative == "two-sided" else 0.5
    if not 0 < alpha < most:
        raise StatisticsError(f"alpha is {alpha:g}; expected a proportion above 0 and below {most:g}")


def check_proportions(name: str, *values: float) -> None:
    """Refuse what is not between 0 and 1."""
    if not all(0 <= value <= 1 for value in values):
        listed = ", ".join(f"{value:g}" for value in values)
        raise StatisticsError(f"{name}: {listed}; expected proportions between 0 and 1")


def check_positive(name: str, *values: float) -> None:
    """Refuse what is not above 0 and finite."""
    if not all(0 < value < np.inf for value in values):
        listed = ", ".join(f"{value:g}" for value in values)
        raise StatisticsError(f"{name}: {listed}; expected numbers above 0")


def list_sides(alpha: float, alternative: Alternative) -> list[tuple[int, float]]:
    """The sides on which a test rejects (1 above, -1 below) and the error of each."""
    if alternative == "two-sided":
        return [(1, alpha / 2), (-1, alpha / 2)]
    return [(1 if alternative == "greater" else -1, alpha)]


def compute_normal_power(
    distance: float, null_se: float, se: float, *, alpha: float, alternative: Alternative, correction: float = 0.0
) -> float:
    """The power of a normal statistic: ``distance`` of the effect from the null hypothesis.

    It rejects beyond its critical value times ``null_se`` plus ``correction``, and varies by ``se``.

    >>> round(compute_normal_power(2.8016, 1, 1, alpha=0.05, alternative="two-sided"), 4)
    0.8
    """
    # The smallest float stands for no variance: what then lies beyond the critical value is rejected surely.
    spread = max(se, np.finfo(float).tiny)
    return float(
        sum(
            special.ndtr((side * distance + special.ndtri(error) * null_se - correction) / spread)
            for side, error in list_sides(alpha, alternative)
        )
    )


def join_numbers(values: Numbers) -> str:
    """Numbers as an option tells them."""
    return ", ".join(f"{value:g}" for value in values)
