"""Log-rank tests and Cox models: small cases by hand, and every case without an answer."""

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.time_to_event.cox import fit_cox
from myotis.statistics.time_to_event.gray import gray_test
from myotis.statistics.time_to_event.hazard_ratio import estimate_hazard_ratio
from myotis.statistics.time_to_event.log_rank import LogRankWeight, log_rank_test
from myotis.statistics.time_to_event.partial_likelihood import Ties

NAN, INF = float("nan"), float("inf")
WALD, PROFILE = "wald", "profile-likelihood"


def ratio(time, event, arm, method=WALD, ties="efron", **more):
    return estimate_hazard_ratio(time, event, arm, ties=ties, method=method, level=0.95, **more)


def test_a_log_rank_test_by_hand():
    """Arm 1 at 1 and 3, arm 0 at 2 and 4: expected 1/2 + 1/3 + 1/2, variance 1/4 + 2/9 + 1/4."""
    answer = log_rank_test([1, 2, 3, 4], [1, 1, 1, 1], [1, 0, 1, 0], weight="log-rank")
    assert answer.observed.tolist() == [2, 2]
    assert answer.expected == pytest.approx([4 - 4 / 3, 4 / 3], rel=1e-14)
    assert answer.covariance[1, 1] == pytest.approx(13 / 18, rel=1e-14)
    assert answer.test.statistic == pytest.approx((2 / 3) ** 2 / (13 / 18), rel=1e-14)
    assert answer.test.df == 1


def test_gehan_counts_pairs():
    """With no ties and no censoring Gehan's sum is the difference of the Mann-Whitney counts."""
    answer = log_rank_test([1, 2, 3, 4], [1, 1, 1, 1], [1, 0, 1, 0], weight="gehan")
    assert answer.observed[1] - answer.expected[1] == pytest.approx(3 - 1, rel=1e-14)


def test_one_sided_tests():
    trial = ([1, 2, 3, 4, 5], [1, 1, 1, 1, 0], [1, 1, 0, 1, 0])
    both, sooner, later = (
        log_rank_test(*trial, weight="log-rank", alternative=alternative).test.p_value
        for alternative in ("two-sided", "greater", "less")
    )
    assert sooner == pytest.approx(both / 2, rel=1e-12)
    assert sooner + later == pytest.approx(1, rel=1e-12)
    with pytest.raises(StatisticsError, match="two arms"):
        log_rank_test([1, 2, 3], [1, 1, 1], [0, 1, 2], weight="log-rank", alternative="less")


@pytest.mark.parametrize("weight", list(LogRankWeight))
@pytest.mark.parametrize(
    ("time", "event", "arm"),
    [
        ([1, 2, 3, 4], [0, 0, 0, 0], [0, 1, 0, 1]),
        ([5, 5, 5, 5], [1, 1, 1, 1], [0, 1, 0, 1]),
        ([1, 2, 8, 9], [0, 0, 1, 1], [0, 0, 1, 1]),
    ],
    ids=["no events", "all at one time", "one arm gone before"],
)
def test_nothing_compared(weight, time, event, arm):
    with pytest.raises(StatisticsError, match="nobody at risk"):
        log_rank_test(time, event, arm, weight=weight)


@pytest.mark.parametrize("time", [[1, 2, NAN], [NAN, NAN, NAN]])
def test_one_arm_is_not_compared(time):
    with pytest.raises(StatisticsError, match="two arms"):
        log_rank_test(time, [1, 1, 1], [0, 0, 1], weight="log-rank")


def test_many_tests_are_those_asked_one_by_one():
    rng = np.random.default_rng(2)
    time, event = rng.integers(0, 9, (4, 30)).astype(float), rng.integers(0, 2, (4, 30))
    arm, stratum = np.arange(30) % 3, np.arange(30) % 2
    event[3] = 0
    together = log_rank_test(time, event, arm, weight="gehan", stratum=stratum)
    assert together.test.undefined.startswith("1 of 4: an arm has nobody at risk")
    for trial in range(3):
        alone = log_rank_test(time[trial], event[trial], arm, weight="gehan", stratum=stratum)
        assert alone.test.p_value == pytest.approx(together.test.p_value[trial], rel=1e-12)
    assert np.isnan(together.test.p_value).tolist() == [False, False, False, True]


def test_a_stratum_without_events_adds_nothing():
    trial = ([1, 2, 3, 4], [1, 1, 1, 0], [1, 0, 1, 0])
    alone = log_rank_test(*trial, weight="log-rank")
    more = log_rank_test(
        [*trial[0], 5, 6], [*trial[1], 0, 0], [*trial[2], 1, 0], stratum=[0, 0, 0, 0, 1, 1], weight="log-rank"
    )
    assert more.test.statistic == pytest.approx(float(alone.test.statistic), rel=1e-14)
    for method in (WALD, PROFILE):
        both = ratio([*trial[0], 5, 6], [*trial[1], 0, 0], [*trial[2], 1, 0], method, stratum=[0, 0, 0, 0, 1, 1])
        assert both.upper == pytest.approx(float(ratio(*trial, method).upper), rel=1e-9)


@pytest.mark.parametrize("ties", list(Ties))
def test_a_hazard_ratio_by_hand(ties):
    """Arm 1 at 1 and 4, arm 0 at 2 and 3: the likelihood is r / (2 + 2r) x 1 / (2 + r) x 1 / (1 + r), and the slope of
    its logarithm is 0."""
    answer = ratio([1, 4, 2, 3], [1, 1, 1, 1], [1, 1, 0, 0], ties=ties)
    r = float(answer.estimate)
    assert 1 - r / (1 + r) - r / (2 + r) - r / (1 + r) == pytest.approx(0, abs=1e-14)
    information = 2 * r / (1 + r) ** 2 + 2 * r / (2 + r) ** 2
    assert answer.se == pytest.approx(information**-0.5, rel=1e-8)


@pytest.mark.parametrize("ties", list(Ties))
def test_an_arm_without_events(ties):
    trial = ([1, 2, 3, 4, 4, 5], [1, 1, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1])
    with pytest.raises(StatisticsError, match="rises without end"):
        ratio(*trial, ties=ties)
    with pytest.raises(StatisticsError, match="rises without end"):
        fit_cox(*trial[:2], np.array(trial[2])[:, None], ties=ties, level=0.95)
    answer = ratio(*trial, PROFILE, ties)
    assert (answer.estimate, answer.lower, answer.se) == (0, 0, INF)
    assert 0 < answer.upper < 10
    turned = ratio(*trial[:2], 1 - np.array(trial[2]), PROFILE, ties)
    assert (turned.estimate, turned.upper) == (INF, INF)
    assert turned.lower == pytest.approx(1 / answer.upper, rel=1e-9)


@pytest.mark.parametrize(
    ("time", "event", "arm", "match"),
    [
        ([1, 2, 3], [0, 0, 0], [0, 1, 0], "no events"),
        ([], [], [], "no events"),
        ([1, 2, 3], [1, 1, 1], [0, 0, 0], "constant"),
        ([1, 5, 6], [0, 1, 1], [0, 1, 1], "constant"),
        ([5, 5, 5, 5], [1, 1, 1, 1], [0, 0, 1, 1], None),
    ],
    ids=["no events", "nobody", "one arm", "one arm gone before", "all at one time"],
)
def test_no_ratio(time, event, arm, match):
    if match is None:
        with pytest.raises(StatisticsError, match="constant"):
            ratio(time, event, arm, ties="exact")
        assert ratio(time, event, arm, ties="breslow").estimate == pytest.approx(1)
        return
    with pytest.raises(StatisticsError, match=match):
        ratio(time, event, arm)
    if time:
        with pytest.raises(StatisticsError, match=match):
            fit_cox(time, event, np.array(arm)[:, None], ties="efron", level=0.95)


def test_many_trials_say_which_have_no_answer():
    time, arm = [1, 2, 3, 4], [1, 0, 1, 0]
    answer = ratio(time, [[1, 1, 1, 1], [0, 0, 0, 0], [1, 0, 1, 0]], arm)
    assert np.isnan(answer.estimate).tolist() == [False, True, True]
    assert answer.undefined.startswith("1 of 3: there are no events; 1 of 3: the likelihood rises")
    assert answer.estimate[0] == ratio(time, [1, 1, 1, 1], arm).estimate


def test_covariates_that_follow_from_others_or_separate():
    time, event = [1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 0]
    x = np.array([0.0, 1, 0, 1, 1, 0])
    with pytest.raises(StatisticsError, match="follows from the others"):
        fit_cox(time, event, np.stack([x, 2 * x + 1], axis=1), ties="efron", level=0.95)
    falling = -np.array(time)[:, None]
    with pytest.raises(StatisticsError, match="rises without end"):
        fit_cox(time, event, falling, ties="efron", level=0.95)
    with pytest.raises(StatisticsError, match="known covariates"):
        fit_cox(time, event, x, ties="efron", level=0.95)


def test_units_of_covariates_do_not_matter():
    rng = np.random.default_rng(8)
    time, event, x = rng.exponential(1, 40), rng.integers(0, 2, 40), rng.normal(60, 12, (40, 1))
    years = fit_cox(time, event, x, ties="efron", level=0.95)
    days = fit_cox(time, event, x * 365.25, ties="efron", level=0.95)
    assert days.coefficients * 365.25 == pytest.approx(years.coefficients, rel=1e-8)
    assert float(days.score.statistic) == pytest.approx(float(years.score.statistic), rel=1e-10)


def test_exact_ties_of_many_stay_within_floats():
    """Half of 2000 have the event at one time: choose(2000, 1000) is beyond floats."""
    arm = np.arange(2000) % 2
    event = np.where(np.arange(2000) % 4 < 2, 1, 0)
    event[:40] = arm[:40]
    answer = fit_cox(np.full(2000, 5.0), event, arm[:, None], ties="exact", level=0.95)
    odds = (event[arm == 1].sum() / (1 - event)[arm == 1].sum()) / (event[arm == 0].sum() / (1 - event)[arm == 0].sum())
    assert answer.hazard_ratios.estimate[0] == pytest.approx(odds, rel=2e-3)


def test_gray_looks_at_shares_and_log_rank_at_hazards():
    """Half of arm 1 is rescued first and the other half improves, as half of arm 0 does: at twice the rate."""
    time = np.array([1, 2, 3, 4, 5, 6, 7, 8] * 2, dtype=float) + np.repeat([0, 0.5], 8)
    arm = np.repeat([1, 0], 8)
    cause = np.where(arm == 1, np.tile([2, 2, 2, 2, 1, 1, 1, 1], 2), np.tile([0, 0, 0, 0, 1, 1, 1, 1], 2))
    later = np.where((arm == 0) & (cause == 0), 20, time)
    shares = gray_test(later, cause, arm, of_cause=1)
    hazards = log_rank_test(later, cause == 1, arm, weight="log-rank")
    assert shares.p_value > 0.5
    assert hazards.test.p_value < 0.2


def test_gray_without_an_answer():
    for time, cause, arm in (
        ([1, 2, 3, 4], [0, 2, 2, 0], [0, 1, 0, 1]),
        ([1, 2, 8, 9], [0, 0, 1, 1], [0, 0, 1, 1]),
    ):
        with pytest.raises(StatisticsError, match="no event of the cause"):
            gray_test(time, cause, arm, of_cause=1)
    with pytest.raises(StatisticsError, match="two arms"):
        gray_test([1, 2], [1, 1], [0, 0], of_cause=1)
    with pytest.raises(StatisticsError, match="whole numbers"):
        gray_test([1, 2], [1, 1.5], [0, 1], of_cause=1)
    with pytest.raises(StatisticsError, match="two arms"):
        gray_test([1, np.nan], [1, 1], [0, 1], of_cause=1)


def test_many_gray_tests_are_those_asked_one_by_one():
    rng = np.random.default_rng(4)
    time, cause = rng.integers(0, 9, (4, 30)).astype(float), rng.integers(0, 3, (4, 30))
    cause[3] = 0
    time[1, 20:] = np.nan
    arm, stratum = np.arange(30) % 3, np.arange(30) % 2
    together = gray_test(time, cause, arm, of_cause=1, stratum=stratum)
    assert together.undefined.startswith("1 of 4: there is no event of the cause")
    for trial in range(3):
        alone = gray_test(time[trial], cause[trial], arm, of_cause=1, stratum=stratum)
        assert alone.p_value == pytest.approx(together.p_value[trial], rel=1e-10)
    turned = gray_test(time[:3], cause[:3], 2 - arm, of_cause=1, stratum=stratum)
    assert turned.statistic == pytest.approx(together.statistic[:3], rel=1e-9)


def test_gray_with_all_events_at_one_time():
    """As many of each arm have the event at once: the shares are equal."""
    answer = gray_test([5, 5, 5, 5, 9, 9], [1, 2, 1, 2, 0, 0], [0, 0, 1, 1, 0, 1], of_cause=1)
    assert answer.statistic == pytest.approx(0, abs=1e-20)
    assert answer.p_value == pytest.approx(1)
