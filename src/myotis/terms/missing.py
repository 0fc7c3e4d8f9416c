"""The one way to say "not known" inside rules, and what follows from not knowing.

A rule answers ``YES``, ``NO`` or ``UNKNOWN``. Unknown is the same constant as a missing value, so that an
answer can itself be the input of the next rule.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from myotis.terms.rule import rule_part

MISSING: Final = -(2**63)
"""A missing value: the smallest int64. It is tested for, never computed with."""

YES: Final = 1
NO: Final = 0
UNKNOWN: Final = MISSING

ANSWERS: Final = {YES: "yes", NO: "no", UNKNOWN: "unknown"}


@rule_part
def at_least(count: int, known: int, unknown: int) -> int:
    """Are at least ``count`` of several conditions met, when ``known`` are and ``unknown`` might be?

    This is three-valued logic (Kleene): ``at_least(1, …)`` is "or", ``at_least(n, …)`` of n is "and".

    >>> at_least(3, known=3, unknown=0), at_least(3, known=1, unknown=1), at_least(3, known=2, unknown=1) == UNKNOWN
    (1, 0, True)
    """
    if known >= count:
        return YES
    if known + unknown < count:
        return NO
    return UNKNOWN


def is_missing(values: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where ``values`` (int64, any shape) hold no value."""
    return np.equal(values, MISSING)
