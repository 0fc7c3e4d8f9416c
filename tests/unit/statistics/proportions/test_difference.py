"""Score limits by a second program that maximizes the likelihood by search; and every case without an answer."""

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import binom, norm

from myotis.errors import StatisticsError
from myotis.statistics.proportions.difference import DifferenceInterval, estimate_difference_of_proportions
from myotis.statistics.proportions.independence import fisher_exact_test, pearson_chi_square_test
from myotis.statistics.proportions.one import ProportionInterval, estimate_proportion


def most_likely_p2(x1, n1, x2, n2, delta):
    """The p2 of the likeliest pair with p1 = p2 + delta, found by search (not by the cubic)."""

    def unlikelihood(p2):
        return -(binom.logpmf(x1, n1, np.clip(p2 + delta, 0, 1)) + binom.logpmf(x2, n2, p2))

    edge = 1e-12
    bounds = max(0, -delta) + edge, min(1, 1 - delta) - edge
    return minimize_scalar(unlikelihood, bounds=bounds, method="bounded", options={"xatol": 1e-12}).x


def score_limit(x1, n1, x2, n2, side, factor):
    difference = x1 / n1 - x2 / n2

    def excess(delta):
        p2 = most_likely_p2(x1, n1, x2, n2, delta)
        p1 = p2 + delta
        se = np.sqrt(factor * (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2))
        return side * (delta - difference) - norm.ppf(0.95) * se

    return brentq(excess, difference, side * (1 - 1e-9), xtol=1e-10)


@pytest.mark.parametrize("case", [(37, 47, 21, 48), (4, 48, 15, 47), (1, 30, 0, 31), (200, 310, 90, 120)])
@pytest.mark.parametrize("method", [DifferenceInterval.MEE, DifferenceInterval.MIETTINEN_NURMINEN])
def test_score_limits_at_90_percent_by_search(case, method):
    n = case[1] + case[3]
    factor = n / (n - 1) if method is DifferenceInterval.MIETTINEN_NURMINEN else 1
    answer = estimate_difference_of_proportions(*case, method=method, level=0.90)
    expected = score_limit(*case, side=-1, factor=factor), score_limit(*case, side=1, factor=factor)
    assert (answer.lower, answer.upper) == pytest.approx(expected, abs=1e-6, rel=0)


def test_a_table_on_which_programs_have_disagreed():
    """0 of 10 against 0 of 20: the paper (Miettinen and Nurminen 1985) and sasLM give -0.166 to 0.284."""
    answer = estimate_difference_of_proportions(0, 10, 0, 20, method="miettinen-nurminen", level=0.95)
    assert (answer.lower, answer.upper) == pytest.approx((-0.166, 0.284), abs=0.0005, rel=0)


@pytest.mark.parametrize("method", DifferenceInterval)
def test_exchanging_the_groups_turns_the_interval_round(method):
    one = estimate_difference_of_proportions(37, 47, 21, 48, method=method, level=0.95)
    other = estimate_difference_of_proportions(21, 48, 37, 47, method=method, level=0.95)
    assert (one.lower, one.upper) == pytest.approx((-other.upper, -other.lower), abs=1e-12, rel=0)


@pytest.mark.parametrize("method", DifferenceInterval)
def test_an_empty_group_has_no_answer_and_says_so(method):
    with pytest.raises(StatisticsError, match="without subjects"):
        estimate_difference_of_proportions(3, 5, 0, 0, method=method, level=0.95)
    many = estimate_difference_of_proportions([3, 3], 5, [0, 1], [0, 4], method=method, level=0.95)
    assert np.isnan(many.estimate).tolist() == np.isnan(many.lower).tolist() == [True, False]
    assert many.undefined == "1 of 2: a group without subjects has no proportion"


@pytest.mark.parametrize("method", ProportionInterval)
def test_no_subjects_have_no_proportion(method):
    with pytest.raises(StatisticsError, match="without subjects"):
        estimate_proportion(0, 0, method=method, level=0.95)
    assert estimate_proportion([0, 1], [0, 2], method=method, level=0.95).undefined.startswith("1 of 2")


def test_the_wald_interval_of_none_and_of_all_has_no_width():
    for x1, x2, expected in ((0, 0, 0.0), (9, 7, 0.0), (9, 0, 1.0)):
        answer = estimate_difference_of_proportions(x1, 9, x2, 7, method="wald", level=0.95)
        assert float(answer.lower) == float(answer.upper) == expected


def test_chi_square_of_many_tables_says_which_have_none():
    answer = pearson_chi_square_test([37, 0, 0, 5], [47, 10, 5, 5], [21, 0, 0, 7], [48, 20, 0, 7], yates=False)
    assert np.isnan(answer.p_value).tolist() == [False, True, True, True]
    assert "1 of 4: a group without subjects" in answer.undefined
    assert "2 of 4: every subject has the same outcome" in answer.undefined


def test_yates_never_turns_a_deviation_round():
    answer = pearson_chi_square_test(5, 10, 5, 10, yates=True)
    assert (float(answer.statistic), float(answer.p_value)) == (0, 1)


def test_fisher_of_many_tables_is_that_of_each():
    tables = [(37, 47, 21, 48), (3, 5, 1, 6), (37, 47, 21, 48)]
    many = fisher_exact_test(*np.array(tables).T)
    assert many.p_value.tolist() == [float(fisher_exact_test(*table).p_value) for table in tables]
    with pytest.raises(StatisticsError, match="without subjects"):
        fisher_exact_test(0, 0, 1, 6)


@pytest.mark.parametrize(
    "counts", [(-1, 5, 1, 5), (6, 5, 1, 5), (1.5, 5, 1, 5), (1, 5, float("nan"), 5), (1, 5, 1, float("inf"))]
)
def test_what_is_no_count_is_refused(counts):
    with pytest.raises(StatisticsError, match="no counts of events among subjects"):
        estimate_difference_of_proportions(*counts, method="wald", level=0.95)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_is_a_proportion(level):
    with pytest.raises(StatisticsError, match=r"such as 0\.95"):
        estimate_proportion(1, 2, method="wilson", level=level)


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="score"):
        estimate_difference_of_proportions(1, 2, 1, 2, method="score", level=0.95)


def test_proderm_by_miettinen_nurminen():
    """15.60 to 51.84 percent, as R's ratesci and a search by brentq give it."""
    answer = estimate_difference_of_proportions(37, 47, 21, 48, method="miettinen-nurminen", level=0.95)
    assert (answer.lower, answer.upper) == pytest.approx((0.1560, 0.5184), abs=0.00005, rel=0)


def test_one_subject_in_each_group_has_an_interval():
    answer = estimate_difference_of_proportions([0, 0, 1, 1], 1, [0, 1, 0, 1], 1, method="scas", level=0.95)
    assert answer.undefined == ""
    assert ((answer.lower >= -1) & (answer.upper <= 1) & (answer.lower < answer.upper)).all()
