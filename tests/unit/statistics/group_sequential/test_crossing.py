import numpy as np
import pytest
from normal_paths import compute_reaching
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.group_sequential.boundaries import compute_boundary
from myotis.statistics.group_sequential.characteristics import (
    compute_boundary_crossing_probabilities,
    compute_characteristics,
)
from myotis.statistics.group_sequential.conditional_power import compute_conditional_power, compute_predictive_power
from myotis.statistics.group_sequential.futility import compute_futility_boundary
from myotis.statistics.group_sequential.spending import compute_spending_boundary
from myotis.statistics.group_sequential.stagewise import estimate_after_stop, stagewise_test

THREE = compute_boundary([0.3, 0.6, 1], method="pocock", alpha=0.05, sides=2)
FIXED = compute_boundary([1], method="pocock", alpha=0.05, sides=2)
TWO = compute_boundary([0.5, 1], method="obrien-fleming", alpha=0.05, sides=2)


@pytest.mark.parametrize("drift", [0.0, -2.0, 3.24, 20.0, -30.0])
def test_crossing_agrees_with_nested_quadrature(drift):
    for times in ([0.1, 0.15, 1], [0.3, 0.9, 1]):
        design = compute_spending_boundary(times, method="obrien-fleming-type", alpha=0.05, sides=2)
        found = compute_boundary_crossing_probabilities(design, drift=drift).upper
        for look in range(3):
            part = (values[: look + 1] for values in (design.information, design.lower, design.upper))
            expected = compute_reaching(*part, drift, design.upper[look])
            assert found[look] == pytest.approx(expected, rel=1e-8, abs=1e-14)


def test_a_boundary_that_spends_a_billionth_spends_just_that():
    design = compute_spending_boundary([0.1, 0.15, 1], method="obrien-fleming-type", alpha=0.05, sides=2)
    part = (values[:2] for values in (design.information, design.lower, design.upper))
    assert 2 * compute_reaching(*part, 0.0, design.upper[1]) == pytest.approx(np.diff(design.alpha_spent)[0], rel=1e-9)


@pytest.mark.parametrize("drift", [0.0, 1.0, 3.0, 5.0])
def test_one_look_has_the_power_of_the_fixed_design(drift):
    found = compute_boundary_crossing_probabilities(FIXED, drift=drift)
    assert found.power == pytest.approx(special.ndtr(drift - 1.959964), abs=1e-6)
    assert found.expected_information == 1


def test_drifts_of_any_shape_are_answered_as_one_by_one():
    drifts = np.array([[-1.0, 0.0, 2.0], [3.0, 4.0, 20.0]])
    together = compute_boundary_crossing_probabilities(TWO, drift=drifts)
    assert together.upper.shape == (2, 3, 2)
    for place in np.ndindex(drifts.shape):
        alone = compute_boundary_crossing_probabilities(TWO, drift=drifts[place])
        assert together.upper[place] == pytest.approx(alone.upper, abs=1e-13)
        assert together.expected_information[place] == pytest.approx(alone.expected_information)


def test_two_sides_are_alike():
    up, down = (
        compute_boundary_crossing_probabilities(TWO, drift=2.5),
        compute_boundary_crossing_probabilities(TWO, drift=-2.5),
    )
    assert up.upper == pytest.approx(down.lower)


def test_an_effect_beyond_doubt_stops_at_the_first_look():
    found = compute_boundary_crossing_probabilities(TWO, drift=40.0)
    assert found.power == pytest.approx(1)
    assert found.expected_information == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("drift", "told"), [(np.nan, "no number"), (np.inf, "no number"), ([0.0, 60.0], "more than 50 apart")]
)
def test_drifts_that_are_none_are_refused(drift, told):
    with pytest.raises(StatisticsError, match=told):
        compute_boundary_crossing_probabilities(TWO, drift=drift)


def test_one_look_costs_nothing():
    found = compute_characteristics(FIXED, power=0.9)
    assert found.drift == pytest.approx(1.959964 + 1.281552, abs=1e-6)
    costs = (found.inflation_factor, found.expected_null, found.expected_half, found.expected_planned)
    assert costs == pytest.approx((1, 1, 1, 1))


def test_a_design_that_has_hardly_begun_needs_a_drift_far_away():
    options = {"method": "obrien-fleming-type", "alpha": 0.025, "sides": 1}
    begun = compute_spending_boundary([0.05, 0.1], **options, final=False)
    drift = compute_characteristics(begun, power=0.9).drift
    assert drift > 20
    assert compute_boundary_crossing_probabilities(begun, drift=drift).power == pytest.approx(0.9)


def test_no_trials_are_an_empty_answer():
    nothing = np.zeros(0)
    assert compute_boundary_crossing_probabilities(TWO, drift=nothing).upper.shape == (0, 2)
    assert compute_conditional_power(nothing, design=TWO, look=1, method="current-trend").shape == (0,)
    assert compute_predictive_power(nothing, design=THREE, look=1).shape == (0,)
    assert stagewise_test(nothing, look=1, design=TWO).p_value.shape == (0,)
    assert estimate_after_stop(nothing, 1.0, look=3, design=THREE, level=0.95).estimate.shape == (0,)


@pytest.mark.parametrize("power", [0.02, 0, 1, 90, np.nan])
def test_a_power_is_above_the_error_and_below_one(power):
    with pytest.raises(StatisticsError, match=r"expected a proportion above 0\.025"):
        compute_characteristics(TWO, power=power)


PLAN = {"alpha": 0.025, "alpha_spending": "obrien-fleming-type", "beta": 0.1, "beta_spending": "pocock-type"}


@pytest.mark.parametrize("method", ["binding-futility", "non-binding-futility"])
def test_futility_spends_both_errors_and_meets_at_the_last_look(method):
    design = compute_futility_boundary([0.3, 0.6, 1], method=method, **PLAN)
    assert design.upper[-1] == design.lower[-1]
    found = compute_boundary_crossing_probabilities(design, drift=[0.0, design.drift])
    assert found.lower[1] == pytest.approx(np.diff(design.beta_spent, prepend=0))
    assert found.power[1] == pytest.approx(0.9)
    if method == "binding-futility":
        assert found.upper[0] == pytest.approx(np.diff(design.alpha_spent, prepend=0))
    else:
        assert found.power[0] < 0.025


def test_non_binding_futility_leaves_the_upper_boundary_alone_and_binding_lowers_it():
    binding, free = (
        compute_futility_boundary([0.5, 1], method=m, **PLAN) for m in ("binding-futility", "non-binding-futility")
    )
    plain = compute_spending_boundary([0.5, 1], method="obrien-fleming-type", alpha=0.025, sides=1)
    assert free.upper == pytest.approx(plain.upper)
    assert binding.upper[-1] < plain.upper[-1]
    assert np.all(free.null_lower == -np.inf)
    assert binding.null_lower is binding.lower


def test_futility_with_one_look_is_the_fixed_design():
    design = compute_futility_boundary([1], method="binding-futility", **PLAN)
    assert (design.upper[0], design.lower[0], design.drift) == pytest.approx((1.959964, 1.959964, 3.241516), abs=1e-6)


def test_nothing_to_spend_below_is_no_futility_boundary():
    plan = PLAN | {"beta_spending": "obrien-fleming-type"}
    design = compute_futility_boundary([0.001, 0.5, 1], method="non-binding-futility", **plan)
    assert design.lower[0] == -np.inf


@pytest.mark.parametrize(
    "wrong", [{"beta": 0.5}, {"beta": 0}, {"alpha": 0.6}, {"alpha_shape": 2.0}, {"beta_spending": "kim-demets"}]
)
def test_errors_and_shapes_of_futility_are_checked(wrong):
    with pytest.raises(StatisticsError, match=r"expected|shape"):
        compute_futility_boundary([0.5, 1], method="binding-futility", **(PLAN | wrong))
