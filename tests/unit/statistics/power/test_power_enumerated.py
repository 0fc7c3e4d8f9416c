"""Enumerated power: the tables that are rejected are those that the tests themselves reject."""

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.power.exact_proportions import (
    EnumeratedTest,
    compute_exact_size,
    compute_rejection_probability,
    find_rejections,
)
from myotis.statistics.proportions.difference import estimate_difference_of_proportions
from myotis.statistics.proportions.exact_tests import barnard_test, boschloo_test
from myotis.statistics.proportions.independence import fisher_exact_test, pearson_chi_square_test
from myotis.statistics.proportions.margins import difference_score_test

N1, N2 = 9, 7
X1, X2 = np.meshgrid(np.arange(N1 + 1), np.arange(N2 + 1), indexing="ij")
COUNTS = (X1, N1, X2, N2)
P_VALUES = {
    "pearson-chi-square": lambda: pearson_chi_square_test(*COUNTS, yates=False).p_value,
    "pearson-chi-square-yates": lambda: pearson_chi_square_test(*COUNTS, yates=True).p_value,
    "fisher-exact": lambda: fisher_exact_test(*COUNTS).p_value,
    "barnard": lambda: barnard_test(*COUNTS, alternative="two-sided").p_value,
    "boschloo": lambda: boschloo_test(*COUNTS, alternative="two-sided").p_value,
}
EXACT = ("fisher-exact", "barnard", "boschloo")


@pytest.mark.parametrize("test", P_VALUES)
@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_a_test_of_no_difference_rejects_the_tables_that_it_rejects_one_by_one(test, alpha):
    expected = np.nan_to_num(P_VALUES[test](), nan=1.0) <= alpha
    assert expected.any()
    assert np.array_equal(find_rejections(N1, N2, test=test, alpha=alpha, alternative="two-sided"), expected)


@pytest.mark.parametrize("alternative", ["greater", "less"])
@pytest.mark.parametrize("test", ["barnard", "boschloo"])
def test_one_sided_exact_tests_reject_what_they_reject_one_by_one(test, alternative):
    function = {"barnard": barnard_test, "boschloo": boschloo_test}[test]
    expected = function(*COUNTS, alternative=alternative).p_value <= 0.05
    assert np.array_equal(find_rejections(N1, N2, test=test, alpha=0.05, alternative=alternative), expected)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@pytest.mark.parametrize("margin", [-0.1, 0.0, 0.15])
@pytest.mark.parametrize("test", ["farrington-manning", "miettinen-nurminen", "scas"])
def test_a_score_test_rejects_what_it_rejects_one_by_one(test, margin, alternative):
    answer = difference_score_test(*COUNTS, difference=margin, method=test, alternative=alternative)
    expected = np.nan_to_num(answer.p_value, nan=1.0) <= 0.1
    found = find_rejections(N1, N2, test=test, alpha=0.1, alternative=alternative, margin=margin)
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("test", ["wald", "wald-corrected", "agresti-caffo", "newcombe"])
def test_an_interval_rejects_where_it_leaves_the_margin_out(test):
    answer = estimate_difference_of_proportions(*COUNTS, method=test, level=0.9)
    rejections = {
        side: find_rejections(N1, N2, test=test, alpha=alpha, alternative=side, margin=0.1)
        for side, alpha in (("two-sided", 0.1), ("greater", 0.05), ("less", 0.05))
    }
    assert np.array_equal(rejections["greater"], answer.lower > 0.1)
    assert np.array_equal(rejections["less"], answer.upper < 0.1)
    assert np.array_equal(rejections["two-sided"], rejections["greater"] | rejections["less"])


@pytest.mark.parametrize("test", EXACT)
@pytest.mark.parametrize("sizes", [(12, 12), (20, 9), (1, 3)])
def test_an_exact_test_never_rejects_more_often_than_alpha(test, sizes):
    rejections = find_rejections(*sizes, test=test, alpha=0.05, alternative="two-sided")
    assert compute_exact_size(rejections) <= 0.05 + 1e-12


@pytest.mark.parametrize("test", list(EnumeratedTest))
def test_the_size_is_the_largest_over_a_grid_or_above_by_little(test):
    rejections = find_rejections(14, 11, test=test, alpha=0.05, alternative="two-sided")
    grid = np.linspace(0, 1, 2001)
    along = compute_rejection_probability(rejections, grid, grid)
    assert along.max() <= compute_exact_size(rejections) + 1e-12
    assert compute_exact_size(rejections) == pytest.approx(along.max(), abs=1e-5)


def test_the_probabilities_of_all_tables_make_one():
    everything = np.ones((N1 + 1, N2 + 1), dtype=bool)
    assert compute_rejection_probability(everything, [0.0, 0.31, 1.0], 0.7) == pytest.approx([1, 1, 1], abs=1e-12)


def test_what_is_found_can_be_changed_without_harm():
    first = find_rejections(5, 5, test="wald", alpha=0.05, alternative="two-sided")
    first[:] = True
    assert not find_rejections(5, 5, test="wald", alpha=0.05, alternative="two-sided").all()


@pytest.mark.parametrize(
    ("sizes", "options"),
    [
        ((5, 5), {"test": "fisher-exact", "margin": 0.1}),
        ((3000, 3000), {"test": "wald"}),
        ((5, 5), {"test": "scas", "alpha": 0.7, "alternative": "less"}),
        ((5, 5), {"test": "scas", "alternative": "both"}),
    ],
)
def test_what_can_not_be_enumerated_is_an_error(sizes, options):
    with pytest.raises(StatisticsError, match="expected"):
        find_rejections(*sizes, **{"alpha": 0.05, "alternative": "two-sided"} | options)


def test_a_p_value_of_alpha_itself_rejects():
    # All three of one group and none of the other: one table of C(6, 3) = 20 has a p-value of 1/20.
    rejections = find_rejections(3, 3, test="fisher-exact", alpha=0.05, alternative="greater")
    assert np.argwhere(rejections).tolist() == [[3, 0]]
    assert find_rejections(3, 3, test="fisher-exact", alpha=0.1, alternative="two-sided").sum() == 2
