"""Tests of the ratio of two rates: exact ones, given the number of all events, and the score test.

When to use: for adverse events by arm, or before and after a change, with the interval of the same name beside it.
Exact tests never reject more often than they should, and less often with few events; mid-p and score are near their
level on average. Events are taken as Poisson: see `myotis.statistics.rates.one` for what that leaves out.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.rates.conditional import (
    CONDITIONAL,
    compute_mid_p_tail,
    compute_upper_tail,
    take_groups,
)
from myotis.statistics.result import Alternative, Numbers, TestResult, find_distinct, settle


class RateRatioTest(StrEnum):
    """Tests of a ratio of two rates."""

    EXACT_CENTRAL = "exact-central"
    """Twice the smaller tail of the conditional binomial, at most 1; agrees with the exact interval."""
    EXACT_MINLIKE = "exact-minlike"
    """The probability of all numbers no more likely than the one seen (R's poisson.test)."""
    MID_P = "mid-p"
    """As exact-central, with half the probability of the number observed; agrees with the mid-p interval."""
    SCORE = "score"
    """The normal deviate; agrees with the score interval."""


REFERENCES: Final = {
    RateRatioTest.EXACT_CENTRAL: f"{CONDITIONAL}; Fay MP, R J 2010;2(1):53-58",
    RateRatioTest.EXACT_MINLIKE: f"{CONDITIONAL}; Fay MP, R J 2010;2(1):53-58",
    RateRatioTest.MID_P: "Rothman KJ, Greenland S, Modern Epidemiology, Lippincott 1998, chapter 14",
    RateRatioTest.SCORE: "Miettinen O, Nurminen M, Stat Med 1985;4:213-226",
}


def ratio_of_rates_test(
    events1: ArrayLike,
    exposure1: ArrayLike,
    events2: ArrayLike,
    exposure2: ArrayLike,
    *,
    method: RateRatioTest | str,
    ratio: float = 1,
    alternative: Alternative = "two-sided",
) -> TestResult:
    """The test that the rate of group 1 is ``ratio`` times that of group 2; *greater*: that it is more.

    Without events in both groups, or without exposure of one, there is no answer. The minlike test asks each distinct
    trial in a loop.

    >>> answer = ratio_of_rates_test(113, 52, 38, 48, method="exact-central")
    >>> answer.p_value < 0.0001
    np.True_
    """
    method = RateRatioTest(method)
    if not 0 < ratio < np.inf:
        raise StatisticsError(f"the ratio tested is {ratio:g}; expected a number above 0")
    a, b, odds, reasons = take_groups(events1, exposure1, events2, exposure2)
    total = np.maximum(a + b, 1)
    share = ratio * odds / (1 + ratio * odds)
    z = (a - total * share) / np.sqrt(total * share * (1 - share))
    if method is RateRatioTest.EXACT_MINLIKE and alternative == "two-sided":
        p_value = _minlike(a, total, share)
    else:
        p_value = _choose_tail(*_tails(a, total, share, z, method), alternative)
    answers = [p_value, z] if method is RateRatioTest.SCORE else [p_value]
    settled, undefined = settle(reasons, *answers)
    return TestResult(
        statistic=settled[1] if method is RateRatioTest.SCORE else None,
        df=None,
        p_value=settled[0],
        method=method.value,
        reference=REFERENCES[method],
        alternative=alternative,
        undefined=undefined,
    )


def _tails(a: Numbers, total: Numbers, share: Numbers, z: Numbers, method: RateRatioTest) -> tuple[Numbers, Numbers]:
    """The p-values against *greater* and against *less*."""
    if method is RateRatioTest.SCORE:
        return special.ndtr(-z), special.ndtr(z)
    if method is RateRatioTest.MID_P:
        upper = compute_mid_p_tail(a, total, share)
        return upper, 1 - upper
    return compute_upper_tail(a, total, share), 1 - compute_upper_tail(a + 1, total, share)


def _choose_tail(greater: Numbers, less: Numbers, alternative: Alternative) -> Numbers:
    if alternative == "two-sided":
        return np.asarray(np.minimum(2 * np.minimum(greater, less), 1.0), dtype=float)
    return greater if alternative == "greater" else less


def _minlike(a: Numbers, total: Numbers, share: Numbers) -> Numbers:
    from scipy.stats import binomtest  # noqa: PLC0415 - slow to load

    tables, which = find_distinct(*np.broadcast_arrays(a, total, share))
    p_values = np.array([float(binomtest(int(x), int(n), p).pvalue) for x, n, p in tables])
    return np.asarray(p_values[which], dtype=float)
