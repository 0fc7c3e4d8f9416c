"""Standardization: without covariates it is the plain comparison; what has no answer."""

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.proportions.difference import estimate_difference_of_proportions
from myotis.statistics.regression.standardization import (
    StandardizationVariance,
    StandardizedContrast,
    estimate_standardized_effect,
)

TREATED = np.repeat([1, 0], [47, 48])
RESPONSE = np.repeat([1, 0, 1, 0], [37, 10, 21, 27])
NONE = np.empty((95, 0))


def estimate(y, treated, covariates, contrast="difference", method="standardization-ye"):
    return estimate_standardized_effect(y, treated, covariates, contrast=contrast, method=method, level=0.95)


@pytest.mark.parametrize("method", ["standardization-ge-model", "standardization-ge-hc0"])
def test_without_covariates_it_is_the_wald_interval(method):
    plain = estimate_difference_of_proportions(37, 47, 21, 48, method="wald", level=0.95)
    answer = estimate(RESPONSE, TREATED, NONE, method=method)
    np.testing.assert_allclose([answer.lower, answer.upper], [plain.lower, plain.upper], rtol=1e-9)


@pytest.mark.parametrize("method", ["standardization-ye", "standardization-ye-residual"])
def test_without_covariates_the_robust_variance_is_that_of_two_samples(method):
    p, q = 37 / 47, 21 / 48
    answer = estimate(RESPONSE, TREATED, NONE, method=method)
    first, second = p * (1 - p) / 46 * 95 / 47 * 47 / 95, q * (1 - q) / 47
    assert float(answer.se) == pytest.approx((first + second) ** 0.5, rel=1e-9)


def test_without_covariates_the_ratios_are_the_plain_ones():
    assert float(estimate(RESPONSE, TREATED, NONE, "ratio").estimate) == pytest.approx((37 / 47) / (21 / 48))
    assert float(estimate(RESPONSE, TREATED, NONE, "odds-ratio").estimate) == pytest.approx(37 * 27 / (10 * 21))


@pytest.mark.parametrize("contrast", StandardizedContrast)
@pytest.mark.parametrize("method", StandardizationVariance)
def test_swapping_the_groups_turns_the_interval_round_and_trials_are_alike(contrast, method):
    age = np.random.default_rng(4).normal(size=(95, 1))
    many = estimate(RESPONSE, np.stack([TREATED, 1 - TREATED]), age, contrast, method)
    one = estimate(RESPONSE, TREATED, age, contrast, method)
    turn = (lambda x: -x) if contrast is StandardizedContrast.DIFFERENCE else (lambda x: 1 / x)
    np.testing.assert_allclose(many.lower[0], one.lower, rtol=1e-9)
    np.testing.assert_allclose(
        [many.estimate[1], many.lower[1], many.upper[1]],
        [turn(one.estimate), turn(one.upper), turn(one.lower)],
        rtol=1e-8,
    )


def test_without_an_answer():
    y, treated, x = [0, 1, 0, 1, 0, 1], [1, 1, 1, 0, 0, 0], np.array([[1.0], [2], [0], [1], [2], [2]])
    for bad, reason in (
        (([0, 1, 0, 1, 0, 1], [0] * 6, x), "a group without subjects"),
        (([1] * 6, treated, x), "separate responses"),
        ((treated, treated, x), "separate responses"),
        ((y, treated, np.ones((6, 1))), "linearly dependent"),
    ):
        with pytest.raises(StatisticsError, match=reason):
            estimate(*bad)
    many = estimate([y, [1] * 6], treated, x)
    assert many.undefined.startswith("1 of 2: the predictors separate")
    assert np.isnan(many.se).tolist() == [False, True]
    with pytest.raises(StatisticsError, match="expected treated"):
        estimate(y, [2, 1, 1, 0, 0, 0], x)
    with pytest.raises(StatisticsError, match="expected"):
        estimate([np.nan, *y[1:]], treated, x)


def test_a_group_with_one_outcome_is_separated():
    y, covariate = [0, 0, 1, 1, 0, 1, 1, 0], [[0.0], [1], [0], [1], [0], [1], [0], [0]]
    with pytest.raises(StatisticsError, match="quasi-completely"):
        estimate(y, [1, 0, 0, 0, 0, 0, 0, 0], covariate)
