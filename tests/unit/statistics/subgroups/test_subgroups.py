"""Tests of subgroups: evident cases, many trials at once, every case without an answer."""

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.subgroups.heterogeneity import heterogeneity_of_proportions_test, heterogeneity_test
from myotis.statistics.subgroups.qualitative_interaction import gail_simon_test

NAN = float("nan")
TESTS = (heterogeneity_test, gail_simon_test)


def test_two_subgroups_are_a_z_test_of_their_difference():
    """(5 - 1) / sqrt(3^2 + 4^2) = 0.8, and its square is Q."""
    answer = heterogeneity_test([5, 1], [3, 4])
    assert float(answer.statistic) == pytest.approx(0.64)
    assert float(answer.p_value) == pytest.approx(0.4237, abs=5e-5)


def test_equal_effects_have_no_heterogeneity_and_one_side_no_qualitative_interaction():
    assert float(heterogeneity_test([2, 2, 2], [1, 3, 0.5]).p_value) == pytest.approx(1)
    for side in (1, -1):
        answer = gail_simon_test([side * 2, side * 0.1, 0], [1, 3, 0.5])
        assert (float(answer.statistic), float(answer.p_value)) == (0, 1)


def test_effects_that_are_opposed_are_tested_by_the_weaker_side():
    """(1 / 0.5)^2 on one side, (-9 / 1)^2 on the other; with two subgroups p is half of chi-square's."""
    answer = gail_simon_test([1, -9], [0.5, 1])
    assert float(answer.statistic) == 4
    assert float(answer.p_value) == pytest.approx(0.0455 / 2, abs=5e-5)


@pytest.mark.parametrize("test", TESTS)
def test_trials_are_each_as_alone_and_a_subgroup_without_an_estimate_is_left_out(test):
    rng = np.random.default_rng(3)
    estimate, se = rng.normal(size=(2, 3, 4)), rng.uniform(0.2, 2, (3, 4))
    estimate[1, 2, 1] = NAN
    se[0, 3] = NAN
    many = test(estimate, se)
    assert many.p_value[1, 2] == pytest.approx(test(np.delete(estimate[1, 2], 1), np.delete(se[2], 1)).p_value)
    assert many.p_value[1, 0] == pytest.approx(test(estimate[1, 0, :3], se[0, :3]).p_value)


@pytest.mark.parametrize("test", TESTS)
def test_what_has_no_answer(test):
    for estimate in ([1.0], [1.0, NAN], [NAN, NAN], []):
        with pytest.raises(StatisticsError, match="fewer than two subgroups"):
            test(estimate, np.ones(len(estimate)))
    with pytest.raises(StatisticsError, match="standard error 0"):
        test([1.0, 2.0], [0.0, 1.0])
    many = test([[1.0, -2.0], [1.0, NAN]], [1.0, 1.0])
    assert np.isnan(many.p_value).tolist() == [False, True]
    assert many.undefined.startswith("1 of 2")


@pytest.mark.parametrize(("estimate", "se"), [(1.0, 1.0), ([1.0, 2.0], [-1.0, 1.0]), ([1.0, float("inf")], [1.0, 1.0])])
def test_what_are_no_effects_is_refused(estimate, se):
    for test in TESTS:
        with pytest.raises(StatisticsError, match="expected estimates"):
            test(estimate, se)


def test_proportions_leave_an_empty_arm_out():
    with_empty = heterogeneity_of_proportions_test([3, 4, 2], [9, 9, 7], [1, 5, 0], [8, 9, 0])
    without = heterogeneity_of_proportions_test([3, 4], [9, 9], [1, 5], [8, 9])
    assert float(with_empty.p_value) == pytest.approx(float(without.p_value))
    assert int(with_empty.df) == 1
    with pytest.raises(StatisticsError, match="standard error 0"):
        heterogeneity_of_proportions_test([3, 9], [9, 9], [1, 0], [8, 9])
