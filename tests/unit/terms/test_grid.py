from fractions import Fraction

import numpy as np
import pytest

from myotis.terms.grid import Grid
from myotis.terms.missing import MISSING

CENTIMETERS = Grid("cm", 1000, 10_000)
EIGHTHS = Grid("points", 168_000, 504_000)


def steps_of(*numbers, grid=CENTIMETERS):
    steps, off = grid.to_steps(np.array(numbers, dtype=float))
    return steps.tolist(), off.tolist()


def test_numbers_become_steps():
    assert steps_of(0, 0.1, 1.1, 0.6, 10, -0.2) == ([0, 100, 1100, 600, 10_000, -200], [False] * 6)
    assert steps_of(1 / 8, 1 / 6, 1 / 7, 2.875, 1.62, grid=EIGHTHS)[0] == [21_000, 28_000, 24_000, 483_000, 272_160]


def test_the_result_of_a_computation_in_doubles_is_still_its_grid_point():
    assert 0.1 + 0.2 != 0.3
    assert steps_of(0.1 + 0.2) == ([300], [False])


def test_missing_is_no_fault():
    assert steps_of(np.nan) == ([MISSING], [False])


@pytest.mark.parametrize("number", [0.0005, 9.9995, 3.33333, 10.001, -10.001, 1e300, np.inf, -np.inf])
def test_off_the_grid_too_large_or_infinite_is_a_fault(number):
    assert steps_of(number) == ([MISSING], [True])


def test_any_shape():
    steps, off = CENTIMETERS.to_steps(np.array([[1.5, np.nan], [np.inf, 0]]))
    assert steps.tolist() == [[1500, MISSING], [MISSING, 0]]
    assert off.tolist() == [[False, False], [True, False]]
    steps, off = CENTIMETERS.to_steps(np.array([]))
    assert (steps.tolist(), off.tolist()) == ([], [])


def test_steps_become_numbers():
    numbers = CENTIMETERS.to_numbers(np.array([[1100, 600], [MISSING, 0]]))
    assert numbers[0].tolist() == [1.1, 0.6]
    assert np.isnan(numbers[1, 0])


@pytest.mark.parametrize(
    ("number", "step"), [("0.1", 100), ("10", 10_000), (3, 3000), (Fraction(1, 8), 125), ("-0.5", -500)]
)
def test_an_exact_number_becomes_a_step(number, step):
    assert CENTIMETERS.step(number) == step
    assert CENTIMETERS.fraction(step) == Fraction(number)


@pytest.mark.parametrize("number", ["0.0005", "10.001", "-11", Fraction(1, 3), 10**30])
def test_an_exact_number_off_the_grid_is_refused(number):
    with pytest.raises(ValueError, match="is not on the grid of 1/1000 cm"):
        CENTIMETERS.step(number)
