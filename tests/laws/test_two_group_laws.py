"""Laws of rank tests and of analysis of covariance, whatever the values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myotis.statistics.continuous.ancova import CoefficientVariance, Slopes, fit_ancova
from myotis.statistics.continuous.hodges_lehmann import estimate_hodges_lehmann
from myotis.statistics.continuous.mann_whitney_probability import estimate_mann_whitney_probability
from myotis.statistics.continuous.wilcoxon_rank_sum import RankSumTest, wilcoxon_rank_sum_test

SCORES = st.lists(st.integers(0, 12), min_size=4, max_size=12)
VARIED = SCORES.filter(lambda values: len(set(values)) > 1)
EXAMPLES = settings(max_examples=60, deadline=None)


def p_value(first, second, method, alternative="two-sided"):
    return float(wilcoxon_rank_sum_test(first, second, method=method, alternative=alternative).p_value)


@EXAMPLES
@given(VARIED, SCORES, st.sampled_from(list(RankSumTest)))
def test_a_rank_test_turns_with_its_groups_and_knows_the_order_only(first, second, method):
    assert p_value(first, second, method, "greater") == pytest.approx(p_value(second, first, method, "less"))
    assert p_value(first, second, method) == pytest.approx(p_value(second, first, method))
    stretched = [np.exp(np.array(values) / 3.0) for values in (first, second)]
    assert p_value(*stretched, method) == p_value(first, second, method)


@EXAMPLES
@given(st.integers(0, 2**32 - 1), st.integers(4, 9), st.integers(4, 9), st.sampled_from([0.8, 0.9, 0.95]))
def test_the_exact_interval_holds_the_shifts_that_the_exact_test_does_not_reject(seed, n1, n2, level):
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=n1), rng.normal(size=n2)
    answer = estimate_hodges_lehmann(first, second, method="hodges-lehmann-exact", level=level)
    # Just inside and just outside: differences observed lie farther apart than this.
    step = 1e-9
    for limit, inside in ((float(answer.lower), step), (float(answer.upper), -step)):
        assert p_value(first - limit - inside, second, "wilcoxon-exact") > 1 - level + 1e-12
        assert p_value(first - limit + inside, second, "wilcoxon-exact") <= 1 - level + 1e-12


@EXAMPLES
@given(SCORES, SCORES, st.sampled_from([0.8, 0.95]))
def test_the_probability_turns_with_its_groups(first, second, level):
    one, other = (
        estimate_mann_whitney_probability(*pair, method="mann-whitney-newcombe-5", level=level)
        for pair in ((first, second), (second, first))
    )
    assert float(one.estimate) == pytest.approx(1 - float(other.estimate))
    assert float(one.lower) == pytest.approx(1 - float(other.upper))
    assert 0 <= one.lower <= one.estimate <= one.upper <= 1


@EXAMPLES
@given(st.integers(0, 2**32 - 1), st.sampled_from(list(Slopes)), st.sampled_from(list(CoefficientVariance)))
def test_adjustment_does_not_ask_for_units_or_for_the_order_of_subjects(seed, slopes, variance):
    rng = np.random.default_rng(seed)
    y, x = rng.normal(size=20), rng.normal(size=(20, 1))
    treated, factor = np.arange(20) % 2 == 0, (np.arange(20) // 2 % 3)[:, None]

    def fit(y, x, order=slice(None)):
        return fit_ancova(
            y[order],
            treated[order],
            covariates=x[order],
            factors=factor[order],
            slopes=slopes,
            variance=variance,
            weights="proportional",
            level=0.9,
        ).difference

    plain, other = fit(y, x), fit(5 + 3 * y, 100 - 7 * x, rng.permutation(20))
    for field in ("estimate", "se", "lower", "upper"):
        assert float(getattr(other, field)) == pytest.approx(3 * float(getattr(plain, field)), rel=1e-8, abs=1e-10)
