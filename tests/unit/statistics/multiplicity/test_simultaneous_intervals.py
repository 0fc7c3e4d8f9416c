import numpy as np
import pytest
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.multiplicity.intervals import estimate_simultaneous_intervals
from myotis.statistics.multiplicity.sequences import compute_fixed_sequence_p_values
from myotis.statistics.multiplicity.stepwise import compute_adjusted_p_values

EFFECTS = np.random.default_rng(7).normal(2, 1.5, (4000, 3))


def test_one_hypothesis_has_its_plain_interval():
    answer = estimate_simultaneous_intervals([1.0], 0.5, method="bonferroni", level=0.95)
    assert (answer.lower[0], answer.upper[0]) == pytest.approx((1 - 0.979982, 1 + 0.979982), abs=1e-6)


def test_bonferroni_limits_exclude_zero_where_the_adjusted_p_value_rejects():
    answer = estimate_simultaneous_intervals(EFFECTS, 1.0, method="bonferroni", level=0.95)
    p = compute_adjusted_p_values(2 * special.ndtr(-np.abs(EFFECTS)), method="bonferroni").p_value
    assert np.array_equal((answer.lower > 0) | (answer.upper < 0), p < 0.05)


def test_fixed_sequence_limits_are_not_below_zero_where_the_sequence_rejects():
    answer = estimate_simultaneous_intervals(EFFECTS, 1.0, method="fixed-sequence", level=0.975)
    p = compute_fixed_sequence_p_values(special.ndtr(-EFFECTS)).p_value
    assert np.array_equal(answer.lower >= 0, p < 0.025)
    assert np.all(np.isposinf(answer.upper))


def test_where_all_are_rejected_the_smallest_plain_limit_holds_for_all():
    answer = estimate_simultaneous_intervals([4.0, 3.0], 1.0, method="fixed-sequence", level=0.975)
    assert answer.lower == pytest.approx([3 - 1.959964, 3 - 1.959964], abs=1e-6)


@pytest.mark.parametrize(("method", "level"), [("bonferroni", 0.9), ("fixed-sequence", 0.9)])
@pytest.mark.parametrize("truth", [(0.0, 0.0, 0.0), (3.0, 0.0, 1.0), (4.0, 4.0, 4.0)])
def test_limits_hold_together_as_often_as_they_say(method, level, truth):
    trials = 20_000
    estimates = np.random.default_rng(3).normal(truth, 1.0, (trials, 3))
    answer = estimate_simultaneous_intervals(estimates, 1.0, method=method, level=level)
    held = np.all((answer.lower <= truth) & (answer.upper >= truth), axis=-1).mean()
    assert held > level - 4 * np.sqrt(level * (1 - level) / trials)


@pytest.mark.parametrize(("estimate", "se"), [(1.0, 1.0), ([1.0], [0.0]), ([np.nan], [1.0]), ([1.0], [-1.0])])
def test_what_is_no_estimate_is_refused(estimate, se):
    with pytest.raises(StatisticsError, match="standard errors above 0"):
        estimate_simultaneous_intervals(estimate, se, method="bonferroni", level=0.95)
