"""The three executors of a rule fill in the same, whatever the shape of the data."""

from typing import NamedTuple

import numba
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from myotis.terms import rule as rules
from myotis.terms.missing import MISSING, at_least
from myotis.terms.rule import rule, rule_part


class Limits(NamedTuple):
    least: int
    weights: tuple[int, int]


@rule_part
def gained(now: int, before: int, weight: int) -> int:
    """How much was gained."""
    if now == MISSING or before == MISSING:
        return MISSING
    return weight * (now - before)


@rule
def course(x, limits, out):
    """Gains of two measures since the baseline, and whether one at least is large."""
    for visit in range(x.shape[0]):
        known, unknown = 0, 0
        for measure in range(2):
            gain = gained(x[visit, measure], x[0, measure], limits.weights[measure])
            out[visit, measure] = gain
            if gain == MISSING:
                unknown += 1
            elif gain >= limits.least:
                known += 1
        out[visit, 2] = at_least(1, known, unknown)


LIMITS = Limits(6, (1, -2))


def batch(subjects, seed=1):
    draw = np.random.default_rng(seed)
    offsets = np.concatenate([[0], np.cumsum(draw.integers(0, 5, subjects))])
    x = draw.integers(0, 10, (offsets[-1], 2))
    x[draw.random(x.shape) < 0.2] = MISSING
    return x, offsets


def run(x, offsets, engine):
    out = np.full((len(x), 3), -7)
    course.run(x, offsets, LIMITS, out, engine=engine)
    return out


def test_by_hand():
    x = np.array([[1, 5], [7, 4], [MISSING, 2], [MISSING, 5], [3, 3]])
    expected = [[0, 0, 0], [6, 2, 1], [MISSING, 6, 1], [MISSING, 0, MISSING], [0, 0, 0]]
    for engine in ("auto", "interpreted", "compiled"):
        assert run(x, np.array([0, 4, 5]), engine).tolist() == expected


@pytest.mark.parametrize("subjects", [0, 1, 3, 500])
def test_all_executors_fill_in_the_same(subjects):
    x, offsets = batch(subjects)
    interpreted = run(x, offsets, "interpreted")
    assert_array_equal(run(x, offsets, "compiled"), interpreted)
    assert_array_equal(run(x, offsets, "auto"), interpreted)


def test_threads_share_the_subjects(monkeypatch):
    monkeypatch.setattr(rules, "ROWS_PER_THREAD", 7)
    monkeypatch.setattr(rules.os, "cpu_count", lambda: 5)
    for subjects in (1, 3, 4, 100):
        x, offsets = batch(subjects, seed=subjects)
        assert_array_equal(run(x, offsets, "compiled"), run(x, offsets, "interpreted"))


def test_few_rows_are_interpreted_and_many_compiled(monkeypatch):
    used = []
    monkeypatch.setitem(course.__dict__, "_loop", lambda *args: used.append(len(args[0])))
    course.run(*batch(10), LIMITS, np.empty((100, 3), dtype=np.int64))
    assert used == []
    x = np.zeros((rules.FEW_ROWS, 2), dtype=np.int64)
    course.run(x, np.array([0, len(x)]), LIMITS, np.empty((len(x), 3), dtype=np.int64))
    assert used == [len(x)]


def test_a_kernel_can_be_called_in_compiled_code():
    @numba.njit
    def simulate(kernel, x, limits):
        out = np.empty((x.shape[0], 3), dtype=np.int64)
        kernel(x, limits, out)
        return out

    x = np.array([[1, 5], [7, 4], [MISSING, 2]])
    assert_array_equal(simulate(course.kernel, x, LIMITS), run(x, np.array([0, 3]), "interpreted"))
    assert gained.compiled(7, 1, 2) == gained(7, 1, 2) == 12


def test_a_rule_stays_what_it_was_to_python():
    assert course.__name__ == "course"
    assert course.__doc__.startswith("Gains of two measures")
    out = np.empty((1, 3), dtype=np.int64)
    course(np.array([[1, 5]]), LIMITS, out)
    assert out.tolist() == [[0, 0, 0]]
