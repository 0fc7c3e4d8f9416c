"""What must hold of imputation whatever the trial."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from incomplete_trials import analyze_last_visit, read_trial
from numpy.testing import assert_allclose

from myotis.statistics.imputation.conditional_mean import impute_with_jackknife
from myotis.statistics.imputation.delta import compute_delta
from myotis.statistics.imputation.effect import estimate_imputed_effect
from myotis.statistics.imputation.multivariate_normal import draw_conditional, impute_conditional_mean
from myotis.statistics.imputation.reference_based import Strategy, compute_marginal
from myotis.statistics.imputation.resampling import Resampling, pool_replicates
from myotis.statistics.imputation.rubin import pool_by_rubin

seeds = st.integers(0, 2**32 - 1)
visits = st.integers(2, 5)
toward_reference = st.sampled_from([name for name in Strategy if name is not Strategy.LAST_MEAN])


def draw_covariance(rng, size, *leading):
    half = rng.normal(size=(*leading, size, size))
    return half @ np.swapaxes(half, -1, -2) + np.eye(size)


@settings(max_examples=60, deadline=None)
@given(seeds, visits)
def test_the_conditional_mean_is_the_regression_on_what_is_observed(seed, size):
    """Missing given observed, by blocks of the covariance instead of blocks of its inverse."""
    rng = np.random.default_rng(seed)
    covariance, mean = draw_covariance(rng, size), rng.normal(size=(6, size))
    outcome = np.where(rng.random((6, size)) < 0.5, np.nan, rng.normal(size=(6, size)))
    filled = impute_conditional_mean(outcome, mean, covariance)
    for row, expected, answer in zip(outcome, mean, filled, strict=True):
        gone = np.isnan(row)
        slopes = np.linalg.solve(covariance[np.ix_(~gone, ~gone)], covariance[np.ix_(~gone, gone)])
        assert_allclose(answer[gone], expected[gone] + (row - expected)[~gone] @ slopes, atol=1e-8)
        assert (answer[~gone] == row[~gone]).all()


@settings(max_examples=40, deadline=None)
@given(seeds, visits)
def test_many_parameters_at_once_are_one_after_the_other(seed, size):
    rng = np.random.default_rng(seed)
    covariance, mean, noise = (
        draw_covariance(rng, size, 3),
        rng.normal(size=(3, 5, size)),
        rng.normal(size=(3, 5, size)),
    )
    outcome = np.where(rng.random((5, size)) < 0.5, np.nan, rng.normal(size=(5, size)))
    together = draw_conditional(outcome, mean, covariance, noise)
    alone = [draw_conditional(outcome, *parts) for parts in zip(mean, covariance, noise, strict=True)]
    assert_allclose(together, alone, atol=1e-10)


@settings(max_examples=60, deadline=None)
@given(seeds, visits, toward_reference, st.data())
def test_the_reference_arm_refers_to_itself(seed, size, strategy, data):
    rng = np.random.default_rng(seed)
    arm = rng.normal(size=size), draw_covariance(rng, size)
    event = data.draw(st.integers(0, size))
    answer = compute_marginal(*arm, *arm, event=event, strategy=strategy)
    assert_allclose(answer.mean, arm[0], atol=1e-10)
    assert_allclose(answer.covariance, arm[1], atol=1e-7)


@settings(max_examples=60, deadline=None)
@given(seeds, visits, toward_reference, st.data())
def test_every_strategy_gives_a_covariance(seed, size, strategy, data):
    rng = np.random.default_rng(seed)
    own, reference = [(rng.normal(size=size), draw_covariance(rng, size)) for _ in range(2)]
    event = data.draw(st.integers(0, size))
    answer = compute_marginal(*own, *reference, event=event, strategy=strategy)
    assert_allclose(answer.covariance, answer.covariance.T, atol=1e-8)
    assert np.linalg.eigvalsh(answer.covariance).min() > 0


@settings(max_examples=2, deadline=None)
@given(seeds)
def test_the_order_of_subjects_changes_nothing(seed):
    trial = read_trial("monotone")
    order = np.random.default_rng(seed).permutation(len(trial.arm))
    turned = replace(
        trial,
        outcome=trial.outcome[order],
        arm=trial.arm[order],
        covariates=trial.covariates[order],
        event=trial.event[order],
        strategy=trial.strategy[order],
    )
    assert_allclose(answer(turned), answer(trial), rtol=1e-7)


def test_a_delta_of_zero_changes_nothing():
    trial = read_trial("gaps")
    imputed = impute_with_jackknife(trial, covariance_by_arm=False)
    zero = compute_delta(trial, np.zeros(4), lag=np.ones(4))
    plain, shifted = (
        estimate_imputed_effect(imputed, analyze_last_visit, method="jackknife", level=0.95, delta=delta).estimate
        for delta in (0.0, zero)
    )
    assert plain == shifted


def answer(trial):
    imputed = impute_with_jackknife(trial, covariance_by_arm=False)
    effect = estimate_imputed_effect(imputed, analyze_last_visit, method="jackknife", level=0.95)
    return effect.estimate.estimate, effect.estimate.se


@settings(max_examples=60, deadline=None)
@given(seeds, st.sampled_from(Resampling), st.floats(0.01, 100), st.floats(0.5, 0.99))
def test_resampling_knows_no_unit(seed, method, scale, level):
    rng = np.random.default_rng(seed)
    x = rng.normal(1, 1, size=40)
    one = pool_replicates(1.0, x, method=method, level=level)
    other = pool_replicates(scale, x * scale, method=method, level=level)
    assert_allclose(other.estimate.lower, one.estimate.lower * scale, rtol=1e-9, atol=1e-9)
    assert_allclose(other.test.p_value, one.test.p_value, rtol=1e-9)


@settings(max_examples=60, deadline=None)
@given(seeds, st.integers(2, 30), st.floats(1, 500))
def test_rubin_adds_the_imputations_to_the_error_and_takes_them_from_the_degrees(seed, imputations, df):
    rng = np.random.default_rng(seed)
    q, se = rng.normal(size=imputations), rng.uniform(0.5, 2, size=imputations)
    pooled = pool_by_rubin(q, se, complete_df=df, method="rubin-barnard-rubin", level=0.95)
    assert pooled.estimate.se >= np.sqrt((se**2).mean())
    assert 0 < pooled.estimate.df < df
    assert 0 < pooled.fraction_missing <= 1
