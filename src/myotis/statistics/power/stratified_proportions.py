"""Power of the Cochran-Mantel-Haenszel test by the normal approximation.

When to use: where randomization and analysis are stratified. Strata whose response differs much give more power than
the same subjects in one stratum. What the test really does in small strata is enumerated by
`myotis.statistics.power.exact_stratified`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from myotis.statistics.power.assumptions import compute_normal_power
from myotis.statistics.power.rates import StratifiedRates


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


@dataclass(frozen=True, slots=True, kw_only=True)
class StratifiedProportions(StratifiedRates):
    """Assumed proportions in ``strata`` (`myotis.statistics.power.rates.Strata`: shares of the strata, and the rates of
    both groups in each), and the Cochran-Mantel-Haenszel ``test`` of no difference in any.

    The effect is the difference over the strata at their shares; another effect is the same in every stratum.

    >>> from myotis.statistics.power.rates import Strata
    >>> strata = Strata(shares=(0.3, 0.5, 0.2), p1=(0.8, 0.6, 0.4), p2=(0.5, 0.3, 0.1))
    >>> assumed = StratifiedProportions(
    ...     strata=strata, alpha=0.05, alternative="two-sided", test="cochran-mantel-haenszel"
    ... )
    >>> round(assumed.compute_power(42, 42), 4)
    0.8309
    """

    test: StratifiedTest | str

    def __post_init__(self) -> None:
        StratifiedRates.__post_init__(self)
        StratifiedTest(self.test)

    @property
    def method(self) -> str:
        return StratifiedTest(self.test).value

    @property
    def reference(self) -> str:
        return REFERENCES[StratifiedTest(self.test)]

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
