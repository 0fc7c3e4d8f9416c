"""What must hold of every interval of a ratio and of an odds ratio, whatever the counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myotis.statistics.proportions.odds_ratio import OddsRatioInterval, estimate_odds_ratio
from myotis.statistics.proportions.ratio import RatioInterval, estimate_ratio_of_proportions

group = st.integers(2, 2000).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n)))
methods = st.sampled_from(
    [(estimate_ratio_of_proportions, method) for method in RatioInterval]
    + [(estimate_odds_ratio, method) for method in OddsRatioInterval]
)
levels = st.floats(0.8, 0.98)


def limits(first, second, method, level=0.95):
    estimate, name = method
    answer = estimate(*first, *second, method=name, level=level)
    return float(answer.estimate), float(answer.lower), float(answer.upper)


@settings(max_examples=100, deadline=None)
@given(group, group, methods)
def test_exchanging_the_groups_inverts_the_interval(first, second, method):
    estimate, lower, upper = limits(first, second, method)
    other, other_lower, other_upper = limits(second, first, method)
    assert (estimate, lower, upper) == pytest.approx((1 / other, 1 / other_upper, 1 / other_lower), rel=1e-8)


@settings(max_examples=100, deadline=None)
@given(group, group, methods, levels)
def test_more_confidence_is_no_narrower(first, second, method, level):
    _, lower, upper = limits(first, second, method, level)
    _, wider_lower, wider_upper = limits(first, second, method, level + 0.01)
    assert wider_lower <= lower * (1 + 1e-9)
    assert upper <= wider_upper * (1 + 1e-9)


@settings(max_examples=100, deadline=None)
@given(group, group, methods.filter(lambda method: method[1] != "woolf-plus-half"))
def test_the_estimate_lies_inside(first, second, method):
    estimate, lower, upper = limits(first, second, method)
    assert 0 <= lower <= estimate * (1 + 1e-9)
    assert estimate <= upper * (1 + 1e-9)


@settings(max_examples=50, deadline=None)
@given(group, group)
def test_the_exact_interval_holds_that_of_mid_p(first, second):
    _, lower, upper = limits(first, second, (estimate_odds_ratio, "exact-conditional"))
    _, inner_lower, inner_upper = limits(first, second, (estimate_odds_ratio, "mid-p-conditional"))
    assert lower <= inner_lower * (1 + 1e-9)
    assert inner_upper <= upper * (1 + 1e-9)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(group, group), min_size=1, max_size=20), methods)
def test_many_trials_are_one_after_the_other(trials, method):
    estimate, name = method
    x1, n1, x2, n2 = np.array([(*first, *second) for first, second in trials]).T
    many = estimate(x1, n1, x2, n2, method=name, level=0.95)
    ones = np.array([limits(first, second, method) for first, second in trials]).T
    np.testing.assert_allclose([many.estimate, many.lower, many.upper], ones, rtol=1e-10)
