import numpy as np
import pytest
from numpy.testing import assert_allclose

from myotis.errors import StatisticsError
from myotis.statistics.imputation.multivariate_normal import draw_conditional, impute_conditional_mean
from myotis.statistics.imputation.reference_based import Strategy, compute_marginal

OWN, REFERENCE = [10.0, 20.0, 30.0], [4.0, 6.0, 9.0]
SHARED = np.array([[4.0, 2, 1], [2, 9, 3], [1, 3, 16]])


def marginal_mean(strategy, event):
    return compute_marginal(OWN, SHARED, REFERENCE, SHARED, event=event, strategy=strategy).mean.tolist()


@pytest.mark.parametrize(
    ("strategy", "event", "mean"),
    [
        ("missing-at-random", 1, OWN),
        ("jump-to-reference", 1, [10, 6, 9]),
        ("jump-to-reference", 2, [10, 20, 9]),
        ("copy-reference", 2, REFERENCE),
        ("copy-increments-in-reference", 1, [10, 12, 15]),
        ("copy-increments-in-reference", 2, [10, 20, 23]),
        ("last-mean-carried-forward", 1, [10, 10, 10]),
        ("last-mean-carried-forward", 2, [10, 20, 20]),
    ],
)
def test_means_by_hand(strategy, event, mean):
    assert marginal_mean(strategy, event) == mean


@pytest.mark.parametrize("strategy", list(Strategy))
def test_without_an_event_the_arm_is_its_own(strategy):
    assert marginal_mean(strategy, 3) == OWN


@pytest.mark.parametrize("strategy", ["jump-to-reference", "copy-reference", "copy-increments-in-reference"])
def test_an_event_before_the_first_visit_is_the_reference(strategy):
    assert marginal_mean(strategy, 0) == REFERENCE


@pytest.mark.parametrize("strategy", list(Strategy))
def test_one_covariance_for_both_stays_itself(strategy):
    for event in (1, 2):
        answer = compute_marginal(OWN, SHARED, REFERENCE, SHARED, event=event, strategy=strategy)
        assert_allclose(answer.covariance, SHARED, atol=1e-12)


def test_no_mean_to_carry_is_refused():
    with pytest.raises(StatisticsError, match="visit before the event"):
        marginal_mean("last-mean-carried-forward", 0)


@pytest.mark.parametrize(("reference", "event"), [([1.0, 2.0], 1), (REFERENCE, 4), (REFERENCE, -1)])
def test_shapes_and_events_are_checked(reference, event):
    with pytest.raises(StatisticsError, match="expected"):
        compute_marginal(OWN, SHARED, reference, SHARED, event=event, strategy="jump-to-reference")


def test_an_unknown_strategy_is_refused():
    with pytest.raises(ValueError, match="hope"):
        marginal_mean("hope", 1)


def test_a_missing_second_visit_by_hand():
    # given 12 where 10 was expected: 20 + (2 / 4) * 2; without anything observed the means
    outcome = np.array([[12.0, np.nan], [np.nan, np.nan], [1.0, 2.0]])
    filled = impute_conditional_mean(outcome, np.tile([10.0, 20.0], (3, 1)), SHARED[:2, :2])
    assert filled.tolist() == [[12, 21], [10, 20], [1, 2]]


def test_draws_have_the_conditional_variance():
    rng = np.random.default_rng(4)
    outcome = np.array([[12.0, np.nan, np.nan]])
    mean = np.broadcast_to(OWN, (40_000, 1, 3))
    drawn = draw_conditional(outcome, mean, SHARED, rng.standard_normal(mean.shape))[:, 0, 1:]
    # given the first: 9 - 1, 16 - 1/4 and 3 - 1/2; six standard errors of 40,000 draws
    assert_allclose(np.cov(drawn.T), [[8, 2.5], [2.5, 15.75]], atol=6 * 15.75 * np.sqrt(2 / 40_000))
    assert_allclose(drawn.mean(axis=0), [21, 30.5], atol=6 * 4 / 200)


def test_a_covariance_that_is_none_is_refused():
    with pytest.raises(StatisticsError, match="not positive definite"):
        impute_conditional_mean(np.array([[1.0, np.nan]]), np.zeros((1, 2)), np.array([[1.0, 2], [2, 1]]))
