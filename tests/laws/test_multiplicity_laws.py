"""Laws of multiple tests, for any p-values and any graph; and the familywise error under the global null."""

import numpy as np
import pytest
from closed_tests import close_graph, close_simes
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special

from myotis.statistics.multiplicity.gatekeeping import build_gatekeeping_graph
from myotis.statistics.multiplicity.graphical import compute_graphical_p_values
from myotis.statistics.multiplicity.hypothesis_graph import HypothesisGraph, build_equal_graph
from myotis.statistics.multiplicity.sequences import compute_fallback_p_values, compute_fixed_sequence_p_values
from myotis.statistics.multiplicity.stepwise import compute_adjusted_p_values

LIVELY = settings(max_examples=60, deadline=None)
P_VALUES = st.sampled_from([0.0, 0.001, 0.01, 0.02, 0.04, 0.5, 1.0]) | st.floats(0, 1)
LEVEL = 0.05


def p_arrays(m):
    return arrays(float, m, elements=P_VALUES)


@st.composite
def graphs_with_p(draw):
    """Graphs with rows that sum to 1, to less and to nothing, closed loops included; and p-values."""
    m = draw(st.integers(1, 5))
    shares = np.array(draw(st.lists(st.integers(0, 3), min_size=m, max_size=m)), dtype=float)
    arrows = draw(arrays(float, (m, m), elements=st.integers(0, 2).map(float)))
    np.fill_diagonal(arrows, 0)
    kept = draw(arrays(float, (m, 1), elements=st.sampled_from([1.0, 1.0, 0.5])))
    transitions = kept * arrows / np.maximum(arrows.sum(axis=1, keepdims=True), 1)
    return HypothesisGraph(weights=shares / max(shares.sum(), 1), transitions=transitions), draw(p_arrays(m))


@LIVELY
@given(graphs_with_p())
def test_a_graph_is_the_closed_test_of_its_weighted_bonferroni_tests(case):
    graph, p = case
    expected = close_graph(p, graph.weights, graph.transitions)
    np.testing.assert_allclose(compute_graphical_p_values(p, graph=graph).p_value, expected, rtol=0, atol=1e-9)


@LIVELY
@given(st.integers(1, 6).flatmap(p_arrays))
def test_hommel_is_the_closed_test_of_simes_tests(p):
    np.testing.assert_allclose(
        compute_adjusted_p_values(p, method="hommel").p_value, close_simes(p), rtol=0, atol=1e-12
    )


@LIVELY
@given(st.integers(1, 8).flatmap(p_arrays))
def test_holm_is_the_graph_of_equal_shares(p):
    answer = compute_graphical_p_values(p, graph=build_equal_graph(len(p)))
    np.testing.assert_allclose(answer.p_value, compute_adjusted_p_values(p, method="holm").p_value, rtol=0, atol=1e-12)
    assert sorted(answer.order) == list(range(1, len(p) + 1))


@LIVELY
@given(st.integers(1, 8).flatmap(p_arrays))
def test_procedures_reject_more_in_their_known_order_and_never_below_the_plain_p_value(p):
    adjusted = [
        compute_adjusted_p_values(p, method=method).p_value for method in ("bonferroni", "holm", "hochberg", "hommel")
    ]
    for less, more in zip(adjusted, [*adjusted[1:], p], strict=True):
        assert np.all(less >= more - 1e-12)


@LIVELY
@given(graphs_with_p(), st.floats(0, 1))
def test_smaller_p_values_never_reject_less(case, factor):
    graph, p = case
    before = compute_graphical_p_values(p, graph=graph).p_value
    assert np.all(compute_graphical_p_values(p * factor, graph=graph).p_value <= before + 1e-12)


@LIVELY
@given(st.integers(2, 6).flatmap(lambda m: arrays(float, (3, 2, m), elements=P_VALUES)))
def test_many_trials_are_the_trials_one_by_one(p):
    graph = build_equal_graph(p.shape[-1])
    together = compute_graphical_p_values(p, graph=graph)
    alone = [[compute_graphical_p_values(trial, graph=graph) for trial in row] for row in p]
    assert together.p_value.tolist() == [[a.p_value.tolist() for a in row] for row in alone]
    assert together.order.tolist() == [[a.order.tolist() for a in row] for row in alone]


@pytest.mark.parametrize("correlation", [0.0, 0.7])
def test_familywise_error_under_the_global_null_stays_at_the_level(correlation):
    trials, m = 40_000, 4
    generator = np.random.default_rng(20261125)
    shared = generator.standard_normal((trials, 1))
    z = np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * generator.standard_normal((trials, m))
    p = special.ndtr(-z)
    adjusted = {
        method: compute_adjusted_p_values(p, method=method) for method in ("bonferroni", "holm", "hochberg", "hommel")
    }
    adjusted["fixed"] = compute_fixed_sequence_p_values(p)
    weights = [0.4, 0.3, 0.2, 0.1]
    for method in ("fallback-wiens", "fallback-wiens-dmitrienko"):
        adjusted[method] = compute_fallback_p_values(p, weights=weights, method=method)
    for method in ("serial-gatekeeping", "parallel-gatekeeping"):
        graph = build_gatekeeping_graph([0.5, 0.5], [0.5, 0.5], method=method)
        adjusted[method] = compute_graphical_p_values(p, graph=graph)
    errors = {name: (answer.p_value.min(axis=-1) <= LEVEL).mean() for name, answer in adjusted.items()}
    allowed = 4 * np.sqrt(LEVEL * (1 - LEVEL) / trials)
    assert max(errors.values()) < LEVEL + allowed
    assert errors["fixed"] == pytest.approx(LEVEL, abs=allowed)
