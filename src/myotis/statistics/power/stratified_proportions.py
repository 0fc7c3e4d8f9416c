"""Power of the Cochran-Mantel-Haenszel test by the normal approximation.

When to use: where randomization and analysis are stratified. Strata whose response differs much give more power than
the same subjects in one stratum. What the test really does in small strata is enumerated by
`myotis.statistics.power.exact_stratified`.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from myotis.errors import StatisticsError
from myotis.statistics.power.assumptions import (
    Options,
    ResponseAssumptions,
    check_proportions,
    check_test,
    compute_normal_power,
    join_numbers,
)
from myotis.statistics.power.two_proportions import move_proportion
from myotis.statistics.result import Alternative, Numbers


class StratifiedTest(StrEnum):
    """Forms of the Cochran-Mantel-Haenszel test."""

    PLAIN = "cochran-mantel-haenszel"
    """Without a correction for continuity."""
    CORRECTED = "cochran-mantel-haenszel-corrected"
    """With one half as correction for continuity."""


REFERENCES: Final = {
    StratifiedTest.PLAIN: "Woolson RF, Bean JA, Rojas PB, Biometrics 1986;42:927-932",
    StratifiedTest.CORRECTED: "Nam J, Biometrics 1992;48:389-395",
}

ENOUGH = 1e-9
"""By so much shares may miss 1."""


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
        if not (min(self.shares) > 0 and abs(sum(self.shares) - 1) < ENOUGH):
            raise StatisticsError(f"the strata have {sum(self.shares):g} of all subjects; expected shares that make 1")

    @property
    def effect(self) -> float:
        """The difference over the strata at their shares."""
        return float(np.subtract(self.p1, self.p2) @ np.array(self.shares))

    @property
    def effect_limits(self) -> tuple[float, float]:
        """The least and the greatest difference that all strata can have."""
        return -min(self.p2), 1 - max(self.p2)

    def with_effect(self, effect: float) -> Self:
        """The same difference in every stratum."""
        return replace(self, p1=tuple(move_proportion(p2, effect) for p2 in self.p2))

    def with_response_of(self, share1: float, share2: float) -> Self:
        """The same where only these shares of the groups can respond."""
        p1, p2 = (tuple(share * p for p in rates) for share, rates in ((share1, self.p1), (share2, self.p2)))
        return replace(self, p1=p1, p2=p2)

    def describe(self) -> Options:
        """What is assumed, by name."""
        names = {"shares": self.shares, "rates": self.p1, "comparator_rates": self.p2}
        return {name: join_numbers(np.array(values)) for name, values in names.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class StratifiedProportions(ResponseAssumptions):
    """Assumed proportions in ``strata``, and the Cochran-Mantel-Haenszel ``test`` of no difference in any.

    The effect is the difference over the strata at their shares; another effect is the same in every stratum.

    >>> strata = Strata(shares=(0.3, 0.5, 0.2), p1=(0.8, 0.6, 0.4), p2=(0.5, 0.3, 0.1))
    >>> assumed = StratifiedProportions(
    ...     strata=strata, alpha=0.05, alternative="two-sided", test="cochran-mantel-haenszel"
    ... )
    >>> round(assumed.compute_power(42, 42), 4)
    0.8309
    """

    strata: Strata
    alpha: float
    alternative: Alternative
    test: StratifiedTest | str

    def __post_init__(self) -> None:
        check_test(self.alpha, self.alternative)
        StratifiedTest(self.test)

    @property
    def effect(self) -> float:
        return self.strata.effect

    @property
    def effect_limits(self) -> tuple[float, float]:
        return self.strata.effect_limits

    @property
    def method(self) -> str:
        return StratifiedTest(self.test).value

    @property
    def reference(self) -> str:
        return REFERENCES[StratifiedTest(self.test)]

    @property
    def options(self) -> Options:
        return self.strata.describe()

    def compute_power(self, n1: float, n2: float) -> float:
        share, p1, p2 = (np.array(part) for part in (self.strata.shares, self.strata.p1, self.strata.p2))
        m1, m2 = n1 * share, n2 * share
        weight = m1 * m2 / (m1 + m2)
        pooled = (m1 * p1 + m2 * p2) / (m1 + m2)
        variance = (weight**2 * (p1 * (1 - p1) / m1 + p2 * (1 - p2) / m2)).sum()
        return compute_normal_power(
            float((weight * (p1 - p2)).sum()),
            float(np.sqrt((weight * pooled * (1 - pooled)).sum())),
            float(np.sqrt(variance)),
            alpha=self.alpha,
            alternative=self.alternative,
            correction=0.5 if self.test == StratifiedTest.CORRECTED else 0.0,
        )

    def with_effect(self, effect: float) -> Self:
        return replace(self, strata=self.strata.with_effect(effect))

    def with_error(self, alpha: float, alternative: Alternative) -> Self:
        return replace(self, alpha=alpha, alternative=alternative)

    def with_response_of(self, share1: float, share2: float) -> Self:
        return replace(self, strata=self.strata.with_response_of(share1, share2))


def split_by_shares(n: int, shares: tuple[float, ...]) -> NDArray[np.int64]:
    """The subjects of a group by stratum, [stratum]: rounded down, and one more where the rest is largest.

    >>> split_by_shares(47, (0.3, 0.5, 0.2)).tolist()
    [14, 24, 9]
    """
    exact: Numbers = n * np.array(shares)
    whole = np.floor(exact + ENOUGH).astype(np.int64)
    largest = np.argsort(whole - exact, kind="stable")[: n - whole.sum()]
    whole[largest] += 1
    return whole
