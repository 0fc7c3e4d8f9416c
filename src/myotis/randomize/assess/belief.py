"""What somebody who knows the procedure and every earlier arm of a stratum can know of the next one."""

from collections.abc import Hashable, Mapping
from fractions import Fraction
from typing import NamedTuple

from myotis.randomize.procedures.law import Law

Belief = frozenset[tuple[Hashable, Fraction]]
"""Where the procedure may stand, each with its probability given the arms so far."""
Support = frozenset[Hashable]
"""Where the procedure may stand, given the arms so far."""


class Way(NamedTuple):
    """An arm that may be next: how likely it is, and what is known once it has been seen."""

    chance: Fraction
    belief: Belief


class Observer:
    """Bayes' theorem for a law. It remembers what it has worked out, since the same beliefs come again and again.

    >>> from myotis.randomize.procedures.permuted_blocks import PermutedBlocks
    >>> observer = Observer(PermutedBlocks(block_sizes=(2,)).find_law({"a": 1, "b": 1}, 4))
    >>> first = observer.find_ways(observer.start())
    >>> first[0].chance, observer.find_ways(first[0].belief)[1].chance
    (Fraction(1, 2), Fraction(1, 1))
    """

    def __init__(self, law: Law) -> None:
        self._law = law
        self._ways: dict[Belief, dict[int, Way]] = {}
        self._supports: dict[Support, dict[int, Support]] = {}

    def start(self) -> Belief:
        """What is known before the first place."""
        return frozenset({(self._law.start(), Fraction(1))})

    def find_ways(self, belief: Belief) -> Mapping[int, Way]:
        """The arms that may be next, by their position in the ratio."""
        if belief not in self._ways:
            self._ways[belief] = self._work_out(belief)
        return self._ways[belief]

    def find_supports(self, support: Support) -> Mapping[int, Support]:
        """The arms that may be next, with where the procedure may stand once each has been seen."""
        if support not in self._supports:
            reached: dict[int, set[Hashable]] = {}
            for state in support:
                for move in self._law.moves(state):
                    reached.setdefault(move.arm, set()).add(move.state)
            self._supports[support] = {arm: frozenset(states) for arm, states in reached.items()}
        return self._supports[support]

    def _work_out(self, belief: Belief) -> dict[int, Way]:
        reached: dict[int, dict[Hashable, Fraction]] = {}
        for state, weight in belief:
            for move in self._law.moves(state):
                states = reached.setdefault(move.arm, {})
                states[move.state] = states.get(move.state, Fraction(0)) + weight * move.probability
        ways = {}
        for arm, states in sorted(reached.items()):
            chance = sum(states.values(), Fraction(0))
            ways[arm] = Way(chance, frozenset((state, weight / chance) for state, weight in states.items()))
        return ways
