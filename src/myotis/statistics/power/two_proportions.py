"""Power of a comparison of two proportions by the normal approximation.

When to use: for a first size, and for large trials. What the analysis will really do in small ones is enumerated by
`myotis.statistics.power.exact_proportions`; the corrected form is near the power of Fisher's test.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from myotis.statistics.power.assumptions import compute_normal_power
from myotis.statistics.power.rates import TwoRates
from myotis.statistics.proportions.likeliest import find_likeliest_of_difference


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
class TwoProportions(TwoRates):
    """Two assumed proportions ``p1`` and ``p2``, and a ``test`` of their difference against ``margin``.

    The effect is p1 - p2; another effect moves p1. With alternative "greater" and a margin below 0 the test is of
    non-inferiority where responding is good; a margin above 0 is superiority by more than that. Raises
    StatisticsError for proportions, margins and errors that can't be.

    >>> assumed = TwoProportions(p1=0.6, p2=0.3, alpha=0.05, alternative="two-sided", test="z-unpooled")
    >>> round(assumed.compute_power(42, 42), 4)
    0.826
    """

    test: NormalTest | str

    def __post_init__(self) -> None:
        TwoRates.__post_init__(self)
        NormalTest(self.test)

    @property
    def method(self) -> str:
        return NormalTest(self.test).value

    @property
    def reference(self) -> str:
        return REFERENCES[NormalTest(self.test)]

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
