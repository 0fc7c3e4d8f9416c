"""The joint normal engine against posteriors that have a closed form, and what it refuses."""

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.imputation.convergence import diagnose_chains
from myotis.statistics.imputation.joint_normal import CovarianceModel, CovariancePrior, impute_joint_normal

MANY = 4000
RIDGE = {"covariance": CovarianceModel.COMMON, "prior": CovariancePrior.RIDGE, "prior_df": 3.0}
JEFFREYS = {"covariance": CovarianceModel.COMMON, "prior": CovariancePrior.JEFFREYS, "prior_df": 0.0}
TWO_WITH_BOTH = np.array([[1, 2], [2, 1], [3, np.nan], [4, np.nan], [5, np.nan], [6, 0]])
SHORT = {"imputations": 4, "chains": 2, "burn_in": 5, "thinning": 2}
LONG = {"imputations": MANY, "chains": 8, "burn_in": 50, "thinning": 2}


def draw(n, p, seed):
    generator = np.random.default_rng(seed)
    return generator.normal(size=(n, p)) @ generator.normal(size=(p, p)) + np.arange(p)


def impute(values, arm=None, seed=3, **options):
    arm = np.zeros(len(values), dtype=int) if arm is None else arm
    return impute_joint_normal(np.random.default_rng(seed), values, arm, **options)


def near(drawn, expected):
    """The mean of draws is within four Monte Carlo errors of what is expected."""
    error = drawn.std(axis=0, ddof=1) / np.sqrt(len(drawn))
    return (np.abs(drawn.mean(axis=0) - expected) < 4 * error).all()


def test_with_nothing_missing_the_posterior_is_normal_inverse_wishart():
    values = draw(30, 3, seed=1)
    arm = np.arange(30) % 2
    answer = impute(values, arm, **JEFFREYS, **LONG)
    means = np.stack([values[arm == number].mean(axis=0) for number in (0, 1)])
    residual = values - means[arm]
    squares = residual.T @ residual
    # E[covariance] = S / (df - p - 1) with df = n - 2; E[precision] = df S^-1; Var[mean of 15] = E[covariance] / 15.
    assert near(answer.covariance[:, 0], squares / (28 - 3 - 1))
    assert near(np.linalg.inv(answer.covariance[:, 0]), 28 * np.linalg.inv(squares))
    drawn = np.stack([answer.means[:, 0, 0], answer.means[:, 1, 1]], axis=1)
    assert near(drawn, means)
    centered = drawn[:, 1] - means[1]
    assert near(centered[:, :, None] * centered[:, None, :], squares / 24 / 15)
    assert (answer.completed == values).all()


def test_the_ridge_adds_its_degrees_of_freedom_and_their_variances():
    values = draw(12, 3, seed=2)
    answer = impute(values, **(RIDGE | {"prior_df": 6.0}), **LONG)
    squares = np.cov(values.T) * 11
    expected = (squares + 6 * np.diag(np.diag(squares) / 11)) / (11 + 6 - 3 - 1)
    assert near(answer.covariance[:, 0], expected)


def test_of_two_variables_the_mean_of_the_one_with_missing_values_follows_the_regression_of_the_complete():
    values = draw(40, 2, seed=4)
    values[values[:, 0] > np.quantile(values[:, 0], 0.7), 1] = np.nan
    answer = impute(values, **JEFFREYS, **(LONG | {"thinning": 5}))
    known = ~np.isnan(values[:, 1])
    slope, start = np.polyfit(values[known, 0], values[known, 1], 1)
    assert near(answer.means[:, 0, 0, 1], start + slope * values[:, 0].mean())
    assert near(answer.completed[:, ~known, 1], start + slope * values[~known, 0])


def test_covariates_shift_the_mean_of_the_subjects_that_have_them():
    generator = np.random.default_rng(6)
    covariate = generator.normal(size=(60, 1))
    values = 5 * covariate + generator.normal(scale=0.1, size=(60, 1))
    values[:10] = np.nan
    for model in CovarianceModel:
        options = JEFFREYS | {"covariance": model}
        answer = impute(values, np.arange(60) % 2, covariates=covariate, **options, **SHORT)
        assert np.abs(answer.completed[:, :10] - 5 * covariate[:10]).max() < 0.6
        assert np.abs(answer.means - 5 * covariate).max() < 0.3


def test_by_arm_each_arm_is_the_model_that_it_has_alone():
    values = draw(40, 2, seed=8)
    values[::5, 1] = np.nan
    arm = (np.arange(40) >= 25).astype(int)
    both = impute(values, arm, **(RIDGE | {"covariance": CovarianceModel.BY_ARM}), **SHORT)
    alone = impute(values[arm == 0], **RIDGE, **SHORT)
    assert (both.completed[:, arm == 0] == alone.completed).all()
    assert not np.isclose(both.covariance[:, 0], both.covariance[:, 1]).any()


def test_the_same_generator_gives_the_same_and_observed_values_stay():
    values = draw(40, 3, seed=9)
    values[:8, 2], values[3, :] = np.nan, np.nan
    first, again, other = (impute(values, seed=seed, **RIDGE, **SHORT) for seed in (1, 1, 2))
    known = ~np.isnan(values)
    assert (first.completed == again.completed).all()
    assert (first.completed[:, known] == values[known]).all()
    assert (first.completed[:, ~known] != other.completed[:, ~known]).all()


def test_chains_that_settle_agree_and_those_that_do_not_are_told():
    values = draw(40, 2, seed=10)
    values[:6, 1] = np.nan
    settled = impute(values, **RIDGE, imputations=200, chains=4, burn_in=50, thinning=5).convergence
    assert settled.worst_scale_reduction < 1.1
    assert settled.worst_autocorrelation < 0.3
    short = impute(values, **RIDGE, imputations=2, chains=2, burn_in=0, thinning=1).convergence
    assert np.isnan([short.worst_scale_reduction, short.worst_autocorrelation]).all()
    noise = np.random.default_rng(1).normal(size=(100, 4, 1))
    assert diagnose_chains(noise, 5).worst_scale_reduction < 1.05
    assert diagnose_chains(noise + np.arange(4)[:, None], 5).worst_scale_reduction > 1.4
    assert diagnose_chains(noise.cumsum(axis=0), 5).worst_autocorrelation > 0.5


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"values": np.full((6, 2), np.nan)}, "variable 0 was observed in 0 subjects"),
        ({"values": np.where(np.arange(6)[:, None] % 2, [1.0, np.nan], [2.0, 1.0])}, "variable 1 was observed in 3"),
        ({"arm": [0, 0, 0, 2, 2, 2]}, "an arm has no subjects"),
        ({"arm": [0, 1]}, "expected \\[subject, variable\\]"),
        ({"covariates": np.full((6, 1), np.nan)}, "covariates"),
        ({"values": np.full((6, 2), np.inf)}, "infinite"),
        ({"imputations": 0}, "expected at least 1 of each"),
        ({"burn_in": -1}, "burn-in from 0"),
        ({"prior_df": 0.0}, "expected more than 0 for ridge"),
        ({"prior": CovariancePrior.JEFFREYS}, "0 for jeffreys"),
        ({"values": np.arange(60.0).reshape(6, 10) ** 2}, "degrees of freedom for the covariance of 10"),
        (
            JEFFREYS | {"values": np.array([[1.0, 2], [2, 2], [3, 2], [4, 2], [5, 2], [6, 2]])},
            "follows from the others",
        ),
        (
            {"prior": CovariancePrior.JEFFREYS, "prior_df": 0.0, "values": TWO_WITH_BOTH},
            "too few for the prior of Jeffreys",
        ),
    ],
)
def test_what_has_no_answer_is_refused_with_the_reason(change, says):
    values = np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 5.0], [4.0, 2.0], [5.0, 1.0], [6.0, 0.0]])
    asked = {"values": values, "arm": np.arange(6) % 2} | RIDGE | SHORT | change
    with pytest.raises(StatisticsError, match=says):
        impute(asked.pop("values"), asked.pop("arm"), **asked)
