from functools import cache

import numpy as np
import pytest
from incomplete_trials import analyze_last_visit, read_trial
from numpy.testing import assert_allclose

from myotis.errors import StatisticsError
from myotis.statistics.imputation.base_model import build_predictors, fit_parameters
from myotis.statistics.imputation.conditional_mean import impute_with_jackknife
from myotis.statistics.imputation.effect import estimate_imputed_effect
from myotis.statistics.imputation.incomplete import IncompleteTrial
from myotis.statistics.imputation.multiple import draw_multiple_imputation
from myotis.statistics.imputation.posterior import draw_parameters
from myotis.statistics.result import Estimate

RUBIN = {"method": "rubin-barnard-rubin", "level": 0.95}


def draw(trial, method="multiple-data-augmentation", imputations=100, seed=3, **options):
    rng = np.random.default_rng(seed)
    given = {"method": method, "imputations": imputations, "covariance_by_arm": False} | options
    return draw_multiple_imputation(rng, trial, **given)


@cache
def pool_jackknife(covariance_by_arm):
    imputed = impute_with_jackknife(read_trial("gaps"), covariance_by_arm=covariance_by_arm)
    return estimate_imputed_effect(imputed, analyze_last_visit, method="jackknife", level=0.95)


def complete_trial():
    rng = np.random.default_rng(6)
    return IncompleteTrial(
        outcome=rng.normal(size=(30, 2)) @ [[1, 0.8], [0, 0.6]] + np.arange(30)[:, None] % 2,
        arm=np.arange(30) % 2,
        covariates=rng.normal(size=(30, 1)),
        event=np.full(30, 2),
        strategy="missing-at-random",
        reference=0,
    )


def test_without_missing_values_the_posterior_is_the_known_one():
    """Least squares; inverse Wishart with n - p degrees of freedom: mean S / (n - p - visits - 1)."""
    trial = complete_trial()
    start = fit_parameters(trial, np.arange(30), covariance_by_arm=False)
    draws = 4000
    drawn = draw_parameters(np.random.default_rng(2), trial, start, draws=draws, iterations=12, covariance_by_arm=False)
    z = build_predictors(trial, trial.arm)
    fitted, *_ = np.linalg.lstsq(z, trial.outcome, rcond=None)
    residual = trial.outcome - z @ fitted
    mean = residual.T @ residual / (30 - 3 - 2 - 1)
    covariance = drawn.covariance[:, 0]
    assert_allclose(covariance.mean(axis=0), mean, atol=6 * covariance.std(axis=0).max() / np.sqrt(draws))
    spread = np.sqrt(np.outer(np.diag(mean), np.diag(np.linalg.inv(z.T @ z))))
    assert_allclose(drawn.coefficients.mean(axis=0), fitted.T, atol=6 * spread.max() / np.sqrt(draws))
    assert_allclose(drawn.coefficients.std(axis=0), spread, rtol=6 / np.sqrt(2 * draws))


def test_without_missing_values_every_imputation_is_the_trial():
    imputed = draw(complete_trial(), imputations=3)
    assert (imputed.completed == imputed.trial.outcome).all()
    effect = estimate_imputed_effect(imputed, analyze_last_visit, **RUBIN)
    assert effect.fraction_missing < 0.1
    assert effect.monte_carlo_error == 0


@pytest.mark.parametrize("method", ["multiple-data-augmentation", "multiple-bootstrap"])
@pytest.mark.parametrize("covariance_by_arm", [False, True])
def test_many_imputations_are_near_the_conditional_mean(method, covariance_by_arm):
    trial = read_trial("gaps")
    imputed = draw(trial, method, covariance_by_arm=covariance_by_arm)
    effect = estimate_imputed_effect(imputed, analyze_last_visit, **RUBIN)
    exact = pool_jackknife(covariance_by_arm)
    # the posterior mean is not the REML estimate: a fifth of the Monte Carlo error is granted for it
    assert abs(effect.estimate.estimate - exact.estimate.estimate) < 3.2 * effect.monte_carlo_error
    assert effect.estimate.se > exact.estimate.se  # known of Rubin's rules under jump to reference
    assert 0.02 < effect.fraction_missing < 0.5


def test_an_analysis_without_standard_errors_is_refused():
    def bare(completed):
        found = analyze_last_visit(completed)
        return Estimate(
            estimate=found.estimate, lower=found.lower, upper=found.upper, level=0.95, method="", reference=""
        )

    with pytest.raises(StatisticsError, match="no standard errors"):
        estimate_imputed_effect(draw(read_trial("monotone"), imputations=3), bare, **RUBIN)


def test_analyses_without_an_answer_are_told():
    def nothing(completed):
        nan = np.full(completed.outcome.shape[:-2], np.nan)
        return Estimate(estimate=nan, lower=nan, upper=nan, se=nan, df=nan, level=0.95, method="", reference="")

    with pytest.raises(StatisticsError, match="analysis of a completed data set has no answer"):
        estimate_imputed_effect(draw(read_trial("monotone"), imputations=3), nothing, **RUBIN)


@pytest.mark.parametrize(
    "options",
    [{"method": "conditional-mean-jackknife"}, {"imputations": 1}, {"iterations": 0}],
)
def test_what_is_no_multiple_imputation_is_refused(options):
    with pytest.raises(StatisticsError, match="expected one of"):
        draw(read_trial("monotone"), **options)


def test_too_few_subjects_for_a_posterior_are_refused():
    trial = complete_trial()
    few = np.r_[0:6]
    small = IncompleteTrial(
        outcome=trial.outcome[few],
        arm=trial.arm[few],
        covariates=np.empty((6, 0)),
        event=trial.event[few],
        strategy="missing-at-random",
        reference=0,
    )
    with pytest.raises(StatisticsError, match="too few subjects"):
        draw(small, covariance_by_arm=True)
