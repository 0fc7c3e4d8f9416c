"""Power of a comparison of two proportions by enumeration of every table: nothing is approximated.

Two groups of n1 and n2 subjects have (n1 + 1)(n2 + 1) tables. A test says of each whether it rejects; the power is the
sum of the probabilities of those. The tests are those of `myotis.statistics.proportions`, and an interval that leaves
the margin out rejects it.

When to use: for the power that the planned analysis has, above all in trials of fewer than some hundred subjects, and
for the type I error that an approximate test really has. Exact power jumps with the size.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.errors import StatisticsError
from myotis.statistics.power.assumptions import WeighedRates, check_test
from myotis.statistics.power.rates import TwoRates
from myotis.statistics.proportions import difference, exact_tests, independence, margins
from myotis.statistics.proportions.difference import DifferenceInterval, estimate_difference_of_proportions
from myotis.statistics.proportions.independence import pearson_chi_square_test
from myotis.statistics.proportions.margins import ScoreTest, difference_score_test
from myotis.statistics.proportions.nuisance import (
    TIE,
    average_tables,
    compute_binomial,
    list_tables,
    maximize_probability,
)
from myotis.statistics.proportions.orders import Order, order_by_fisher, order_by_pooled_z
from myotis.statistics.result import Alternative, Numbers

MOST_TABLES = 4_000_000
"""More tables than this are not enumerated: a thousand subjects in each of two groups have a quarter of it."""

MOST_SUBJECTS = 2_000


class EnumeratedTest(StrEnum):
    """Tests of two proportions whose power is enumerated."""

    PEARSON = "pearson-chi-square"
    """The z test with pooled variance."""
    YATES = "pearson-chi-square-yates"
    """The same with Yates's correction."""
    FISHER = "fisher-exact"
    """Fisher's exact test; one-sided by one tail."""
    BARNARD = "barnard"
    """Exact unconditional, ordered by the pooled z."""
    BOSCHLOO = "boschloo"
    """Exact unconditional, ordered by Fisher's p-value."""
    FARRINGTON_MANNING = "farrington-manning"
    """Score test against a margin; of no difference it is Pearson's."""
    MIETTINEN_NURMINEN = "miettinen-nurminen"
    """Score test against a margin, the variance times N / (N - 1)."""
    SCAS = "scas"
    """Score test against a margin, corrected for skewness."""
    WALD = "wald"
    """The Wald interval leaves the margin out: the z test with unpooled variance."""
    WALD_CORRECTED = "wald-corrected"
    """The corrected Wald interval leaves the margin out."""
    AGRESTI_CAFFO = "agresti-caffo"
    """Agresti and Caffo's interval leaves the margin out."""
    NEWCOMBE = "newcombe"
    """Newcombe's interval leaves the margin out."""


OF_NO_DIFFERENCE: Final = frozenset(
    {EnumeratedTest.PEARSON, EnumeratedTest.YATES, EnumeratedTest.FISHER, EnumeratedTest.BARNARD,
     EnumeratedTest.BOSCHLOO}
)  # fmt: skip
"""Tests that know no margin."""

UNCONDITIONAL: Final[dict[EnumeratedTest, Order]] = {
    EnumeratedTest.BARNARD: order_by_pooled_z,
    EnumeratedTest.BOSCHLOO: order_by_fisher,
}

WRITTEN_IN: Final[dict[str, str]] = {
    str(name): reference
    for module in (difference, margins, independence, exact_tests)
    for name, reference in module.REFERENCES.items()
}

REFERENCES: Final = {test: WRITTEN_IN[test.value] for test in EnumeratedTest}

SCORE_TESTS: Final = {test.value: test for test in ScoreTest}
INTERVALS: Final = {interval.value: interval for interval in DifferenceInterval}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactTwoProportions(TwoRates):
    """Two assumed proportions ``p1`` and ``p2``, and the ``test`` that will be carried out, against ``margin``.

    Effect, margin and errors as in `myotis.statistics.power.two_proportions.TwoProportions`; tests of no difference
    take no margin. A trial without an answer of the test (no events, say) does not reject. The power counts
    rejections on every side that the alternative has.

    >>> assumed = ExactTwoProportions(p1=0.6, p2=0.3, alpha=0.05, alternative="two-sided", test="fisher-exact")
    >>> round(assumed.compute_power(42, 42), 4)
    0.7638
    """

    test: EnumeratedTest | str

    def __post_init__(self) -> None:
        TwoRates.__post_init__(self)
        _check_margin(EnumeratedTest(self.test), self.margin)

    @property
    def method(self) -> str:
        return f"enumeration of {EnumeratedTest(self.test).value}"

    @property
    def reference(self) -> str:
        return REFERENCES[EnumeratedTest(self.test)]

    @property
    def jumps(self) -> bool:
        return True

    @property
    def most_subjects(self) -> int:
        return MOST_SUBJECTS

    def find_rejections(self, n1: float, n2: float) -> NDArray[np.bool_]:
        """Which tables the test rejects, [n1 + 1, n2 + 1]."""
        if n1 != int(n1) or n2 != int(n2):
            raise StatisticsError(f"the groups have {n1:g} and {n2:g} subjects; expected whole numbers")
        return _find_rejections(int(n1), int(n2), EnumeratedTest(self.test), self.alpha, self.alternative, self.margin)

    def compute_power(self, n1: float, n2: float) -> float:
        if min(n1, n2) < 1:
            return 0.0
        return float(compute_rejection_probability(self.find_rejections(n1, n2), self.p1, self.p2))

    def average_power(self, n1: float, n2: float, first: WeighedRates, second: WeighedRates) -> float:
        """An exact sum: over the rates, events are a mixture of binomials."""
        if min(n1, n2) < 1:
            return 0.0
        rejections = self.find_rejections(n1, n2)
        mixtures = [
            side.weights @ compute_binomial(n - 1, side.rates)
            for n, side in zip(rejections.shape, (first, second), strict=True)
        ]
        return float(mixtures[0] @ rejections @ mixtures[1])


def find_rejections(
    n1: int,
    n2: int,
    *,
    test: EnumeratedTest | str,
    alpha: float,
    alternative: Alternative,
    margin: float = 0.0,
) -> NDArray[np.bool_]:
    """Which tables of n1 and n2 subjects a test rejects, [n1 + 1, n2 + 1]: rows are the events of group 1.

    Raises StatisticsError for a margin where the test knows none, and for more than four million tables.

    >>> find_rejections(4, 4, test="pearson-chi-square", alpha=0.05, alternative="two-sided").sum(axis=1).tolist()
    [2, 1, 0, 1, 2]
    """
    test = EnumeratedTest(test)
    check_test(alpha, alternative)
    _check_margin(test, margin)
    return _find_rejections(n1, n2, test, alpha, alternative, margin).copy()


def compute_rejection_probability(rejections: ArrayLike, p1: ArrayLike, p2: ArrayLike) -> Numbers:
    """The probability [...] of the tables marked, [n1 + 1, n2 + 1], at proportions p1 and p2 [...].

    >>> rejections = find_rejections(42, 42, test="pearson-chi-square", alpha=0.05, alternative="two-sided")
    >>> compute_rejection_probability(rejections, [0.6, 0.3], 0.3).round(4).tolist()
    [0.8276, 0.0506]
    """
    marked = np.asarray(rejections, dtype=float)
    first, second = np.broadcast_arrays(np.asarray(p1, dtype=float), np.asarray(p2, dtype=float))
    return np.asarray(average_tables(marked, first.ravel(), second.ravel()).reshape(first.shape))[()]


def compute_exact_size(rejections: ArrayLike, *, margin: float = 0.0) -> float:
    """The largest probability of the tables marked, [n1 + 1, n2 + 1], over all p1 and p2 with p1 - p2 = margin.

    That is the type I error that the test which rejects them can have.

    >>> rejections = find_rejections(42, 42, test="pearson-chi-square", alpha=0.05, alternative="two-sided")
    >>> round(compute_exact_size(rejections), 4)
    0.063
    """
    return maximize_probability(np.asarray(rejections, dtype=bool), margin)


def _check_margin(test: EnumeratedTest, margin: float) -> None:
    if margin and test in OF_NO_DIFFERENCE:
        raise StatisticsError(
            f"{test.value} tests no difference and takes no margin; expected a score test or interval"
        )


@lru_cache(maxsize=128)
def _find_rejections(
    n1: int, n2: int, test: EnumeratedTest, alpha: float, alternative: Alternative, margin: float
) -> NDArray[np.bool_]:
    if (n1 + 1) * (n2 + 1) > MOST_TABLES:
        raise StatisticsError(f"{n1} and {n2} subjects have too many tables to enumerate; expected an approximation")
    if test in UNCONDITIONAL:
        rejections = _reject_unconditionally(UNCONDITIONAL[test](n1, n2, alternative), alpha)
    elif test.value in SCORE_TESTS:
        rejections = _reject_by_score(n1, n2, SCORE_TESTS[test.value], alpha, alternative, margin)
    elif test.value in INTERVALS:
        rejections = _reject_by_interval(n1, n2, INTERVALS[test.value], alpha, alternative, margin)
    elif test is EnumeratedTest.FISHER:
        # A p-value can be alpha itself (1/20 of 3 against 3), which rounding must not part from it.
        rejections = np.exp(-order_by_fisher(n1, n2, alternative)) <= alpha + TIE
    else:
        rejections = _reject_by_chi_square(n1, n2, test is EnumeratedTest.YATES, alpha, alternative)
    rejections.flags.writeable = False
    return rejections


def _reject_unconditionally(order: Numbers, alpha: float) -> NDArray[np.bool_]:
    """The tables no nearer than the nearest whose exact p-value is at most alpha: the p-value rises inward."""
    places = np.unique(order)[::-1]
    low, high = -1, len(places)
    while high - low > 1:
        middle = (low + high) // 2
        is_rejected = maximize_probability(order >= places[middle] - TIE, asked=alpha) <= alpha
        low, high = (middle, high) if is_rejected else (low, middle)
    return np.asarray(order >= places[low] - TIE) if low >= 0 else np.zeros(order.shape, dtype=bool)


def _reject_by_score(
    n1: int, n2: int, test: ScoreTest, alpha: float, alternative: Alternative, margin: float
) -> NDArray[np.bool_]:
    x1, x2 = list_tables(n1, n2)
    answer = difference_score_test(x1, n1, x2, n2, difference=margin, method=test, alternative=alternative)
    return np.asarray(answer.p_value <= alpha)


def _reject_by_interval(
    n1: int, n2: int, method: DifferenceInterval, alpha: float, alternative: Alternative, margin: float
) -> NDArray[np.bool_]:
    x1, x2 = list_tables(n1, n2)
    level = 1 - (alpha if alternative == "two-sided" else 2 * alpha)
    answer = estimate_difference_of_proportions(x1, n1, x2, n2, method=method, level=level)
    above, below = np.asarray(answer.lower > margin), np.asarray(answer.upper < margin)
    return {"two-sided": above | below, "greater": above, "less": below}[alternative]


def _reject_by_chi_square(n1: int, n2: int, yates: bool, alpha: float, alternative: Alternative) -> NDArray[np.bool_]:
    x1, x2 = list_tables(n1, n2)
    p_value = pearson_chi_square_test(x1, n1, x2, n2, yates=yates).p_value
    if alternative == "two-sided":
        return np.asarray(p_value <= alpha)
    towards = x1 * n2 > x2 * n1 if alternative == "greater" else x1 * n2 < x2 * n1
    return np.asarray(towards & (p_value <= 2 * alpha))
