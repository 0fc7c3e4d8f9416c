"""What compiled functions see of large NamedTuples is what Python sees."""

import weakref
from typing import NamedTuple

import numpy as np
import pytest

from myotis.terms.references import FEW, KEPT_OF_A_KIND
from myotis.terms.rule import rule_part


class Inner(NamedTuple):
    scale: float
    steps: tuple[int, ...]


class Many(NamedTuple):
    whole: np.ndarray
    real: np.ndarray
    flags: np.ndarray
    grid: np.ndarray
    rows: np.ndarray
    count: int
    share: float
    limits: tuple[int, int]
    inner: Inner


@rule_part
def add_up(many: Many, out: np.ndarray) -> float:
    """Something of every field, and a row filled in."""
    total = many.share * many.count + many.limits[1] + many.inner.scale
    for step in many.inner.steps:
        total += step
    for life in range(len(many.whole)):
        out[life] = many.whole[life] if many.flags[life] else -1
        total += many.real[life]
        for row in range(many.grid.shape[1]):
            total += many.grid[life, row] * many.rows[row, life, 1]
    many.whole[0] = 99
    return total


def build(count, seed=0):
    draw = np.random.default_rng(seed)
    return Many(
        whole=draw.integers(0, 9, count),
        real=draw.random(count * 2)[::2],
        flags=draw.random(count) < 0.5,
        grid=np.asfortranarray(draw.integers(0, 9, (count, 3))),
        rows=draw.random((3, count, 2)),
        count=count,
        share=0.25,
        limits=(3, -(2**63) + 5),
        inner=Inner(-1.5, (1, 2, 3)),
    )


@pytest.mark.parametrize("count", [1, 2, 7])
def test_compiled_functions_see_and_fill_what_interpreted_ones_do(count):
    mine, theirs = build(count, count), build(count, count)
    assert len(mine) > FEW, "fewer fields are handed over as they are"
    out, expected = np.zeros(count), np.zeros(count)
    assert add_up.compiled(mine, out) == pytest.approx(add_up(theirs, expected), rel=1e-15)
    assert out.tolist() == expected.tolist()
    assert mine.whole.tolist() == theirs.whole.tolist()
    assert mine.whole[0] == 99


def test_a_place_in_memory_that_is_used_again_is_not_taken_for_what_was_there():
    """Python gives the number by which it tells objects apart to another one as soon as one is gone."""
    places = set()
    for seed in range(200):
        many = build(5, seed)
        places.add(id(many))
        expected = add_up(many._replace(whole=many.whole.copy()), np.zeros(5))
        assert add_up.compiled(many, np.zeros(5)) == pytest.approx(expected, rel=1e-15)
        del many
    assert len(places) < 200, "this test shows something only where places are used again"


def test_no_more_arrays_are_kept_than_were_handed_over_last():
    arrays = []
    for seed in range(10):
        many = build(4, seed)
        arrays.append(weakref.ref(many.real.base))
        add_up.compiled(many, np.zeros(4))
    del many
    assert sum(array() is not None for array in arrays) == KEPT_OF_A_KIND
