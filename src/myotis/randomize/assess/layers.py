"""Everything that can have happened up to a place, with its probability: lists that lead to the same are one."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

KeyT = TypeVar("KeyT", bound=Hashable)


def walk_layers(
    start: KeyT, find_next: Callable[[KeyT], Iterable[tuple[float, KeyT]]], length: int
) -> Iterator[Mapping[KeyT, float]]:
    """What can be after 0, 1, … ``length`` places, each with its probability.

    ``find_next`` gives the ways on from what there is, with their probabilities.

    >>> coin = walk_layers(0, lambda heads: [(0.5, heads), (0.5, heads + 1)], 2)
    >>> list(coin)[-1]
    {0: 0.25, 1: 0.5, 2: 0.25}
    """
    layer: dict[KeyT, float] = {start: 1.0}
    yield layer
    for _ in range(length):
        after: dict[KeyT, float] = {}
        for key, probability in layer.items():
            for chance, there in find_next(key):
                after[there] = after.get(there, 0.0) + probability * chance
        layer = after
        yield layer
