"""Curves, quantiles, means and incidence: small cases by hand, cases without an answer, and many trials at once."""

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.time_to_event.cumulative_incidence import estimate_cumulative_incidence
from myotis.statistics.time_to_event.kaplan_meier import count_at_risk, estimate_survival, fit_kaplan_meier
from myotis.statistics.time_to_event.restricted_mean import (
    estimate_difference_of_restricted_means,
    estimate_ratio_of_restricted_means,
    estimate_restricted_mean,
    restricted_mean_test,
)
from myotis.statistics.time_to_event.survival_limits import SurvivalInterval
from myotis.statistics.time_to_event.survival_quantiles import estimate_survival_quantile

NAN, INF = float("nan"), float("inf")
SCALES = list(SurvivalInterval)
TIME, EVENT = [2, 4, 4, 6, 9], [1, 1, 0, 1, 0]
"""By hand: 4/5 at 2, 3/5 at 4 (the censored one is at risk), 3/10 at 6."""


def survival(time, event, at, method="log-log"):
    return estimate_survival(time, event, at, method=method, level=0.95)


def median(time, event, definition="midpoint", method="log-log"):
    answer = estimate_survival_quantile(time, event, 0.5, definition=definition, method=method, level=0.95)
    return [np.asarray(value).tolist() for value in (answer.estimate, answer.lower, answer.upper)]


def incidence(time, cause, at, of_cause=1, variance="greenwood"):
    return estimate_cumulative_incidence(
        time, cause, at, of_cause=of_cause, variance=variance, method="plain", level=0.95
    )


def test_a_curve_by_hand():
    answer = survival(TIME, EVENT, [0, 2, 3.9, 4, 8])
    assert answer.estimate == pytest.approx([1, 0.8, 0.8, 0.6, 0.3], rel=1e-15)
    assert answer.se[1] == pytest.approx((0.8 * 0.2 / 5) ** 0.5, rel=1e-14)
    curve = fit_kaplan_meier(TIME, EVENT, method="plain", level=0.95)
    assert curve.time.tolist() == [2, 4, 6, 9]
    assert curve.at_risk.tolist() == [5, 4, 2, 1]
    assert curve.events.tolist() == [1, 1, 1, 0]
    assert curve.censored.tolist() == [0, 1, 0, 1]
    assert count_at_risk(TIME, 4) == 4


@pytest.mark.parametrize("method", SCALES)
def test_limits_before_an_event_are_1_and_hold_the_curve_after(method):
    answer = survival(TIME, EVENT, [1, 2, 4, 6], method)
    assert answer.lower[0] == answer.upper[0] == 1
    assert ((answer.lower <= answer.estimate) & (answer.estimate <= answer.upper)).all()
    assert (answer.lower[1:] < answer.estimate[1:]).all()


@pytest.mark.parametrize("method", SCALES)
def test_a_curve_of_0_has_no_limits_and_says_so(method):
    answer = survival([3, 3, 3], [1, 1, 1], [2, 3, 99], method)
    assert answer.estimate.tolist() == [1, 0, 0]
    assert np.isnan(answer.lower).tolist() == np.isnan(answer.se).tolist() == [False, True, True]
    assert answer.undefined == "2 of 3: the curve is 0 there, where Greenwood's formula gives no limits"
    with pytest.raises(StatisticsError, match="Greenwood"):
        survival([3, 3, 3], [1, 1, 1], 3, method)
    assert fit_kaplan_meier([3, 3], [1, 1], method=method, level=0.95).survival.tolist() == [0]


def test_after_everyone_left_there_is_no_curve():
    with pytest.raises(StatisticsError, match="followed that long"):
        survival(TIME, EVENT, 10)
    answer = survival(TIME, EVENT, [9, 10])
    assert np.isnan(answer.estimate).tolist() == [False, True]
    assert answer.undefined.startswith("1 of 2: no subject was followed that long")


def test_events_at_time_0_count():
    answer = survival([0, 0, 5, 7], [1, 0, 0, 1], [0, 6])
    assert answer.estimate.tolist() == [0.75, 0.75]
    assert median([0, 0, 0, 7], [1, 1, 1, 0])[0] == 0
    assert float(estimate_restricted_mean([0, 0, 8, 8], [1, 1, 0, 0], 8, level=0.95).estimate) == 4


def test_one_subject():
    assert survival([5], [1], 4).estimate == 1
    assert median([5], [1]) == [5, 5, INF]
    assert median([5], [0]) == [INF, INF, INF]
    assert float(estimate_restricted_mean([5], [0], 5, level=0.95).estimate) == 5


def test_all_censored_has_a_flat_curve_and_no_median():
    answer = survival([4, 8, 9], [0, 0, 0], 8)
    assert (answer.estimate, answer.lower, answer.upper, answer.se) == (1, 1, 1, 0)
    assert median([4, 8, 9], [0, 0, 0]) == [INF, INF, INF]
    mean = estimate_restricted_mean([4, 8, 9], [0, 0, 0], 7, level=0.95)
    assert (mean.estimate, mean.lower, mean.upper, mean.se) == (7, 7, 7, 0)
    share = incidence([4, 8, 9], [0, 0, 0], 8)
    assert (share.estimate, share.lower, share.upper) == (0, 0, 0)


def test_a_curve_that_stays_at_the_level():
    """Half had the event at 4; the next has it at 6, or nobody has and the last is followed until 10."""
    for definition, expected in (("first", 4), ("midpoint", 5)):
        assert median([2, 4, 6, 8], [1, 1, 1, 1], definition)[0] == expected
    for definition, expected in (("first", 4), ("midpoint", 7)):
        assert median([2, 4, 10, 10], [1, 1, 0, 0], definition)[0] == expected


def test_a_level_is_met_although_products_are_rounded():
    """Seven of ten are left after three events; 0.9 x 8/9 x 7/8 is not 0.7 in floats, and the curve goes on at 6."""
    answer = estimate_survival_quantile(
        range(1, 11), [1, 1, 1, 0, 0, 1, 1, 1, 1, 1], 0.3, definition="midpoint", method="log", level=0.95
    )
    assert answer.estimate == 4.5


def test_many_trials_are_those_asked_one_by_one():
    rng = np.random.default_rng(5)
    time = np.ceil(rng.exponential(40, (3, 2, 20)))
    time[0, 1, 12:] = NAN
    event, arm = rng.integers(0, 2, (3, 2, 20)), np.arange(20) % 2
    cause = event * rng.integers(1, 3, event.shape)
    at = [5, 20]
    together = [
        survival(time, event, at).lower,
        incidence(time, cause, at).se,
        count_at_risk(time, at),
    ]
    means = [
        function(time, event, arm, 10, level=0.95)
        for function in (estimate_difference_of_restricted_means, estimate_ratio_of_restricted_means)
    ]
    medians = median(time, event)
    for trial in np.ndindex(3, 2):
        t, e, c = time[trial], event[trial], cause[trial]
        alone = [survival(t, e, at).lower, incidence(t, c, at).se, count_at_risk(t, at)]
        for one, all_of_them in zip(alone, together, strict=True):
            assert one == pytest.approx(all_of_them[trial], rel=1e-13)
        assert [value[trial[0]][trial[1]] for value in medians] == median(t, e)
        assert means[0].upper[trial] == estimate_difference_of_restricted_means(t, e, arm, 10, level=0.95).upper
        assert means[1].se[trial] == estimate_ratio_of_restricted_means(t, e, arm, 10, level=0.95).se


def test_a_subject_without_a_time_is_left_out():
    with_them = survival([2, NAN, 4, 4, 6, NAN, 9], [1, NAN, 1, 0, 1, 1, 0], [4, 8])
    assert with_them.upper.tolist() == survival(TIME, EVENT, [4, 8]).upper.tolist()


@pytest.mark.parametrize("nobody", [[], [NAN], [NAN, NAN]])
def test_without_subjects_there_is_no_answer(nobody):
    event = [0] * len(nobody)
    for ask in (
        lambda: survival(nobody, event, 3),
        lambda: median(nobody, event),
        lambda: incidence(nobody, event, 3),
        lambda: estimate_restricted_mean(nobody, event, 3, level=0.95),
        lambda: fit_kaplan_meier(nobody, event, method="log", level=0.95),
    ):
        with pytest.raises(StatisticsError, match="subject"):
            ask()
    assert count_at_risk(nobody, 3) == 0
    answer = estimate_survival_quantile([[NAN, NAN], [3, 4]], 1, 0.5, definition="first", method="log", level=0.95)
    assert np.isnan(answer.estimate).tolist() == [True, False]
    assert answer.undefined == "1 of 2: there are no subjects"


def test_restricted_mean_by_hand():
    """2 whole, 2 at 4/5, 2 at 3/5, and 1 at 3/10 until 7."""
    answer = estimate_restricted_mean(TIME, EVENT, 7, level=0.95)
    assert answer.estimate == pytest.approx(2 + 1.6 + 1.2 + 0.3, rel=1e-15)
    with pytest.raises(StatisticsError, match="until tau"):
        estimate_restricted_mean(TIME, EVENT, 10, level=0.95)
    assert estimate_restricted_mean([3, 3], [1, 1], 10, level=0.95).estimate == 3
    with pytest.raises(StatisticsError, match="tau is 0"):
        estimate_restricted_mean(TIME, EVENT, 0, level=0.95)


def test_restricted_means_without_an_answer():
    both = ([4, 8, 4, 8], [0, 0, 0, 0], [0, 0, 1, 1], 4)
    assert estimate_difference_of_restricted_means(*both, level=0.95).estimate == 0
    with pytest.raises(StatisticsError, match="without error"):
        restricted_mean_test(*both)
    with pytest.raises(StatisticsError, match="mean of 0"):
        estimate_ratio_of_restricted_means([0, 0, 4, 8], [1, 1, 0, 0], [0, 0, 1, 1], 4, level=0.95)
    with pytest.raises(StatisticsError, match="no subjects"):
        estimate_difference_of_restricted_means([4, 8], [1, 1], [1, 1], 4, level=0.95)


def test_incidence_by_hand():
    """Of four, one improves at 1; one is rescued at 2; one of two left improves at 3."""
    answer = incidence([1, 2, 3, 5], [1, 2, 1, 0], [0.5, 1, 4])
    assert answer.estimate.tolist() == [0, 0.25, 0.5]
    assert answer.se[2] == pytest.approx(0.25, rel=1e-14)  # nobody is censored before: sqrt(0.5 x 0.5 / 4)
    assert incidence([1, 2, 3, 5], [1, 2, 1, 0], 4, of_cause=2).estimate == 0.25
    with pytest.raises(StatisticsError, match="all subjects had the event"):
        incidence([1, 2], [1, 1], 2)
    assert incidence([1, 2], [1, 1], [2]).estimate.tolist() == [1]


@pytest.mark.parametrize("variance", ["greenwood", "aalen"])
def test_incidence_with_one_left_warns_of_nothing(variance):
    answer = incidence([1, 2, 3], [1, 2, 1], [3, 9], variance=variance)
    assert answer.estimate == pytest.approx(2 / 3)
    assert np.isfinite(answer.se).all()


@pytest.mark.parametrize(
    ("time", "event", "match"),
    [
        ([-1, 2], [1, 1], "negative or infinite"),
        ([INF, 2], [1, 1], "negative or infinite"),
        ([1, 2], [1, 2], "event"),
        ([1, 2], [1, NAN], "a time but no event"),
        ([1, 2], [1, 1, 1], "do not go together"),
        (3, 1, "single number"),
    ],
)
def test_what_cannot_be_times_and_events_is_refused(time, event, match):
    with pytest.raises(StatisticsError, match=match):
        survival(time, event, 1)


def test_what_cannot_be_asked_is_refused():
    with pytest.raises(StatisticsError, match="time point"):
        survival(TIME, EVENT, [[1], [2]])
    with pytest.raises(StatisticsError, match="time point"):
        survival(TIME, EVENT, -1)
    with pytest.raises(StatisticsError, match="the share is 50"):
        estimate_survival_quantile(TIME, EVENT, 50, definition="first", method="log", level=0.95)
    with pytest.raises(StatisticsError, match="the confidence level is 95"):
        estimate_survival(TIME, EVENT, 3, method="log", level=95)
    with pytest.raises(StatisticsError, match="whole numbers"):
        incidence(TIME, [0, 1.5, 0, 0, 0], 3)
    with pytest.raises(StatisticsError, match="one group"):
        fit_kaplan_meier([TIME], [EVENT], method="log", level=0.95)
    with pytest.raises(StatisticsError, match="another arm"):
        restricted_mean_test([1, 2], [1, 1], [1, 2], 1)
