"""Precision: sizes for a half-width, and means and coverage over every table."""

from itertools import pairwise

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.power.precision import (
    compute_exact_coverage,
    compute_expected_half_width,
    compute_precision,
    find_size_for_half_width,
)
from myotis.statistics.proportions.difference import estimate_difference_of_proportions

RATES = {"p1": 0.6, "p2": 0.3, "level": 0.95}


@pytest.mark.parametrize("method", ["wald", "newcombe", "miettinen-nurminen"])
@pytest.mark.parametrize("ratio", [(1, 1), (2, 1)])
def test_the_size_is_the_smallest_from_which_the_interval_is_narrow_enough(method, ratio):
    found = find_size_for_half_width(0.2, method=method, ratio=ratio, **RATES)
    smaller = compute_expected_half_width(found.n1 - ratio[0], found.n2 - ratio[1], method=method, **RATES)
    assert found.n1 * ratio[1] == found.n2 * ratio[0]
    assert found.half_width <= 0.2 < smaller
    assert found.target == 0.2


def test_a_wald_interval_of_two_subjects_is_not_taken_for_precise():
    assert compute_expected_half_width(1, 1, method="wald", **RATES) == 0
    assert find_size_for_half_width(0.3, method="wald", ratio=(1, 1), **RATES).n1 > 10


def test_half_widths_and_coverage_are_those_of_drawn_trials():
    rng = np.random.default_rng(5)
    x1, x2 = rng.binomial(40, 0.6, 100_000), rng.binomial(30, 0.3, 100_000)
    answer = estimate_difference_of_proportions(x1, 40, x2, 30, method="newcombe", level=0.95)
    found = compute_precision(40, 30, method="newcombe", **RATES)
    assert found.half_width == pytest.approx(np.mean(answer.upper - answer.lower) / 2, abs=1e-4)
    covered = np.mean((answer.lower <= 0.3) & (answer.upper >= 0.3))
    assert found.coverage == pytest.approx(covered, abs=4 * np.sqrt(0.05 * 0.95 / 100_000))


def test_more_subjects_are_more_precise():
    widths = [compute_precision(n, n, method="miettinen-nurminen", **RATES).half_width for n in (10, 20, 40, 80)]
    assert all(after < before for before, after in pairwise(widths))


def test_coverage_takes_many_pairs_of_rates():
    found = compute_exact_coverage(12, 9, np.array([[0.1], [0.5]]), np.array([0.2, 0.8, 0.9]), method="wald", level=0.9)
    assert found.shape == (2, 3)
    assert ((found > 0.5) & (found <= 1)).all()


@pytest.mark.parametrize(
    "ask",
    [
        lambda: find_size_for_half_width(0.0, method="wald", ratio=(1, 1), **RATES),
        lambda: find_size_for_half_width(0.01, method="wald", ratio=(1, 1), **RATES),
        lambda: find_size_for_half_width(0.2, method="wald", ratio=(1, 0), **RATES),
        lambda: compute_precision(0, 5, method="wald", **RATES),
        lambda: compute_precision(5, 5000, method="wald", **RATES),
        lambda: compute_precision(5, 5, method="wald", p1=1.2, p2=0.5, level=0.95),
        lambda: compute_precision(5, 5, method="wald", p1=0.2, p2=0.5, level=95),
    ],
)
def test_what_has_no_precision_is_an_error(ask):
    with pytest.raises(StatisticsError, match="expected"):
        ask()
