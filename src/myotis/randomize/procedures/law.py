"""A procedure as a law: how likely each arm is next, given where the procedure stands.

Every list is drawn by a law or agrees with one, and every assessment is worked out from it.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import NamedTuple, Protocol

from myotis.errors import Fault
from myotis.randomize.bits import Randomness, draw_below

Ratio = Mapping[str, int]
"""The share of each arm, such as 2 to 1."""


class Move(NamedTuple):
    """One way on: its probability, the arm (its position in the ratio) and where the procedure stands then."""

    probability: Fraction
    arm: int
    state: Hashable


class Law(Protocol):
    """A Markov chain. Its state may hold what nobody can see on the list, such as the size of a block."""

    def start(self) -> Hashable:
        """Where the procedure stands before the first place."""
        ...

    def moves(self, state: Hashable) -> Sequence[Move]:
        """Every way on; the probabilities add up to 1."""
        ...


class Procedure(Hashable, Protocol):
    """A procedure with its options, as a list specification names it."""

    @property
    def label(self) -> str:
        """What tables and figures call it."""
        ...

    def find_faults(self, ratio: Ratio, length: int) -> Iterator[Fault]:
        """Why there is no list of ``length`` places in this ratio by this procedure."""
        ...

    def find_law(self, ratio: Ratio, length: int) -> Law:
        """The law of a list of ``length`` places."""
        ...

    def draw_arms(self, generator: Randomness, ratio: Ratio, length: int) -> list[str]:
        """Draw a list."""
        ...


def draw_by_law(generator: Randomness, law: Law, ratio: Ratio, length: int) -> list[str]:
    """Draw ``length`` arms, one after the other, each as likely as the law says."""
    names = list(ratio)
    state = law.start()
    arms = []
    for _ in range(length):
        move = _draw_move(generator, law.moves(state))
        arms.append(names[move.arm])
        state = move.state
    return arms


def _draw_move(generator: Randomness, moves: Sequence[Move]) -> Move:
    whole = lcm(*(move.probability.denominator for move in moves))
    number = draw_below(generator, whole)
    for move in moves:
        number -= int(move.probability * whole)
        if number < 0:
            return move
    raise AssertionError("the probabilities of a law add up to 1")
