"""Intervals of one proportion: by hand at 0 of n and n of n, and by the meaning of each."""

import numpy as np
import pytest
from scipy.stats import binom

from myotis.statistics.proportions.one import ProportionInterval, estimate_proportion


@pytest.mark.parametrize("method", ProportionInterval)
def test_counting_those_without_turns_the_interval_round(method):
    x = np.arange(13)
    with_event = estimate_proportion(x, 12, method=method, level=0.9)
    without = estimate_proportion(12 - x, 12, method=method, level=0.9)
    np.testing.assert_allclose(with_event.lower, 1 - without.upper, rtol=0, atol=1e-12)


@pytest.mark.parametrize("method", sorted(set(ProportionInterval) - {ProportionInterval.WALD, "wald-corrected"}))
def test_0_of_n_begins_at_0_and_has_width(method):
    answer = estimate_proportion(0, 12, method=method, level=0.95)
    assert answer.lower == pytest.approx(0, abs=1e-15)
    assert 0.15 < answer.upper < 0.35


def test_none_of_n_by_hand():
    """(1 - p)^12 is 0.025 at the exact limit, and half of it is at that of mid-P."""
    exact = estimate_proportion(0, 12, method="clopper-pearson", level=0.95)
    mid_p = estimate_proportion(0, 12, method="mid-p", level=0.95)
    assert exact.upper == pytest.approx(1 - 0.025 ** (1 / 12), rel=1e-12)
    assert mid_p.upper == pytest.approx(1 - 0.05 ** (1 / 12), rel=1e-12)
    assert estimate_proportion(0, 12, method="wald-corrected", level=0.95).upper == pytest.approx(1 / 24)


@pytest.mark.parametrize(("x", "n"), [(1, 9), (37, 47), (250, 500)])
def test_each_tail_beyond_a_mid_p_limit_is_half_of_alpha(x, n):
    answer = estimate_proportion(x, n, method="mid-p", level=0.95)
    assert binom.sf(x, n, answer.lower) + binom.pmf(x, n, answer.lower) / 2 == pytest.approx(0.025, abs=1e-10)
    assert binom.cdf(x - 1, n, answer.upper) + binom.pmf(x, n, answer.upper) / 2 == pytest.approx(0.025, abs=1e-10)


def test_mid_p_lies_inside_clopper_pearson():
    x = np.arange(48)
    exact = estimate_proportion(x, 47, method="clopper-pearson", level=0.95)
    mid_p = estimate_proportion(x, 47, method="mid-p", level=0.95)
    assert (exact.lower <= mid_p.lower).all()
    assert (mid_p.upper <= exact.upper).all()
