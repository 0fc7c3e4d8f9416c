import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.multiplicity.stepwise import StepwiseProcedure, compute_adjusted_p_values


@pytest.mark.parametrize("method", StepwiseProcedure)
def test_one_hypothesis_keeps_its_p_value(method):
    assert compute_adjusted_p_values([0.03], method=method).p_value.tolist() == [0.03]


@pytest.mark.parametrize("method", StepwiseProcedure)
def test_zero_stays_zero_and_one_stays_one(method):
    assert compute_adjusted_p_values([0.0, 1.0], method=method).p_value.tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("method", "adjusted"), [("bonferroni", 0.06), ("holm", 0.06), ("hochberg", 0.03), ("hommel", 0.03)]
)
def test_ties_get_one_answer(method, adjusted):
    assert compute_adjusted_p_values([0.03, 0.03], method=method).p_value == pytest.approx([adjusted, adjusted])


@pytest.mark.parametrize("method", StepwiseProcedure)
def test_a_hypothesis_without_a_p_value_counts_and_is_never_rejected(method):
    answer = compute_adjusted_p_values([np.nan, 0.01], method=method)
    assert answer.p_value == pytest.approx([1.0, 0.02])
    assert answer.undefined == "1 of 2: a hypothesis without a p-value is never rejected"


def test_nothing_is_told_where_all_have_p_values():
    answer = compute_adjusted_p_values([[0.5, 0.01]], method="holm")
    assert (answer.undefined, answer.method, answer.order) == ("", "holm", None)


@pytest.mark.parametrize("wrong", [[-0.1, 0.5], [1.1], [np.inf]])
def test_what_is_no_p_value_is_refused(wrong):
    with pytest.raises(StatisticsError, match="not between 0 and 1"):
        compute_adjusted_p_values(wrong, method="holm")


@pytest.mark.parametrize("wrong", [0.5, [], np.zeros((3, 0))])
def test_no_hypotheses_are_refused(wrong):
    with pytest.raises(StatisticsError, match="there are no hypotheses"):
        compute_adjusted_p_values(wrong, method="holm")


def test_trials_without_end_are_an_empty_answer():
    assert compute_adjusted_p_values(np.zeros((0, 3)), method="hommel").p_value.shape == (0, 3)
