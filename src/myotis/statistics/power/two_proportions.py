"""Power of a comparison of two proportions by the normal approximation.

When to use: for a first size, and for large trials. What the analysis will really do in small ones is enumerated by
`myotis.statistics.power.exact_proportions`; the corrected form is near the power of Fisher's test.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Self

import numpy as np

from myotis.errors import StatisticsError
from myotis.statistics.power.assumptions import (
    Options,
    RateAssumptions,
    check_proportions,
    check_test,
    compute_normal_power,
)
from myotis.statistics.proportions.likeliest import find_likeliest_of_difference
from myotis.statistics.result import Alternative


class NormalTest(StrEnum):
    """Tests of two proportions whose power is approximated."""

    POOLED = "z-pooled"
    """The variance under the null hypothesis at its likeliest proportions: pooled at no difference (Pearson), else
    those of Farrington and Manning."""
    UNPOOLED = "z-unpooled"
    """The variance at the proportions of each group (Wald)."""
    CORRECTED = "z-pooled-corrected"
    """Pooled, with the correction for continuity (Yates; near Fisher's test)."""


REFERENCES: Final = {
    NormalTest.POOLED: "Fleiss JL, Levin B, Paik MC, Statistical Methods for Rates and Proportions, 3rd ed, 2003, "
    "chapter 4; Farrington CP, Manning G, Stat Med 1990;9:1447-1454",
    NormalTest.UNPOOLED: "Chow SC, Shao J, Wang H, Sample Size Calculations in Clinical Research, 2nd ed, 2008",
    NormalTest.CORRECTED: "Fleiss JL, Tytun A, Ury HK, Biometrics 1980;36:343-346",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoProportions(RateAssumptions):
    """Two assumed proportions ``p1`` and ``p2``, and a ``test`` of their difference against ``margin``.

    The effect is p1 - p2; another effect moves p1. With alternative "greater" and a margin below 0 the test is of
    non-inferiority where responding is good; a margin above 0 is superiority by more than that. Raises
    StatisticsError for proportions, margins and errors that can't be.

    >>> assumed = TwoProportions(p1=0.6, p2=0.3, alpha=0.05, alternative="two-sided", test="z-unpooled")
    >>> round(assumed.compute_power(42, 42), 4)
    0.826
    """

    p1: float
    p2: float
    alpha: float
    alternative: Alternative
    test: NormalTest | str
    margin: float = 0.0

    def __post_init__(self) -> None:
        check_two_proportions(self.p1, self.p2, self.margin)
        check_test(self.alpha, self.alternative)
        NormalTest(self.test)

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
    def method(self) -> str:
        return NormalTest(self.test).value

    @property
    def reference(self) -> str:
        return REFERENCES[NormalTest(self.test)]

    @property
    def options(self) -> Options:
        return describe_two_proportions(self.p1, self.p2, self.margin)

    def compute_power(self, n1: float, n2: float) -> float:
        variance = self.p1 * (1 - self.p1) / n1 + self.p2 * (1 - self.p2) / n2
        null_variance = variance
        if self.test != NormalTest.UNPOOLED:
            counts = (np.array(value, dtype=float) for value in (n1 * self.p1, n1, n2 * self.p2, n2, self.margin))
            q1, q2 = find_likeliest_of_difference(*counts)
            null_variance = float(q1 * (1 - q1) / n1 + q2 * (1 - q2) / n2)
        return compute_normal_power(
            self.effect - self.margin,
            np.sqrt(null_variance),
            np.sqrt(variance),
            alpha=self.alpha,
            alternative=self.alternative,
            correction=(1 / n1 + 1 / n2) / 2 if self.test == NormalTest.CORRECTED else 0.0,
        )

    def with_effect(self, effect: float) -> Self:
        return replace(self, p1=move_proportion(self.p2, effect))

    def with_error(self, alpha: float, alternative: Alternative) -> Self:
        return replace(self, alpha=alpha, alternative=alternative)

    def with_rates(self, p1: float, p2: float) -> Self:
        return replace(self, p1=p1, p2=p2)

    def with_response_of(self, share1: float, share2: float) -> Self:
        return replace(self, p1=self.p1 * share1, p2=self.p2 * share2)


def check_two_proportions(p1: float, p2: float, margin: float) -> None:
    """Refuse proportions that can't be and a margin that no difference reaches."""
    check_proportions("the rates of the groups", p1, p2)
    if not -1 < margin < 1:
        raise StatisticsError(f"the margin is {margin:g}; expected a difference between -1 and 1")


def describe_two_proportions(p1: float, p2: float, margin: float) -> Options:
    """The rates assumed, by name; the margin where there is one."""
    return {"rate": p1, "comparator_rate": p2} | ({"margin": margin} if margin else {})


def move_proportion(p2: float, effect: float) -> float:
    """The proportion that lies an effect from p2; an effect that is too large by rounding only is cut."""
    moved = p2 + effect
    return min(max(moved, 0.0), 1.0) if -1e-9 < moved < 1 + 1e-9 else moved
