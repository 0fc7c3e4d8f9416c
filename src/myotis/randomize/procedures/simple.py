"""Simple randomization: every place by itself, in the ratio. Nothing can be guessed, and the arms may drift apart."""

from collections.abc import Hashable, Iterator, Sequence
from fractions import Fraction

from myotis.errors import Fault
from myotis.protocol.fields import Section
from myotis.randomize.bits import Randomness
from myotis.randomize.procedures.law import Law, Move, Ratio, draw_by_law


class Simple(Section):
    """Each place is independent of all others. It has no options.

    >>> from myotis.randomize.bits import SeededBits
    >>> Simple().draw_arms(SeededBits(b"demo"), {"active": 2, "placebo": 1}, 6)
    ['placebo', 'placebo', 'placebo', 'placebo', 'active', 'active']
    """

    @property
    def label(self) -> str:
        """What tables and figures call it."""
        return "simple"

    def find_faults(self, ratio: Ratio, length: int) -> Iterator[Fault]:  # noqa: ARG002 (any ratio, any length)
        """None: it takes any ratio."""
        yield from ()

    def find_law(self, ratio: Ratio, length: int) -> Law:  # noqa: ARG002 (the same for any length)
        """The law: each arm with its share."""
        return _Law(ratio)

    def draw_arms(self, generator: Randomness, ratio: Ratio, length: int) -> list[str]:
        """Draw a list."""
        return draw_by_law(generator, self.find_law(ratio, length), ratio, length)


class _Law:
    def __init__(self, ratio: Ratio) -> None:
        whole = sum(ratio.values())
        self._moves = [Move(Fraction(share, whole), arm, ()) for arm, share in enumerate(ratio.values())]

    def start(self) -> Hashable:
        return ()

    def moves(self, state: Hashable) -> Sequence[Move]:  # noqa: ARG002 (it stands nowhere)
        return self._moves
