"""Named streams of random numbers: one for each decision and subject, so that a change in one leaves the others.

A stream is found by the seed of the trial and a name, never by what was drawn before: a trial with more subjects begins
with the same subjects, and a course file with another dropout has the same patients.
"""

import hashlib
from typing import NamedTuple

import numpy as np

WORD_BYTES = 4


class Streams(NamedTuple):
    """The streams of one simulated trial."""

    seed: int

    def find(self, *name: str | int) -> np.random.Generator:
        """The generator of a name, from its start each time it is asked for.

        >>> streams = Streams(20)
        >>> streams.find("dropout", 3).random() == streams.find("dropout", 3).random()
        True
        """
        digest = hashlib.sha256("\x1f".join(str(part) for part in name).encode()).digest()
        words = [int.from_bytes(digest[i : i + WORD_BYTES], "big") for i in range(0, len(digest), WORD_BYTES)]
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=words)))
