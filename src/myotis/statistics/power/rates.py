"""What the models of proportions share: rates of two groups, plain or in strata, and how strata split subjects."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from myotis.errors import StatisticsError
from myotis.statistics.power.assumptions import (
    Options,
    RateAssumptions,
    ResponseAssumptions,
    check_proportions,
    check_test,
    join_numbers,
)
from myotis.statistics.result import Alternative, Numbers

ROUNDING = 1e-9
"""What should be whole, or within 0 and 1, and misses it by no more, is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoRates(RateAssumptions):
    """Two assumed proportions ``p1`` and ``p2`` whose difference is tested against ``margin``.

    The effect is p1 - p2; another effect moves p1.
    """

    p1: float
    p2: float
    alpha: float
    alternative: Alternative
    margin: float = 0.0

    def __post_init__(self) -> None:
        check_proportions("the rates of the groups", self.p1, self.p2)
        if not -1 < self.margin < 1:
            raise StatisticsError(f"the margin is {self.margin:g}; expected a difference between -1 and 1")
        check_test(self.alpha, self.alternative)

    @property
    def effect(self) -> float:
        return self.p1 - self.p2

    @property
    def null(self) -> float:
        return self.margin

    @property
    def effect_limits(self) -> tuple[float, float]:
        return -self.p2, 1 - self.p2

    @property
    def options(self) -> Options:
        margin = {"margin": self.margin} if self.margin else {}
        return {"rate": self.p1, "comparator_rate": self.p2, **margin}

    def with_effect(self, effect: float) -> Self:
        return replace(self, p1=move_proportion(self.p2, effect))

    def with_error(self, alpha: float, alternative: Alternative) -> Self:
        return replace(self, alpha=alpha, alternative=alternative)

    def with_rates(self, p1: float, p2: float) -> Self:
        return replace(self, p1=p1, p2=p2)

    def with_response_of(self, share1: float, share2: float) -> Self:
        return replace(self, p1=self.p1 * share1, p2=self.p2 * share2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strata:
    """The ``share`` of all subjects that each stratum has, and the proportions of both groups there: [stratum] each.

    Both groups have the same shares, as under stratified randomization. Raises StatisticsError for shares that don't
    add up to 1, and proportions that can't be.
    """

    shares: tuple[float, ...]
    p1: tuple[float, ...]
    p2: tuple[float, ...]

    def __post_init__(self) -> None:
        if not len(self.shares) == len(self.p1) == len(self.p2) >= 1:
            raise StatisticsError("shares and rates are not of the same strata; expected one of each a stratum")
        check_proportions("the rates of the strata", *self.p1, *self.p2)
        if not (min(self.shares) > 0 and abs(sum(self.shares) - 1) < ROUNDING):
            raise StatisticsError(
                f"the shares of the strata make {sum(self.shares):g}; expected shares above 0 that make 1"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class StratifiedRates(ResponseAssumptions):
    """Assumed proportions in ``strata``, of no difference in any under the null hypothesis.

    The effect is the difference over the strata at their shares; another effect is the same in every stratum.
    """

    strata: Strata
    alpha: float
    alternative: Alternative

    def __post_init__(self) -> None:
        check_test(self.alpha, self.alternative)

    @property
    def effect(self) -> float:
        return float(np.subtract(self.strata.p1, self.strata.p2) @ np.array(self.strata.shares))

    @property
    def effect_limits(self) -> tuple[float, float]:
        return -min(self.strata.p2), 1 - max(self.strata.p2)

    @property
    def options(self) -> Options:
        named = {"shares": self.strata.shares, "rates": self.strata.p1, "comparator_rates": self.strata.p2}
        return {name: join_numbers(np.array(values)) for name, values in named.items()}

    def with_effect(self, effect: float) -> Self:
        moved = tuple(move_proportion(p2, effect) for p2 in self.strata.p2)
        return replace(self, strata=replace(self.strata, p1=moved))

    def with_error(self, alpha: float, alternative: Alternative) -> Self:
        return replace(self, alpha=alpha, alternative=alternative)

    def with_response_of(self, share1: float, share2: float) -> Self:
        p1, p2 = (
            tuple(share * p for p in rates) for share, rates in ((share1, self.strata.p1), (share2, self.strata.p2))
        )
        return replace(self, strata=replace(self.strata, p1=p1, p2=p2))


def move_proportion(p2: float, effect: float) -> float:
    """The proportion that lies an effect from p2; an effect that is too large by rounding only is cut."""
    moved = p2 + effect
    return min(max(moved, 0.0), 1.0) if -ROUNDING < moved < 1 + ROUNDING else moved


def split_by_shares(n: int, shares: tuple[float, ...]) -> NDArray[np.int64]:
    """The subjects of a group by stratum, [stratum]: rounded down, and one more where the rest is largest.

    >>> split_by_shares(47, (0.3, 0.5, 0.2)).tolist()
    [14, 24, 9]
    """
    exact: Numbers = n * np.array(shares)
    whole = np.floor(exact + ROUNDING).astype(np.int64)
    largest = np.argsort(whole - exact, kind="stable")[: n - whole.sum()]
    whole[largest] += 1
    return whole
