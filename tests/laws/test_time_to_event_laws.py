"""Laws of time to event that hold for any times, events and arms."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from myotis.errors import StatisticsError
from myotis.statistics.time_to_event.cox import fit_cox
from myotis.statistics.time_to_event.cumulative_incidence import estimate_cumulative_incidence
from myotis.statistics.time_to_event.kaplan_meier import count_at_risk, estimate_survival
from myotis.statistics.time_to_event.log_rank import log_rank_test
from myotis.statistics.time_to_event.restricted_mean import estimate_restricted_mean
from myotis.statistics.time_to_event.survival_quantiles import estimate_survival_quantile

few = settings(max_examples=60, deadline=None)
subjects = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2), st.integers(0, 1)), min_size=2, max_size=25).map(
    lambda rows: [np.array(column, dtype=float) for column in zip(*rows, strict=True)]
)


def survival(time, event, at):
    return estimate_survival(time, event, [at], method="log-log", level=0.95).estimate[0]


@few
@given(subjects)
def test_without_censoring_the_curve_is_the_share_still_without_the_event(trial):
    time, _, _ = trial
    for at in range(14):
        assert survival(time, 1, at) == pytest.approx((time > at).mean(), abs=1e-13)


@few
@given(subjects)
def test_without_censoring_the_restricted_mean_is_the_mean_of_times_cut_at_tau(trial):
    time, _, _ = trial
    cut = np.minimum(time, 7.5)
    answer = estimate_restricted_mean(time, 1, 7.5, level=0.95)
    assert answer.estimate == pytest.approx(cut.mean(), abs=1e-12)
    assert answer.se == pytest.approx(cut.std() / len(cut) ** 0.5, abs=1e-12)


@few
@given(subjects)
def test_incidences_of_all_causes_and_the_curve_sum_to_one(trial):
    time, cause, _ = trial
    at = np.minimum([0, 3, 12], time.max())
    shares = [
        estimate_cumulative_incidence(
            time, cause, at, of_cause=k, variance="greenwood", method="plain", level=0.95
        ).estimate
        for k in (1, 2)
    ]
    curve = [survival(time, cause > 0, point) for point in at]
    assert np.array(shares).sum(axis=0) + curve == pytest.approx(np.ones(3), abs=1e-13)


@few
@given(subjects)
def test_incidence_of_one_cause_is_one_minus_the_curve_with_its_error(trial):
    time, event, _ = trial
    event = np.minimum(event, 1)
    at = np.minimum([2, 12], time.max())
    share = estimate_cumulative_incidence(time, event, at, of_cause=1, variance="greenwood", method="plain", level=0.95)
    curve = estimate_survival(time, event, at, method="plain", level=0.95)
    known = ~np.isnan(curve.se)
    assert share.estimate == pytest.approx(1 - curve.estimate, abs=1e-13)
    assert share.se[known] == pytest.approx(curve.se[known], abs=1e-8)


@few
@given(subjects)
def test_only_the_order_of_times_counts(trial):
    """A log-rank statistic, and a quantile as a time, follow a rising change of the unit of time."""
    time, cause, arm = trial
    event = np.minimum(cause, 1)
    assume(len(np.unique(arm)) == 2)
    stretched = time**3 + 2 * time
    for weight in ("log-rank", "gehan", "fleming-harrington-1"):
        try:
            before = log_rank_test(time, event, arm, weight=weight).test.statistic
        except StatisticsError:
            continue
        assert log_rank_test(stretched, event, arm, weight=weight).test.statistic == pytest.approx(before, rel=1e-12)
    asked = {"definition": "first", "method": "log", "level": 0.9}
    median, later = (estimate_survival_quantile(t, event, 0.5, **asked) for t in (time, stretched))
    for part in ("estimate", "lower", "upper"):
        value = float(getattr(median, part))
        assert getattr(later, part) == (value**3 + 2 * value if np.isfinite(value) else value)


@few
@given(subjects)
def test_arms_that_change_places_change_only_the_sign(trial):
    time, cause, arm = trial
    event = np.minimum(cause, 1)
    try:
        answer = log_rank_test(time, event, arm, weight="log-rank")
    except StatisticsError:
        assume(False)
    turned = log_rank_test(time, event, 1 - arm, weight="log-rank")
    assert answer.observed.tolist() == turned.observed[::-1].tolist()
    assert (answer.observed - answer.expected).sum() == pytest.approx(0, abs=1e-12)
    assert answer.test.statistic == pytest.approx(float(turned.test.statistic), rel=1e-9, abs=1e-12)


@few
@given(subjects, st.sampled_from(["efron", "breslow", "exact"]))
def test_the_score_test_of_a_cox_model_is_the_log_rank_test(trial, ties):
    """Without ties by any treatment of them; with ties by the exact one."""
    time, cause, arm = trial
    event = np.minimum(cause, 1)
    if ties != "exact":
        time = time + np.arange(len(time)) / 100
    try:
        model = fit_cox(time, event, arm[:, None], ties=ties, level=0.95)
    except StatisticsError:
        assume(False)
    expected = log_rank_test(time, event, arm, weight="log-rank").test
    assert float(model.score.statistic) == pytest.approx(float(expected.statistic), rel=1e-8, abs=1e-12)


@few
@given(subjects, st.sampled_from(["efron", "breslow", "exact"]))
def test_arms_that_change_places_turn_the_hazard_ratio_over(trial, ties):
    time, cause, arm = trial
    event = np.minimum(cause, 1)
    try:
        model = fit_cox(time, event, arm[:, None], ties=ties, level=0.95)
    except StatisticsError:
        assume(False)
    turned = fit_cox(time, event, 1 - arm[:, None], ties=ties, level=0.95)
    assert turned.coefficients == pytest.approx(-model.coefficients, abs=1e-7)
    assert turned.log_likelihood == pytest.approx(model.log_likelihood, rel=1e-10, abs=1e-10)


@few
@given(subjects)
def test_those_at_risk_are_those_who_are_still_to_come(trial):
    time, _, _ = trial
    assert count_at_risk(time, range(14)).tolist() == [(time >= at).sum() for at in range(14)]
