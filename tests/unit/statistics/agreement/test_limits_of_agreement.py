"""Limits of agreement: evident cases, many trials at once, every case without an answer."""

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.agreement.limits_of_agreement import LimitsInterval, estimate_limits_of_agreement

NAN = float("nan")
METHODS = list(LimitsInterval)


def limits(first, second, method, share=0.95, level=0.95):
    return estimate_limits_of_agreement(first, second, share=share, method=method, level=level)


@pytest.mark.parametrize("method", METHODS)
def test_equal_differences_have_no_width(method):
    answer = limits([3, 5, 9], [1, 3, 7], method)
    for part in (answer.difference, answer.lower_limit, answer.upper_limit):
        assert float(part.estimate) == float(part.lower) == float(part.upper) == 2


@pytest.mark.parametrize("method", METHODS)
def test_the_limits_lie_evenly_about_the_mean(method):
    answer = limits([3, 5, 9, 4], [1, 6, 7, 2], method)
    mean = float(answer.difference.estimate)
    for one, other in (("estimate", "estimate"), ("lower", "upper"), ("upper", "lower")):
        above, below = getattr(answer.upper_limit, one), getattr(answer.lower_limit, other)
        assert float(above) - mean == pytest.approx(mean - float(below))


def test_the_exact_interval_reaches_farther_out():
    approximate, exact = (limits([3, 5, 9, 4, 6], [1, 6, 7, 2, 2], method).upper_limit for method in METHODS)
    assert float(exact.upper) > float(approximate.upper)
    assert float(exact.lower) > float(approximate.lower)


@pytest.mark.parametrize("method", METHODS)
def test_trials_are_each_as_alone_and_a_subject_with_one_value_is_left_out(method):
    rng = np.random.default_rng(9)
    first, second = rng.normal(size=(2, 3, 7)), rng.normal(size=(3, 7))
    second[2, 4] = NAN
    many = limits(first, second, method)
    alone = limits(np.delete(first[1, 2], 4), np.delete(second[2], 4), method)
    for part in ("difference", "lower_limit", "upper_limit"):
        for field in ("estimate", "lower", "upper"):
            assert getattr(getattr(many, part), field)[1, 2] == pytest.approx(
                getattr(getattr(alone, part), field), rel=1e-10
            )


@pytest.mark.parametrize("method", METHODS)
def test_fewer_than_two_differences_have_no_limits(method):
    with pytest.raises(StatisticsError, match="two values or more"):
        limits([1.0], [2.0], method)
    with pytest.raises(StatisticsError, match="no values"):
        limits([1.0, NAN], [NAN, 2.0], method)
    many = limits([[1.0, 2.0, 5.0], [1.0, NAN, NAN]], [2.0, 2.0, 2.0], method)
    for part in (many.difference, many.lower_limit, many.upper_limit):
        assert np.isnan(part.upper).tolist() == [False, True]
        assert part.undefined.startswith("1 of 2")
    with pytest.raises(StatisticsError, match="infinite"):
        limits([1.0, float("inf")], [2.0, 1.0], method)
