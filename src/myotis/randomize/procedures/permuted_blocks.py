"""Permuted blocks: lists of arms that keep the ratio of the protocol after every block.

Nothing here knows a subject, a seal or a clock. The generator is an argument; who has the list knows the arms.
"""

from collections.abc import Hashable, Iterator, Sequence
from fractions import Fraction
from typing import Annotated, cast

from pydantic import Field

from myotis.errors import Fault, SettingError
from myotis.protocol.fields import Section
from myotis.randomize.bits import Randomness
from myotis.randomize.procedures.law import Law, Move, Ratio


class PermutedBlocks(Section):
    """Blocks of one size, or of sizes of which each is equally likely for the next block.

    Matts JP, Lachin JM. Control Clin Trials 1988;9:327-344, doi:10.1016/0197-2456(88)90047-5.
    """

    block_sizes: tuple[Annotated[int, Field(ge=1)], ...] = Field(min_length=1)
    """The sizes that a block may have, each a multiple of the sum of the ratio."""

    @property
    def label(self) -> str:
        """What tables and figures call it."""
        return "blocks of " + ", ".join(map(str, self.block_sizes))

    def find_faults(self, ratio: Ratio, length: int) -> Iterator[Fault]:  # noqa: ARG002 (the last block is cut)
        """Sizes that can't hold the ratio, or stand there twice."""
        whole = sum(ratio.values())
        for position, size in enumerate(self.block_sizes):
            if size % whole:
                what, expected = f"a block of {size} can't hold the ratio", f"a multiple of {whole}"
                key = f"permuted_blocks.block_sizes.{position}"
                yield Fault(what=what, expected=expected, remedy="Correct the size.", key=key)
        if len(set(self.block_sizes)) < len(self.block_sizes):
            what, expected = "a size is named twice", "sizes that differ, which are equally likely"
            yield Fault(what=what, expected=expected, remedy="Remove one.", key="permuted_blocks.block_sizes")

    def find_law(self, ratio: Ratio, length: int) -> Law:  # noqa: ARG002 (the same for any length)
        """The law; its state is what the block still holds of each arm."""
        return _Law(ratio, self.block_sizes)

    def draw_arms(self, generator: Randomness, ratio: Ratio, length: int) -> list[str]:
        """Draw a list."""
        return draw_permuted_blocks(generator, ratio, self.block_sizes, length)


def draw_permuted_blocks(generator: Randomness, ratio: Ratio, block_sizes: Sequence[int], length: int) -> list[str]:
    """Draw a list of ``length`` arms in permuted blocks, each arrangement of a block equally likely.

    ``ratio`` has the share of each arm, such as 2 to 1. Where ``block_sizes`` has several, each is equally likely for
    the next block. The last block is cut where the list ends, so a longer list from the same generator begins with the
    shorter one. Raises SettingError where the ratio has shares below 1, or a block can't hold it a whole number of
    times.

    >>> from myotis.randomize.bits import SeededBits
    >>> arms = draw_permuted_blocks(SeededBits(b"demo"), {"active": 2, "placebo": 1}, block_sizes=[6], length=60)
    >>> arms.count("active"), arms[:6].count("placebo")
    (40, 2)
    """
    _check(ratio, block_sizes, length)
    arms: list[str] = []
    while len(arms) < length:
        # A generator that serves fixed blocks too must not be asked where there is nothing to choose.
        size = block_sizes[int(generator.integers(len(block_sizes)))] if len(block_sizes) > 1 else block_sizes[0]
        block = [arm for arm, count in zip(ratio, _fill(ratio, size), strict=True) for _ in range(count)]
        arms.extend(block[position] for position in generator.permutation(size))
    return arms[:length]


class _Law:
    def __init__(self, ratio: Ratio, block_sizes: Sequence[int]) -> None:
        self._blocks = [_fill(ratio, size) for size in block_sizes]
        self._start = (0,) * len(ratio)

    def start(self) -> Hashable:
        return self._start

    def moves(self, state: Hashable) -> Sequence[Move]:
        if state != self._start:
            return list(_take_one(cast("tuple[int, ...]", state), Fraction(1)))
        chance = Fraction(1, len(self._blocks))
        return [move for block in self._blocks for move in _take_one(block, chance)]


def _take_one(block: tuple[int, ...], chance: Fraction) -> Iterator[Move]:
    for arm, count in enumerate(block):
        if count:
            rest = (*block[:arm], count - 1, *block[arm + 1 :])
            yield Move(chance * count / sum(block), arm, rest)


def _fill(ratio: Ratio, size: int) -> tuple[int, ...]:
    whole = sum(ratio.values())
    return tuple(share * size // whole for share in ratio.values())


def _check(ratio: Ratio, block_sizes: Sequence[int], length: int) -> None:
    whole = sum(ratio.values())
    if len(ratio) < 2 or any(share < 1 for share in ratio.values()):
        raise SettingError("the ratio needs two arms or more, each with at least 1")
    if not block_sizes:
        raise SettingError("no size of a block is given")
    for size in block_sizes:
        if size < 1 or size % whole:
            raise SettingError(f"a block of {size} can't hold the ratio: its size must be a multiple of {whole}")
    if length < 0:
        raise SettingError(f"a list can't have {length} places")
