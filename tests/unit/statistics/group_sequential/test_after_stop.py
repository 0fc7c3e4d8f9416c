import numpy as np
import pytest
from normal_paths import compute_reaching
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.group_sequential.boundaries import compute_boundary
from myotis.statistics.group_sequential.futility import compute_futility_boundary
from myotis.statistics.group_sequential.repeated_intervals import estimate_repeated_interval
from myotis.statistics.group_sequential.spending import compute_spending_boundary
from myotis.statistics.group_sequential.stagewise import estimate_after_stop, stagewise_test

TIMES = [0.4, 0.7, 1]
TWO_SIDED = compute_boundary(TIMES, method="wang-tsiatis", alpha=0.05, sides=2, delta=0.25)
ONE_SIDED = compute_spending_boundary(TIMES, method="obrien-fleming-type", alpha=0.025, sides=1)
FIXED = compute_boundary([1], method="pocock", alpha=0.05, sides=2)
PLAN = {"alpha": 0.025, "alpha_spending": "pocock-type", "beta": 0.1, "beta_spending": "pocock-type"}


def test_one_look_has_the_plain_p_value_and_interval():
    assert stagewise_test(1.5, look=1, design=FIXED).p_value == pytest.approx(2 * special.ndtr(-1.5))
    for answer in (
        estimate_after_stop(0.3, 0.2, look=1, design=FIXED, level=0.95),
        estimate_repeated_interval(0.3, 0.2, look=1, design=FIXED),
    ):
        limits = (answer.estimate, answer.lower, answer.upper)
        assert limits == pytest.approx((0.3, 0.3 - 0.2 * 1.959964, 0.3 + 0.2 * 1.959964), abs=1e-6)


@pytest.mark.parametrize("design", [ONE_SIDED, TWO_SIDED])
def test_on_the_boundary_the_p_value_is_the_error_spent(design):
    found = stagewise_test(design.upper, look=[1, 2, 3], design=design)
    assert found.p_value == pytest.approx(design.alpha_spent)
    assert found.alternative == ("greater" if design.sides == 1 else "two-sided")


def test_sides_of_a_two_sided_design_are_alike_and_zero_is_no_effect():
    z, look = [3.0, 2.6, 1.0, 0.0], [1, 2, 3, 3]
    up, down = (stagewise_test(side * np.array(z), look=look, design=TWO_SIDED) for side in (1, -1))
    assert up.p_value == pytest.approx(down.p_value)
    assert up.p_value[3] == pytest.approx(1)
    answer = estimate_after_stop([0.3, 0.0], 0.1, look=[1, 3], design=TWO_SIDED, level=0.9)
    mirror = estimate_after_stop([-0.3, 0.0], 0.1, look=[1, 3], design=TWO_SIDED, level=0.9)
    assert answer.lower == pytest.approx(-mirror.upper)
    assert answer.estimate[1] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("z", "look"), [(0.05, 3), (1.2, 3), (2.7, 2)])
@pytest.mark.parametrize("design", [ONE_SIDED, TWO_SIDED])
def test_limits_are_the_drifts_at_which_the_outcome_is_that_far_up(z, look, design):
    answer = estimate_after_stop(z * 0.1, 0.1, look=look, design=design, level=0.9)
    for limit, share in ((answer.estimate, 0.5), (answer.lower, 0.05), (answer.upper, 0.95)):
        drift = float(limit) / (0.1 * np.sqrt(TIMES[look - 1]))
        bounds = (*design.upper[: look - 1], z)
        lower = design.lower if design.sides == 2 else np.full(3, -np.inf)
        tail = sum(
            compute_reaching(TIMES[: stop + 1], lower, design.upper, drift, bounds[stop]) for stop in range(look)
        )
        assert tail == pytest.approx(share, abs=1e-8)


def test_a_trial_that_had_not_stopped_has_no_answer():
    with pytest.raises(StatisticsError, match="the trial had not stopped"):
        stagewise_test(1.0, look=1, design=TWO_SIDED)
    answer = estimate_after_stop([0.1, 0.4], 0.1, look=1, design=TWO_SIDED, level=0.95)
    assert np.isnan([answer.estimate[0], answer.lower[0], answer.upper[0]]).all()
    assert np.isfinite(answer.lower[1])
    assert answer.undefined.startswith("1 of 2: at this look, which is not the last")


def test_a_stop_for_futility_has_an_answer_that_counts_on_it_only_where_it_is_binding():
    binding, free = (
        compute_futility_boundary(TIMES, method=method, **PLAN)
        for method in ("binding-futility", "non-binding-futility")
    )
    for design in (binding, free):
        answer = stagewise_test(design.lower[0] - 0.1, look=1, design=design)
        assert answer.p_value == pytest.approx(special.ndtr(-answer.statistic))
    assert stagewise_test(binding.upper, look=[1, 2, 3], design=binding).p_value == pytest.approx(binding.alpha_spent)
    assert stagewise_test(free.upper, look=[1, 2, 3], design=free).p_value == pytest.approx(free.alpha_spent)


def test_a_last_look_too_early_has_its_answer():
    under = compute_spending_boundary([0.4, 0.8], method="obrien-fleming-type", alpha=0.025, sides=1)
    assert stagewise_test(under.upper[1], look=2, design=under).p_value == pytest.approx(0.025)


def test_repeated_intervals_have_one_side_where_the_design_has():
    answer = estimate_repeated_interval([0.3, 0.3], 0.1, look=[1, 3], design=ONE_SIDED)
    assert answer.lower == pytest.approx(0.3 - 0.1 * ONE_SIDED.upper[[0, 2]])
    assert np.all(answer.upper == np.inf)
    assert answer.level == 0.975


def test_a_look_that_spends_nothing_has_no_repeated_interval():
    design = compute_spending_boundary([0.001, 1], method="obrien-fleming-type", alpha=0.025, sides=1)
    with pytest.raises(StatisticsError, match="nothing of the error is spent"):
        estimate_repeated_interval(0.3, 0.1, look=1, design=design)
    answer = estimate_repeated_interval([0.3, 0.3], 0.1, look=[1, 2], design=design)
    assert np.isnan(answer.lower[0])
    assert answer.undefined.startswith("1 of 2")


@pytest.mark.parametrize(
    ("estimate", "se", "look", "told"),
    [
        (np.nan, 1, 1, "an estimate is no number"),
        (1, 0, 1, "a standard error not above 0"),
        (1, -1, 1, "a standard error not above 0"),
        (1, np.nan, 1, "a standard error not above 0"),
        (1, 1, 0, "whole numbers from 1 to 3"),
        (1, 1, 4, "whole numbers from 1 to 3"),
        (1, 1, 1.5, "whole numbers from 1 to 3"),
    ],
)
def test_what_is_no_estimate_or_look_is_refused(estimate, se, look, told):
    with pytest.raises(StatisticsError, match=told):
        estimate_repeated_interval(estimate, se, look=look, design=TWO_SIDED)
    with pytest.raises(StatisticsError, match=told):
        estimate_after_stop(estimate, se, look=look, design=TWO_SIDED, level=0.95)


def test_a_level_is_a_proportion():
    with pytest.raises(StatisticsError, match="the confidence level is 95"):
        estimate_after_stop(3.0, 1.0, look=3, design=TWO_SIDED, level=95)
