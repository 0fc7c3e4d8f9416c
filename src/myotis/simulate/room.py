"""Memory that one batch of trials after the other uses: fresh memory costs more than what is computed in it."""

import math
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")


class Room:
    """Arrays by name, for one worker. Taking a name again takes the same memory away from who had it before."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Any] = {}

    def take(self, name: Hashable, shape: tuple[int, ...], dtype: type = np.float64) -> Any:
        """An array of this shape, with whatever is in it; its first axis runs fastest in memory.

        >>> room = Room()
        >>> room.take("x", (3, 2)).base is room.take("x", (2, 2)).base
        True
        """
        size, key = math.prod(shape), (name, dtype)
        kept = self._kept.get(key)
        if kept is None or len(kept) < size:
            kept = self._kept[key] = np.empty(size, dtype=dtype)
        return kept[:size].reshape(shape, order="F")

    def keep(self, name: Hashable, build: Callable[[], T]) -> T:
        """What was built under this name before; it is built where nothing was."""
        if name not in self._kept:
            self._kept[name] = build()
        kept: T = self._kept[name]
        return kept
