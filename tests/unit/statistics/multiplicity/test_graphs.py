import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.multiplicity.gatekeeping import build_gatekeeping_graph
from myotis.statistics.multiplicity.graphical import compute_graphical_p_values
from myotis.statistics.multiplicity.hypothesis_graph import HypothesisGraph, build_equal_graph
from myotis.statistics.multiplicity.sequences import compute_fallback_p_values, compute_fixed_sequence_p_values


@pytest.mark.parametrize(
    ("weights", "transitions", "told"),
    [
        ([], [], r"the weights have the shape \(0,\)"),
        ([[0.5]], [[0]], r"the weights have the shape \(1, 1\)"),
        ([0.5, 0.5], [[0, 1, 0], [1, 0, 0]], r"expected \(2, 2\) for 2 weights"),
        ([-0.5, 0.5], [[0, 1], [1, 0]], "a weight is negative"),
        ([np.nan, 0.5], [[0, 1], [1, 0]], "a weight is negative or no number"),
        ([0.6, 0.5], [[0, 1], [1, 0]], "the weights sum to 1.1; expected at most 1"),
        ([0.5, 0.5], [[0, -1], [1, 0]], "a transition is negative"),
        ([0.5, 0.5], [[0, 1], [1.2, 0]], "the transitions from hypothesis 2 sum to more than 1"),
        ([0.5, 0.5], [[0.5, 0.5], [1, 0]], "passes its share to itself"),
    ],
)
def test_what_is_no_graph_is_refused(weights, transitions, told):
    with pytest.raises(StatisticsError, match=told):
        HypothesisGraph(weights=weights, transitions=transitions)


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(StatisticsError, match=r"sum to 1\.5.*hypothesis 1, 2 sum.*itself"):
        HypothesisGraph(weights=[1, 0.5], transitions=[[1, 1], [1, 1]])


def test_the_number_of_p_values_is_the_number_of_hypotheses():
    with pytest.raises(StatisticsError, match="there are 3 p-values for the 2 hypotheses"):
        compute_graphical_p_values([0.1, 0.1, 0.1], graph=build_equal_graph(2))


def test_there_is_a_hypothesis():
    with pytest.raises(StatisticsError, match="expected at least 1"):
        build_equal_graph(0)


def test_a_hypothesis_that_no_share_reaches_is_never_rejected():
    graph = HypothesisGraph(weights=[1, 0], transitions=[[0, 0], [0, 0]])
    assert compute_graphical_p_values([0.01, 0.0], graph=graph).p_value.tolist() == [0.01, 1.0]


def test_at_a_tie_the_first_is_taken_first():
    assert compute_graphical_p_values([0.02, 0.02], graph=build_equal_graph(2)).order.tolist() == [1, 2]


def test_a_hypothesis_without_a_p_value_is_never_rejected_and_passes_nothing_on():
    answer = compute_fixed_sequence_p_values([0.01, np.nan, 0.001])
    assert answer.p_value.tolist() == [0.01, 1.0, 1.0]
    assert answer.undefined.startswith("1 of 3")
    assert compute_graphical_p_values([np.nan, 0.01], graph=build_equal_graph(2)).p_value.tolist() == [1.0, 0.02]


def test_fallback_gives_its_last_share_back_only_in_the_improved_form():
    p, weights = [0.04, 0.2, 0.001], [0.5, 0.0, 0.5]
    assert compute_fallback_p_values(p, weights=weights, method="fallback-wiens").p_value[0] == pytest.approx(0.08)
    improved = compute_fallback_p_values(p, weights=weights, method="fallback-wiens-dmitrienko")
    assert improved.p_value[0] == pytest.approx(0.04)


def test_a_fallback_whose_level_lies_in_the_last_hypothesis_has_nowhere_to_give_it():
    answer = compute_fallback_p_values([0.001, 0.01], weights=[0, 1], method="fallback-wiens-dmitrienko")
    assert answer.p_value.tolist() == [1.0, 0.01]


SECONDARY = [0.5, 0.5]


def test_serial_gatekeeping_is_holm_twice_and_waits_for_the_whole_first_family():
    graph = build_gatekeeping_graph([0.5, 0.5], SECONDARY, method="serial-gatekeeping")
    assert compute_graphical_p_values([0.04, 0.01, 0.02, 0.024], graph=graph).p_value == pytest.approx(
        [0.04, 0.02, 0.04, 0.04]
    )
    assert compute_graphical_p_values([0.001, 0.2, 1e-6, 1e-6], graph=graph).p_value == pytest.approx(
        [0.002, 0.2, 0.2, 0.2]
    )


def test_one_primary_end_point_opens_the_second_family_wholly():
    graph = build_gatekeeping_graph([1], SECONDARY, method="serial-gatekeeping")
    assert compute_graphical_p_values([0.03, 0.01, 0.04], graph=graph).p_value == pytest.approx([0.03, 0.03, 0.04])


def test_parallel_gatekeeping_passes_the_share_of_any_that_is_rejected():
    graph = build_gatekeeping_graph([0.5, 0.5], SECONDARY, method="parallel-gatekeeping")
    answer = compute_graphical_p_values([0.2, 0.01, 0.005, 0.03], graph=graph)
    assert answer.p_value == pytest.approx([0.4, 0.02, 0.02, 0.06])


@pytest.mark.parametrize("wrong", [[0.5, 0.6], [1, 0], [], [[1]], [np.nan, 0.5]])
def test_weights_of_a_family_are_shares_of_it(wrong):
    with pytest.raises(StatisticsError, match="no shares"):
        build_gatekeeping_graph(wrong, [1], method="serial-gatekeeping")
