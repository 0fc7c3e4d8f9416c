"""The maximal procedure: of all lists that stay within a tolerated imbalance, each is equally likely."""

from collections.abc import Hashable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Annotated, cast

from pydantic import Field

from myotis.errors import Fault
from myotis.protocol.fields import Section
from myotis.randomize.bits import Randomness
from myotis.randomize.procedures.law import Law, Move, Ratio, draw_by_law
from myotis.randomize.procedures.shares import find_unequal_shares, have_equal_shares, raise_differences


class Maximal(Section):
    """Of all lists in which no arm is ever more than ``tolerance`` ahead of another, each is equally likely.

    Berger VW, Ivanova A, Knoll MD. Stat Med 2003;22:3017-3028, doi:10.1002/sim.1538. The paper has two arms and
    asks for balance at the end. More arms with equal shares are taken in the same sense; unequal shares are refused,
    for which a uniform choice does not keep the ratio at every place.

    >>> from myotis.randomize.bits import SeededBits
    >>> Maximal(tolerance=2, terminal_balance=True).draw_arms(SeededBits(b"demo"), {"a": 1, "b": 1}, 6)
    ['b', 'b', 'a', 'b', 'a', 'a']
    """

    tolerance: Annotated[int, Field(ge=1, le=20)]
    """The greatest difference between the numbers of subjects of two arms (the maximum tolerated imbalance)."""
    terminal_balance: bool
    """Must the arms have the same number of subjects at the end of the list?"""

    @property
    def label(self) -> str:
        """What tables and figures call it."""
        return f"maximal {self.tolerance}" + (", level at the end" if self.terminal_balance else "")

    def find_faults(self, ratio: Ratio, length: int) -> Iterator[Fault]:
        """Unequal shares, or an end at which the arms can't have the same number."""
        yield from find_unequal_shares(ratio, "maximal")
        if self.terminal_balance and have_equal_shares(ratio) and length % len(ratio):
            what, expected = f"{length} places can't end in balance", f"a multiple of {len(ratio)} places"
            remedy = "Change the number of places, or terminal_balance."
            yield Fault(what=what, expected=expected, remedy=remedy, key="maximal.terminal_balance")

    def find_law(self, ratio: Ratio, length: int) -> Law:
        """The law; its state is the place, and how far each arm is ahead of the one with the fewest."""
        return MaximalLaw(len(ratio), self.tolerance, length, terminal_balance=self.terminal_balance)

    def draw_arms(self, generator: Randomness, ratio: Ratio, length: int) -> list[str]:
        """Draw a list."""
        return draw_by_law(generator, self.find_law(ratio, length), ratio, length)


class MaximalLaw:
    """The law of the maximal procedure, by counting the lists that can follow."""

    def __init__(self, arms: int, tolerance: int, length: int, *, terminal_balance: bool) -> None:
        self._arms = arms
        allowed = [ahead for ahead in product(range(tolerance + 1), repeat=arms) if min(ahead) == 0]
        ends = [(0,) * arms] if terminal_balance else allowed
        self._counts = [dict.fromkeys(ends, 1)]
        for _ in range(length):
            after = self._counts[-1]
            self._counts.append({ahead: self._count(ahead, after) for ahead in allowed})
        self._counts.reverse()

    @property
    def count(self) -> int:
        """How many lists there are, each equally likely."""
        return self._counts[0].get((0,) * self._arms, 0)

    def start(self) -> Hashable:
        """At the first place, with all arms level."""
        return 0, (0,) * self._arms

    def moves(self, state: Hashable) -> Sequence[Move]:
        """Each arm in proportion to the lists that can follow it."""
        place, ahead = cast("tuple[int, tuple[int, ...]]", state)
        here, after = self._counts[place][ahead], self._counts[place + 1]
        ways = [(arm, raise_differences(ahead, arm)) for arm in range(self._arms)]
        return [Move(Fraction(after[way], here), arm, (place + 1, way)) for arm, way in ways if after.get(way)]

    def _count(self, ahead: tuple[int, ...], after: dict[tuple[int, ...], int]) -> int:
        return sum(after.get(raise_differences(ahead, arm), 0) for arm in range(self._arms))
