import numpy as np
import pytest
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.group_sequential.blinded_reestimation import (
    compute_blinded_size_for_means,
    compute_blinded_size_for_proportions,
)
from myotis.statistics.group_sequential.promising_zone import compute_inverse_normal_z, compute_promising_zone
from myotis.statistics.group_sequential.spending import compute_spending_boundary

PLAN = {"alpha": 0.05, "power": 0.9, "sides": 2}
ONE = "blinded-one-sample-variance"
ADJUSTED = "blinded-adjusted-variance"
DESIGN = compute_spending_boundary([0.5, 1], method="obrien-fleming-type", alpha=0.025, sides=1)
RULE = {"design": DESIGN, "n": 100, "maximum": 200, "lowest": 0.4, "target": 0.9}


def test_sizes_of_one_trial_and_of_many_and_the_limits():
    found = compute_blinded_size_for_proportions([20, 30], 40, difference=0.3, **PLAN, minimum=94, maximum=100)
    assert found.total.tolist() == [100, 94]
    assert found.n1.tolist() == [50, 47]
    assert found.n2.tolist() == [50, 47]
    assert found.nuisance.tolist() == [0.5, 0.75]


def test_groups_share_by_their_ratio_and_are_rounded_up():
    found = compute_blinded_size_for_proportions(20, 40, difference=0.3, ratio=2, **PLAN, minimum=100, maximum=100)
    assert (found.n1, found.n2) == (67, 34)


def test_a_difference_that_does_not_fit_and_nobody_have_no_answer():
    found = compute_blinded_size_for_proportions([2, 0, 20, 38], [40, 0, 40, 40], difference=0.3, **PLAN)
    assert np.isnan(found.n1).tolist() == [True, True, False, True]
    assert np.isnan(found.nuisance).tolist() == [True, True, False, True]
    assert found.undefined == (
        "1 of 4: nobody has an outcome yet; "
        "2 of 4: the rate of all and the difference of the plan give a group a rate below 0 or above 1"
    )
    with pytest.raises(StatisticsError, match="there is no answer: nobody"):
        compute_blinded_size_for_proportions(0, 0, difference=0.3, **PLAN)


def test_a_difference_of_which_a_group_has_none_or_all_has_an_answer():
    found = compute_blinded_size_for_proportions(6, 40, difference=0.3, **PLAN)
    assert np.isfinite(found.total)


def test_missing_values_are_left_out_of_the_variance():
    values = [[1.0, 2.0, 4.0, np.nan], [1.0, 2.0, 4.0, 9.0]]
    found = compute_blinded_size_for_means(values, method=ONE, difference=1.0, **PLAN)
    assert found.nuisance == pytest.approx([7 / 3, np.var(values[1], ddof=1)])
    adjusted = compute_blinded_size_for_means(values, method=ADJUSTED, difference=1.0, **PLAN)
    assert adjusted.nuisance == pytest.approx([7 / 3 - 3 / 8, np.var(values[1], ddof=1) - 1 / 3])


@pytest.mark.parametrize("values", [[], [5.0], [np.nan, 5.0], [3.0, 3.0, 3.0]])
@pytest.mark.parametrize("method", [ONE, ADJUSTED])
def test_too_few_values_or_equal_ones_have_no_answer(values, method):
    with pytest.raises(StatisticsError, match="fewer than two values, or all of them equal"):
        compute_blinded_size_for_means(values, method=method, difference=1.0, **PLAN)


def test_a_difference_larger_than_the_spread_has_no_adjusted_answer():
    found = compute_blinded_size_for_means([[1.0, 2.0], [0.0, 9.0]], method=ADJUSTED, difference=5.0, **PLAN)
    assert np.isnan(found.total).tolist() == [True, False]
    assert found.undefined.startswith("1 of 2: the difference of the plan would explain")


@pytest.mark.parametrize(
    "wrong",
    [
        {"difference": 0},
        {"difference": np.nan},
        {"power": 0.4},
        {"power": 90},
        {"alpha": 0},
        {"sides": 3},
        {"ratio": 0},
        {"ratio": np.inf},
        {"minimum": 10, "maximum": 5},
        {"minimum": -1},
    ],
)
def test_a_plan_that_can_not_be_is_refused(wrong):
    with pytest.raises(StatisticsError):
        compute_blinded_size_for_proportions(20, 40, **({"difference": 0.3} | PLAN | wrong))
    with pytest.raises(StatisticsError):
        compute_blinded_size_for_means([1.0, 2.0], method=ONE, **({"difference": 0.3} | PLAN | wrong))


@pytest.mark.parametrize("values", [1.0, [1.0, np.inf]])
def test_what_are_no_values_is_refused(values):
    with pytest.raises(StatisticsError, match="finite values"):
        compute_blinded_size_for_means(values, method=ONE, difference=1.0, **PLAN)


def test_only_the_promising_zone_moves_the_size():
    found = compute_promising_zone([-3.0, 0.0, 1.3, 1.8, 2.9], **RULE)
    assert found.promising.tolist() == [False, False, True, True, False]
    assert found.n[[0, 1, 4]].tolist() == [100, 100, 100]
    assert found.n[2] == 200
    assert 100 < found.n[3] < 200
    assert found.reached[2] < 0.9 <= found.reached[3] < 0.91
    assert np.all(found.reached >= found.conditional_power)


def test_without_an_effect_so_far_no_size_would_do():
    found = compute_promising_zone([-0.5, 0.0, 0.1], **(RULE | {"lowest": 1e-6}))
    assert found.promising.tolist() == [False, False, True]
    assert found.n.tolist() == [100, 100, 200]


def test_conditional_power_of_the_zone_is_that_of_the_current_trend():
    z = np.array([0.5, 1.5, 2.5])
    expected = special.ndtr((z / np.sqrt(0.5) - DESIGN.upper[1]) / np.sqrt(0.5))
    assert compute_promising_zone(z, **RULE).conditional_power == pytest.approx(expected)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"n": 0}, "planned size"),
        ({"maximum": 99}, "planned size"),
        ({"maximum": np.inf}, "planned size"),
        ({"lowest": 0.95}, "in this order"),
        ({"target": 1}, "in this order"),
        ({"lowest": 0}, "in this order"),
        ({"design": compute_spending_boundary([1], method="pocock-type", alpha=0.025, sides=1)}, "1 looks; expected 2"),
    ],
)
def test_a_rule_that_can_not_be_is_refused(wrong, told):
    with pytest.raises(StatisticsError, match=told):
        compute_promising_zone(1.0, **(RULE | wrong))


def test_z_is_a_number():
    with pytest.raises(StatisticsError, match="a Z is no number"):
        compute_promising_zone([1.0, np.nan], **RULE)
    with pytest.raises(StatisticsError, match="a Z is no number"):
        compute_inverse_normal_z([1.0, np.nan], planned=[1, 1])


def test_stages_that_are_as_large_as_planned_combine_to_the_plain_z():
    generator = np.random.default_rng(5)
    sums = [generator.normal(0.3, 1, (7, n)).sum(axis=1) for n in (30, 50)]
    stages = np.stack([sums[0] / np.sqrt(30), sums[1] / np.sqrt(50)], axis=-1)
    combined = compute_inverse_normal_z(stages, planned=[30, 50])
    assert combined[:, 0] == pytest.approx(stages[:, 0])
    assert combined[:, 1] == pytest.approx((sums[0] + sums[1]) / np.sqrt(80))


@pytest.mark.parametrize(
    ("z", "planned"), [([1.0, 2.0], [1.0]), (1.0, [1.0]), ([1.0], [0.0]), ([1.0], [[1.0]]), ([1.0], [np.nan])]
)
def test_stages_and_weights_belong_together(z, planned):
    with pytest.raises(StatisticsError, match=r"expected the|no list of numbers"):
        compute_inverse_normal_z(z, planned=planned)
