"""Power of tests over strata by enumeration: nothing is approximated.

Given how many of a stratum responded in all, the responders of group 1 there have few possible values, and the
Cochran-Mantel-Haenszel test looks at their sum only. So the margins of all strata are enumerated, and for each
combination of margins the distribution of the sum, stratum by stratum.

When to use: for the power and the type I error that the stratified test of a small trial really has. The work grows
with the product of the sizes of the strata: three of thirty subjects are quick, six are not done.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.power.assumptions import check_test, list_sides
from myotis.statistics.power.rates import StratifiedRates, split_by_shares
from myotis.statistics.power.stratified_proportions import StratifiedTest
from myotis.statistics.proportions.nuisance import compute_binomial
from myotis.statistics.result import Alternative, Numbers
from myotis.statistics.stratified import cochran_mantel_haenszel
from myotis.statistics.stratified.tables import compute_chi_square, compute_deviation

REFERENCES: Final = {test: cochran_mantel_haenszel.REFERENCES[test.value] for test in StratifiedTest}

MOST_CELLS = 60_000_000
"""More combinations of margins and sums than this are not enumerated."""

TIE = 1e-9
"""A statistic nearer than this to its critical value is at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactStratifiedProportions(StratifiedRates):
    """Assumed proportions in ``strata``, and the Cochran-Mantel-Haenszel ``test``, whose power is enumerated.

    The subjects of each group are split over the strata by their shares, to whole numbers; in a trial the strata come
    out by chance. Effect as in `myotis.statistics.power.stratified_proportions.StratifiedProportions`.

    >>> from myotis.statistics.power.rates import Strata
    >>> strata = Strata(shares=(0.3, 0.5, 0.2), p1=(0.8, 0.6, 0.4), p2=(0.5, 0.3, 0.1))
    >>> assumed = ExactStratifiedProportions(
    ...     strata=strata, alpha=0.05, alternative="two-sided", test="cochran-mantel-haenszel"
    ... )
    >>> round(assumed.compute_power(20, 20), 4)
    0.5055
    """

    test: StratifiedTest | str

    def __post_init__(self) -> None:
        StratifiedRates.__post_init__(self)
        StratifiedTest(self.test)

    @property
    def method(self) -> str:
        return f"enumeration of {StratifiedTest(self.test).value}"

    @property
    def reference(self) -> str:
        return REFERENCES[StratifiedTest(self.test)]

    @property
    def jumps(self) -> bool:
        return True

    @property
    def most_subjects(self) -> int:
        """The largest trial that is enumerated."""
        most = 2
        while _count_cells(*self._split(most + 2, most + 2)) <= MOST_CELLS:
            most += 2
        return 2 * most

    def compute_power(self, n1: float, n2: float) -> float:
        if min(n1, n2) < 1:
            return 0.0
        sizes = self._split(n1, n2)
        return compute_stratified_rejection_probability(
            *sizes,
            p1=self.strata.p1,
            p2=self.strata.p2,
            test=self.test,
            alpha=self.alpha,
            alternative=self.alternative,
        )

    def _split(self, n1: float, n2: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        if n1 != int(n1) or n2 != int(n2):
            raise StatisticsError(f"the groups have {n1:g} and {n2:g} subjects; expected whole numbers")
        return split_by_shares(int(n1), self.strata.shares), split_by_shares(int(n2), self.strata.shares)


class Margins(NamedTuple):
    """Every combination of margins of the strata so far: what the test takes from them, and group 1's responders.

    ``expected`` and ``variance`` [combination] are of the sum of group 1's responders without association;
    ``probability`` [combination, sum] is of the combination with that sum.
    """

    expected: Numbers
    variance: Numbers
    probability: Numbers


def compute_stratified_rejection_probability(
    n1: ArrayLike,
    n2: ArrayLike,
    *,
    p1: ArrayLike,
    p2: ArrayLike,
    test: StratifiedTest | str,
    alpha: float,
    alternative: Alternative,
) -> float:
    """The probability that the Cochran-Mantel-Haenszel test rejects, by enumeration.

    ``n1`` and ``n2`` [stratum] are subjects, ``p1`` and ``p2`` [stratum] proportions of responders. A trial in which
    the test has no variance does not reject. One-sided, the signed root of the statistic is tested. Raises
    StatisticsError where there are too many combinations to enumerate.

    >>> round(compute_stratified_rejection_probability(
    ...     [6, 10, 4], [6, 10, 4], p1=[0.5, 0.3, 0.1], p2=[0.5, 0.3, 0.1], test="cochran-mantel-haenszel",
    ...     alpha=0.05, alternative="two-sided",
    ... ), 4)
    0.0483
    """
    test = StratifiedTest(test)
    check_test(alpha, alternative)
    sizes = np.asarray(n1, dtype=np.int64), np.asarray(n2, dtype=np.int64)
    cells = _count_cells(*sizes)
    if cells > MOST_CELLS:
        raise StatisticsError(
            f"these strata have {cells:.2g} combinations, too many to enumerate; expected the approximation "
            f"(at most {MOST_CELLS:.2g})"
        )
    margins = Margins(np.zeros(1), np.zeros(1), np.ones((1, 1)))
    rates = np.asarray(p1, dtype=float), np.asarray(p2, dtype=float)
    for m, n, first, second in zip(*sizes, *rates, strict=True):
        margins = _add_stratum(margins, int(m), int(n), float(first), float(second))
    deviation = np.arange(margins.probability.shape[1]) - margins.expected[:, None]
    variance = np.broadcast_to(margins.variance[:, None], deviation.shape)
    statistic = compute_chi_square(deviation, variance, correction=test is StratifiedTest.CORRECTED)
    rejected = np.zeros(deviation.shape, dtype=bool)
    for side, error in list_sides(alpha, alternative):
        rejected |= (side * deviation > 0) & (statistic >= special.chdtri(1, 2 * error) - TIE)
    return float(margins.probability[rejected].sum())


def _count_cells(n1: NDArray[np.int64], n2: NDArray[np.int64]) -> float:
    return float(np.prod(n1 + n2 + 1.0) * (n1.sum() + 1))


def _add_stratum(before: Margins, n1: int, n2: int, p1: float, p2: float) -> Margins:
    """The combinations with one stratum more; one that lacks a group says nothing and is left out."""
    if n1 == 0 or n2 == 0:
        return before
    events = np.arange(n1 + n2 + 1.0)
    one = np.ones((len(events), 1))
    # The deviation at no responders of group 1 is less their expected number.
    deviation, variance = compute_deviation(0 * one, n1 * one, events[:, None], n2 * one)
    first, second = (compute_binomial(n, np.array([p]))[0] for n, p in ((n1, p1), (n2, p2)))
    rows, width = before.probability.shape
    probability = np.zeros((rows, len(events), width + n1))
    for x1 in range(n1 + 1):
        joint = first[x1] * second
        probability[:, x1 : x1 + n2 + 1, x1 : x1 + width] += joint[:, None] * before.probability[:, None, :]
    combine = np.add.outer
    return Margins(
        combine(before.expected, -deviation).ravel(),
        combine(before.variance, variance).ravel(),
        probability.reshape(-1, width + n1),
    )
