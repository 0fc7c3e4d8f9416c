"""Dropout and interim analyses over other assumptions; ProDERM's size with assumed rates."""

import pytest

from myotis.errors import StatisticsError
from myotis.statistics.group_sequential.boundaries import compute_boundary
from myotis.statistics.group_sequential.characteristics import compute_characteristics
from myotis.statistics.group_sequential.futility import compute_futility_boundary
from myotis.statistics.power.answers import find_sample_size
from myotis.statistics.power.dropout import DropoutsAsNonresponders, DropoutsRemoved
from myotis.statistics.power.exact_proportions import ExactTwoProportions
from myotis.statistics.power.means import TwoMeans
from myotis.statistics.power.sequential import GroupSequential, plan_looks
from myotis.statistics.power.two_proportions import TwoProportions

TWO_SIDED = {"alpha": 0.05, "alternative": "two-sided"}
PLANNED = TwoProportions(p1=0.6, p2=0.3, test="z-pooled", **TWO_SIDED)
TEN = {"dropout1": 0.1, "dropout2": 0.1}


def test_the_94_of_proderm_follow_from_assumed_rates_where_dropouts_are_removed():
    assert find_sample_size(PLANNED, power=0.8, ratio=(1, 1)).n1 * 2 == 84
    found = find_sample_size(DropoutsRemoved(assumptions=PLANNED, **TEN), power=0.8, ratio=(1, 1))
    assert found.n1 + found.n2 == 94


def test_the_94_of_proderm_have_less_power_where_dropouts_are_nonresponders():
    counted = DropoutsAsNonresponders(assumptions=PLANNED, **TEN)
    assert counted.compute_power(47, 47) == TwoProportions(
        p1=0.54, p2=0.27, test="z-pooled", **TWO_SIDED
    ).compute_power(47, 47)
    assert counted.compute_power(47, 47) < 0.8
    assert counted.effect == pytest.approx(0.3)
    assert counted.options["dropouts"] == "as non-responders"


@pytest.mark.parametrize(("n", "dropout", "evaluable"), [(100, 0.29, 71), (10, 0.1, 9), (47, 0.1, 42), (1, 0.5, 0)])
def test_evaluable_subjects_are_rounded_down_and_never_by_a_rounding(n, dropout, evaluable):
    removed = DropoutsRemoved(assumptions=PLANNED, dropout1=dropout, dropout2=0.0)
    assert removed.count_evaluable(n, n) == (evaluable, n)


def test_nobody_evaluable_can_not_reject():
    assert DropoutsRemoved(assumptions=PLANNED, dropout1=0.5, dropout2=0.5).compute_power(1, 1) == 0


def test_dropout_in_one_group_only_changes_the_difference():
    counted = DropoutsAsNonresponders(assumptions=PLANNED, dropout1=0.5, dropout2=0.0)
    assert counted.compute_power(60, 60) == pytest.approx(0.05, abs=1e-12)


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_a_dropout_that_is_no_share_is_an_error(share):
    with pytest.raises(StatisticsError, match="expected proportions below 1"):
        DropoutsRemoved(assumptions=PLANNED, dropout1=share, dropout2=0.0)


@pytest.mark.parametrize("method", ["pocock", "obrien-fleming"])
def test_the_size_under_looks_is_that_of_one_look_times_the_inflation(method):
    assumed = TwoMeans(difference=5, sd1=10, sd2=10, test="z", alpha=0.025, alternative="greater")
    design = compute_boundary([0.4, 0.7, 1], method=method, alpha=0.025, sides=1)
    fixed = 2 * ((1.959963984540054 + 0.8416212335729143) * 10 / 5) ** 2
    largest = fixed * compute_characteristics(design, power=0.8).inflation_factor
    sequential = GroupSequential(assumptions=assumed, design=design)
    assert sequential.compute_power(largest, largest) == pytest.approx(0.8, abs=1e-9)


def test_the_side_of_the_effect_is_the_side_of_the_power():
    design = compute_boundary([0.5, 1], method="pocock", alpha=0.05, sides=2)
    above, below = (
        GroupSequential(assumptions=PLANNED.with_rates(*rates), design=design) for rates in ((0.6, 0.3), (0.3, 0.6))
    )
    assert above.compute_power(40, 40) == pytest.approx(below.compute_power(40, 40), abs=1e-10)


def test_futility_stops_early_where_there_is_no_effect():
    assumed = TwoMeans(difference=5, sd1=10, sd2=10, test="z", alpha=0.025, alternative="greater")
    design = compute_futility_boundary(
        [0.5, 1], method="non-binding-futility", alpha=0.025, alpha_spending="obrien-fleming-type", beta=0.2,
        beta_spending="obrien-fleming-type",
    )  # fmt: skip
    plan = plan_looks(GroupSequential(assumptions=assumed, design=design), 70, 70)
    assert plan.stop_null[0] > 0.5
    assert plan.expected_null < plan.expected_planned < 140
    assert plan.stop_null.sum() == pytest.approx(1)


def test_no_effect_and_a_sure_effect_have_a_power_too():
    design = compute_boundary([0.5, 1], method="pocock", alpha=0.05, sides=2)
    power = [
        GroupSequential(assumptions=PLANNED.with_effect(effect), design=design).compute_power(400, 400)
        for effect in (0.0, 0.65)
    ]
    assert power == pytest.approx([0.025, 1.0], abs=1e-6)


@pytest.mark.parametrize(
    ("assumed", "options"),
    [
        (PLANNED, {"alpha": 0.04, "sides": 2}),
        (PLANNED, {"alpha": 0.05, "sides": 1}),
        (ExactTwoProportions(p1=0.6, p2=0.3, test="wald", **TWO_SIDED), {"alpha": 0.05, "sides": 2}),
    ],
)
def test_boundaries_that_are_not_those_of_the_test_are_an_error(assumed, options):
    with pytest.raises(StatisticsError, match="expected"):
        GroupSequential(assumptions=assumed, design=compute_boundary([0.5, 1], method="pocock", **options))


def test_the_error_of_a_sequential_design_stays():
    design = compute_boundary([0.5, 1], method="pocock", alpha=0.05, sides=2)
    with pytest.raises(StatisticsError, match="expected no other"):
        GroupSequential(assumptions=PLANNED, design=design).with_error(0.025, "greater")
