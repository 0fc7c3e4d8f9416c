"""The random numbers on the labels of bags: one pool for all treatments, unpredictable, never used twice."""

from collections.abc import Collection
from typing import Final

from myotis.errors import SettingError
from myotis.log.store import Entropy

DRAW_BYTES: Final = 8
DRAWS: Final = 256**DRAW_BYTES


def draw_label(entropy: Entropy, digits: int, used: Collection[str]) -> str:
    """A number of so many digits that no bag has, each of those left equally likely.

    Raises SettingError where every number of the pool is used.

    >>> import secrets
    >>> len(draw_label(secrets.token_bytes, 6, set()))
    6
    """
    pool = 10**digits
    if len(used) >= pool:
        raise SettingError(f"every label of {digits} digits is used")
    while True:
        draw = int.from_bytes(entropy(DRAW_BYTES))
        label = f"{draw % pool:0{digits}}"
        if draw < DRAWS - DRAWS % pool and label not in used:
            return label
