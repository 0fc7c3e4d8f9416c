"""Dropout in a sample size, by one of two treatments that must not be mixed up.

Either dropouts are removed: the power is that of the subjects who can be evaluated, and more are randomized. Or they
count as non-responders: all who are randomized are analyzed, and both rates shrink, and so does their difference.

When to use: removal where dropouts are really left out of the analysis; non-response where the estimand is composite,
or missing is non-response, as in most trials of responders. The first promises too much of the second.
"""

from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np

from myotis.errors import StatisticsError
from myotis.statistics.power.assumptions import Options, RateAssumptions, ResponseAssumptions, WeighedRates
from myotis.statistics.power.laid_over import LaidOver

REFERENCES: Final = {
    "dropouts-removed": "Lachin JM, Control Clin Trials 1981;2:93-113",
    "dropouts-as-nonresponders": "ICH E9(R1) 2019, composite variable strategies",
}

ROUNDING = 1e-9
"""Subjects that should be whole come out a rounding too few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DropoutsRemoved(LaidOver):
    """Assumptions of evaluable subjects, where shares ``dropout1`` and ``dropout2`` of those randomized are not.

    The number evaluable is the expected one, rounded down in each group. Raises StatisticsError for shares that are
    no proportions below 1.

    >>> from myotis.statistics.power.answers import find_sample_size
    >>> from myotis.statistics.power.two_proportions import TwoProportions
    >>> assumed = TwoProportions(p1=0.6, p2=0.3, alpha=0.05, alternative="two-sided", test="z-pooled")
    >>> removed = DropoutsRemoved(assumptions=assumed, dropout1=0.1, dropout2=0.1)
    >>> find_sample_size(assumed, power=0.8, ratio=(1, 1)).n1, find_sample_size(removed, power=0.8, ratio=(1, 1)).n1
    (42, 47)
    """

    dropout1: float
    dropout2: float

    def __post_init__(self) -> None:
        _check_dropout(self.dropout1, self.dropout2)

    @property
    def options(self) -> Options:
        return {**self.assumptions.options, **_describe("removed", self.dropout1, self.dropout2)}

    def count_evaluable(self, n1: float, n2: float) -> tuple[int, int]:
        """The expected numbers evaluable, rounded down."""
        return int(np.floor(n1 * (1 - self.dropout1) + ROUNDING)), int(np.floor(n2 * (1 - self.dropout2) + ROUNDING))

    def compute_power(self, n1: float, n2: float) -> float:
        evaluable = self.count_evaluable(n1, n2)
        return self.assumptions.compute_power(*evaluable) if min(evaluable) >= 1 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DropoutsAsNonresponders(LaidOver, RateAssumptions):
    """Assumptions of responders among those who stay; shares ``dropout1`` and ``dropout2`` don't, and don't respond.

    The effect stays that among those who stay. Raises StatisticsError as `DropoutsRemoved` does.

    >>> from myotis.statistics.power.two_proportions import TwoProportions
    >>> assumed = TwoProportions(p1=0.6, p2=0.3, alpha=0.05, alternative="two-sided", test="z-pooled")
    >>> round(DropoutsAsNonresponders(assumptions=assumed, dropout1=0.1, dropout2=0.1).compute_power(47, 47), 4)
    0.7687
    """

    assumptions: ResponseAssumptions
    dropout1: float
    dropout2: float

    def __post_init__(self) -> None:
        _check_dropout(self.dropout1, self.dropout2)

    @property
    def options(self) -> Options:
        return {**self.assumptions.options, **_describe("as non-responders", self.dropout1, self.dropout2)}

    @property
    def diluted(self) -> ResponseAssumptions:
        """The assumptions with the rates of all who are randomized."""
        return self.assumptions.with_response_of(1 - self.dropout1, 1 - self.dropout2)

    def compute_power(self, n1: float, n2: float) -> float:
        return self.diluted.compute_power(n1, n2)

    def average_power(self, n1: float, n2: float, first: WeighedRates, second: WeighedRates) -> float:
        kept1, kept2 = first.times(1 - self.dropout1), second.times(1 - self.dropout2)
        return self._take_rates().average_power(n1, n2, kept1, kept2)

    def with_rates(self, p1: float, p2: float) -> Self:
        return replace(self, assumptions=self._take_rates().with_rates(p1, p2))

    def with_response_of(self, share1: float, share2: float) -> Self:
        return replace(self, assumptions=self.assumptions.with_response_of(share1, share2))

    def _take_rates(self) -> RateAssumptions:
        if not isinstance(self.assumptions, RateAssumptions):
            raise StatisticsError(f"{self.method} has more rates than one a group; expected one")
        return self.assumptions


def _check_dropout(*shares: float) -> None:
    """Refuse shares that are no proportions below 1."""
    if not all(0 <= share < 1 for share in shares):
        raise StatisticsError(
            f"the dropout is {', '.join(f'{share:g}' for share in shares)}; expected proportions below 1"
        )


def _describe(treatment: str, dropout1: float, dropout2: float) -> Options:
    return {"dropouts": treatment, "dropout": dropout1, "comparator_dropout": dropout2}
