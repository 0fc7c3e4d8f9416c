"""Allocation in virtual trials: the arms of every stratum's list, by the law of a randomization procedure.

A procedure is a Markov chain (``myotis.randomize.procedures.law``). Written down as a table of its states, it is walked
with one uniform number a place, so that millions of lists are drawn as the one list of a live trial is.
"""

from collections.abc import Hashable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Final, NamedTuple

import numpy as np

from myotis.errors import InputError, SettingError
from myotis.protocol.trial import Trial
from myotis.randomize.procedures.law import Law, Move, Procedure
from myotis.randomize.strata import list_strata
from myotis.simulate.luck import Luck
from myotis.simulate.truth import Numbers
from myotis.terms.rule import Executor, Steps, choose_executor, rule_part

MOST_STATES: Final = 100_000

TABLES_KEPT: Final = 8
"""A batch after the other is allocated by the same few."""


class LawTable(NamedTuple):
    """A law by state and move: state 0 is the start. Moves that a state has not are never reached."""

    reached: Numbers
    """The probability of this move or one before it."""
    arm: Steps
    state: Steps


def tabulate_law(law: Law, places: int) -> LawTable:
    """The states that a law can reach within so many places.

    Raises SettingError where they are too many to be written down.
    """
    number: dict[Hashable, int] = {law.start(): 0}
    ways: list[Sequence[Move]] = []
    ends = list(number)
    for _ in range(places):
        before = len(number)
        for state in ends:
            ways.append(law.moves(state))
            for move in ways[-1]:
                number.setdefault(move.state, len(number))
        if len(number) > MOST_STATES:
            raise SettingError(f"the procedure has more than {MOST_STATES} states within {places} places")
        ends = list(number)[before:]
    return _write_down(ways, number)


def _write_down(ways: list[Sequence[Move]], number: dict[Hashable, int]) -> LawTable:
    width = max((len(moves) for moves in ways), default=1)
    reached = np.ones((len(ways), width))
    arm, state = (np.zeros((len(ways), width), dtype=np.int64) for _ in range(2))
    for row, moves in enumerate(ways):
        sums = list(accumulate(move.probability for move in moves))
        reached[row, : len(moves) - 1] = [float(likely) for likely in sums[:-1]]
        arm[row, : len(moves)] = [move.arm for move in moves]
        state[row, : len(moves)] = [number[move.state] for move in moves]
    return LawTable(reached, arm, state)


@rule_part
def allocate(law: LawTable, luck: Numbers, stratum: Steps, trials: int, arms: Steps) -> None:
    """Fill in the arm of every life: that of the next place on the list of its stratum.

    ``luck`` [stratum, place and trial] has a number for every place, those of a trial ``trials`` apart, as lives are.
    A list is walked as far as it is used.
    """
    reached, arm_of, next_state = law.reached, law.arm, law.state
    taken, state = np.zeros((len(luck), trials), dtype=np.int64), np.zeros((len(luck), trials), dtype=np.int64)
    for first in range(0, len(stratum), trials):
        for trial in range(trials):
            list_ = stratum[first + trial]
            chance, before, move = luck[list_, taken[list_, trial] * trials + trial], state[list_, trial], 0
            while chance >= reached[before, move]:
                move += 1
            arms[first + trial] = arm_of[before, move]
            state[list_, trial] = next_state[before, move]
            taken[list_, trial] += 1


def draw_arms(luck: Luck, trial: Trial, procedure: Procedure, stratum: Steps, executor: Executor) -> Steps:
    """[life]: the position of the arm of every life, by the list of its ``stratum`` in its trial."""
    positions, law, chance = prepare_lists(luck, trial, procedure, len(stratum) // luck.trials)
    arms = np.empty(len(stratum), dtype=np.int64)
    choose_executor(allocate, executor)(law, chance, stratum, luck.trials, arms)
    return positions[arms]


def prepare_lists(luck: Luck, trial: Trial, procedure: Procedure, places: int) -> tuple[Steps, LawTable, Numbers]:
    """What the lists of all strata are made of: the positions of the arms that a procedure calls by number, its law,
    and the luck of every place of every list."""
    ratio = trial.randomization.ratio
    if faults := list(procedure.find_faults(ratio, places)):
        raise InputError(faults)
    positions = np.array([[arm.id for arm in trial.arms].index(name) for name in ratio])
    law = _tabulate_procedure(procedure, tuple(ratio.items()), places)
    return positions, law, luck.uniforms(places, [("allocation", stratum) for stratum in list_strata(trial)])


@lru_cache(maxsize=TABLES_KEPT)
def _tabulate_procedure(procedure: Procedure, ratio: tuple[tuple[str, int], ...], places: int) -> LawTable:
    return tabulate_law(procedure.find_law(dict(ratio), places), places)


def draw_lists(luck: Luck, trial: Trial, procedure: Procedure, places: int) -> Steps:
    """[stratum, place and trial]: the position of the arm of every place; strata as in ``list_strata``."""
    positions, law, chance = prepare_lists(luck, trial, procedure, places)
    lists = np.empty(chance.shape, dtype=np.int64)
    for row in range(len(lists)):
        allocate(law, chance[row : row + 1], np.zeros(len(lists[row]), dtype=np.int64), luck.trials, lists[row])
    return positions[lists]
