"""Response-adaptive allocation: the more likely a treatment is the better one, the more subjects get it.

Every subject is simulated in both arms, with the same luck: what would become of it does not depend on when the arm is
chosen. Then subjects are gone through in the order of enrollment, each trial choosing by what it knows by that day.
"""

from typing import Annotated

import numpy as np
from pydantic import Field

from myotis.protocol.fields import Id, Real, Section
from myotis.simulate.borrowing import Prior
from myotis.simulate.truth import Numbers
from myotis.statistics.proportions.beta_posterior import BetaPrior, compute_probability_above
from myotis.terms.missing import MISSING, YES
from myotis.terms.rule import Steps


class AdaptiveAllocation(Section):
    """How arms are chosen. The first subjects are allocated by the list, as in any other design.

    Thall PF, Wathen JK, Eur J Cancer 2007;43:859-866.
    """

    analysis: Id
    """The analysis whose responses are looked at."""
    begin_after: Annotated[int, Field(ge=2)]
    """So many subjects are allocated by the list."""
    exponent: Annotated[Real, Field(ge=0)]
    """The group's share is p^c / (p^c + (1 - p)^c), with p the posterior probability that it is the better one: 0 is
    equal shares, 1 the probability itself."""
    least: Annotated[Real, Field(gt=0, le=0.5)]
    """No arm gets a smaller share."""
    prior: Prior
    """Of either arm before anything was seen: as many responders and others."""


def choose_arms(
    by_list: Steps, responses: Steps, enrolled: Steps, wait: int, luck: Numbers, rule: AdaptiveAllocation
) -> Steps:
    """[subject, trial]: 0 for the group, 1 for the comparator.

    ``by_list`` is what the list says, ``responses`` [arm, subject, trial] what would be answered in either arm (YES, NO
    or MISSING), ``enrolled`` the day of enrollment, ``wait`` how many days later an answer is known, ``luck`` a uniform
    number for each subject.
    """
    chosen = by_list.copy()
    prior = BetaPrior(*rule.prior)
    trials = np.arange(chosen.shape[1])
    answers = np.full(chosen.shape, MISSING)
    for subject in range(len(chosen)):
        if subject >= rule.begin_after:
            known = (enrolled[:subject] + wait <= enrolled[subject]) & (answers[:subject] != MISSING)
            in_group = known & (chosen[:subject] == 0)
            yes = answers[:subject] == YES
            counts = [(here & yes).sum(axis=0) if which else here.sum(axis=0)
                      for here in (in_group, known & ~in_group) for which in (True, False)]  # fmt: skip
            share = find_share(compute_probability_above(*counts, prior1=prior, prior2=prior), rule)
            chosen[subject] = np.where(luck[subject] < share, 0, 1)
        answers[subject] = responses[chosen[subject], subject, trials]
    return chosen


def find_share(better: Numbers, rule: AdaptiveAllocation) -> Numbers:
    """The share of the next subjects that get the group's treatment, from how likely it is the better one."""
    first, second = better**rule.exponent, (1 - better) ** rule.exponent
    return np.asarray(np.clip(first / (first + second), rule.least, 1 - rule.least))
