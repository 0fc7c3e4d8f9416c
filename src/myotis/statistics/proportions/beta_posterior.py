"""Two proportions with beta priors: the posterior of their difference, and how likely the first is the larger.

Responders of a group are binomial and its prior is Beta(a, b), so its posterior is Beta(a + responders, b + others).
What earlier trials saw of a group is borrowed as a prior (a power prior: their responders and others times a weight).

When to use: for designs that borrow placebo subjects of earlier trials. The more is borrowed the fewer subjects are
needed, and the larger the type I error is where the earlier trials were unlike this one.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers, take_counts

REFERENCES: Final = {
    "beta-posterior": "Ibrahim JG, Chen MH, Stat Sci 2000;15:46-60",
}

NODES: Final = 60
TAIL: Final = 1e-13
STEPS: Final = 30
"""Bisections of a limit: its error is below 2 to the power of -29."""


@dataclass(frozen=True, slots=True)
class BetaPrior:
    """Beta(a, b): as much as ``a`` responders and ``b`` others are worth."""

    a: float
    b: float

    def __post_init__(self) -> None:
        if not (0 < self.a < np.inf and 0 < self.b < np.inf):
            raise StatisticsError(f"the prior is Beta({self.a:g}, {self.b:g}); expected numbers above 0")

    def borrow(self, responders: float, subjects: float, weight: float) -> "BetaPrior":
        """The prior with what an earlier group showed, times a weight from 0 (nothing) to 1 (as if it were this one).

        Raises StatisticsError where the numbers can't be that.

        >>> BetaPrior(1, 1).borrow(21, 48, 0.5)
        BetaPrior(a=11.5, b=14.5)
        """
        if not (0 <= responders <= subjects < np.inf and 0 <= weight <= 1):
            raise StatisticsError("expected 0 <= responders <= subjects, and a weight from 0 to 1")
        return BetaPrior(self.a + weight * responders, self.b + weight * (subjects - responders))


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferencePosterior:
    """The posterior of p1 - p2 [...]: its mean, its central interval, and the probability that it is above 0."""

    mean: Numbers
    lower: Numbers
    upper: Numbers
    probability_above: Numbers
    level: float
    method: str
    reference: str


def compute_difference_posterior(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, *, prior1: BetaPrior, prior2: BetaPrior, level: float
) -> DifferencePosterior:
    """The posterior of the difference p1 - p2, from ``x1`` [...] responders of ``n1`` and ``x2`` of ``n2``.

    Groups may be empty: then the prior speaks alone. Raises StatisticsError for counts that can't be.

    >>> flat = BetaPrior(1, 1)
    >>> answer = compute_difference_posterior(37, 47, 21, 48, prior1=flat, prior2=flat, level=0.95)
    >>> round(float(answer.probability_above), 4), round(float(answer.mean), 4)
    (0.9998, 0.3355)
    """
    if not 0 < level < 1:
        raise StatisticsError(f"the level is {level:g}; expected a proportion above 0 and below 1")
    first, second, where = _find_posteriors(x1, n1, x2, n2, prior1, prior2)
    tail = (1 - level) / 2
    answers = (
        first[0] / first.sum(axis=0) - second[0] / second.sum(axis=0),
        _find_quantile(first, second, tail),
        _find_quantile(first, second, 1 - tail),
        1 - _compute_below(first, second, np.zeros(first.shape[1])),
    )
    mean, lower, upper, above = (answer[where] for answer in answers)
    return DifferencePosterior(
        mean=mean, lower=lower, upper=upper, probability_above=above, level=level, method="beta-posterior",
        reference=REFERENCES["beta-posterior"],
    )  # fmt: skip


def compute_probability_above(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, *, prior1: BetaPrior, prior2: BetaPrior
) -> Numbers:
    """The posterior probability [...] that p1 is above p2, without the rest of `compute_difference_posterior`.

    >>> flat = BetaPrior(1, 1)
    >>> float(compute_probability_above(3, 9, 3, 9, prior1=flat, prior2=flat).round(6))
    0.5
    """
    first, second, where = _find_posteriors(x1, n1, x2, n2, prior1, prior2)
    return np.asarray(1 - _compute_below(first, second, np.zeros(first.shape[1]))[where])


def _find_posteriors(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, prior1: BetaPrior, prior2: BetaPrior
) -> tuple[Numbers, Numbers, NDArray[np.intp]]:
    """Both betas [a and b, table] of every table that differs, and where each trial's is: many trials, few tables."""
    tables = np.stack(np.broadcast_arrays(*take_counts(x1, n1), *take_counts(x2, n2)), axis=-1)
    known, where = np.unique(tables.reshape(-1, 4), axis=0, return_inverse=True)
    first = np.stack([prior1.a + known[:, 0], prior1.b + known[:, 1] - known[:, 0]])
    second = np.stack([prior2.a + known[:, 2], prior2.b + known[:, 3] - known[:, 2]])
    return first, second, where.reshape(tables.shape[:-1])


def _compute_below(first: Numbers, second: Numbers, difference: Numbers) -> Numbers:
    """P(p1 - p2 <= difference) for each pair of betas: the mean over p2 of P(p1 <= p2 + difference).

    That is 0 where p2 + difference is below 0, and 1 above 1. Between, p2 goes over its interval as the square of a
    sine, so that neither end has a pole or a root from a, b = 1/2 on.
    """
    a, b = second
    tails = special.betaincinv(a, b, TAIL), special.betaincinv(a, b, 1 - TAIL)
    low, high = np.maximum(tails[0], -difference), np.minimum(tails[1], 1 - difference)
    width = np.maximum(high - low, 0)[:, None]
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    angle = np.pi / 4 * (nodes + 1)
    p2 = np.clip(low[:, None] + width * np.sin(angle) ** 2, 1e-300, 1 - 1e-16)
    density = np.exp((a[:, None] - 1) * np.log(p2) + (b[:, None] - 1) * np.log1p(-p2) - special.betaln(a, b)[:, None])
    below = special.betainc(first[0][:, None], first[1][:, None], np.clip(p2 + difference[:, None], 0, 1))
    between = (below * density * width * np.sin(2 * angle) * np.pi / 4 * weights).sum(axis=1)
    return np.asarray(between + 1 - special.betainc(a, b, np.clip(1 - difference, 0, 1)))


def _find_quantile(first: Numbers, second: Numbers, probability: float) -> Numbers:
    low, high = np.full(first.shape[1], -1.0), np.full(first.shape[1], 1.0)
    for _ in range(STEPS):
        middle = (low + high) / 2
        is_below = _compute_below(first, second, middle) < probability
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    return np.asarray((low + high) / 2)
