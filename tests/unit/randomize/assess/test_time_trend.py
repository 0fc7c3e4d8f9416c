"""The type I error under time trends: known cases, integration, drawn lists (randomizeR: tests/independent/r)."""

import numpy as np
import pytest
from scipy import integrate, stats

from myotis.randomize.assess import time_trend as module
from myotis.randomize.assess.time_trend import SHAPES, TimeTrend, compute_error_rate, compute_list_error_rate
from myotis.randomize.bits import SeededBits
from myotis.randomize.procedures.permuted_blocks import PermutedBlocks
from myotis.randomize.procedures.simple import Simple

EQUAL = {"a": 1, "b": 1}


def test_trends_by_hand():
    assert TimeTrend(shape="linear", size=2.0).list_means(5).tolist() == [0, 0.5, 1, 1.5, 2]
    assert TimeTrend(shape="stepwise", size=2.0, step_after=3).list_means(5).tolist() == [0, 0, 0, 2, 2]
    assert TimeTrend(shape="logarithmic", size=2.0).list_means(4) == pytest.approx([0, 1, np.log(3) / np.log(2), 2])
    for shape in ("linear", "logarithmic"):
        assert TimeTrend(shape=shape, size=2.0).list_means(1).tolist() == [0]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_without_a_trend_the_test_has_its_level(shape, alpha):
    trend = TimeTrend(shape=shape, size=0.0, step_after=2)
    assert compute_list_error_rate(list("aabbab"), "a", trend, alpha=alpha).rate == pytest.approx(alpha)


def test_a_step_between_the_arms_is_an_effect():
    # All of one arm first: the step is a difference of the arms, and nothing else, so the power of the t-test.
    arms, size = ["a"] * 6 + ["b"] * 6, 1.3
    rate = compute_list_error_rate(arms, "a", TimeTrend(shape="stepwise", size=size, step_after=6), alpha=0.05).rate
    limit, noncentrality = stats.t.isf(0.025, 10), size * np.sqrt(3)
    power = stats.nct.sf(limit, 10, noncentrality) + stats.nct.cdf(-limit, 10, noncentrality)
    assert rate == pytest.approx(power, abs=1e-10)


@pytest.mark.parametrize("shape", SHAPES)
def test_any_list_by_integration(shape):
    # T**2 = X / (Y / df) with X noncentral chi-square (1), Y noncentral chi-square (df): integrate over Y.
    arms = np.array(list("aababbbaba"))
    trend = TimeTrend(shape=shape, size=2.0, step_after=4)
    means = trend.list_means(10)
    groups = [means[arms == arm] for arm in "ab"]
    between = (groups[0].mean() - groups[1].mean()) ** 2 * 2.5
    within = sum(((group - group.mean()) ** 2).sum() for group in groups)
    limit = stats.t.isf(0.025, 8) ** 2

    def integrand(y):
        return stats.ncx2.sf(limit * y / 8, 1, between) * stats.ncx2.pdf(y, 8, within)

    expected, _ = integrate.quad(integrand, 0, 150, epsabs=1e-12, limit=200)
    assert compute_list_error_rate(list(arms), "a", trend, alpha=0.05).rate == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("arms", [["a"], ["a", "b"], ["a", "a", "a", "a"], ["b", "b", "b"]])
def test_what_can_not_be_tested_is_not_rejected(arms):
    assert compute_list_error_rate(arms, "a", TimeTrend(shape="linear", size=1.0), alpha=0.05).rate == 0


@pytest.mark.parametrize("shape", SHAPES)
def test_drawn_lists_come_near_all_lists(monkeypatch, shape):
    trend = TimeTrend(shape=shape, size=1.5, step_after=5)
    how = {"alpha": 0.05, "generator": SeededBits(b"near"), "draws": 500}
    exact = compute_error_rate(Simple(), EQUAL, 12, trend, **how)
    monkeypatch.setattr(module, "MOST_WAYS", 3)
    drawn = compute_error_rate(Simple(), EQUAL, 12, trend, **how)
    assert (exact.draws, exact.mc_error, drawn.draws) == (None, 0, 500)
    assert 0 < drawn.mc_error < 0.005
    assert abs(drawn.rate - exact.rate) < 4 * drawn.mc_error


def test_small_blocks_make_the_test_conservative():
    # Balance over time takes the trend out of the difference and leaves it in the variance.
    trend = TimeTrend(shape="linear", size=2.0)
    how = {"alpha": 0.05, "generator": SeededBits(b""), "draws": 2}
    rates = [
        compute_error_rate(PermutedBlocks(block_sizes=(size,)), EQUAL, 24, trend, **how).rate for size in (2, 4, 24)
    ]
    assert rates == sorted(rates)
    assert rates[1] < 0.03
    assert rates[2] == pytest.approx(0.05, abs=0.002)
