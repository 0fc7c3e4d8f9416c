"""What must hold of every interval of a difference of proportions, whatever the counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myotis.statistics.proportions.difference import DifferenceInterval, estimate_difference_of_proportions

group = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
methods = st.sampled_from(DifferenceInterval)
SLACK = 1e-12


def limits(first, second, method, level=0.95):
    answer = estimate_difference_of_proportions(*first, *second, method=method, level=level)
    return float(answer.estimate), float(answer.lower), float(answer.upper)


@settings(max_examples=100, deadline=None)
@given(group, group, methods)
def test_limits_are_differences(first, second, method):
    _, lower, upper = limits(first, second, method)
    assert -1 <= lower <= upper <= 1


@settings(max_examples=100, deadline=None)
@given(group, group, methods.filter(lambda method: method is not DifferenceInterval.AGRESTI_CAFFO))
def test_the_estimate_lies_inside(first, second, method):
    """Not so for Agresti and Caffo, whose interval lies around another center."""
    estimate, lower, upper = limits(first, second, method)
    assert lower - SLACK <= estimate <= upper + SLACK


@settings(max_examples=100, deadline=None)
@given(group, group, methods)
def test_counting_those_without_a_response_turns_the_interval_round(first, second, method):
    _, lower, upper = limits(first, second, method)
    (x1, n1), (x2, n2) = first, second
    _, other_lower, other_upper = limits((n1 - x1, n1), (n2 - x2, n2), method)
    assert (lower, upper) == pytest.approx((-other_upper, -other_lower), abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(group, group, methods, st.floats(0.5, 0.98))
def test_more_confidence_is_no_narrower(first, second, method, level):
    _, lower, upper = limits(first, second, method, level)
    _, wider_lower, wider_upper = limits(first, second, method, level + 0.01)
    assert wider_lower <= lower + SLACK
    assert upper <= wider_upper + SLACK


@settings(max_examples=100, deadline=None)
@given(group, group)
def test_miettinen_nurminen_is_no_narrower_than_mee(first, second):
    _, lower, upper = limits(first, second, DifferenceInterval.MEE)
    _, wider_lower, wider_upper = limits(first, second, DifferenceInterval.MIETTINEN_NURMINEN)
    assert wider_lower <= lower + 1e-9
    assert upper <= wider_upper + 1e-9


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(group, group), min_size=1, max_size=20), methods)
def test_many_trials_are_one_after_the_other(trials, method):
    x1, n1, x2, n2 = np.array([(*first, *second) for first, second in trials]).T
    many = estimate_difference_of_proportions(x1, n1, x2, n2, method=method, level=0.95)
    ones = np.array([limits(first, second, method) for first, second in trials]).T
    np.testing.assert_allclose([many.estimate, many.lower, many.upper], ones, rtol=0, atol=1e-14)
