"""Laws of group-sequential designs; and what trials drawn at random do under them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myotis.statistics.group_sequential.boundaries import compute_boundary
from myotis.statistics.group_sequential.characteristics import compute_boundary_crossing_probabilities
from myotis.statistics.group_sequential.promising_zone import compute_inverse_normal_z, compute_promising_zone
from myotis.statistics.group_sequential.repeated_intervals import estimate_repeated_interval
from myotis.statistics.group_sequential.spending import Spending, compute_spending_boundary
from myotis.statistics.group_sequential.stagewise import estimate_after_stop, stagewise_test

FEW = settings(max_examples=25, deadline=None)
SHAPES = {Spending.KIM_DEMETS: st.floats(0.5, 4), Spending.HWANG_SHIH_DECANI: st.floats(-6, 3)}


@st.composite
def designs(draw):
    cuts = draw(st.lists(st.integers(5, 95), min_size=0, max_size=4, unique=True))
    method = draw(st.sampled_from(list(Spending)))
    shape = draw(SHAPES[method]) if method in SHAPES else None
    sides = draw(st.sampled_from([1, 2]))
    alpha = draw(st.sampled_from([0.01, 0.025, 0.1]))
    return compute_spending_boundary(
        [*sorted(np.array(cuts) / 100), 1], method=method, alpha=alpha, sides=sides, shape=shape
    )


@FEW
@given(designs())
def test_without_effect_each_look_spends_its_error(design):
    found = compute_boundary_crossing_probabilities(design, drift=0.0)
    spent = found.upper + (found.lower if design.sides == 2 else 0)
    np.testing.assert_allclose(spent, np.diff(design.alpha_spent, prepend=0), rtol=1e-8, atol=1e-13)


@FEW
@given(designs(), st.floats(-3, 5))
def test_a_larger_drift_has_more_power_and_never_more_than_one(design, drift):
    found = compute_boundary_crossing_probabilities(design, drift=[drift, drift + 0.5])
    assert found.power[0] < found.power[1] < 1 + 1e-12
    assert np.all(found.expected_information <= 1 + 1e-12)


@FEW
@given(designs(), st.floats(-0.4, 0.6), st.sampled_from([0.5, 0.9, 0.95]))
def test_at_the_last_look_the_interval_holds_its_estimate_and_agrees_with_the_test(design, estimate, level):
    look = len(design.information)
    answer = estimate_after_stop(estimate, 0.1, look=look, design=design, level=level)
    assert answer.lower < answer.estimate < answer.upper
    wider = estimate_after_stop(estimate, 0.1, look=look, design=design, level=(1 + level) / 2)
    assert wider.lower < answer.lower
    tail = stagewise_test(estimate / 0.1, look=look, design=design).p_value
    one_sided = tail / 2 if design.sides == 2 else np.minimum(tail, 1 - tail)
    if abs(one_sided - (1 - level) / 2) > 1e-6:
        assert (answer.lower > 0 or answer.upper < 0) == (one_sided < (1 - level) / 2)


TRIALS = 5_000
TIMES = np.array([0.4, 0.7, 1.0])


def draw_trials(drift, seed):
    """Z [trial, look] of trials with a drift."""
    steps = np.diff(TIMES, prepend=0)
    walk = np.random.default_rng(seed).normal(drift * steps, np.sqrt(steps), (TRIALS, 3)).cumsum(axis=1)
    return walk / np.sqrt(TIMES)


@pytest.mark.parametrize("drift", [0.0, 1.5, 3.5])
def test_intervals_of_trials_drawn_at_random_cover_the_truth_as_often_as_they_say(drift):
    design = compute_boundary(TIMES, method="pocock", alpha=0.05, sides=2)
    z = draw_trials(drift, 20261125)
    crossed = np.abs(z) >= design.upper
    crossed[:, -1] = True
    stop = crossed.argmax(axis=1)
    rows = np.arange(TRIALS)
    se = 1 / np.sqrt(TIMES)
    answer = estimate_after_stop(z[rows, stop] * se[stop], se[stop], look=stop + 1, design=design, level=0.95)
    allowed = 4 * np.sqrt(0.05 * 0.95 / TRIALS)
    assert np.mean((answer.lower <= drift) & (drift <= answer.upper)) == pytest.approx(0.95, abs=allowed)
    assert np.mean(answer.estimate < drift) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(TRIALS))
    repeated = estimate_repeated_interval(z * se, se, look=[1, 2, 3], design=design)
    held = ((repeated.lower <= drift) & (drift <= repeated.upper)).all(axis=1).mean()
    assert held == pytest.approx(0.95, abs=allowed)
    found = compute_boundary_crossing_probabilities(design, drift=drift)
    shares = np.bincount(stop, minlength=3)[:2] / TRIALS
    assert shares == pytest.approx((found.upper + found.lower)[:2], abs=4 * 0.5 / np.sqrt(TRIALS))


def test_the_combination_keeps_the_error_where_the_size_follows_the_interim_result():
    trials, n = 100_000, 100
    design = compute_spending_boundary([0.5, 1], method="obrien-fleming-type", alpha=0.025, sides=1)
    generator = np.random.default_rng(20261125)
    first, second = generator.standard_normal((2, trials))
    zone = compute_promising_zone(first, design=design, n=n, maximum=400, lowest=0.1, target=0.95)
    assert zone.promising.mean() > 0.1
    combined = compute_inverse_normal_z(np.stack([first, second], axis=-1), planned=[1, 1])
    rejected = (combined >= design.upper).any(axis=1)
    assert rejected.mean() == pytest.approx(0.025, abs=4 * np.sqrt(0.025 * 0.975 / trials))
