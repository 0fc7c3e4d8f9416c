"""Named streams of random numbers: one for each decision, so that a change in one leaves the others as they were.

Trials are drawn in batches. A stream belongs to a seed, a batch and a name, never to what was drawn before, and within
it the subjects follow one another, each with all trials of the batch: a trial with more subjects begins with the same
subjects, a course with another dropout has the same patients, and who works on a batch, or when, changes nothing.
"""

import hashlib
from typing import Any, Final

import numpy as np
from numpy.random.bit_generator import ISeedSequence

BATCH: Final = 256
"""The trials that are drawn together. A generator for every trial and stream would cost more than its numbers."""

KEY_BYTES: Final = 16


class Streams:
    """The streams of one batch of simulated trials."""

    def __init__(self, seed: int, batch: int = 0) -> None:
        self.seed = seed
        self.batch = batch
        self._open: dict[tuple[str | int, ...], np.random.Generator] = {}

    def find(self, *name: str | int) -> np.random.Generator:
        """The generator of a name, which goes on where it was.

        It is counter-based (Philox), with a key of its own.

        >>> Streams(20).find("dropout", "W4").random() == Streams(20).find("dropout", "W4").random()
        True
        """
        if name not in self._open:
            whole = "\x1f".join(str(part) for part in (self.seed, self.batch, *name))
            digest = hashlib.sha256(whole.encode()).digest()[:KEY_BYTES]
            philox = np.random.Philox(Key(digest))  # type: ignore[arg-type] # any ISeedSequence will do
            self._open[name] = np.random.Generator(philox)
        return self._open[name]


class Key(ISeedSequence):
    """A key for Philox. Given as a number, NumPy would first make another one of it, in three times the time."""

    def __init__(self, digest: bytes) -> None:
        self._words = np.frombuffer(digest, dtype="<u8").astype(np.uint64)

    def generate_state(self, n_words: int, dtype: Any = np.uint64) -> Any:
        """The words of the key, as many as Philox asks for."""
        assert (n_words, dtype) == (len(self._words), np.uint64), "Philox has a key of two words"
        return self._words
