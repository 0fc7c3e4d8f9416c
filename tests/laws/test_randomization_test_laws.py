"""The randomization test: valid under the sharp hypothesis, and Fisher's exact test for a binary outcome."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from myotis.statistics.randomization_test import exact_randomization_test, randomization_test

NUMBERS = st.one_of(st.integers(-3, 3).map(float), st.floats(-1e3, 1e3))
ALTERNATIVES = st.sampled_from(["two-sided", "greater", "less"])


def choose(n, k):
    """All ways to give k of n subjects the treatment."""
    chosen = np.zeros((0, n), dtype=bool)
    for members in combinations(range(n), k):
        chosen = np.vstack([chosen, np.isin(np.arange(n), members)])
    return chosen


BLOCKS = np.array([np.concatenate(pair) for pair in product(choose(4, 2), choose(4, 2))])
"""All 36 lists of two blocks of four, the blocks of one stratum or of two."""


def difference_of_means(outcome):
    def statistic(allocations):
        of_group1 = np.where(allocations, outcome, 0).sum(axis=-1) / allocations.sum(axis=-1)
        return of_group1 - np.where(allocations, 0, outcome).sum(axis=-1) / (~allocations).sum(axis=-1)

    return statistic


@settings(max_examples=40, deadline=None)
@given(st.lists(NUMBERS, min_size=8, max_size=8), ALTERNATIVES)
def test_if_outcomes_do_not_depend_on_the_arm_p_is_at_most_alpha_with_a_chance_of_alpha_at_most(outcome, alternative):
    statistic = difference_of_means(np.array(outcome))
    p_values = np.array(
        [
            float(exact_randomization_test(statistic, one, BLOCKS, alternative=alternative).test.p_value)
            for one in BLOCKS
        ]
    )
    for alpha in np.unique(p_values):
        assert (p_values <= alpha).mean() <= alpha + 1e-12


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 8), st.data())
def test_complete_randomization_of_a_binary_outcome_is_fishers_exact_test(n, data):
    group1 = data.draw(st.integers(1, n - 1))
    outcome = np.array(data.draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    possible = choose(n, group1)
    observed = possible[data.draw(st.integers(0, len(possible) - 1))]
    table = [[(outcome[arm] == value).sum() for value in (1, 0)] for arm in (observed, ~observed)]
    sides = ["greater", "less"] + (["two-sided"] if 2 * group1 == n else [])
    for alternative in sides:
        answer = exact_randomization_test(difference_of_means(outcome), observed, possible, alternative=alternative)
        fisher = stats.fisher_exact(table, alternative=alternative).pvalue
        assert float(answer.test.p_value) == pytest.approx(fisher, rel=1e-9)


def test_monte_carlo_comes_to_the_exact_p_value():
    outcome = np.array([9.0, 7.0, 8.0, 1.0, 2.0, 3.0, 6.0, 4.0])
    observed = BLOCKS[5]

    def draw_allocations(generator, draws):
        return BLOCKS[generator.integers(len(BLOCKS), size=draws)]

    for alternative in ("two-sided", "greater", "less"):
        exact = exact_randomization_test(difference_of_means(outcome), observed, BLOCKS, alternative=alternative)
        drawn = randomization_test(
            difference_of_means(outcome),
            observed,
            draw_allocations,
            np.random.default_rng(20261125),
            draws=20_000,
            alternative=alternative,
        )
        assert drawn.mc_error < 0.004
        assert abs(drawn.test.p_value - exact.test.p_value) < 4 * drawn.mc_error + 1 / 20_000
