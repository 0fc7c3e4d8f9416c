"""The stream of a seed is that of SHAKE-256, read as numbers: against another SHAKE, and by hand from its bits."""

import shutil
import subprocess
from collections import Counter

import numpy as np
import pytest
from Crypto.Hash import SHAKE256
from scipy.stats import chisquare

from myotis.randomize.bits import SeededBits, draw_below

DEMO = bytes.fromhex("87c0f2a1bb8ad5311a3d83edb4bc92ae70e0cf2cab707108462bc43cfdfa75b0")
"""What ``printf demo | openssl dgst -shake256 -xoflen 32`` prints."""


class BitString:
    """A second programming: the stream as text of 0 and 1."""

    def __init__(self, seed: bytes) -> None:
        stream = SHAKE256.new(seed).read(100_000)
        self.bits = "".join(f"{byte:08b}" for byte in stream)

    def below(self, high: int) -> int:
        needed = len(f"{high - 1:b}") if high > 1 else 0
        while True:
            taken, self.bits = self.bits[: -(-needed // 8) * 8], self.bits[-(-needed // 8) * 8 :]
            number = int(taken[:needed] or "0", 2)
            if number < high:
                return number


def test_the_stream_is_what_openssl_gives():
    bits = SeededBits(b"demo")
    assert bytes(bits.integers(256) for _ in range(32)) == DEMO


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_says_the_same_here():
    command = ["openssl", "dgst", "-shake256", "-xoflen", "32", "-binary"]
    assert subprocess.run(command, input=b"demo", capture_output=True, check=True).stdout == DEMO  # noqa: S603


def test_dice_by_hand():
    # 0x87 = 100 00111: 4. 0xc0 = 110 00000: 6, again. 0xf2 = 111 10010: 7, again. 0xa1 = 101 00001: 5. 0xbb: 5.
    # 0x8a = 100 01010: 4.
    bits = SeededBits(b"demo")
    assert [bits.integers(6) for _ in range(4)] == [4, 5, 5, 4]


@pytest.mark.parametrize("seed", [b"demo", b"", bytes(range(32))])
def test_numbers_are_those_of_another_program(seed):
    ours, theirs = SeededBits(seed), BitString(seed)
    highs = [1, 2, 3, 6, 255, 256, 257, 1000, 2**40 + 1, 10**30] * 20
    assert [ours.integers(high) for high in highs] == [theirs.below(high) for high in highs]


def test_a_permutation_swaps_from_the_last_place_on():
    ours, theirs = SeededBits(b"demo"), BitString(b"demo")
    for count in (0, 1, 2, 5, 40):
        order = list(range(count))
        for last in reversed(range(1, count)):
            other = theirs.below(last + 1)
            order[last], order[other] = order[other], order[last]
        assert list(ours.permutation(count)) == order


@pytest.mark.parametrize("high", [0, -1])
def test_there_is_no_number_below_nothing(high):
    with pytest.raises(ValueError, match="below 1"):
        SeededBits(b"demo").integers(high)


@pytest.mark.parametrize("generator", [SeededBits(b"even"), np.random.default_rng(5)], ids=["bits", "numpy"])
@pytest.mark.parametrize("high", [5, 3 * 2**40])
def test_numbers_of_any_size_are_equally_likely(generator, high):
    parts = Counter(draw_below(generator, high) * 5 // high for _ in range(5000))
    assert set(parts) == set(range(5))
    assert chisquare(list(parts.values())).pvalue > 0.001


def test_both_kinds_of_generator_draw_beyond_64_bits():
    for generator in (SeededBits(b"wide"), np.random.default_rng(5)):
        drawn = [draw_below(generator, 10**40) for _ in range(200)]
        assert all(0 <= number < 10**40 for number in drawn)
        assert max(drawn) > 9 * 10**39
