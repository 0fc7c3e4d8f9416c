"""Chronological bias: how often a t-test errs where subjects who enter later fare better or worse whatever they get.

Tamm M, Hilgers RD. Methods Inf Med 2014;53:501-510, doi:10.3414/ME14-01-0043.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from myotis.randomize.assess.layers import walk_layers
from myotis.randomize.bits import Randomness
from myotis.randomize.procedures.law import Procedure, Ratio

Shape = Literal["linear", "stepwise", "logarithmic"]
SHAPES: Final[tuple[Shape, ...]] = ("linear", "stepwise", "logarithmic")

MOST_WAYS: Final = 30_000
"""Lists are drawn where more ways that differ lead to a place."""
DIGITS: Final = 12
"""Sums of the trend are equal if they agree in so many digits after the point."""
LEFT_OUT: Final = 1e-13
"""The probability of the terms of a sum that are not computed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeTrend:
    """How the mean of the outcome moves from the first subject to the last, whatever their arms.

    ``size`` is the whole move in standard deviations. ``linear``: evenly with every subject; ``logarithmic``: as the
    logarithm of the subject's number; ``stepwise``: at once after ``step_after`` subjects.
    """

    shape: Shape
    size: float
    step_after: int = 0

    def list_means(self, length: int) -> NDArray[np.float64]:
        """The mean of each subject, in standard deviations.

        >>> TimeTrend(shape="linear", size=1.0).list_means(3)
        array([0. , 0.5, 1. ])
        """
        numbers = np.arange(1, length + 1)
        if self.shape == "stepwise":
            return np.where(numbers > self.step_after, self.size, 0.0)
        if length == 1:
            return np.zeros(1)
        if self.shape == "linear":
            return np.asarray(self.size * (numbers - 1) / (length - 1), float)
        return np.asarray(self.size * np.log(numbers) / np.log(length), float)


class ErrorRate(NamedTuple):
    """The probability of a type I error; its Monte Carlo standard error and how many lists were drawn, if any were."""

    rate: float
    mc_error: float = 0.0
    draws: int | None = None


def compute_error_rate(
    procedure: Procedure,
    ratio: Ratio,
    length: int,
    trend: TimeTrend,
    *,
    alpha: float,
    generator: Randomness,
    draws: int,
) -> ErrorRate:
    """How often the two-sided t-test of two arms that don't differ rejects at ``alpha``, over the lists of a procedure.

    Outcomes are normal with equal variance. A list with an empty arm can't be tested, and counts as not rejected.
    Exact where the lists can be enumerated as far as they differ in the trend; else from ``draws`` lists.

    >>> from myotis.randomize.bits import SeededBits
    >>> from myotis.randomize.procedures.permuted_blocks import PermutedBlocks
    >>> blocks, step = PermutedBlocks(block_sizes=(4,)), TimeTrend(shape="stepwise", size=1.0, step_after=6)
    >>> answer = compute_error_rate(
    ...     blocks, {"a": 1, "b": 1}, 12, step, alpha=0.05, generator=SeededBits(b"demo"), draws=100
    ... )
    >>> round(answer.rate, 4), answer.draws
    (0.0367, None)
    """
    means = trend.list_means(length)
    ends = _enumerate(procedure, ratio, means)
    if ends is not None:
        counts, totals, weights = ends
        return ErrorRate(float(weights @ compute_rejection(counts, totals, means, alpha)))
    first = next(iter(ratio))
    drawn = np.array([procedure.draw_arms(generator, ratio, length) for _ in range(draws)]) == first
    return average_rejection(drawn, trend, alpha)


def average_rejection(has_first_arm: NDArray[np.bool_], trend: TimeTrend, alpha: float) -> ErrorRate:
    """The mean over drawn lists; ``has_first_arm`` [list, place] says which places have the first of the two arms."""
    draws, length = has_first_arm.shape
    means = trend.list_means(length)
    rates = compute_rejection(has_first_arm.sum(axis=1), has_first_arm @ means, means, alpha)
    return ErrorRate(float(rates.mean()), float(rates.std(ddof=1) / np.sqrt(draws)), draws)


def compute_list_error_rate(arms: Sequence[str], first: str, trend: TimeTrend, *, alpha: float) -> ErrorRate:
    """The same of one list; ``first`` is one of its two arms.

    >>> step = TimeTrend(shape="stepwise", size=1.0, step_after=2)
    >>> worst = compute_list_error_rate(["a", "a", "b", "b"], "a", step, alpha=0.05)
    >>> round(worst.rate, 4)
    0.0952
    """
    means = trend.list_means(len(arms))
    is_first = np.array(arms) == first
    rates = compute_rejection(np.array([is_first.sum()]), np.array([is_first @ means]), means, alpha)
    return ErrorRate(float(rates[0]))


def compute_rejection(
    counts: NDArray[np.int64], totals: NDArray[np.float64], means: NDArray[np.float64], alpha: float
) -> NDArray[np.float64]:
    """The probability that the t-test rejects, for each list: an array [list].

    ``counts`` [list] is how many subjects the first arm has, ``totals`` [list] the sum of their ``means`` [subject].
    The square of the test's statistic has a doubly noncentral F distribution, since the means differ between the arms
    and within them: a sum over Poisson probabilities of noncentral F distributions.
    """
    length = len(means)
    others = length - counts
    can_test = (counts > 0) & (others > 0)
    if length < 3:
        return np.zeros(len(counts))
    first, second = np.where(can_test, counts, 1), np.where(can_test, others, 1)
    rest = means.sum() - totals
    between = (totals / first - rest / second) ** 2 / (1 / first + 1 / second)
    within = np.maximum((means**2).sum() - totals**2 / first - rest**2 / second, 0.0)
    return np.where(can_test, _doubly_noncentral_tail(between, within, length - 2, alpha), 0.0)


def _doubly_noncentral_tail(
    between: NDArray[np.float64], within: NDArray[np.float64], df: int, alpha: float
) -> NDArray[np.float64]:
    """P(F > its upper ``alpha`` point) where the numerator (1 degree of freedom) has the noncentrality ``between``, the
    denominator (``df``) the noncentrality ``within``."""
    limit = special.fdtri(1, df, 1 - alpha)
    most = 1 + int(special.pdtrik(1 - LEFT_OUT, max(within.max() / 2, LEFT_OUT)))
    tail = np.zeros(len(between))
    for term in range(most + 1):
        weight = np.exp(special.xlogy(term, within / 2) - within / 2 - special.gammaln(term + 1))
        wider = df + 2 * term
        tail += weight * (1 - special.ncfdtr(1, wider, between, limit * wider / df))
    return tail


def _enumerate(
    procedure: Procedure, ratio: Ratio, means: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]] | None:
    """How many subjects the first arm may have, the sum of their means, and how likely that is; None: too many ways."""
    law = procedure.find_law(ratio, len(means))
    steps = means.tolist()

    def find_next(
        key: tuple[Hashable, int, int, float],
    ) -> Iterator[tuple[float, tuple[Hashable, int, int, float]]]:
        state, place, count, total = key
        for move in law.moves(state):
            taken = move.arm == 0
            after = round(total + steps[place], DIGITS) if taken else total
            yield float(move.probability), (move.state, place + 1, count + taken, after)

    start: tuple[Hashable, int, int, float] = (law.start(), 0, 0, 0.0)
    for place, layer in enumerate(walk_layers(start, find_next, len(means))):
        if len(layer) > MOST_WAYS:
            return None
        if place == len(means):
            counts, totals = np.array([(count, total) for _, _, count, total in layer]).T
            return counts.astype(np.int64), totals, np.array(list(layer.values()))
    raise AssertionError("the last layer is that of the last place")
