"""Rates, their differences and ratios: cases with evident answers, and every case without one."""

import numpy as np
import pytest
from scipy import stats

from myotis.errors import StatisticsError
from myotis.statistics.rates.difference import RateDifferenceInterval, estimate_difference_of_rates
from myotis.statistics.rates.one import RateInterval, estimate_rate
from myotis.statistics.rates.ratio import RateRatioInterval, estimate_ratio_of_rates
from myotis.statistics.rates.ratio_tests import RateRatioTest, ratio_of_rates_test
from myotis.statistics.rates.stratified import (
    estimate_stratified_difference_of_rates,
    estimate_stratified_ratio_of_rates,
)
from myotis.statistics.rates.subjects import dispersion_test, estimate_rate_of_subjects

NAN, INF = float("nan"), float("inf")
RATES, DIFFERENCES, RATIOS, TESTS = map(list, (RateInterval, RateDifferenceInterval, RateRatioInterval, RateRatioTest))


def rate(x, t, method="exact", level=0.95):
    return estimate_rate(x, t, method=method, level=level)


def difference(*groups, method="miettinen-nurminen", level=0.95):
    return estimate_difference_of_rates(*groups, method=method, level=level)


def ratio(*groups, method="exact", level=0.95):
    return estimate_ratio_of_rates(*groups, method=method, level=level)


def test_exact_limits_leave_half_of_the_rest_in_each_tail():
    answer = rate(8, 664)
    assert stats.poisson.sf(7, answer.lower * 664) == pytest.approx(0.025, rel=1e-9)
    assert stats.poisson.cdf(8, answer.upper * 664) == pytest.approx(0.025, rel=1e-9)


def test_no_events_have_an_upper_limit():
    """The rule of three: none in 100 is at most 3 in 100, one-sided."""
    assert float(rate(0, 100, level=0.9).upper) * 100 == pytest.approx(-np.log(0.05), rel=1e-12)
    for method in RATES:
        if method is RateInterval.LOG_WALD:
            with pytest.raises(StatisticsError, match="no logarithm"):
                rate(0, 100, method)
            continue
        answer = rate(0, 100, method)
        assert answer.estimate == answer.lower == 0
        assert (answer.upper > 0) == (method is not RateInterval.WALD)


@pytest.mark.parametrize("method", RATES)
def test_a_rate_is_per_what_was_asked_for(method):
    plain = rate([3, 8], [20, 664], method)
    per_1000 = estimate_rate([3, 8], [20, 664], method=method, level=0.95, per=1000)
    for part in ("estimate", "lower", "upper"):
        assert getattr(per_1000, part) == pytest.approx(1000 * getattr(plain, part), rel=1e-12)
    assert (plain.lower < plain.estimate).all()
    assert (plain.estimate < plain.upper).all()


@pytest.mark.parametrize("method", RATES)
def test_no_exposure_has_no_rate(method):
    with pytest.raises(StatisticsError, match="without exposure"):
        rate(0, 0, method)
    answer = rate([2, 0], [10, 0], method)
    assert np.isnan(answer.upper).tolist() == [False, True]
    assert answer.undefined == "1 of 2: a group without exposure has no rate"


@pytest.mark.parametrize(("x", "t"), [(-1, 5), (1.5, 5), (1, 0), (1, -2), (NAN, 5), (1, NAN), (INF, 5), (1, INF)])
def test_what_cannot_be_events_in_an_exposure_is_refused(x, t):
    for ask in (
        lambda: rate(x, t),
        lambda: difference(x, t, 1, 5),
        lambda: ratio(1, 5, x, t),
        lambda: ratio_of_rates_test(x, t, 1, 5, method="score"),
    ):
        with pytest.raises(StatisticsError, match="no events in an exposure"):
            ask()


@pytest.mark.parametrize("method", DIFFERENCES)
def test_differences_without_events_or_exposure(method):
    answer = difference(0, 30, 0, 30, method=method)
    assert answer.estimate == 0
    if method is RateDifferenceInterval.WALD:
        assert answer.lower == answer.upper == 0
    else:
        assert answer.upper == pytest.approx(-float(answer.lower), rel=1e-9)
        assert answer.upper > 0.05
    with pytest.raises(StatisticsError, match="without exposure"):
        difference(0, 0, 4, 30, method=method)
    many = difference([4, 0], [30, 0], 2, 30, method=method)
    assert np.isnan(many.lower).tolist() == [False, True]
    assert many.undefined.startswith("1 of 2")


def test_the_score_limit_without_events_by_hand():
    """With none in either group the rate of group 1 is the difference: its score is -z where it is z squared over t."""
    z = stats.norm.ppf(0.975)
    answer = difference(0, 40, 0, 25)
    assert [float(answer.lower), float(answer.upper)] == pytest.approx([-(z**2) / 25, z**2 / 40], rel=1e-9)


@pytest.mark.parametrize("method", RATIOS)
def test_ratios_with_a_group_without_events(method):
    if method is RateRatioInterval.LOG_WALD:
        with pytest.raises(StatisticsError, match="without a logarithm"):
            ratio(0, 30, 4, 30, method=method)
        return
    none, all_of_them = ratio(0, 30, 4, 20, method=method), ratio(4, 20, 0, 30, method=method)
    assert none.estimate == none.lower == 0
    assert all_of_them.estimate == all_of_them.upper == INF
    assert none.upper == pytest.approx(1 / float(all_of_them.lower), rel=1e-9)


@pytest.mark.parametrize("method", RATIOS)
def test_ratios_without_an_answer(method):
    with pytest.raises(StatisticsError, match="neither group has an event"):
        ratio(0, 30, 0, 30, method=method)
    with pytest.raises(StatisticsError, match="without exposure"):
        ratio(0, 0, 3, 30, method=method)
    many = ratio([4, 0, 0], [30, 30, 0], [2, 0, 3], 30, method=method)
    assert np.isnan(many.estimate).tolist() == [False, True, True]
    assert many.undefined.startswith("1 of 3: a group without exposure has no rate; 1 of 3: neither group")


@pytest.mark.parametrize("method", TESTS)
def test_tests_of_a_ratio(method):
    same = ratio_of_rates_test(5, 40, 5, 40, method=method)
    assert same.p_value == pytest.approx(1)
    doubled = ratio_of_rates_test(20, 80, 5, 40, method=method, ratio=2)
    assert doubled.p_value > 0.95
    with pytest.raises(StatisticsError, match="neither group has an event"):
        ratio_of_rates_test(0, 40, 0, 40, method=method)
    with pytest.raises(StatisticsError, match="the ratio tested is 0"):
        ratio_of_rates_test(5, 40, 5, 40, method=method, ratio=0)
    many = ratio_of_rates_test([20, 0], 40, [5, 0], 40, method=method)
    assert many.p_value[0] < 0.01
    assert np.isnan(many.p_value[1])


@pytest.mark.parametrize("method", TESTS)
def test_one_sided_tests_of_a_ratio_by_the_binomial(method):
    more = ratio_of_rates_test(9, 40, 3, 40, method=method, alternative="greater").p_value
    less = ratio_of_rates_test(9, 40, 3, 40, method=method, alternative="less").p_value
    if method in (RateRatioTest.EXACT_CENTRAL, RateRatioTest.EXACT_MINLIKE):
        assert more == pytest.approx(stats.binom.sf(8, 12, 0.5), rel=1e-12)
        assert less == pytest.approx(stats.binom.cdf(9, 12, 0.5), rel=1e-12)
    else:
        assert more + less == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize(("interval", "test"), [("exact", "exact-central"), ("mid-p", "mid-p"), ("score", "score")])
def test_a_limit_is_the_ratio_that_its_test_would_just_reject(interval, test):
    answer = ratio(9, 40, 3, 31, method=interval)
    for limit in (answer.lower, answer.upper):
        assert ratio_of_rates_test(9, 40, 3, 31, method=test, ratio=limit).p_value == pytest.approx(0.05, rel=1e-6)


def test_one_stratum_is_no_stratum():
    answer = estimate_stratified_difference_of_rates([[12, 4]], [[410.5, 398.2]], level=0.95, per=100)
    plain = estimate_difference_of_rates(12, 410.5, 4, 398.2, method="wald", level=0.95, per=100)
    assert [float(answer.lower), float(answer.upper)] == pytest.approx([float(plain.lower), float(plain.upper)])
    answer = estimate_stratified_ratio_of_rates([[12, 4]], [[410.5, 398.2]], level=0.95)
    plain = ratio(12, 410.5, 4, 398.2, method="log-wald")
    assert [float(answer.lower), float(answer.upper)] == pytest.approx([float(plain.lower), float(plain.upper)])


def test_strata_that_say_nothing_weigh_nothing():
    strata, time = [[5, 2], [8, 3]], [[12, 11], [6, 6]]
    for function in (estimate_stratified_difference_of_rates, estimate_stratified_ratio_of_rates):
        with_it = function([*strata, [4, 0], [0, 0]], [*time, [9, 0], [0, 0]], level=0.95)
        assert float(with_it.upper) == float(function(strata, time, level=0.95).upper)
        with pytest.raises(StatisticsError, match="no stratum has exposure of both"):
            function([[4, 0]], [[9, 0]], level=0.95)
        with pytest.raises(StatisticsError, match="2 groups"):
            function([4, 1, 2], [9, 3, 3], level=0.95)
        many = function([strata, [[1, 0], [0, 0]]], [time, [[4, 0], [0, 3]]], level=0.95)
        assert np.isnan(many.estimate).tolist() == [False, True]
    with pytest.raises(StatisticsError, match="a group has no events"):
        estimate_stratified_ratio_of_rates([[4, 0]], [[9, 3]], level=0.95)
    none = estimate_stratified_difference_of_rates([[0, 0]], [[9, 3]], level=0.95)
    assert none.estimate == none.lower == none.upper == 0


def test_events_that_cluster_widen_the_interval():
    events, exposure = [0] * 18 + [20, 30], [6.0] * 20
    together = estimate_rate(50, 120, method="log-wald", level=0.95)
    by_subject = estimate_rate_of_subjects(events, exposure, level=0.95)
    assert by_subject.estimate == pytest.approx(float(together.estimate))
    assert by_subject.upper / by_subject.lower > 5 * together.upper / together.lower
    test = dispersion_test(events, exposure)
    assert test.df == 19
    assert test.p_value < 1e-6
    even = dispersion_test([3] * 10, [6] * 10)
    assert even.statistic == 0
    assert even.p_value == 1


@pytest.mark.parametrize(("events", "exposure"), [([3], [6]), ([3, 0], [6, 0]), ([0, 0, 0], [6, 6, 6]), ([], [])])
def test_too_few_subjects_or_events(events, exposure):
    for ask in (
        lambda: estimate_rate_of_subjects(events, exposure, level=0.95),
        lambda: dispersion_test(events, exposure),
    ):
        with pytest.raises(StatisticsError, match="fewer than two"):
            ask()
    with pytest.raises(StatisticsError, match="single number"):
        dispersion_test(3, 6)
    many = dispersion_test([[3, 1], [0, 0]], [6, 6])
    assert np.isnan(many.p_value).tolist() == [False, True]
