"""What must hold of every comparison within strata, whatever the counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myotis.statistics.stratified.association import general_association_test
from myotis.statistics.stratified.homogeneity import breslow_day_test
from myotis.statistics.stratified.newcombe import NewcombeWeights, estimate_stratified_newcombe_difference
from myotis.statistics.stratified.score_interval import Contrast, estimate_stratified_score
from myotis.statistics.stratified.weighted_difference import WeightedDifference, estimate_weighted_difference
from myotis.statistics.stratified.weights import StratumWeights

cell = st.integers(0, 40)
row = st.tuples(cell, cell)
informative = st.tuples(
    st.tuples(st.integers(1, 40), st.integers(1, 40)), st.tuples(st.integers(1, 40), st.integers(1, 40))
)
strata = st.lists(st.tuples(row, row), min_size=0, max_size=4).flatmap(
    lambda tables: informative.map(lambda first: [first, *tables])
)
fixed = st.sampled_from([StratumWeights.MANTEL_HAENSZEL, StratumWeights.MIETTINEN_NURMINEN])
differences = st.sampled_from(
    [
        *((lambda c, w=w: estimate_weighted_difference(c, weights=w, level=0.95)) for w in WeightedDifference),
        *((lambda c, m=m: estimate_stratified_newcombe_difference(c, method=m, level=0.95)) for m in NewcombeWeights),
    ]
)


def score(counts, contrast, weights, *, skewness, level=0.95):
    answer = estimate_stratified_score(counts, contrast=contrast, weights=weights, skewness=skewness, level=level)
    return float(answer.estimate), float(answer.lower), float(answer.upper)


@settings(max_examples=100, deadline=None)
@given(strata, st.sampled_from(Contrast), fixed, st.booleans())
def test_swapping_the_groups_turns_the_interval_round(tables, contrast, weights, skewness):
    estimate, lower, upper = score(tables, contrast, weights, skewness=skewness)
    other, other_lower, other_upper = score(np.flip(tables, axis=-2), contrast, weights, skewness=skewness)
    if contrast is Contrast.DIFFERENCE:
        assert (other, other_lower, other_upper) == pytest.approx((-estimate, -upper, -lower), abs=1e-8)
    else:  # on the scale r / (1 + r), where an infinite ratio is 1
        ours = [1 / (1 + ratio) for ratio in (estimate, upper, lower)]
        theirs = [1 - 1 / (1 + ratio) for ratio in (other, other_lower, other_upper)]
        assert theirs == pytest.approx(ours, abs=1e-8)


@settings(max_examples=100, deadline=None)
@given(strata, st.sampled_from(Contrast), fixed, st.randoms(use_true_random=False))
def test_the_order_of_strata_changes_nothing(tables, contrast, weights, random):
    shuffled = random.sample(tables, len(tables))
    first = np.arctan(score(tables, contrast, weights, skewness=False))
    assert np.arctan(score(shuffled, contrast, weights, skewness=False)) == pytest.approx(first, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(strata, st.sampled_from(Contrast), st.sampled_from(StratumWeights), st.booleans())
def test_the_estimate_lies_inside_and_more_confidence_is_no_narrower(tables, contrast, weights, skewness):
    if weights is StratumWeights.MINIMUM_RISK:
        contrast = Contrast.DIFFERENCE
    estimate, lower, upper = score(tables, contrast, weights, skewness=skewness)
    assert lower <= estimate <= upper
    if weights is StratumWeights.MANTEL_HAENSZEL and not skewness:
        _, wider_lower, wider_upper = score(tables, contrast, weights, skewness=False, level=0.97)
        assert wider_lower <= lower + 1e-9
        assert np.arctan(upper) <= np.arctan(wider_upper) + 1e-9


@settings(max_examples=100, deadline=None)
@given(strata, differences)
def test_other_differences_turn_round_and_stay_within_one(tables, estimate):
    answer, other = estimate(tables), estimate(np.flip(tables, axis=-2))
    limits = [answer.estimate, answer.lower, answer.upper]
    assert [-other.estimate, -other.upper, -other.lower] == pytest.approx(limits, abs=1e-9)
    assert -1 <= answer.lower <= answer.estimate <= answer.upper <= 1


@settings(max_examples=50, deadline=None)
@given(strata, st.booleans(), st.permutations([0, 1]))
def test_tests_do_not_know_the_order_of_groups_outcomes_and_strata(tables, tarone, order):
    turned = np.array(tables)[::-1, :, order]
    plain, other = general_association_test(tables), general_association_test(turned)
    assert float(other.statistic) == pytest.approx(float(plain.statistic), rel=1e-8, abs=1e-10)
    many = breslow_day_test([tables, turned], tarone=tarone)
    assert many.statistic[0] == pytest.approx(many.statistic[1], rel=1e-7, abs=1e-8, nan_ok=True)
