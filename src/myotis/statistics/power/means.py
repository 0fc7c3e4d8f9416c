"""Power of a comparison of two means: exact for t tests, and for normal values.

When to use: for a continuous end point at one visit. With a covariate measured before (mostly the baseline value) the
analysis of covariance needs fewer subjects by the square of its correlation with the outcome. Where values of earlier
visits stand in for missing ones, take `myotis.statistics.power.mixed_model`.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Self

import numpy as np
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.power.assumptions import (
    Assumptions,
    Options,
    check_positive,
    check_test,
    compute_normal_power,
    list_sides,
)
from myotis.statistics.power.beta_nodes import list_beta_nodes
from myotis.statistics.result import Alternative, Numbers


class MeansTest(StrEnum):
    """Tests of two means."""

    POOLED = "t-pooled"
    """Student's t test; the power is exact with unequal standard deviations too."""
    WELCH = "t-welch"
    """Welch's t test, its power integrated over the ratio of both sample variances."""
    ANCOVA = "ancova-t"
    """Analysis of covariance with one covariate, whose correlation with the outcome is given."""
    NORMAL = "z"
    """The normal approximation."""


NONCENTRAL: Final = "Student's test: Cohen J, Statistical Power Analysis for the Behavioral Sciences, 1988"

REFERENCES: Final = {
    MeansTest.POOLED: NONCENTRAL,
    MeansTest.WELCH: "Moser BK, Stevens GR, Watts CL, Commun Stat Theory Methods 1989;18:3963-3975",
    MeansTest.ANCOVA: "Borm GF, Fransen J, Lemmens WAJG, J Clin Epidemiol 2007;60:1234-1238",
    MeansTest.NORMAL: "Julious SA, Stat Med 2004;23:1921-1986",
}

NODES = 60
"""Of the integration over the ratio of variances: more change nothing within 1e-10."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoMeans(Assumptions):
    """An assumed ``difference`` of means (group 1 minus group 2), standard deviations of both groups, and a ``test``.

    ``margin`` is the difference of the null hypothesis. ``correlation`` of covariate and outcome belongs to
    ``ancova-t`` and to no other; there both standard deviations have to be the same. All are in the unit of the values.

    >>> assumed = TwoMeans(difference=10, sd1=15, sd2=15, alpha=0.05, alternative="two-sided", test="t-pooled")
    >>> round(assumed.compute_power(37, 37), 4)
    0.8076
    """

    difference: float
    sd1: float
    sd2: float
    alpha: float
    alternative: Alternative
    test: MeansTest | str
    margin: float = 0.0
    correlation: float | None = None

    def __post_init__(self) -> None:
        check_positive("the standard deviations", self.sd1, self.sd2)
        check_test(self.alpha, self.alternative)
        if not np.isfinite([self.difference, self.margin]).all():
            raise StatisticsError("the difference or the margin is no number; expected finite numbers")
        is_ancova = MeansTest(self.test) is MeansTest.ANCOVA
        if is_ancova != (self.correlation is not None):
            raise StatisticsError(f"a correlation is {'needed' if is_ancova else 'nothing'} for {self.test}")
        if self.correlation is not None and not -1 < self.correlation < 1:
            raise StatisticsError(f"the correlation is {self.correlation:g}; expected a number between -1 and 1")
        if is_ancova and self.sd1 != self.sd2:
            raise StatisticsError("ancova-t takes one standard deviation; expected the same for both groups")

    @property
    def effect(self) -> float:
        return self.difference

    @property
    def null(self) -> float:
        return self.margin

    @property
    def unit(self) -> float:
        return max(self.sd1, self.sd2)

    @property
    def method(self) -> str:
        return MeansTest(self.test).value

    @property
    def reference(self) -> str:
        return REFERENCES[MeansTest(self.test)]

    @property
    def options(self) -> Options:
        told: dict[str, float | str] = {"difference": self.difference, "sd": self.sd1, "comparator_sd": self.sd2}
        extra = {"margin": self.margin or None, "correlation": self.correlation}
        return told | {name: value for name, value in extra.items() if value is not None}

    def compute_power(self, n1: float, n2: float) -> float:
        test, distance = MeansTest(self.test), self.difference - self.margin
        if test is MeansTest.NORMAL:
            se = float(np.sqrt(self.sd1**2 / n1 + self.sd2**2 / n2))
            return compute_normal_power(distance, se, se, alpha=self.alpha, alternative=self.alternative)
        if test is MeansTest.ANCOVA:
            rest = np.sqrt(1 - (self.correlation or 0.0) ** 2)
            se, df = self.sd1 * rest * np.sqrt(1 / n1 + 1 / n2), n1 + n2 - 3
            return 0.0 if df < 1 else _compute_t_power(distance / se, df, self.alpha, self.alternative)
        if min(n1, n2) < 2:
            return 0.0
        if test is MeansTest.POOLED and self.sd1 == self.sd2:
            se = self.sd1 * np.sqrt(1 / n1 + 1 / n2)
            return _compute_t_power(distance / se, n1 + n2 - 2, self.alpha, self.alternative)
        return self._integrate(n1, n2, distance)

    def _integrate(self, n1: float, n2: float, distance: float) -> float:
        """The power over the share of the first sum of squares (in its variances), which has a beta distribution.

        Given the share, the difference over the root of both sums together has a noncentral t distribution.
        """
        df1, df2 = n1 - 1, n2 - 1
        both = df1 + df2
        share, weights = list_beta_nodes(df1 / 2, df2 / 2, NODES)
        square1, square2 = self.sd1**2 * share * both, self.sd2**2 * (1 - share) * both
        if MeansTest(self.test) is MeansTest.POOLED:
            estimated, df = (square1 + square2) / both * (1 / n1 + 1 / n2), np.full_like(share, both)
        else:
            v1, v2 = square1 / df1 / n1, square2 / df2 / n2
            estimated, df = v1 + v2, (v1 + v2) ** 2 / (v1**2 / df1 + v2**2 / df2)
        variance = self.sd1**2 / n1 + self.sd2**2 / n2
        shrink = np.sqrt(estimated / variance)
        power = _compute_t_power_at(distance / np.sqrt(variance), both, df, shrink, self.alpha, self.alternative)
        return float(weights @ power)

    def with_effect(self, effect: float) -> Self:
        return replace(self, difference=effect)

    def with_error(self, alpha: float, alternative: Alternative) -> Self:
        return replace(self, alpha=alpha, alternative=alternative)


def _compute_t_power(shift: float, df: float, alpha: float, alternative: Alternative) -> float:
    one = np.ones(1)
    return float(_compute_t_power_at(shift, df, df * one, one, alpha, alternative)[0])


def _compute_t_power_at(
    shift: float, df: float, critical_df: Numbers, shrink: Numbers, alpha: float, alternative: Alternative
) -> Numbers:
    """The probability that a noncentral t lies beyond critical values of a t test, each times ``shrink``."""
    power = np.zeros_like(shrink)
    for side, error in list_sides(alpha, alternative):
        critical = -special.stdtrit(critical_df, error) * shrink
        # The tail below of the mirrored distribution is exact where the tail above would be 1 less nearly 1. SciPy has
        # no number for some tails that are below 1e-15.
        power += np.nan_to_num(special.nctdtr(df, -side * shift, -critical), nan=0.0)
    return power
