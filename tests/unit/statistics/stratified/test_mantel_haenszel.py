"""Mantel-Haenszel: a second program in fractions, written from the papers; strata that say nothing."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myotis.errors import StatisticsError
from myotis.statistics.proportions.difference import estimate_difference_of_proportions
from myotis.statistics.stratified.cochran_mantel_haenszel import cochran_mantel_haenszel_test
from myotis.statistics.stratified.mantel_haenszel import (
    estimate_mantel_haenszel_difference,
    estimate_mantel_haenszel_odds_ratio,
    estimate_mantel_haenszel_risk_ratio,
)

PRODERM_LIKE = [[[11, 2], [6, 7]], [[20, 7], [13, 15]], [[6, 1], [2, 5]]]


def difference_and_variance(tables):
    """Greenland and Robins' estimator with Sato's variance, one stratum at a time, in fractions."""
    top = bottom = p = q = Fraction(0)
    for (a, b), (c, d) in tables:
        m, n = a + b, c + d
        size = m + n
        if m and n:
            top += Fraction(a * n - c * m, size)
            bottom += Fraction(m * n, size)
            p += Fraction(2 * m * m * c - 2 * n * n * a + m * n * (n - m), 2 * size * size)
            q += Fraction(a * d + c * b, 2 * size)
    difference = top / bottom
    return difference, (difference * p + q) / bottom**2


cell = st.integers(0, 30)
table = st.tuples(st.tuples(cell, cell), st.tuples(cell, cell))


@settings(max_examples=100, deadline=None)
@given(st.lists(table, min_size=1, max_size=5).filter(lambda tables: any(sum(t[0]) and sum(t[1]) for t in tables)))
def test_risk_difference_is_that_of_fractions(tables):
    difference, variance = difference_and_variance(tables)
    answer = estimate_mantel_haenszel_difference(tables, method="mantel-haenszel-sato", level=0.95)
    assert float(answer.estimate) == pytest.approx(float(difference), abs=1e-12)
    if float(answer.lower) > -1 and float(answer.upper) < 1:
        width = 2 * 1.959963984540054 * max(0.0, float(variance)) ** 0.5
        assert float(answer.upper - answer.lower) == pytest.approx(width, abs=1e-7)


def test_one_stratum_is_the_plain_difference():
    plain = estimate_difference_of_proportions(37, 47, 21, 48, method="wald", level=0.95)
    assert float(
        estimate_mantel_haenszel_difference([[[37, 10], [21, 27]]], method="mantel-haenszel-sato", level=0.95).estimate
    ) == pytest.approx(float(plain.estimate), abs=1e-15)


@pytest.mark.parametrize("silent", [[[3, 4], [0, 0]], [[0, 0], [0, 0]], [[0, 0], [2, 1]]])
def test_a_stratum_without_one_of_the_groups_says_nothing(silent):
    for correction in (False, True):
        with_it = cochran_mantel_haenszel_test([*PRODERM_LIKE, silent], correction=correction)
        without = cochran_mantel_haenszel_test(PRODERM_LIKE, correction=correction)
        assert float(with_it.p_value) == pytest.approx(float(without.p_value), rel=1e-12)
    with_it, without = (
        estimate_mantel_haenszel_difference(t, method="mantel-haenszel-sato", level=0.9)
        for t in ([*PRODERM_LIKE, silent], PRODERM_LIKE)
    )
    assert float(with_it.lower) == pytest.approx(float(without.lower), rel=1e-12)


def test_many_trials_are_one_after_the_other():
    trials = np.array([PRODERM_LIKE, PRODERM_LIKE[::-1], [[[5, 5], [5, 5]]] * 3])
    many = cochran_mantel_haenszel_test(trials, correction=True)
    ones = [float(cochran_mantel_haenszel_test(trial, correction=True).p_value) for trial in trials]
    np.testing.assert_allclose(many.p_value, ones, rtol=1e-12)
    assert ones[2] == 1


def test_without_an_answer():
    nobody = [[[0, 0], [1, 2]]]
    for answer in (
        lambda counts: cochran_mantel_haenszel_test(counts, correction=False),
        lambda counts: estimate_mantel_haenszel_difference(counts, method="mantel-haenszel-sato", level=0.95),
    ):
        with pytest.raises(StatisticsError, match="no stratum has subjects of both groups"):
            answer(nobody)
        assert answer([nobody, [PRODERM_LIKE[0]]]).undefined.startswith("1 of 2: no stratum")
    with pytest.raises(StatisticsError, match="same outcome"):
        cochran_mantel_haenszel_test([[[5, 0], [4, 0]], [[0, 3], [0, 2]]], correction=False)


@pytest.mark.parametrize(
    "counts", [[[1, 2], [3, 4]], [[[1, 2, 3], [4, 5, 6]]], [[[1.5, 2], [3, 4]]], [[[-1, 2], [3, 4]]]]
)
def test_what_are_no_tables_is_refused(counts):
    with pytest.raises(StatisticsError, match="expected"):
        cochran_mantel_haenszel_test(counts, correction=False)


def test_with_one_stratum_greenland_and_robins_is_wald():
    plain = estimate_difference_of_proportions(37, 47, 21, 48, method="wald", level=0.95)
    answer = estimate_mantel_haenszel_difference(
        [[[37, 10], [21, 27]]], method="mantel-haenszel-greenland-robins", level=0.95
    )
    assert (float(answer.lower), float(answer.upper)) == pytest.approx((float(plain.lower), float(plain.upper)))


def test_with_one_stratum_the_ratios_are_the_plain_ones():
    counts = [[[8, 12], [5, 20]]]
    odds_ratio = estimate_mantel_haenszel_odds_ratio(counts, level=0.95)
    assert float(odds_ratio.estimate) == pytest.approx(8 * 20 / (12 * 5))
    assert float(odds_ratio.se) == pytest.approx((1 / 8 + 1 / 12 + 1 / 5 + 1 / 20) ** 0.5)
    ratio = estimate_mantel_haenszel_risk_ratio(counts, level=0.95)
    assert float(ratio.estimate) == pytest.approx((8 / 20) / (5 / 25))
    assert float(ratio.se) == pytest.approx((1 / 8 - 1 / 20 + 1 / 5 - 1 / 25) ** 0.5)


@pytest.mark.parametrize(
    ("function", "counts", "reason"),
    [
        (estimate_mantel_haenszel_risk_ratio, [[[0, 5], [3, 2]], [[0, 4], [1, 3]]], "no event"),
        (estimate_mantel_haenszel_risk_ratio, [[[0, 5], [0, 0]]], "no stratum"),
        (estimate_mantel_haenszel_odds_ratio, [[[5, 0], [3, 2]], [[4, 0], [1, 3]]], "odds ratio is 0 or has no end"),
        (estimate_mantel_haenszel_odds_ratio, [[[5, 0], [3, 0]]], "odds ratio is 0 or has no end"),
    ],
)
def test_ratios_without_an_answer(function, counts, reason):
    with pytest.raises(StatisticsError, match=reason):
        function(counts, level=0.95)
    many = function([counts, [[[2, 3], [1, 4]]] * len(counts)], level=0.95)
    assert many.undefined.startswith("1 of 2: ")
    assert np.isnan(many.estimate).tolist() == [True, False]
