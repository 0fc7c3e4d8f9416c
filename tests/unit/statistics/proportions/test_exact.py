"""Exact tests and intervals: never above their level by enumeration; SciPy's programs; edges."""

import numpy as np
import pytest
from scipy.stats import barnard_exact, binom, boschloo_exact

from myotis.errors import StatisticsError
from myotis.statistics.proportions.exact_tests import barnard_test, boschloo_test
from myotis.statistics.proportions.exact_unconditional import (
    ExactDifferenceInterval,
    estimate_exact_difference_of_proportions,
)
from myotis.statistics.proportions.independence import fisher_exact_test, fisher_mid_p_test

SIZES = [(10, 20), (7, 7)]
P = np.linspace(0, 1, 201)


def all_tables(n1, n2):
    return np.arange(n1 + 1)[:, None], n1, np.arange(n2 + 1)[None], n2


def probability(rejected, p1, p2):
    """Of a set of tables, at each pair of proportions."""
    n1, n2 = (n - 1 for n in rejected.shape)
    first, second = (binom.pmf(np.arange(n + 1), n, p[:, None]) for n, p in ((n1, p1), (n2, p2)))
    return np.einsum("pi,ij,pj->p", first, rejected.astype(float), second)


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("test", [barnard_test, boschloo_test])
@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_exact_tests_keep_their_level(sizes, test, alternative):
    p = test(*all_tables(*sizes), alternative=alternative).p_value
    for alpha in (0.01, 0.05, 0.10):
        assert probability(p <= alpha, P, P).max() <= alpha + 1e-12


@pytest.mark.parametrize("sizes", SIZES)
def test_fisher_keeps_its_level_and_boschloo_rejects_wherever_fisher_does(sizes):
    tables = all_tables(*sizes)
    fisher, boschloo = fisher_exact_test(*tables).p_value, boschloo_test(*tables, alternative="two-sided").p_value
    assert probability(fisher <= 0.05, P, P).max() <= 0.05
    assert (boschloo <= fisher + 1e-12).all()


@pytest.mark.parametrize("method", ExactDifferenceInterval)
def test_exact_intervals_cover(method):
    n1, n2 = 3, 4
    answer = estimate_exact_difference_of_proportions(*all_tables(n1, n2), method=method, level=0.95)
    for difference in (0, 0.2, -0.35, 0.5, 0.8, -0.95):
        p2 = P[(P + difference >= 0) & (P + difference <= 1)]
        inside = (answer.lower - 1e-9 <= difference) & (difference <= answer.upper + 1e-9)
        assert probability(inside, p2 + difference, p2).min() >= 0.95 - 1e-12


@pytest.mark.parametrize("method", ExactDifferenceInterval)
def test_exact_intervals_turn_round_with_the_groups(method):
    one = estimate_exact_difference_of_proportions(8, 12, 3, 11, method=method, level=0.95)
    other = estimate_exact_difference_of_proportions(3, 11, 8, 12, method=method, level=0.95)
    assert (one.lower, one.upper) == pytest.approx((-other.upper, -other.lower), abs=1e-9)
    wider = estimate_exact_difference_of_proportions(8, 12, 3, 11, method=method, level=0.99)
    assert wider.lower < one.lower < one.upper < wider.upper


@pytest.mark.parametrize("method", ExactDifferenceInterval)
def test_exact_intervals_of_edges(method):
    apart = estimate_exact_difference_of_proportions(7, 7, 0, 7, method=method, level=0.95)
    assert (apart.estimate, apart.upper) == (1, 1)
    assert 0.4 < apart.lower < 0.6
    none = estimate_exact_difference_of_proportions(0, 7, 0, 7, method=method, level=0.95)
    assert none.lower == pytest.approx(-none.upper, abs=1e-9)
    assert 0.3 < none.upper < 0.6
    with pytest.raises(StatisticsError, match="without subjects"):
        estimate_exact_difference_of_proportions(0, 0, 1, 6, method=method, level=0.95)
    many = estimate_exact_difference_of_proportions([0, 3], [0, 5], 1, 6, method=method, level=0.95)
    assert np.isnan(many.lower).tolist() == [True, False]


@pytest.mark.parametrize("case", [(3, 5, 1, 6), (0, 10, 4, 12), (37, 47, 21, 48), (1, 9, 7, 8)])
@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_scipy_gives_barnard_and_one_sided_boschloo(case, alternative):
    x1, n1, x2, n2 = case
    table = [[x1, x2], [n1 - x1, n2 - x2]]
    ours = barnard_test(*case, alternative=alternative).p_value
    assert ours == pytest.approx(barnard_exact(table, alternative=alternative).pvalue, abs=1e-9)
    if alternative != "two-sided":
        ours = boschloo_test(*case, alternative=alternative).p_value
        assert ours == pytest.approx(boschloo_exact(table, alternative=alternative).pvalue, abs=1e-9)


def test_scipys_two_sided_boschloo_is_another():
    """It doubles the smaller one-sided p-value; ours orders by Fisher's two-sided p-value, as R's Exact."""
    scipys = boschloo_exact([[8, 3], [4, 8]], alternative="two-sided").pvalue
    smaller = boschloo_test(8, 12, 3, 11, alternative="greater").p_value
    assert scipys == pytest.approx(2 * smaller, abs=1e-9)
    assert abs(scipys - boschloo_test(8, 12, 3, 11, alternative="two-sided").p_value) > 0.01


@pytest.mark.parametrize("test", [barnard_test, boschloo_test])
def test_one_outcome_only_has_p_1(test):
    assert test(0, 12, 0, 8, alternative="two-sided").p_value == pytest.approx(1)
    assert test(12, 12, 8, 8, alternative="greater").p_value == pytest.approx(1)
    many = test([0, 3], [0, 5], 1, 6, alternative="two-sided")
    assert np.isnan(many.p_value).tolist() == [True, False]
    with pytest.raises(StatisticsError, match="without subjects"):
        test(0, 0, 1, 6, alternative="two-sided")


def test_mid_p_takes_half_of_the_table_away():
    """3 of 3 against 0 of 3: Fisher's p is 2/20, the table's probability 1/20."""
    assert fisher_exact_test(3, 3, 0, 3).p_value == pytest.approx(0.1)
    assert fisher_mid_p_test(3, 3, 0, 3).p_value == pytest.approx(0.075)
    assert fisher_mid_p_test(0, 3, 0, 3).p_value == pytest.approx(0.5)
