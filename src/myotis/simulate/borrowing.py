"""Analyses that borrow: what earlier trials saw of the comparator is a prior, and the decision is by the posterior."""

from typing import Annotated, Self

import numpy as np
from pydantic import Field, model_validator

from myotis.protocol.fields import Real, Section
from myotis.simulate.analyses import TrialResults
from myotis.statistics.proportions.beta_posterior import BetaPrior, compute_difference_posterior
from myotis.terms.rule import Steps

Prior = tuple[Annotated[Real, Field(gt=0)], Annotated[Real, Field(gt=0)]]


class Borrowing(Section):
    """What is borrowed, and when the trial has shown an effect."""

    responders: Annotated[Real, Field(ge=0)]
    subjects: Annotated[Real, Field(ge=0)]
    """Of the comparator in earlier trials."""
    weight: Annotated[Real, Field(ge=0, le=1)]
    """How much an earlier subject counts."""
    prior: Prior
    """Of either group before anything was seen: as many responders and others."""
    probability: Annotated[Real, Field(gt=0.5, lt=1)]
    """The trial has shown an effect where the posterior probability that the group is better is above this."""

    @model_validator(mode="after")
    def _no_more_than_all(self) -> Self:
        if self.responders > self.subjects:
            raise ValueError("there are more responders than subjects; expected at most as many")
        return self


def decide_by_posterior(found: TrialResults, borrowing: Borrowing, level: float) -> tuple[TrialResults, Steps]:
    """The results with the posterior mean and its central interval in place of the estimate and its own, and which
    trials have shown an effect: 1 or 0. In place of a p-value stands the posterior probability of no benefit."""
    flat = BetaPrior(*borrowing.prior)
    informed = flat.borrow(borrowing.responders, borrowing.subjects, borrowing.weight)
    counts = (found.responders[:, 0], found.subjects[:, 0], found.responders[:, 1], found.subjects[:, 1])
    answer = compute_difference_posterior(*counts, prior1=flat, prior2=informed, level=level)
    rejects = np.asarray(answer.probability_above > borrowing.probability, dtype=np.int64)
    results = found._replace(
        estimate=answer.mean, lower=answer.lower, upper=answer.upper, p_value=1 - answer.probability_above
    )
    return results, rejects
