"""Permuted blocks: lists of arms that keep the ratio of the protocol after every block, one list a stratum.

Nothing here knows a subject, a seal or a clock. The generator is an argument; who has the list knows the arms.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from myotis.errors import SettingError


def draw_permuted_blocks(
    generator: np.random.Generator, ratio: Mapping[str, int], block_size: int, length: int
) -> list[str]:
    """Draw a list of ``length`` arms in permuted blocks, each arrangement of a block equally likely.

    ``ratio`` has the share of each arm, such as 2 to 1. The last block is cut where the list ends, so a longer list
    from the same generator begins with the shorter one. Raises SettingError where the ratio has shares below 1,
    or the block can't hold it a whole number of times.

    >>> arms = draw_permuted_blocks(np.random.default_rng(1), {"active": 2, "placebo": 1}, block_size=6, length=60)
    >>> arms.count("active"), arms[:6].count("placebo")
    (40, 2)
    """
    _check(ratio, block_size, length)
    block = [arm for arm, share in ratio.items() for _ in range(share * block_size // sum(ratio.values()))]
    arms: list[str] = []
    while len(arms) < length:
        arms.extend(block[position] for position in generator.permutation(len(block)))
    return arms[:length]


def allocate_in_order(strata: Sequence[str], lists: Mapping[str, Sequence[str]]) -> list[str]:
    """The arm of each subject: the next one on the list of its stratum.

    ``strata`` holds the stratum of each subject in order of arrival. Raises SettingError where a stratum has no list,
    or its list is used up.

    >>> allocate_in_order(["mild", "severe", "mild"], {"mild": ["ivig", "placebo"], "severe": ["placebo"]})
    ['ivig', 'placebo', 'placebo']
    """
    for stratum, needed in Counter(strata).items():
        if len(lists.get(stratum, ())) < needed:
            places = len(lists.get(stratum, ()))
            raise SettingError(f"the list of stratum {stratum} has {places} places, not the {needed} that are needed")
    next_places = {stratum: iter(arms) for stratum, arms in lists.items()}
    return [next(next_places[stratum]) for stratum in strata]


def _check(ratio: Mapping[str, int], block_size: int, length: int) -> None:
    whole = sum(ratio.values())
    if len(ratio) < 2 or any(share < 1 for share in ratio.values()):
        raise SettingError("the ratio needs two arms or more, each with at least 1")
    if block_size < 1 or block_size % whole:
        raise SettingError(f"a block of {block_size} can't hold the ratio: its size must be a multiple of {whole}")
    if length < 0:
        raise SettingError(f"a list can't have {length} places")
