"""The big stick: a fair coin, until an arm is so far ahead that the others have to catch up."""

from collections.abc import Hashable, Iterator, Sequence
from fractions import Fraction
from typing import Annotated, cast

from pydantic import Field

from myotis.errors import Fault
from myotis.protocol.fields import Section
from myotis.randomize.bits import Randomness
from myotis.randomize.procedures.law import Law, Move, Ratio, draw_by_law
from myotis.randomize.procedures.shares import find_unequal_shares, raise_differences


class BigStick(Section):
    """Every arm that would not then be more than ``tolerance`` ahead of another is equally likely.

    With two arms this is the design of Soares JF, Wu CFJ. Commun Stat Theory Methods 1983;12:2017-2034,
    doi:10.1080/03610928308828586. For more arms with equal shares it is our generalization, which keeps the greatest
    difference between two arms within the tolerance; unequal shares are refused.

    >>> from myotis.randomize.bits import SeededBits
    >>> BigStick(tolerance=1).draw_arms(SeededBits(b"demo"), {"a": 1, "b": 1}, 6)
    ['b', 'a', 'b', 'a', 'b', 'a']
    """

    tolerance: Annotated[int, Field(ge=1, le=20)]
    """The greatest difference between the numbers of subjects of two arms."""

    @property
    def label(self) -> str:
        """What tables and figures call it."""
        return f"big stick {self.tolerance}"

    def find_faults(self, ratio: Ratio, length: int) -> Iterator[Fault]:  # noqa: ARG002 (any length)
        """Unequal shares."""
        yield from find_unequal_shares(ratio, "big_stick")

    def find_law(self, ratio: Ratio, length: int) -> Law:  # noqa: ARG002 (the same for any length)
        """The law; its state is how far each arm is ahead of the one with the fewest."""
        return _Law(len(ratio), self.tolerance)

    def draw_arms(self, generator: Randomness, ratio: Ratio, length: int) -> list[str]:
        """Draw a list."""
        return draw_by_law(generator, self.find_law(ratio, length), ratio, length)


class _Law:
    def __init__(self, arms: int, tolerance: int) -> None:
        self._arms = arms
        self._tolerance = tolerance

    def start(self) -> Hashable:
        return (0,) * self._arms

    def moves(self, state: Hashable) -> Sequence[Move]:
        ways = [(arm, raise_differences(cast("tuple[int, ...]", state), arm)) for arm in range(self._arms)]
        allowed = [(arm, after) for arm, after in ways if max(after) <= self._tolerance]
        return [Move(Fraction(1, len(allowed)), arm, after) for arm, after in allowed]
