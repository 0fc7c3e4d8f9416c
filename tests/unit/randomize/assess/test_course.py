"""Every number by place is that of the whole enumeration, programmed apart (tests/oracles/allocation_lists.py)."""

from collections import Counter

import allocation_lists as oracle
import numpy as np
import pytest

from myotis.randomize.assess import course as module
from myotis.randomize.assess.course import compute_course, compute_list_course
from myotis.randomize.bits import SeededBits
from myotis.randomize.procedures.big_stick import BigStick
from myotis.randomize.procedures.maximal import Maximal
from myotis.randomize.procedures.permuted_blocks import PermutedBlocks
from myotis.randomize.procedures.simple import Simple

EQUAL, UNEQUAL, THREE = {"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 1, "b": 1, "c": 1}
CASES = {
    "simple 1:1": (Simple(), EQUAL, oracle.simple_lists([1, 1], 6)),
    "simple 2:1": (Simple(), UNEQUAL, oracle.simple_lists([2, 1], 6)),
    "simple 1:1:1": (Simple(), THREE, oracle.simple_lists([1, 1, 1], 5)),
    "blocks of 4": (PermutedBlocks(block_sizes=(4,)), EQUAL, oracle.block_lists([1, 1], [4], 7)),
    "blocks of 2 and 4": (PermutedBlocks(block_sizes=(2, 4)), EQUAL, oracle.block_lists([1, 1], [2, 4], 9)),
    "blocks of 3 and 6, 2:1": (PermutedBlocks(block_sizes=(3, 6)), UNEQUAL, oracle.block_lists([2, 1], [3, 6], 8)),
    "blocks of 2 and 4, 2:2": (PermutedBlocks(block_sizes=(4,)), {"a": 2, "b": 2}, oracle.block_lists([2, 2], [4], 6)),
    "blocks of 6, three arms": (PermutedBlocks(block_sizes=(6,)), THREE, oracle.block_lists([1, 1, 1], [6], 7)),
    "big stick": (BigStick(tolerance=2), EQUAL, oracle.big_stick_lists(2, 2, 8)),
    "big stick, three arms": (BigStick(tolerance=1), THREE, oracle.big_stick_lists(3, 1, 6)),
    "maximal": (
        Maximal(tolerance=2, terminal_balance=True), EQUAL, oracle.maximal_lists(2, 2, 8, terminal_balance=True),
    ),
    "maximal, open end": (
        Maximal(tolerance=3, terminal_balance=False), EQUAL, oracle.maximal_lists(2, 3, 7, terminal_balance=False),
    ),
    "maximal, three arms": (
        Maximal(tolerance=2, terminal_balance=True), THREE, oracle.maximal_lists(3, 2, 6, terminal_balance=True),
    ),
}  # fmt: skip
NAMES = ("imbalance", "loss", "convergence_guess", "certain", "best_guess")


@pytest.mark.parametrize("case", CASES)
def test_the_course_of_a_procedure_is_that_of_all_its_lists(case):
    procedure, ratio, lists = CASES[case]
    assert sum(lists.values()) == 1
    expected = list(oracle.by_place(lists, list(ratio.values())))
    course = compute_course(procedure, ratio, len(expected), SeededBits(b""), draws=2)
    assert course.draws is None
    for name in NAMES:
        np.testing.assert_allclose(getattr(course, name), [float(row[name]) for row in expected], atol=1e-14)


@pytest.mark.parametrize("case", CASES)
def test_the_lists_that_are_drawn_are_as_likely_as_they_should_be(case):
    procedure, ratio, lists = CASES[case]
    generator, positions = SeededBits(case.encode()), {name: position for position, name in enumerate(ratio)}
    length, draws = len(next(iter(lists))), 3000
    drawn = Counter(
        tuple(positions[arm] for arm in procedure.draw_arms(generator, ratio, length)) for _ in range(draws)
    )
    assert set(drawn) <= set(lists)
    # Pearson's statistic has mean (lists - 1) and at most variance 2 (lists - 1) + sum of 1 / expected.
    expected = {one: float(chance) * draws for one, chance in lists.items()}
    statistic = sum((drawn[one] - number) ** 2 / number for one, number in expected.items())
    variance = 2 * (len(lists) - 1) + sum(1 / number for number in expected.values())
    assert abs(statistic - (len(lists) - 1)) < 4 * variance**0.5


@pytest.mark.parametrize("case", CASES)
def test_the_course_of_a_procedure_is_the_mean_over_the_courses_of_its_lists(case):
    procedure, ratio, lists = CASES[case]
    names = list(ratio)
    whole = compute_course(procedure, ratio, len(next(iter(lists))), SeededBits(b""), draws=2)
    courses = [
        (float(chance), compute_list_course(procedure, ratio, [names[arm] for arm in one]))
        for one, chance in lists.items()
    ]
    for name in NAMES:
        mean = sum(chance * getattr(course, name) for chance, course in courses)
        np.testing.assert_allclose(mean, getattr(whole, name), atol=1e-13)


def test_best_guesses_of_drawn_lists_come_near_those_of_all(monkeypatch):
    blocks = PermutedBlocks(block_sizes=(2, 4, 6))
    exact = compute_course(blocks, EQUAL, 12, SeededBits(b""), draws=2)
    monkeypatch.setattr(module, "MOST_BELIEFS", 10)
    drawn = compute_course(blocks, EQUAL, 12, SeededBits(b"near"), draws=400)
    assert (exact.draws, drawn.draws) == (None, 400)
    assert drawn.mean_errors["best_guess"] < 0.005
    assert abs(drawn.best_guess.mean() - exact.best_guess.mean()) < 4 * drawn.mean_errors["best_guess"]
    np.testing.assert_array_less(np.abs(drawn.best_guess - exact.best_guess), 4 * drawn.errors["best_guess"] + 1e-12)
    np.testing.assert_array_equal(drawn.certain, exact.certain)


def test_a_list_that_the_procedure_can_not_have_made_is_refused():
    with pytest.raises(KeyError):
        compute_list_course(PermutedBlocks(block_sizes=(2,)), EQUAL, ["a", "a"])
