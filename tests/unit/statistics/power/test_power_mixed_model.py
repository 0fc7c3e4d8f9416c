"""Power of a mixed model: what dropout costs, and the covariance that is left after the baseline value."""

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.power.means import TwoMeans
from myotis.statistics.power.mixed_model import RepeatedMeans, compute_last_visit_variance, condition_on_baseline

TWO_SIDED = {"alpha": 0.05, "alternative": "two-sided"}
COVARIANCE = ((100.0, 70.0, 50.0), (70.0, 110.0, 80.0), (50.0, 80.0, 120.0))


def test_without_dropout_only_the_last_visit_counts():
    assert compute_last_visit_variance(COVARIANCE, [1, 1, 1]) == pytest.approx(120)
    repeated = RepeatedMeans(
        difference=6, covariance=COVARIANCE, retention1=(1, 1, 1), retention2=(1, 1, 1), **TWO_SIDED
    )
    at_once = TwoMeans(difference=6, sd1=np.sqrt(120), sd2=np.sqrt(120), test="z", **TWO_SIDED)
    assert repeated.compute_power(40, 30) == pytest.approx(at_once.compute_power(40, 30), abs=1e-12)


def test_of_visits_that_tell_nothing_of_each_other_only_those_who_stay_count():
    assert compute_last_visit_variance(np.diag([3.0, 4.0]), [1, 0.5]) == pytest.approx(8)


def test_earlier_values_are_worth_something():
    kept = [1, 0.9, 0.7]
    assert 120 < compute_last_visit_variance(COVARIANCE, kept) < 120 / 0.7


def test_two_visits_have_the_variance_of_the_factored_likelihood():
    # Anderson (1957): the mean at the second visit by regression on the first, of which all have a value.
    kept, rho = 0.6, 0.5
    regression = (1 - rho**2) / kept + rho**2
    assert compute_last_visit_variance([[1, rho], [rho, 1]], [1, kept]) == pytest.approx(regression, rel=1e-12)


def test_after_the_baseline_the_residuals_of_a_regression_are_left():
    rng = np.random.default_rng(7)
    values = rng.multivariate_normal(np.zeros(3), COVARIANCE, 200_000)
    slope = np.array(COVARIANCE[0][1:]) / COVARIANCE[0][0]
    left = values[:, 1:] - values[:, :1] * slope
    assert condition_on_baseline(COVARIANCE) == pytest.approx(np.cov(left.T), rel=0.02)


@pytest.mark.parametrize(
    ("covariance", "retention"),
    [
        (((1.0, 2.0), (2.0, 1.0)), (1, 1)),
        (((1.0, 0.5), (0.4, 1.0)), (1, 1)),
        (((1.0, 0.5),), (1, 1)),
        (((1.0,),), (1, 1)),
        (((1.0, 0.5), (0.5, 1.0)), (0.8, 0.9)),
        (((1.0, 0.5), (0.5, 1.0)), (1, 0)),
        (((1.0, 0.5), (0.5, 1.0)), (1.1, 1)),
    ],
)
def test_what_is_no_covariance_or_no_retention_is_an_error(covariance, retention):
    with pytest.raises(StatisticsError, match="expected"):
        compute_last_visit_variance(covariance, retention)


def test_a_baseline_alone_leaves_nothing():
    with pytest.raises(StatisticsError, match="two rows or more"):
        condition_on_baseline([[1.0]])
