"""Exact conditional inference over strata: a second program, one table after the other, in fractions."""

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.stratified.exact import estimate_common_odds_ratio, exact_stratified_test

SMALL = [[[3, 1], [1, 4]], [[2, 3], [0, 4]], [[2, 0], [3, 2]]]


def list_tables(counts, odds_ratio=Fraction(1)):
    """The events of group 0 in all and their probability, by enumeration of every set of tables with these margins."""
    strata = []
    for (a, b), (c, d) in counts:
        m, n, events = a + b, c + d, a + c
        strata.append([(k, comb(m, k) * comb(n, events - k)) for k in range(max(0, events - n), min(m, events) + 1)])
    weights = {}
    for tables in product(*strata):
        total = sum(k for k, _ in tables)
        weight = odds_ratio**total
        for _, ways in tables:
            weight *= ways
        weights[total] = weights.get(total, 0) + weight
    everything = sum(weights.values())
    return {total: weight / everything for total, weight in weights.items()}


def test_p_values_are_sums_of_fractions():
    probability = list_tables(SMALL)
    seen = sum(table[0][0] for table in SMALL)
    exact = {
        "two-sided": sum(p for p in probability.values() if p <= probability[seen]),
        "greater": sum(p for total, p in probability.items() if total >= seen),
        "less": sum(p for total, p in probability.items() if total <= seen),
    }
    for alternative, p in exact.items():
        ours = exact_stratified_test(SMALL, method="exact-conditional", alternative=alternative)
        assert float(ours.p_value) == pytest.approx(float(p), rel=1e-12)
        mid = exact_stratified_test(SMALL, method="mid-p-conditional", alternative=alternative)
        assert float(mid.p_value) == pytest.approx(float(p - probability[seen] / 2), rel=1e-12)
    assert float(ours.statistic) == seen


@pytest.mark.parametrize(("method", "share"), [("exact-conditional", 1.0), ("mid-p-conditional", 0.5)])
def test_limits_leave_half_of_the_rest_to_each_side(method, share):
    seen = sum(table[0][0] for table in SMALL)
    answer = estimate_common_odds_ratio(SMALL, method=method, level=0.9)
    for limit, beyond in ((answer.lower, lambda total: total > seen), (answer.upper, lambda total: total < seen)):
        probability = list_tables(SMALL, float(limit))
        tail = sum(p for total, p in probability.items() if beyond(total)) + share * probability[seen]
        assert tail == pytest.approx(0.05, rel=1e-9)
    probability = list_tables(SMALL, float(answer.estimate))
    assert sum(total * p for total, p in probability.items()) == pytest.approx(seen, rel=1e-9)


def test_at_the_ends_the_odds_ratio_is_zero_or_has_no_end():
    counts = [[[5, 0], [0, 4]], [[7, 0], [0, 6]]]
    answer = estimate_common_odds_ratio(counts, method="exact-conditional", level=0.95)
    assert np.isposinf([answer.estimate, answer.upper]).all()
    assert 1 < float(answer.lower) < np.inf
    turned = estimate_common_odds_ratio(np.flip(counts, axis=-2), method="exact-conditional", level=0.95)
    assert (float(turned.estimate), float(turned.lower)) == (0, 0)
    assert float(turned.upper) == pytest.approx(1 / float(answer.lower), rel=1e-9)


def test_without_an_answer():
    same = [[[5, 0], [4, 0]]]
    with pytest.raises(StatisticsError, match="same outcome"):
        estimate_common_odds_ratio(same, method="exact-conditional", level=0.95)
    assert float(exact_stratified_test(same, method="exact-conditional").p_value) == 1
    for counts in ([[[0, 0], [1, 2]]], [[[0, 0], [0, 0]]]):
        with pytest.raises(StatisticsError, match="no stratum"):
            exact_stratified_test(counts, method="exact-conditional")
    many = estimate_common_odds_ratio([same, [[[3, 2], [1, 4]]]], method="mid-p-conditional", level=0.95)
    assert many.undefined.startswith("1 of 2: within each stratum")
    assert np.isnan(many.lower).tolist() == [True, False]
    with pytest.raises(StatisticsError, match="expected two-sided"):
        exact_stratified_test(SMALL, method="exact-conditional", alternative="both")


def test_many_trials_are_one_after_the_other():
    trials = np.array([[SMALL, SMALL[::-1]], [SMALL, [[[1, 1], [1, 1]]] * 3]])
    many = exact_stratified_test(trials, method="exact-conditional").p_value
    assert many.shape == (2, 2)
    assert many[0, 0] == many[1, 0] == pytest.approx(many[0, 1], rel=1e-12)
    assert many[1, 1] == 1
