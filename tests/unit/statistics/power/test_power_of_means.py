"""Power of means: Welch's and Student's tests carried out on drawn trials, and analysis of covariance."""

import numpy as np
import pytest
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.continuous.means import Summary, difference_of_means_test
from myotis.statistics.power.means import TwoMeans

TWO_SIDED = {"alpha": 0.05, "alternative": "two-sided"}
TRIALS = 40_000


@pytest.mark.parametrize("test", ["t-pooled", "t-welch"])
@pytest.mark.parametrize(("difference", "n1", "n2"), [(9, 10, 25), (0, 25, 10)])
def test_power_is_how_often_the_test_rejects_drawn_trials(test, difference, n1, n2):
    rng = np.random.default_rng(20261129)
    first, second = rng.normal(difference, 12, (TRIALS, n1)), rng.normal(0, 7, (TRIALS, n2))
    summaries = [Summary(x.mean(axis=1), x.std(axis=1, ddof=1), x.shape[1]) for x in (first, second)]
    rejected = np.mean(difference_of_means_test(*summaries, method=test).p_value <= 0.05)
    power = TwoMeans(difference=difference, sd1=12, sd2=7, test=test, **TWO_SIDED).compute_power(n1, n2)
    assert power == pytest.approx(rejected, abs=4 * np.sqrt(power * (1 - power) / TRIALS))


def test_a_covariate_counts_as_a_smaller_standard_deviation_and_one_degree_of_freedom():
    adjusted = TwoMeans(difference=8, sd1=15, sd2=15, correlation=0.6, test="ancova-t", **TWO_SIDED)
    plain = TwoMeans(difference=8, sd1=12, sd2=12, test="t-pooled", **TWO_SIDED)
    assert adjusted.compute_power(40, 40) < plain.compute_power(40, 40) < adjusted.compute_power(41, 41)


def test_power_of_alpha_where_nothing_differs():
    for test in ("t-pooled", "z"):
        assumed = TwoMeans(difference=3, margin=3, sd1=9, sd2=9, test=test, **TWO_SIDED)
        assert assumed.compute_power(12, 20) == pytest.approx(0.05, abs=1e-12)


@pytest.mark.parametrize("difference", [200.0, -200.0])
def test_power_of_an_enormous_effect_is_a_number(difference):
    assumed = TwoMeans(difference=difference, sd1=9, sd2=9, test="t-pooled", **TWO_SIDED)
    assert [assumed.compute_power(n, n) for n in (5, 50, 500_000)] == pytest.approx([1, 1, 1], abs=1e-9)


def test_many_subjects_make_the_t_test_normal():
    assumed = TwoMeans(difference=1, sd1=30, sd2=10, test="t-welch", **TWO_SIDED)
    se = np.sqrt(30**2 / 4000 + 10**2 / 6000)
    expected = special.ndtr(1 / se - 1.959964) + special.ndtr(-1 / se - 1.959964)
    assert assumed.compute_power(4000, 6000) == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize(("test", "sizes"), [("t-pooled", (1, 5)), ("t-welch", (5, 1)), ("ancova-t", (2, 1))])
def test_too_few_subjects_can_not_reject(test, sizes):
    correlation = 0.5 if test == "ancova-t" else None
    assumed = TwoMeans(difference=9, sd1=1, sd2=1, test=test, correlation=correlation, **TWO_SIDED)
    assert assumed.compute_power(*sizes) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"sd1": 0.0},
        {"difference": float("nan")},
        {"correlation": 0.5},
        {"test": "ancova-t"},
        {"test": "ancova-t", "correlation": 1.0},
        {"test": "ancova-t", "correlation": 0.5, "sd2": 2.0},
    ],
)
def test_what_can_not_be_assumed_is_an_error(wrong):
    with pytest.raises(StatisticsError):
        TwoMeans(**{"difference": 1.0, "sd1": 1.0, "sd2": 1.0, "test": "z", **TWO_SIDED} | wrong)
