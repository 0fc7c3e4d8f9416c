"""Balance and predictability, against the formulas of the papers that proposed the procedures."""

from math import comb

import numpy as np
import pytest

from myotis.randomize.assess.course import compute_course
from myotis.randomize.assess.guessing import compute_chance_guesses
from myotis.randomize.bits import SeededBits
from myotis.randomize.procedures.big_stick import BigStick
from myotis.randomize.procedures.maximal import Maximal, MaximalLaw
from myotis.randomize.procedures.permuted_blocks import PermutedBlocks
from myotis.randomize.procedures.simple import Simple

EQUAL = {"a": 1, "b": 1}


def assess(procedure, length):
    return compute_course(procedure, EQUAL, length, SeededBits(b""), draws=2)


@pytest.mark.parametrize("half", [1, 2, 3, 5, 20])
def test_one_block_is_guessed_as_blackwell_and_hodges_say(half):
    # Expected bias factor of the random allocation rule with 2n subjects: 2**(2n - 1) / C(2n, n) - 1/2.
    course = assess(PermutedBlocks(block_sizes=(2 * half,)), 2 * half)
    assert course.convergence_guess.sum() - half == pytest.approx(2 ** (2 * half - 1) / comb(2 * half, half) - 0.5)


@pytest.mark.parametrize("half", [2, 3])
def test_every_block_adds_as_much(half):
    one, ten = (assess(PermutedBlocks(block_sizes=(2 * half,)), 2 * half * blocks) for blocks in (1, 10))
    assert ten.convergence_guess.sum() == pytest.approx(10 * one.convergence_guess.sum())


@pytest.mark.parametrize("half", [1, 2, 5, 10])
def test_the_tail_of_a_block_is_deduced(half):
    # In a block with n of each arm, the tail from which one arm is used up has expected length 2n / (n + 1).
    course = assess(PermutedBlocks(block_sizes=(2 * half,)), 2 * half)
    assert course.certain.sum() == pytest.approx(2 * half / (half + 1))


@pytest.mark.parametrize("length", [1, 2, 7, 40])
def test_simple_randomization_is_a_walk(length):
    # The expected distance of a symmetric walk; its expected square is the number of steps.
    course = assess(Simple(), length)
    walk = sum(comb(length, heads) * abs(2 * heads - length) for heads in range(length + 1)) / 2**length
    assert course.imbalance[-1] == pytest.approx(walk)
    assert course.loss == pytest.approx(np.ones(length))
    assert course.convergence_guess == pytest.approx(np.full(length, 0.5))


@pytest.mark.parametrize("tolerance", [1, 2, 3, 5])
def test_the_big_stick_is_deduced_in_one_of_two_b_places(tolerance):
    # Soares and Wu: the reflected walk is at its limit b for 1 / (2b) of the time, and level for as long. It has
    # period 2, so two places in a row are taken together.
    course = assess(BigStick(tolerance=tolerance), 400)
    assert course.certain[-2:].mean() == pytest.approx(1 / (2 * tolerance), abs=1e-6)
    assert course.convergence_guess[-2:].mean() == pytest.approx(0.5 + 1 / (4 * tolerance), abs=1e-6)


@pytest.mark.parametrize("tolerance", [1, 2, 3, 6])
@pytest.mark.parametrize("length", [2, 6, 10, 60])
def test_the_lists_of_the_maximal_procedure_are_counted_by_reflection(tolerance, length):
    # Walks that stay within -b and b and end level, by André's principle.
    half, limit = length // 2, tolerance + 1
    walks = sum(
        (-1) ** abs(turns) * comb(length, half + turns * limit)
        for turns in range(-length, length + 1)
        if 0 <= half + turns * limit <= length
    )
    assert MaximalLaw(2, tolerance, length, terminal_balance=True).count == walks


@pytest.mark.parametrize("pairs", [1, 2, 3, 10])
def test_small_tolerances_of_the_maximal_procedure_are_counted_by_hand(pairs):
    # Within 1, each pair is AB or BA. Within 2, all but the last odd places of a level start are free: 2 * 3**(n - 1).
    assert MaximalLaw(2, 1, 2 * pairs, terminal_balance=True).count == 2**pairs
    assert MaximalLaw(2, 2, 2 * pairs, terminal_balance=True).count == 2 * 3 ** (pairs - 1)


def test_the_maximal_procedure_is_guessed_less_than_blocks_of_the_same_tolerance():
    # What Berger, Ivanova and Knoll proposed it for: blocks of 6 never are more than 3 apart either.
    blocks, maximal = (
        assess(PermutedBlocks(block_sizes=(6,)), 48),
        assess(Maximal(tolerance=3, terminal_balance=True), 48),
    )
    assert maximal.convergence_guess.mean() < blocks.convergence_guess.mean() - 0.02
    assert maximal.certain.mean() < blocks.certain.mean() - 0.1


def test_guesses_in_another_ratio_by_hand():
    # 2:1, two places. Both tie at first: half of the guesses are of a, right with 2/3, and half of b, with 1/3. Then,
    # after a (1/2 ahead of 0) b is guessed: 1/3; after b a is guessed: 2/3.
    assert compute_chance_guesses(2, [2, 1]) == pytest.approx(1 / 2 + 2 / 3 * 1 / 3 + 1 / 3 * 2 / 3)
