"""Randomization test: the observed allocation against others that the trial's own procedure could have drawn.

When to use: to test the sharp hypothesis that no subject's outcome depends on its arm, with nothing assumed but the
randomization itself, blocks and strata included. It needs the procedure, run again for the same subjects in the same
order; a test by shuffling all arms answers for another trial.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.errors import StatisticsError
from myotis.statistics.result import Alternative, Numbers, TestResult
from myotis.statistics.tails import check_alternative

Statistic = Callable[[NDArray[np.bool_]], Numbers]
"""From allocations [..., subject], True for group 1, to one number each."""

DrawAllocations = Callable[[np.random.Generator, int], NDArray[np.bool_]]
"""From a generator and a number of draws to allocations [draw, subject]."""

ROSENBERGER = "Rosenberger WF, Lachin JM, Randomization in Clinical Trials, 2nd edition, Wiley 2016"
REFERENCES: Final = {
    "randomization-monte-carlo": f"{ROSENBERGER}; Phipson B, Smyth GK, Stat Appl Genet Mol Biol 2010;9:39",
    "randomization-exact": ROSENBERGER,
}
RELATIVE_ROUNDING = 1e-9
"""Statistics that differ by less, of the largest, are equal: sums in another order differ in their last digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomizationTest:
    """The test, the number of allocations that it rests on, and the Monte Carlo standard error of its p-value.

    ``mc_error`` is 0 where all allocations were enumerated.
    """

    test: TestResult
    allocations: int
    mc_error: float


def randomization_test(
    statistic: Statistic,
    is_group1: ArrayLike,
    draw_allocations: DrawAllocations,
    generator: np.random.Generator,
    *,
    draws: int,
    alternative: Alternative,
) -> RandomizationTest:
    """The randomization test by Monte Carlo, with allocations drawn anew by the trial's own procedure.

    ``is_group1[subject]`` is the allocation observed. ``statistic`` takes allocations ``[..., subject]`` and is
    large, or on both sides of 0, where the hypothesis is wrong: a difference of means, of the given outcomes.
    ``draw_allocations(generator, draws)`` answers ``[draw, subject]``. The p-value is (1 + c) / (1 + draws), where c
    draws are as extreme as what was observed, so that it is valid at any number of draws. "two-sided" compares sizes.

    Raises StatisticsError for allocations that don't fit the one observed, or a statistic that is not finite (an
    allocation with an empty arm, say: the statistic must have an answer there).

    >>> outcome = np.array([9.0, 7.0, 8.0, 1.0, 2.0, 3.0, 6.0, 4.0])
    >>> def difference(allocations):
    ...     return np.where(allocations, outcome, 0).sum(-1) / 4 - np.where(allocations, 0, outcome).sum(-1) / 4
    >>> def draw_one_block(generator, draws):
    ...     return generator.permuted(np.tile(np.arange(8) < 4, (draws, 1)), axis=1)
    >>> observed = [True, True, True, False, False, False, True, False]
    >>> answer = randomization_test(
    ...     difference, observed, draw_one_block, np.random.default_rng(1), draws=9999, alternative="two-sided"
    ... )
    >>> bool(0.02 < answer.test.p_value < 0.04), round(answer.mc_error, 4)
    (True, 0.0016)
    """
    check_alternative(alternative)
    if draws < 1:
        raise StatisticsError(f"there are {draws} draws; expected one or more")
    observed = _take_allocations(is_group1, 1)
    drawn = _take_allocations(draw_allocations(generator, draws), 2)
    if drawn.shape != (draws, observed.size):
        raise StatisticsError(f"the draws have the shape {drawn.shape}; expected {(draws, observed.size)}")
    value, others = _evaluate(statistic, observed), _evaluate(statistic, drawn)
    p_value = (1 + int(_is_as_extreme(others, value, alternative).sum())) / (1 + draws)
    return RandomizationTest(
        test=_name_test("randomization-monte-carlo", value, p_value, alternative),
        allocations=draws,
        mc_error=float(np.sqrt(p_value * (1 - p_value) / draws)),
    )


def exact_randomization_test(
    statistic: Statistic, is_group1: ArrayLike, allocations: ArrayLike, *, alternative: Alternative
) -> RandomizationTest:
    """The randomization test over all allocations that the procedure can draw, each equally likely.

    ``allocations[allocation, subject]`` holds every one of them, the one observed included; as for permuted blocks in
    small strata. ``statistic`` and ``is_group1`` as in `randomization_test`. The p-value is the share of allocations
    that are as extreme as the one observed. Raises StatisticsError where that one is not among them.

    >>> outcome = np.array([9.0, 2.0, 7.0, 8.0])
    >>> def difference(allocations):
    ...     return np.where(allocations, outcome, -outcome).sum(-1) / 2
    >>> blocks_of_two = [[first, not first, second, not second] for first in (True, False) for second in (True, False)]
    >>> answer = exact_randomization_test(difference, [True, False, False, True], blocks_of_two, alternative="greater")
    >>> float(answer.test.statistic), float(answer.test.p_value)
    (4.0, 0.25)
    """
    check_alternative(alternative)
    observed, possible = _take_allocations(is_group1, 1), _take_allocations(allocations, 2)
    if possible.shape[-1] != observed.size or not (possible == observed).all(axis=-1).any():
        raise StatisticsError("the allocation observed is not among those that the procedure can draw")
    value, others = _evaluate(statistic, observed), _evaluate(statistic, possible)
    p_value = float(_is_as_extreme(others, value, alternative).mean())
    return RandomizationTest(
        test=_name_test("randomization-exact", value, p_value, alternative), allocations=len(possible), mc_error=0.0
    )


def _take_allocations(allocations: ArrayLike, axes: int) -> NDArray[np.bool_]:
    taken = np.asarray(allocations)
    if taken.dtype != np.bool_ or taken.ndim != axes or taken.size == 0:
        expected = "[subject]" if axes == 1 else "[allocation, subject]"
        raise StatisticsError(f"the allocations are no bool array {expected}, or it is empty")
    return taken


def _evaluate(statistic: Statistic, allocations: NDArray[np.bool_]) -> Numbers:
    value = np.asarray(statistic(allocations), dtype=float)
    if value.shape != allocations.shape[:-1] or not np.isfinite(value).all():
        raise StatisticsError(
            f"the statistic has the shape {value.shape} or is not finite; expected a finite number for each allocation"
        )
    return value


def _is_as_extreme(others: Numbers, observed: Numbers, alternative: Alternative) -> NDArray[np.bool_]:
    """Which are as far on the side of the alternative as the one observed, or farther; equal up to rounding."""
    if alternative == "two-sided":
        others, observed = np.abs(others), np.abs(observed)
    elif alternative == "less":
        others, observed = -others, -observed
    rounding = RELATIVE_ROUNDING * np.maximum(np.abs(others).max(), np.abs(observed))
    return np.asarray(others >= observed - rounding)


def _name_test(method: str, value: Numbers, p_value: float, alternative: Alternative) -> TestResult:
    return TestResult(
        statistic=value[()],
        df=None,
        p_value=np.asarray(p_value)[()],
        method=method,
        reference=REFERENCES[method],
        alternative=alternative,
    )
