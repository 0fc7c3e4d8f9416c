"""Weighted and Newcombe differences over strata: that the weights are the best, and strata without a variance."""

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.proportions.difference import estimate_difference_of_proportions
from myotis.statistics.stratified.newcombe import NewcombeWeights, estimate_stratified_newcombe_difference
from myotis.statistics.stratified.weighted_difference import WeightedDifference, estimate_weighted_difference
from myotis.statistics.stratified.weights import compute_minimum_risk_weights

TABLES = [[[11, 2], [6, 7]], [[20, 7], [13, 15]], [[6, 1], [2, 5]]]
ESTIMATORS = [
    *((lambda counts, w=w: estimate_weighted_difference(counts, weights=w, level=0.95)) for w in WeightedDifference),
    *(
        (lambda counts, m=m: estimate_stratified_newcombe_difference(counts, method=m, level=0.95))
        for m in NewcombeWeights
    ),
]


def test_no_other_weights_have_less_risk():
    x1, n1, x2, n2 = np.array([[11, 20, 6], [13, 27, 7], [6, 13, 2], [13, 28, 7]], dtype=float)
    p, q = x1 / n1, x2 / n2
    variance, share = p * (1 - p) / n1 + q * (1 - q) / n2, (n1 + n2) / (n1 + n2).sum()

    def risk(w):
        return (w**2 * variance).sum() + ((w - share) * (p - q)).sum() ** 2

    best = compute_minimum_risk_weights(x1, n1, x2, n2, n1 > 0)
    assert best.sum() == pytest.approx(1)
    for direction in np.random.default_rng(1).normal(size=(50, 3)):
        step = 0.01 * (direction - direction.mean())
        assert risk(best) < risk(best + step)


@pytest.mark.parametrize("weights", WeightedDifference)
def test_one_stratum_is_wald(weights):
    plain = estimate_difference_of_proportions(37, 47, 21, 48, method="wald", level=0.95)
    answer = estimate_weighted_difference([[[37, 10], [21, 27]]], weights=weights, level=0.95)
    np.testing.assert_allclose([answer.lower, answer.upper], [plain.lower, plain.upper], rtol=1e-12)


@pytest.mark.parametrize("method", NewcombeWeights)
@pytest.mark.parametrize("groups", [(37, 47, 21, 48), (0, 10, 0, 20), (0, 7, 7, 7), (9, 9, 9, 9)])
def test_one_stratum_is_newcombe(method, groups):
    x1, n1, x2, n2 = groups
    plain = estimate_difference_of_proportions(*groups, method="newcombe", level=0.95)
    answer = estimate_stratified_newcombe_difference([[[x1, n1 - x1], [x2, n2 - x2]]], method=method, level=0.95)
    np.testing.assert_allclose([answer.lower, answer.upper], [plain.lower, plain.upper], atol=1e-12)


@pytest.mark.parametrize("estimate", ESTIMATORS)
@pytest.mark.parametrize("silent", [[[3, 4], [0, 0]], [[0, 0], [0, 0]], [[0, 0], [2, 1]]])
def test_a_stratum_without_one_of_the_groups_says_nothing(estimate, silent):
    with_it, without = estimate([*TABLES, silent]), estimate(TABLES)
    np.testing.assert_allclose(
        [with_it.estimate, with_it.lower, with_it.upper], [without.estimate, without.lower, without.upper], rtol=1e-9
    )


@pytest.mark.parametrize("estimate", ESTIMATORS)
def test_strata_without_variance_have_an_answer_with_a_width(estimate):
    for counts in ([[[0, 8], [0, 7]], [[0, 9], [0, 11]]], [[[5, 0], [4, 0]], [[7, 0], [6, 0]]]):
        answer = estimate(counts)
        assert float(answer.estimate) == pytest.approx(0, abs=1e-12)
        assert float(answer.lower) < 0 < float(answer.upper)


@pytest.mark.parametrize("estimate", ESTIMATORS)
def test_many_trials_and_those_without_an_answer(estimate):
    nothing = [[[0, 0], [1, 2]]] * 3
    with pytest.raises(StatisticsError, match="no stratum has subjects of both groups"):
        estimate(nothing)
    many = estimate([nothing, TABLES, TABLES[::-1]])
    assert many.undefined == "1 of 3: no stratum has subjects of both groups"
    assert float(many.lower[1]) == pytest.approx(float(estimate(TABLES).lower), rel=1e-9)
    assert float(many.lower[2]) == pytest.approx(float(many.lower[1]), rel=1e-9)
