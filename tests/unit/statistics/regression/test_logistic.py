"""Logistic regression: two groups in closed form, Firth by another program's search, separation."""

import numpy as np
import pytest
from scipy.optimize import minimize

from myotis.errors import StatisticsError
from myotis.statistics.regression.logistic import LogisticMethod, fit_logistic
from myotis.statistics.regression.separation import Separation, find_separation

GROUP = np.repeat([1.0, 0.0], [47, 48])[:, None]
RESPONSE = np.repeat([1, 0, 1, 0], [37, 10, 21, 27])


def test_two_groups_have_the_odds_ratio_of_their_table():
    fit = fit_logistic(GROUP, RESPONSE, method="maximum-likelihood-wald", level=0.95)
    assert fit.coefficients.estimate == pytest.approx([np.log(21 / 27), np.log(37 * 27 / (10 * 21))], rel=1e-10)
    assert fit.coefficients.se[1] == pytest.approx((1 / 37 + 1 / 10 + 1 / 21 + 1 / 27) ** 0.5, rel=1e-10)
    shares = np.array([37 / 47, 10 / 47, 21 / 48, 27 / 48])
    assert float(fit.log_likelihood) == pytest.approx(np.array([37, 10, 21, 27]) @ np.log(shares), rel=1e-12)


def test_firth_of_two_groups_adds_half_to_every_cell():
    """Jeffreys' prior of a saturated model."""
    for counts in ((37, 10, 21, 27), (0, 6, 3, 4), (5, 0, 0, 7)):
        a, b, c, d = counts
        group, response = np.repeat([1.0, 1, 0, 0], counts)[:, None], np.repeat([1, 0, 1, 0], counts)
        fit = fit_logistic(group, response, method="firth-wald", level=0.95)
        expected = np.log((a + 0.5) * (d + 0.5) / ((b + 0.5) * (c + 0.5)))
        assert fit.coefficients.estimate[1] == pytest.approx(expected, rel=1e-9)


def penalized(beta, x, y):
    """Firth's log-likelihood as it is written, subject by subject."""
    eta = x @ beta
    p = 1 / (1 + np.exp(-eta))
    information = sum(pi * (1 - pi) * np.outer(xi, xi) for pi, xi in zip(p, x, strict=True))
    return (y * eta - np.logaddexp(0, eta)).sum() + np.linalg.slogdet(information)[1] / 2


def test_firth_is_the_largest_penalized_likelihood_and_its_profile():
    generator = np.random.default_rng(5)
    covariates = generator.normal(size=(25, 2))
    response = (covariates[:, 0] + generator.logistic(size=25) > 0).astype(int)
    fit = fit_logistic(covariates, response, method="firth-profile", level=0.9)
    x = np.column_stack([np.ones(25), covariates])
    searched = minimize(lambda beta: -penalized(beta, x, response), np.zeros(3), method="BFGS")
    assert fit.coefficients.estimate == pytest.approx(searched.x, abs=1e-4)
    for limit in (fit.coefficients.lower[1], fit.coefficients.upper[1]):
        rest = minimize(
            lambda other, at=limit: -penalized(np.array([other[0], at, other[1]]), x, response), searched.x[[0, 2]]
        )
        assert 2 * (rest.fun - searched.fun) == pytest.approx(2.7055434540954, rel=1e-5)


def test_separated_responses_have_no_maximum_but_firths():
    x = np.arange(10.0)[:, None]
    for y, kind, word in (
        ((x[:, 0] > 4).astype(int), Separation.COMPLETE, "completely"),
        (np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]), Separation.COMPLETE, "completely"),
        (np.ones(10, dtype=int), Separation.COMPLETE, "completely"),
    ):
        assert find_separation(x, y) is kind
        with pytest.raises(StatisticsError, match=word):
            fit_logistic(x, y, method="maximum-likelihood-wald", level=0.95)
        profile = fit_logistic(x, y, method="firth-profile", level=0.95).coefficients
        assert np.isfinite(profile.estimate).all()
        assert (profile.lower < profile.estimate).all()
    quasi = np.array([0, 0, 0, 0, 0, 0, 1, 0, 1, 1])
    group = (np.arange(10) > 5).astype(float)[:, None]
    assert find_separation(group, quasi) is Separation.QUASI_COMPLETE
    with pytest.raises(StatisticsError, match="quasi-completely"):
        fit_logistic(group, quasi, method="maximum-likelihood-wald", level=0.95)
    assert find_separation(GROUP, RESPONSE) is Separation.NONE


@pytest.mark.parametrize("method", LogisticMethod)
def test_many_trials_are_one_after_the_other(method):
    generator = np.random.default_rng(2)
    x = generator.normal(size=(3, 1, 40, 2))
    y = generator.integers(0, 2, (3, 2, 40))
    y[1, 1] = x[1, 0, :, 0] > 0.1
    many = fit_logistic(x, y, method=method, level=0.95)
    assert many.coefficients.estimate.shape == (3, 2, 3)
    assert many.covariance.shape == (3, 2, 3, 3)
    if method is LogisticMethod.MAXIMUM_LIKELIHOOD_WALD:
        assert many.coefficients.undefined.startswith("1 of 6: the predictors separate responses completely")
        assert np.isnan(many.coefficients.estimate[1, 1]).all()
    one = fit_logistic(x[2, 0], y[2, 1], method=method, level=0.95)
    np.testing.assert_allclose(many.coefficients.lower[2, 1], one.coefficients.lower, rtol=1e-8)
    np.testing.assert_allclose(many.log_likelihood[2, 1], one.log_likelihood, rtol=1e-10)


def test_dependent_predictors_have_no_answer():
    x = np.column_stack([np.arange(10), 2 * np.arange(10)])
    y = np.arange(10) % 2
    for method in LogisticMethod:
        with pytest.raises(StatisticsError, match="linearly dependent"):
            fit_logistic(x, y, method=method, level=0.95)
    with pytest.raises(StatisticsError, match="linearly dependent"):
        find_separation(x, y)
    with pytest.raises(StatisticsError, match="linearly dependent"):
        fit_logistic([[1.0, 2]], [1], method="firth-wald", level=0.95)


@pytest.mark.parametrize(
    ("x", "y"), [([[1], [2]], [0, 1, 1]), ([[np.nan], [2]], [0, 1]), ([[1], [2]], [0, 2]), ([1, 2], [0, 1])]
)
def test_what_can_not_be_fitted_is_refused(x, y):
    with pytest.raises(StatisticsError, match="expected"):
        fit_logistic(x, y, method="firth-wald", level=0.95)
    with pytest.raises(StatisticsError, match="expected"):
        find_separation(np.zeros((2, 4, 1)), np.zeros(4))
