"""Bias and coverage on simulated trials with known effects: the short form of docs/figures/imputation.py.

Bounds are those that a right method misses less than once in a thousand seeds; the seeds are fixed.
"""

import numpy as np
import pytest
from dropout_trials import compute_true_effects, draw_trial
from incomplete_trials import analyze_last_visit
from scipy import stats

from myotis.statistics.imputation.conditional_mean import impute_with_jackknife
from myotis.statistics.imputation.effect import change_strategy, estimate_imputed_effect
from myotis.statistics.imputation.multiple import draw_multiple_imputation

TRIALS, LEVEL = 60, 0.95
TRUTH = compute_true_effects()


def pool(imputed, strategy, method):
    return estimate_imputed_effect(
        change_strategy(imputed, strategy), analyze_last_visit, method=method, level=LEVEL
    ).estimate


def impute(number, imputations=10):
    rng = np.random.default_rng([9, number])
    trial = draw_trial(rng, 25)
    return draw_multiple_imputation(
        rng,
        trial,
        method="multiple-data-augmentation",
        imputations=imputations,
        covariance_by_arm=False,
        iterations=30,
    )


@pytest.fixture(scope="module")
def imputed():
    return [impute(number) for number in range(TRIALS)]


@pytest.mark.parametrize("strategy", list(TRUTH))
def test_rubin_is_unbiased_and_holds_its_level(imputed, strategy):
    answers = [pool(one, strategy, "rubin-barnard-rubin") for one in imputed]
    estimates = np.array([answer.estimate for answer in answers])
    true = TRUTH[strategy]
    assert abs(estimates.mean() - true) < 3.3 * estimates.std(ddof=1) / np.sqrt(TRIALS)
    held = sum(answer.lower <= true <= answer.upper for answer in answers)
    assert held >= stats.binom.ppf(0.0005, TRIALS, LEVEL)


def test_rubin_is_wider_than_the_jackknife_under_jump_to_reference_only(imputed):
    ratio = {strategy: [] for strategy in TRUTH}
    for one in imputed[:4]:
        jackknife = impute_with_jackknife(one.trial, covariance_by_arm=False)
        for strategy, found in ratio.items():
            rubin, resampled = pool(one, strategy, "rubin-barnard-rubin"), pool(jackknife, strategy, "jackknife")
            found.append(float(rubin.se / resampled.se))
    assert np.mean(ratio["jump-to-reference"]) > 1.1 * np.mean(ratio["missing-at-random"])
