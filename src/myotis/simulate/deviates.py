"""Random bits as numbers: uniform ones, and standard normal ones by inversion.

A generator's word of 64 bits makes two numbers of 32 bits each. A uniform number is the middle of one of 2**32 equal
parts of the interval from 0 to 1. A normal number is the normal quantile of such a middle, read off a table between
whose entries one goes in straight lines: it is never farther than 4e-6 standard deviations from the exact quantile, and
reaches to 6.3 standard deviations. The entries lie closer together toward the tails, as many in every halving of the
tail's probability (Cheung RCC, Lee DU, Luk W, Villasenor JD, IEEE Trans VLSI Syst 2007;15:952-962).

That takes a third of the time of the ziggurat, and every number takes the same bits, whatever it becomes.
"""

from functools import cache
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from myotis.terms.rule import Steps, rule_part

Numbers = NDArray[np.float64]
Bits = NDArray[np.uint32]

BITS: Final = 32
"""Bits of a number: one says the sign of a normal one, the others how far out it lies."""

ENTRY_BITS: Final = 7
"""Two to this power entries for every halving of the tail's probability."""

FRACTION_BITS: Final = 52
EXPONENT_OF_HALF: Final = 1022
"""Of a float of 64 bits: the length of its fraction, and the exponent of 0.5, where the table begins."""


class Quantiles(NamedTuple):
    """Straight lines for the normal quantile, by the first bits of the tail's probability times 2**32, as a float."""

    at_zero: Numbers
    slope: Numbers


@cache
def tabulate_quantiles() -> Quantiles:
    """The lines through the exact quantiles at both ends of every part of the table."""
    parts = 1 << ENTRY_BITS
    starts = [2.0**power * (1 + part / parts) for power in range(-1, BITS - 1) for part in range(parts)]
    edges = np.array([*starts, 2.0 ** (BITS - 1)])
    quantiles = np.array([NormalDist().inv_cdf(edge / 2.0**BITS) for edge in edges])
    slope = np.diff(quantiles) / np.diff(edges)
    return Quantiles(quantiles[:-1] - slope * edges[:-1], slope)


@rule_part
def fill_normal(bits: Bits, quantiles: Quantiles, tail: Numbers, pattern: Steps, out: Numbers) -> None:
    """Fill in the standard normal number of each word; ``tail`` and ``pattern`` are one array, seen as two types."""
    at_zero, slope = quantiles.at_zero, quantiles.slope
    for place in range(len(bits)):
        tail[place] = (bits[place] >> 1) + 0.5
    for place in range(len(bits)):
        entry = (pattern[place] >> (FRACTION_BITS - ENTRY_BITS)) - (EXPONENT_OF_HALF << ENTRY_BITS)
        lower = at_zero[entry] + slope[entry] * tail[place]
        out[place] = lower if bits[place] & 1 == 1 else -lower


def fill_uniform(bits: Bits, out: Numbers) -> None:
    """Fill in the uniform number of each word."""
    out[...] = bits
    out += 0.5
    out *= 2.0**-BITS
