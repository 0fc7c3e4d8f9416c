"""Rank tests, the Hodges-Lehmann shift and the Mann-Whitney probability: small cases by hand, many trials at once."""

import math

import numpy as np
import pytest
from scipy import stats

from myotis.errors import StatisticsError
from myotis.statistics.continuous.hodges_lehmann import ShiftInterval, estimate_hodges_lehmann
from myotis.statistics.continuous.mann_whitney_probability import (
    ProbabilityInterval,
    brunner_munzel_test,
    estimate_mann_whitney_probability,
)
from myotis.statistics.continuous.rank_sum_distribution import count_sums
from myotis.statistics.continuous.ranks import compute_midranks
from myotis.statistics.continuous.wilcoxon_rank_sum import RankSumTest, wilcoxon_rank_sum_test

NAN = float("nan")


def wilcoxon(first, second, method="wilcoxon-exact", alternative="two-sided"):
    return wilcoxon_rank_sum_test(first, second, method=method, alternative=alternative)


def test_midranks_agree_with_scipy_where_nothing_is_missing():
    values = np.random.default_rng(5).integers(0, 6, (3, 4, 15)).astype(float)
    assert compute_midranks(values)[0].tolist() == stats.rankdata(values, axis=-1).tolist()


def test_choices_are_counted():
    """Two of (2, 2, 4): 2 + 2 once, 2 + 4 twice."""
    assert count_sums((2, 2, 4), 2).tolist() == [0, 0, 0, 0, 1, 0, 2]
    assert count_sums(tuple(range(1, 96)), 47).sum() == pytest.approx(math.comb(95, 47), rel=1e-12)


def test_the_largest_of_two_and_two_has_the_exact_p_of_one_in_six():
    assert float(wilcoxon([3, 4], [1, 2], alternative="greater").p_value) == pytest.approx(1 / 6)
    assert float(wilcoxon([3, 4], [1, 2]).p_value) == pytest.approx(2 / 6)
    assert float(wilcoxon([3, 4], [1, 2], alternative="less").p_value) == 1


def test_ties_stay_as_they_are_in_the_exact_test():
    """Of the 6 choices of two of (1, 2, 2, 3), only (2, 3), twice, have a rank sum of 6.5 or more."""
    assert float(wilcoxon([2, 3], [1, 2], alternative="greater").p_value) == pytest.approx(2 / 6)


def test_the_middle_has_the_p_value_one():
    for method in RankSumTest:
        assert float(wilcoxon([1, 4], [2, 3], method).p_value) == pytest.approx(1)


@pytest.mark.parametrize("method", list(RankSumTest))
@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_many_trials_are_each_as_alone_and_missing_values_are_left_out(method, alternative):
    rng = np.random.default_rng(8)
    first, second = rng.normal(size=(2, 3, 9)).round(1), rng.normal(size=(3, 7)).round(1)
    first[1, 2, 4:] = NAN
    second[2, 3] = NAN
    many = wilcoxon(first, second, method, alternative)
    assert many.p_value.shape == (2, 3)
    alone = wilcoxon(first[1, 2, :4], np.delete(second[2], 3), method, alternative)
    assert many.p_value[1, 2] == pytest.approx(alone.p_value, rel=1e-12)
    assert many.statistic[1, 2] == alone.statistic
    assert (many.method, many.alternative, many.undefined) == (method.value, alternative, "")


def test_equal_values_have_no_normal_approximation_and_an_exact_p_of_one():
    assert float(wilcoxon([2, 2], [2, 2, 2]).p_value) == 1
    for method in ("wilcoxon-normal", "wilcoxon-normal-corrected"):
        with pytest.raises(StatisticsError, match="all values are equal"):
            wilcoxon([2, 2], [2, 2, 2], method)
        many = wilcoxon([[2, 2], [1, 2]], [2, 2, 2], method)
        assert np.isnan(many.p_value).tolist() == [True, False]
        assert many.undefined.startswith("1 of 2: all values are equal")


def test_an_empty_group_has_no_answer():
    calls = [lambda x, y, method=method: wilcoxon(x, y, method).p_value for method in RankSumTest]
    calls += [
        lambda x, y, method=m: estimate_hodges_lehmann(x, y, method=method, level=0.95).lower for m in ShiftInterval
    ]
    calls += [
        lambda x, y, method=m: estimate_mann_whitney_probability(x, y, method=method, level=0.95).lower
        for m in ProbabilityInterval
    ]
    calls += [lambda x, y: brunner_munzel_test(x, y, alternative="two-sided").p_value]
    full = [[1.0, 3.0, 5.0, 8.0], [1.0, 3.0, 5.0, 8.0]]
    for call in calls:
        for empty in ([], [NAN, NAN]):
            for pair in ((empty, full[0]), (full[0], empty)):
                with pytest.raises(StatisticsError, match="a group has no values"):
                    call(*pair)
        many = call(full, [[2.0, 4.0, 6.0, 7.0], [NAN] * 4])
        assert np.isnan(many).tolist() == [False, True]


def test_what_is_refused():
    with pytest.raises(StatisticsError, match="infinite"):
        wilcoxon([1.0, float("inf")], [1.0])
    with pytest.raises(StatisticsError, match="one number"):
        wilcoxon(1.0, [1.0])
    with pytest.raises(StatisticsError, match="expected two-sided, greater, less"):
        wilcoxon([1.0], [1.0], alternative="larger")


def test_the_shift_is_the_median_of_the_differences_and_exact_limits_count():
    """Differences 10, 11, 12, 13 and so on: 16 of them, their median 11.5; at 95 % the first and last of 4 and 4."""
    first, second = [11, 12, 14, 17], [1, 2, 4, 7]
    differences = sorted(x - y for x in first for y in second)
    answer = estimate_hodges_lehmann(first, second, method="hodges-lehmann-exact", level=0.95)
    assert float(answer.estimate) == 10
    assert (float(answer.lower), float(answer.upper)) == (differences[0], differences[-1])
    narrower = estimate_hodges_lehmann(first, second, method="hodges-lehmann-exact", level=0.9)
    assert (float(narrower.lower), float(narrower.upper)) == (differences[1], differences[-2])


def test_groups_that_are_too_small_have_no_interval():
    """Of 3 and 4 subjects the most extreme arrangement has the probability 1 / 35, more than 2.5 %."""
    with pytest.raises(StatisticsError, match="too small"):
        estimate_hodges_lehmann([1, 2, 3], [4, 5, 6, 7], method="hodges-lehmann-exact", level=0.95)
    answer = estimate_hodges_lehmann([1, 2, 3], [4, 5, 6, 7], method="hodges-lehmann-exact", level=0.9)
    assert (float(answer.lower), float(answer.upper)) == (-6, -1)


def test_a_level_that_is_just_reached_is_reached():
    """P(U = 0) of 3 and 3 is 1 / 20: the whole range has a level of exactly 90 %."""
    answer = estimate_hodges_lehmann([1, 2, 3], [4, 5, 6], method="hodges-lehmann-exact", level=0.9)
    assert (float(answer.lower), float(answer.upper)) == (-5, -1)


@pytest.mark.parametrize("method", list(ShiftInterval))
def test_equal_values_have_a_shift_without_width_and_trials_are_each_as_alone(method):
    rng = np.random.default_rng(4)
    first, second = rng.normal(size=(2, 8)).round(1), rng.normal(size=(2, 1, 9)).round(1)
    first[0], second[1, 0] = 3, 1
    second[0, 0, 5] = NAN
    many = estimate_hodges_lehmann(first, second, method=method, level=0.95)
    assert many.estimate.shape == (2, 2)
    assert many.estimate[1, 0] == many.lower[1, 0] == many.upper[1, 0] == 2
    alone = estimate_hodges_lehmann(first[1], np.delete(second[0, 0], 5), method=method, level=0.95)
    assert [many.lower[0, 1], many.upper[0, 1]] == [alone.lower, alone.upper]


def probability(first, second, method, level=0.95):
    return estimate_mann_whitney_probability(first, second, method=method, level=level)


@pytest.mark.parametrize("method", list(ProbabilityInterval))
def test_the_probability_counts_pairs(method):
    """Of 6 pairs the first is larger in 3, and 1 is tied."""
    assert float(probability([2, 4, 1], [1, 3], method).estimate) == pytest.approx(3.5 / 6)


def test_groups_apart_have_newcombes_interval_alone():
    answer = probability([5, 6, 7], [1, 2, 3], "mann-whitney-newcombe-5")
    assert float(answer.estimate) == float(answer.upper) == 1
    assert 0.4 < float(answer.lower) < 0.9
    for call in (
        lambda: probability([5, 6, 7], [1, 2, 3], "brunner-munzel"),
        lambda: probability([5, 5, 5], [5, 5], "brunner-munzel"),
        lambda: brunner_munzel_test([5, 6, 7], [1, 2, 3], alternative="greater"),
    ):
        with pytest.raises(StatisticsError, match="do not overlap or are all tied"):
            call()
    with pytest.raises(StatisticsError, match="two values or more"):
        probability([5], [1, 2, 3], "brunner-munzel")
    assert float(probability([5, 5, 5], [5, 5], "mann-whitney-newcombe-5").estimate) == 0.5


def test_brunner_munzel_agrees_with_scipy_on_each_side():
    rng = np.random.default_rng(2)
    first, second = rng.integers(0, 8, (5, 14)), rng.integers(1, 7, (5, 11))
    for alternative in ("two-sided", "greater", "less"):
        ours = brunner_munzel_test(first, second, alternative=alternative)
        theirs = stats.brunnermunzel(first, second, alternative=alternative, axis=-1)
        assert ours.statistic == pytest.approx(-theirs.statistic, rel=1e-10)
        assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-9)
