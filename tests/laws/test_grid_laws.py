"""Every decimal that lies on a grid, once it has been a double, gets its own step again; every other is found."""

from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from myotis.instruments.enzymes import ENZYME_GRID, ULN_GRID, XULN_GRID
from myotis.instruments.haq import HAQ_GRID
from myotis.instruments.vas import VAS_GRID, VAS_GRID_MM
from myotis.terms.grid import Grid
from myotis.terms.missing import MISSING

law = settings(max_examples=100, deadline=None)

DECIMAL_GRIDS = [VAS_GRID, VAS_GRID_MM, ENZYME_GRID, ULN_GRID, XULN_GRID, Grid("points", 1, 260), Grid("points", 8, 24)]
GRIDS = [*DECIMAL_GRIDS, HAQ_GRID]


def on(grids):
    return st.sampled_from(grids).flatmap(
        lambda grid: st.tuples(
            st.just(grid), st.lists(st.integers(-grid.largest, grid.largest), min_size=1, max_size=50)
        )
    )


@law
@given(on(DECIMAL_GRIDS))
def test_a_decimal_on_the_grid_gets_its_step(grid_and_steps):
    grid, steps = grid_and_steps
    texts = [str(Decimal(step) / grid.steps_per_unit) for step in steps]
    found, off = grid.to_steps(np.array([float(text) for text in texts]))
    assert found.tolist() == steps == [grid.step(text) for text in texts]
    assert not off.any()


@law
@given(on(GRIDS))
def test_steps_and_numbers_are_a_round_trip(grid_and_steps):
    grid, steps = grid_and_steps
    found, off = grid.to_steps(grid.to_numbers(np.array(steps)))
    assert found.tolist() == steps
    assert not off.any()
    assert [grid.step(grid.fraction(step)) for step in steps] == steps


@law
@given(on(GRIDS), st.sampled_from(["0.5", "0.1", "0.99", "0.001"]))
def test_between_two_grid_points_is_off_the_grid(grid_and_steps, part):
    grid, steps = grid_and_steps
    between = [float((Decimal(step) + Decimal(part)) / grid.steps_per_unit) for step in steps]
    found, off = grid.to_steps(np.array(between))
    assert off.all()
    assert np.all(found == MISSING)


@law
@given(st.sampled_from(GRIDS), st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1))
def test_any_double_is_a_step_a_fault_or_missing(grid, numbers):
    steps, off = grid.to_steps(np.array(numbers))
    known = ~off & ~np.isnan(numbers)
    assert np.all(np.abs(steps[known]) <= grid.largest)
    assert np.all(steps[~known] == MISSING)
