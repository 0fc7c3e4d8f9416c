"""Assurance: the probability of success where the effect itself is uncertain, as the mean power over a prior.

When to use: beside the power, to tell how likely the trial is to succeed by what is believed now. It never reaches 1:
no size rescues a trial of a treatment that does not work.
"""

from dataclasses import dataclass
from typing import Final, Self

from myotis.errors import StatisticsError
from myotis.statistics.power.assumptions import Options
from myotis.statistics.power.laid_over import LaidOver
from myotis.statistics.power.priors import Prior
from myotis.statistics.result import Alternative

METHOD = "assurance"

REFERENCES: Final = {
    METHOD: "O'Hagan A, Stevens JW, Campbell MJ, Pharm Stat 2005;4:187-201; "
    "Spiegelhalter DJ, Freedman LS, Blackburn PR, Control Clin Trials 1986;7:8-17",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Assurance(LaidOver):
    """The mean power of assumptions over a ``prior`` (see `myotis.statistics.power.priors`).

    Success is to reject on the side that the prior's mean favors: of a two-sided test, half of alpha. The effect of the
    assumptions counts nothing. Raises StatisticsError where the prior's mean lies on a side that is not tested.

    >>> from myotis.statistics.power.priors import BetaPriors
    >>> from myotis.statistics.power.exact_proportions import ExactTwoProportions
    >>> assumed = ExactTwoProportions(p1=0.6, p2=0.3, alpha=0.05, alternative="two-sided", test="pearson-chi-square")
    >>> prior = BetaPriors(a1=12, b1=8, a2=9, b2=21)
    >>> round(Assurance(assumptions=assumed, prior=prior).compute_power(47, 47), 4)
    0.7318
    """

    prior: Prior

    def __post_init__(self) -> None:
        if self.alternative not in {"two-sided", self.favored}:
            raise StatisticsError(
                f"the prior's mean effect is {self.prior.mean:g}, where a test of {self.alternative} does not reject"
            )

    @property
    def favored(self) -> Alternative:
        """The side on which the prior's mean lies."""
        return "greater" if self.prior.mean > self.null else "less"

    @property
    def effect(self) -> float:
        return self.prior.mean

    @property
    def method(self) -> str:
        return f"{METHOD} of {self.assumptions.method}"

    @property
    def reference(self) -> str:
        return f"{REFERENCES[METHOD]}; {self.assumptions.reference}"

    @property
    def options(self) -> Options:
        return {**self.prior.options, "success": f"rejected, {self.favored}"}

    def compute_power(self, n1: float, n2: float) -> float:
        error = self.alpha / 2 if self.alternative == "two-sided" else self.alpha
        return self.prior.average(self.assumptions.with_error(error, self.favored), n1, n2)

    def with_effect(self, effect: float) -> Self:
        raise StatisticsError(f"the prior says what the effect may be; expected none to be looked for ({effect:g})")
