from dataclasses import replace

import numpy as np
import pytest
from incomplete_trials import analyze_last_visit, read_trial
from numpy.testing import assert_allclose

from myotis.errors import StatisticsError
from myotis.statistics.imputation.conditional_mean import draw_bootstrap_imputation, impute_with_jackknife
from myotis.statistics.imputation.effect import change_strategy, estimate_imputed_effect
from myotis.statistics.imputation.incomplete import CompletedTrials, IncompleteTrial


def small_trial(**changes):
    rng = np.random.default_rng(8)
    outcome = rng.normal(size=(24, 3)) + rng.normal(size=(24, 1)) + np.arange(24)[:, None] % 2
    outcome[[0, 5, 9], 2] = np.nan
    outcome[7, 1:] = np.nan
    gone = np.isnan(outcome)
    given = {
        "outcome": outcome,
        "arm": np.arange(24) % 2,
        "covariates": rng.normal(size=(24, 1)),
        "event": np.where(gone.any(axis=1), gone.argmax(axis=1), 3),
        "strategy": "jump-to-reference",
        "reference": 0,
    }
    return IncompleteTrial(**(given | changes))


def jackknife(trial):
    return impute_with_jackknife(trial, covariance_by_arm=False)


def estimate(imputed, **options):
    return estimate_imputed_effect(imputed, analyze_last_visit, **({"method": "jackknife", "level": 0.95} | options))


def complete_case(trial):
    return analyze_last_visit(
        CompletedTrials(
            outcome=trial.outcome, arm=trial.arm, covariates=trial.covariates, subject=np.arange(len(trial.arm))
        )
    )


def test_without_missing_values_the_answer_is_the_analysis_of_the_data():
    full = np.where(np.isnan(small_trial().outcome), 1.5, small_trial().outcome)
    trial = small_trial(outcome=full, event=np.full(24, 3))
    effect = estimate(jackknife(trial))
    assert effect.estimate.estimate == complete_case(trial).estimate
    boot = draw_bootstrap_imputation(np.random.default_rng(1), trial, replicates=20, covariance_by_arm=False)
    assert estimate(boot, method="bootstrap-normal").estimate.estimate == complete_case(trial).estimate
    assert_allclose(effect.estimate.se, complete_case(trial).se, rtol=0.2)


def test_a_subject_without_any_value_is_imputed_from_its_arm_and_leaves_nothing_behind():
    outcome = small_trial().outcome.copy()
    outcome[11] = np.nan
    trial = small_trial(outcome=outcome, strategy="missing-at-random")
    without = jackknife(trial)
    shorter = {"outcome": outcome, "arm": trial.arm, "covariates": trial.covariates, "event": trial.event}
    kept = small_trial(strategy="missing-at-random", **{k: np.delete(v, 11, axis=0) for k, v in shorter.items()})
    assert_allclose(np.delete(without.completed[0], 11, axis=0), jackknife(kept).completed[0], atol=1e-9)
    assert np.isfinite(without.completed).all()
    assert_allclose(without.completed[12], without.completed[0])  # left out, it changes no estimate


def test_an_event_at_the_first_visit_gives_the_reference():
    outcome = small_trial().outcome.copy()
    outcome[11] = np.nan
    trial = small_trial(outcome=outcome, event=np.where(np.arange(24) == 11, 0, small_trial().event))
    for strategy in ("jump-to-reference", "copy-reference", "copy-increments-in-reference"):
        imputed = jackknife(replace(trial, strategy=strategy)).completed[0, 11]
        moved = jackknife(replace(trial, strategy=np.where(np.arange(24) == 11, "copy-reference", strategy)))
        assert_allclose(imputed, moved.completed[0, 11], atol=1e-9)
    with pytest.raises(StatisticsError, match="visit before the event"):
        jackknife(replace(trial, strategy="last-mean-carried-forward"))


def test_an_arm_without_a_value_at_a_visit_is_refused():
    outcome = np.where((np.arange(24)[:, None] % 2 == 1) & (np.arange(3) == 2), np.nan, small_trial().outcome)
    for strategy in ("missing-at-random", "jump-to-reference"):
        with pytest.raises(StatisticsError, match="arm 1 has no value at visit 2"):
            jackknife(small_trial(outcome=outcome, strategy=strategy))


def test_values_after_an_event_are_kept_and_not_modeled():
    trial = small_trial(event=np.where(np.arange(24) == 3, 1, small_trial().event))
    assert np.isnan(trial.modeled[3]).tolist() == [False, True, True]
    changed = trial.outcome.copy()
    changed[3, 1:] += 100
    one, other = jackknife(trial), jackknife(replace(trial, outcome=changed))
    assert_allclose(one.parameters.coefficients, other.parameters.coefficients)
    assert (other.completed[0, 3] == changed[3]).all()
    seen = replace(trial, strategy="missing-at-random")
    assert not np.isnan(seen.modeled[3]).any()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reference": 2}, "reference arm 2"),
        ({"arm": np.arange(24) % 2 * 2}, "without a gap"),
        ({"arm": np.arange(24) % 2 - 1, "reference": 0}, "without a gap"),
        ({"arm": np.zeros(24)}, "whole"),
        ({"event": np.full(24, 4)}, "no visit"),
        ({"event": np.full(23, 3)}, "no trial"),
        ({"covariates": np.full((24, 1), np.nan)}, "none missing"),
        ({"strategy": ["missing-at-random"] * 2}, "one for each subject"),
    ],
)
def test_what_is_no_trial_is_refused(changes, said):
    with pytest.raises(StatisticsError, match=said):
        small_trial(**changes)


def test_an_unknown_strategy_is_refused():
    with pytest.raises(ValueError, match="last-observation"):
        small_trial(strategy="last-observation")


def test_a_subject_that_the_model_cannot_do_without_is_named():
    outcome = small_trial().outcome.copy()
    outcome[1::2, 2] = np.nan
    outcome[1, 2] = 3.0
    with pytest.raises(StatisticsError, match="without subject 1"):
        jackknife(small_trial(outcome=outcome, event=np.full(24, 3)))


def test_bootstrap_samples_keep_the_arms_and_are_drawn_again_where_they_fail():
    imputed = draw_bootstrap_imputation(np.random.default_rng(2), small_trial(), replicates=15, covariance_by_arm=False)
    assert (imputed.trial.arm[imputed.resampled] == imputed.trial.arm).all()
    outcome = small_trial().outcome.copy()
    outcome[1::2, 2] = np.nan
    outcome[1, 2] = 3.0
    rare = small_trial(outcome=outcome, event=np.full(24, 3))
    with pytest.raises(StatisticsError, match="bootstrap samples"):
        draw_bootstrap_imputation(np.random.default_rng(2), rare, replicates=10, covariance_by_arm=False)
    with pytest.raises(StatisticsError, match="too few"):
        draw_bootstrap_imputation(np.random.default_rng(2), rare, replicates=1, covariance_by_arm=False)


def test_a_pooling_that_does_not_belong_is_refused():
    with pytest.raises(StatisticsError, match="does not belong to conditional-mean-jackknife; expected jackknife"):
        estimate(jackknife(small_trial()), method="rubin")


def test_a_new_strategy_without_a_new_fit():
    jump = jackknife(small_trial())
    copied = change_strategy(jump, "copy-reference")
    assert_allclose(copied.completed, jackknife(small_trial(strategy="copy-reference")).completed, atol=1e-9)
    with pytest.raises(StatisticsError, match="impute the trial anew"):
        change_strategy(jackknife(read_trial("gaps")), "missing-at-random")
