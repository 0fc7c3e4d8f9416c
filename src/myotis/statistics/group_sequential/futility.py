"""Futility by beta spending: one-sided designs that also stop where an effect is out of reach.

The lower boundary spends the type II error at the drift for which the whole design has the power 1 - beta; both
boundaries meet at the last look.

When to use: for a trial that should end early where nothing is to be gained, with a reason for each look. Take the
boundary as non-binding unless the committee has to follow it: the type I error is then kept even when it goes on.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.statistics.group_sequential.brownian import compute_below, extend_path, start_path
from myotis.statistics.group_sequential.design import GroupSequentialDesign, check_error, take_information
from myotis.statistics.group_sequential.exits import find_lower, find_root, find_upper
from myotis.statistics.group_sequential.spending import Spending, SpendingRule
from myotis.statistics.result import Numbers


class Futility(StrEnum):
    """Whether the type I error counts on stopping for futility."""

    BINDING = "binding-futility"
    """It does: crossing the lower boundary must end the trial, or the error is more than alpha."""
    NON_BINDING = "non-binding-futility"
    """It doesn't: the upper boundary is that of a design without futility."""


REFERENCES: Final = {
    Futility.BINDING: "Pampallona S, Tsiatis AA, Kim K, Drug Inf J 2001;35:1113-1121",
    Futility.NON_BINDING: "Anderson KM, Clark JB, Stat Med 2010;29:321-327",
}


def compute_futility_boundary(
    information: ArrayLike,
    *,
    method: Futility | str,
    alpha: float,
    alpha_spending: Spending | str,
    beta: float,
    beta_spending: Spending | str,
    alpha_shape: float | None = None,
    beta_shape: float | None = None,
) -> GroupSequentialDesign:
    """A one-sided design that spends ``alpha`` above and ``beta`` below, each by its spending function.

    ``information`` [look] ends at 1. ``drift`` of the answer is the expected Z at the end at which the power is
    1 - beta. The boundaries meet at the last look. The lower boundary is minus infinity where nothing is spent.
    Raises StatisticsError for fractions that don't increase to 1, errors that are no proportions below a half, and
    shapes as in `myotis.statistics.group_sequential.spending`.

    >>> answer = compute_futility_boundary(
    ...     [0.5, 1], method="non-binding-futility", alpha=0.025, alpha_spending="obrien-fleming-type", beta=0.2,
    ...     beta_spending="obrien-fleming-type",
    ... )
    >>> answer.upper.round(3).tolist(), answer.lower.round(3).tolist()
    ([2.963, 1.969], [0.559, 1.969])
    """
    method = Futility(method)
    check_error(alpha, 1)
    check_error(beta, 1, "beta")
    fractions = take_information(information)
    rules = (
        SpendingRule(method=Spending(alpha_spending), shape=alpha_shape, error=alpha),
        SpendingRule(method=Spending(beta_spending), shape=beta_shape, error=beta),
    )
    binding = method is Futility.BINDING
    fixed = float(special.ndtri(1 - alpha) + special.ndtri(1 - beta))
    drift = find_root(lambda drift: _lay(fractions, rules, drift, binding)[2] - beta, fixed / 4, fixed * 4)
    lower, upper, _ = _lay(fractions, rules, drift, binding)
    return GroupSequentialDesign(
        information=fractions,
        upper=upper,
        lower=np.append(lower[:-1], upper[-1]),
        alpha=alpha,
        sides=1,
        alpha_spent=rules[0].spend(fractions),
        method=method.value,
        reference=REFERENCES[method],
        binding=binding,
        beta=beta,
        beta_spent=rules[1].spend(fractions),
        drift=drift,
    )


def _lay(
    fractions: Numbers, rules: tuple[SpendingRule, SpendingRule], drift: float, binding: bool
) -> tuple[Numbers, Numbers, float]:
    """Both boundaries at one drift, and the type II error where the last look rejects above or not at all.

    Where the boundaries meet before the last look, or leave less between them than is to be spent, the drift is too
    large: the answer is then less than beta.
    """
    alphas, betas = (np.diff(rule.spend(fractions), prepend=0.0) for rule in rules)
    drifts = np.array([0.0, drift])
    lower, upper = np.full_like(fractions, -np.inf), np.full_like(fractions, np.inf)
    null = alternative = start_path(drifts)
    missed = 0.0
    for look, time in enumerate(fractions):
        left = zip((null, alternative), drifts, (alphas[look], betas[look]), strict=True)
        if any(float(path.weigh(at).sum()) <= error for path, at, error in left):
            return lower, upper, missed
        upper[look] = find_upper(null, time, alphas[look], drifts[0])
        last = look + 1 == len(fractions)
        lower[look] = upper[look] if last else find_lower(alternative, time, betas[look], drifts[1])
        if lower[look] > upper[look]:
            return lower, upper, missed
        missed += float(compute_below(alternative, time, lower[look], drifts[1]))
        if not last:
            following = fractions[look + 1]
            alternative = extend_path(alternative, time, lower[look], upper[look], following=following, drift=drifts)
            null = (
                alternative
                if binding
                else extend_path(null, time, -np.inf, upper[look], following=following, drift=drifts)
            )
    return lower, upper, missed
