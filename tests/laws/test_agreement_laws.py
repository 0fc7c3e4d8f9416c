"""Laws of agreement, whatever the ratings."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myotis.statistics.agreement.intraclass_correlation import (
    IntraclassCorrelation,
    estimate_intraclass_correlation,
)
from myotis.statistics.agreement.kappa import KappaWeights, estimate_kappa
from myotis.statistics.agreement.limits_of_agreement import LimitsInterval, estimate_limits_of_agreement

EXAMPLES = settings(max_examples=60, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)


@EXAMPLES
@given(SEEDS, st.sampled_from(list(IntraclassCorrelation)), st.integers(3, 12), st.integers(2, 5))
def test_a_correlation_does_not_ask_for_units_or_order(seed, method, targets, raters):
    rng = np.random.default_rng(seed)
    ratings = rng.normal(size=(targets, raters)) + 2 * rng.normal(size=(targets, 1))
    other = 40 + 5 * ratings[rng.permutation(targets)][:, rng.permutation(raters)]
    both = estimate_intraclass_correlation([ratings, other], method=method, level=0.95)
    for values in (both.estimate, both.lower, both.upper):
        assert values[0] == pytest.approx(values[1], rel=1e-8, nan_ok=True)


@EXAMPLES
@given(SEEDS, st.sampled_from(list(KappaWeights)), st.integers(2, 5))
def test_kappa_does_not_ask_which_rater_comes_first_or_from_which_end_categories_are_counted(seed, method, categories):
    table = np.random.default_rng(seed).integers(0, 6, (categories, categories)) + np.eye(categories, dtype=int)
    answers = estimate_kappa([table, table.T, table[::-1, ::-1]], method=method, level=0.95)
    for values in (answers.estimate, answers.se, answers.lower):
        assert values == pytest.approx(np.full(3, values[0]), abs=1e-10)
    assert (answers.estimate <= 1).all()


@EXAMPLES
@given(SEEDS, st.integers(2, 4), st.integers(2, 9))
def test_kappa_of_unordered_categories_does_not_ask_for_their_order(seed, categories, factor):
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 6, (categories, categories)) + np.eye(categories, dtype=int)
    order = rng.permutation(categories)
    one, other, many = (
        estimate_kappa(counts, method="kappa-unweighted", level=0.95)
        for counts in (table, table[order][:, order], factor * table)
    )
    assert float(one.estimate) == pytest.approx(float(other.estimate), abs=1e-12)
    assert float(one.estimate) == pytest.approx(float(many.estimate), abs=1e-12)
    assert float(one.se) == pytest.approx(float(many.se) * np.sqrt(factor), abs=1e-8)


@EXAMPLES
@given(SEEDS, st.sampled_from(list(LimitsInterval)), st.integers(3, 30))
def test_limits_turn_with_the_raters(seed, method, subjects):
    first, second = np.random.default_rng(seed).normal(size=(2, subjects))
    one, other = (
        estimate_limits_of_agreement(*pair, share=0.9, method=method, level=0.95)
        for pair in ((first, second), (second, first))
    )
    for mine, theirs in (("estimate", "estimate"), ("lower", "upper"), ("upper", "lower")):
        turned = -float(getattr(other.lower_limit, theirs))
        assert float(getattr(one.upper_limit, mine)) == pytest.approx(turned, rel=1e-9)
