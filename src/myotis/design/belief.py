"""What is believed of an effect before the trial, and the model that it is laid over."""

from dataclasses import dataclass
from typing import Literal

from myotis.design.continuous import assume_means
from myotis.design.planned import Setup
from myotis.design.responders import assume_rates
from myotis.errors import SettingError, StatisticsError
from myotis.statistics.power.assumptions import Assumptions
from myotis.statistics.power.priors import BetaPriors, NormalPrior, Prior

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """A prior of two rates, or of a difference of means."""

    kind: Literal["proportions", "means"]
    prior: Prior

    def start(self, setup: Setup, *, exact: bool, sd: float | None, correlation: float | None) -> Assumptions:
        """The model under the prior, at its mean; raises SettingError for what belongs to the other kind."""
        if self.kind == "means":
            if sd is None or exact:
                raise SettingError(
                    "a difference of means has a standard deviation and no tables; expected --sd, no --exact"
                )
            return assume_means(setup, self.prior.mean, sd=sd, comparator_sd=None, correlation=correlation)
        if sd is not None or correlation is not None:
            raise SettingError(
                "rates have no standard deviation; expected --sd and --correlation with --difference-prior"
            )
        return assume_rates(setup, 0.5, 0.5, exact=exact)


def read_belief(prior: Pair | None, comparator_prior: Pair | None, difference_prior: Pair | None) -> Belief:
    """The prior that is given: of both rates, or of a difference.

    Raises SettingError where not exactly one is given wholly, or its numbers can't be.

    >>> read_belief((12, 8), (9, 21), None).prior.options
    {'prior': 'Beta(12, 8)', 'comparator_prior': 'Beta(9, 21)'}
    """
    given = (prior is not None, comparator_prior is not None, difference_prior is not None)
    try:
        if prior is not None and comparator_prior is not None and difference_prior is None:
            (a1, b1), (a2, b2) = prior, comparator_prior
            return Belief(kind="proportions", prior=BetaPriors(a1=a1, b1=b1, a2=a2, b2=b2))
        if difference_prior is not None and not any(given[:2]):
            return Belief(kind="means", prior=NormalPrior(mean=difference_prior[0], sd=difference_prior[1]))
    except StatisticsError as error:
        raise SettingError(str(error)) from error
    raise SettingError("expected --prior and --comparator-prior, or --difference-prior alone")
