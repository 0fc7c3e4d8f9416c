"""Lists of virtual trials: the table of a law says what the law says, and a walk takes what luck points at."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from myotis.errors import InputError, SettingError
from myotis.protocol.read import read_trial
from myotis.randomize.procedures.big_stick import BigStick
from myotis.randomize.procedures.maximal import Maximal
from myotis.randomize.procedures.permuted_blocks import PermutedBlocks
from myotis.randomize.procedures.simple import Simple
from myotis.simulate import allocation
from myotis.simulate.allocation import allocate, draw_lists, tabulate_law
from myotis.simulate.luck import Luck
from myotis.simulate.streams import Streams

TRIAL = read_trial("proderm")
PROCEDURES = [
    Simple(), PermutedBlocks(block_sizes=(2, 4)), BigStick(tolerance=2), Maximal(tolerance=2, terminal_balance=True),
]  # fmt: skip


def probability_by_law(law, arms):
    """The exact probability of a list: the sum over all ways of the chain that give it."""
    ends = {law.start(): Fraction(1)}
    for arm in arms:
        after = {}
        for state, likely in ends.items():
            for move in law.moves(state):
                if move.arm == arm:
                    after[move.state] = after.get(move.state, 0) + likely * move.probability
        ends = after
    return sum(ends.values())


def probability_by_table(table, arms):
    ends = {0: 1.0}
    for arm in arms:
        after = {}
        for state, likely in ends.items():
            for position, reached in enumerate(table.reached[state]):
                share = reached - (table.reached[state, position - 1] if position else 0.0)
                if share > 0 and table.arm[state, position] == arm:
                    end = int(table.state[state, position])
                    after[end] = after.get(end, 0) + likely * share
        ends = after
    return sum(ends.values())


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda procedure: procedure.label)
def test_every_list_is_as_likely_by_the_table_as_by_the_law(procedure):
    law = procedure.find_law({"a": 1, "b": 1}, 6)
    table = tabulate_law(law, 6)
    for arms in product((0, 1), repeat=6):
        assert probability_by_table(table, arms) == pytest.approx(float(probability_by_law(law, arms)), abs=1e-12)


def test_a_walk_takes_the_move_that_luck_points_at():
    """A block of two of either arm: the second place is what the first one left."""
    law = tabulate_law(PermutedBlocks(block_sizes=(2,)).find_law({"a": 1, "b": 1}, 4), 4)
    arms = np.full(8, -1)
    allocate(law, np.array([[0.49, 0.5, 0.9, 0.1, 0.51, 0.2, 0.0, 0.999]]), np.zeros(8, dtype=np.int64), 2, arms)
    assert arms[0::2].tolist() == [0, 1, 1, 0]
    assert arms[1::2].tolist() == [1, 0, 0, 1]


def test_lists_keep_the_ratio_of_the_protocol_after_every_block_and_differ_by_trial_and_stratum():
    trial = TRIAL.model_copy(
        update={"randomization": TRIAL.randomization.model_copy(update={"ratio": {"placebo": 1, "ivig": 2}})}
    )
    lists = draw_lists(Luck(Streams(3)), trial, PermutedBlocks(block_sizes=(6,)), 12).reshape(3, 12, -1)
    assert (lists.reshape(3, 2, 6, -1).sum(axis=2) == 2).all()  # the placebo arm is the second one of the protocol
    assert len({lists[stratum, :, trial].tobytes() for stratum in range(3) for trial in range(256)}) > 200  # of 15 x 15


def test_who_comes_next_in_a_stratum_takes_its_next_place():
    law = tabulate_law(PermutedBlocks(block_sizes=(2,)).find_law({"a": 1, "b": 1}, 4), 4)
    luck = np.array([[0.1, 0.9, 0.5, 0.5], [0.9, 0.1, 0.5, 0.5]])  # two places each in two trials
    arms = np.full(4, -1)
    allocate(law, luck, np.array([0, 1, 0, 0]), 2, arms)  # trial 0: stratum 0 twice; trial 1: stratum 1, then 0
    assert arms.tolist() == [0, 0, 1, 1]


def test_a_procedure_that_can_not_keep_the_ratio_is_refused():
    with pytest.raises(InputError, match="can't hold the ratio"):
        draw_lists(Luck(Streams(1)), TRIAL, PermutedBlocks(block_sizes=(3,)), 10)


def test_a_law_with_too_many_states_is_refused(monkeypatch):
    monkeypatch.setattr(allocation, "MOST_STATES", 10)
    with pytest.raises(SettingError, match="more than 10 states"):
        tabulate_law(Maximal(tolerance=3, terminal_balance=False).find_law({"a": 1, "b": 1}, 20), 20)
