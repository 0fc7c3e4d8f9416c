"""Random numbers that are the same on every platform, with every version of every library.

A list must be reproducible decades later from the seed that is sealed with it. NumPy doesn't promise that its
generators draw the same numbers in its next version; SHAKE-256 is a standard (FIPS 202).
"""

import hashlib
from collections.abc import Iterable
from typing import Final, Protocol

WORD_BITS: Final = 32
FIRST_BYTES: Final = 256
"""How much of the stream is computed at first. It doubles as it is used up."""


class Randomness(Protocol):
    """What a procedure draws from: a `SeededBits` for a list, a NumPy generator for a simulation."""

    def integers(self, high: int, /) -> int:
        """One of 0, 1, … ``high`` - 1, each equally likely."""
        ...

    def permutation(self, count: int, /) -> Iterable[int]:
        """0, 1, … ``count`` - 1 in an order of which each is equally likely."""
        ...


class SeededBits:
    """The stream of SHAKE-256 for one seed, read as numbers.

    A number below ``high`` takes as many whole bytes as hold ``high`` - 1, the most significant first, drops the low
    bits that are too many, and tries the next bytes where the number is not below ``high``. A permutation swaps the
    last place with one of all places up to it, then the last but one, and so on (Fisher and Yates).

    >>> bits = SeededBits(b"demo")
    >>> [bits.integers(6) + 1 for _ in range(10)], list(bits.permutation(5))
    ([5, 6, 6, 5, 2, 1, 2, 5, 6, 6], [0, 3, 1, 2, 4])
    """

    def __init__(self, seed: bytes) -> None:
        self._hash = hashlib.shake_256(seed)
        self._stream = b""
        self._used = 0

    def integers(self, high: int, /) -> int:
        """One of 0, 1, … ``high`` - 1, each equally likely. Raises ValueError where ``high`` is below 1."""
        if high < 1:
            raise ValueError("there is no whole number from 0 up to, but not including, one below 1")
        bits = (high - 1).bit_length()
        count = (bits + 7) // 8
        while True:
            number = int.from_bytes(self._take(count), "big") >> (8 * count - bits)
            if number < high:
                return number

    def permutation(self, count: int, /) -> list[int]:
        """0, 1, … ``count`` - 1 in an order of which each is equally likely."""
        order = list(range(count))
        for last in range(count - 1, 0, -1):
            other = self.integers(last + 1)
            order[last], order[other] = order[other], order[last]
        return order

    def _take(self, count: int) -> bytes:
        end = self._used + count
        if end > len(self._stream):
            self._stream = self._hash.digest(max(FIRST_BYTES, 2 * end))
        taken = self._stream[self._used : end]
        self._used = end
        return taken


def draw_below(generator: Randomness, high: int) -> int:
    """One of 0, 1, … ``high`` - 1, each equally likely, for a ``high`` of any size.

    NumPy's generators stop at 2**63; the number of sequences that a procedure allows does not.

    >>> draw_below(SeededBits(b"demo"), 10**30)
    672219774070017463032280006363
    """
    bits = (high - 1).bit_length()
    if bits <= WORD_BITS:
        return int(generator.integers(high))
    words = -(-bits // WORD_BITS)
    while True:
        number = 0
        for _ in range(words):
            number = number << WORD_BITS | int(generator.integers(1 << WORD_BITS))
        number >>= words * WORD_BITS - bits
        if number < high:
            return number
