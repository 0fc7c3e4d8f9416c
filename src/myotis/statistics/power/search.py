"""The searches behind every answer: the smallest size that has a power, and the effect at which it is reached."""

from collections.abc import Callable

import numpy as np
from scipy import special

from myotis.errors import StatisticsError

STEPS_TO_THE_END = 60
"""How often a step is doubled before an effect is given up."""

FIRST_STEP = 2.0**-12
"""The first step from the null hypothesis, in units of a large effect."""


def find_smallest(reaches: Callable[[int], bool], most: int) -> int:
    """The smallest whole number from 1 to ``most`` that reaches, where all larger ones do too; 0 where none does.

    >>> find_smallest(lambda k: k * k >= 50, 100)
    8
    """
    low, high = 0, 1
    while not reaches(high):
        if high >= most:
            return 0
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high


def find_first_and_lasting(reaches: Callable[[int], bool], most: int) -> tuple[int, int, int]:
    """The smallest number that reaches, the smallest from which all do, and how far was looked; zeros where none does.

    For what jumps. A power that jumps does so by about one over the root of the size: around a place where it is
    passed, that many sizes to each side are looked at, and upward until so many in a row reach.

    >>> find_first_and_lasting(lambda k: k >= 30 and k != 33, 1000)[:2]
    (30, 34)
    """
    crossing = find_smallest(reaches, most)
    if not crossing:
        return 0, 0, 0
    teeth = 10 + int(4 * np.sqrt(crossing))
    first = next(k for k in range(max(1, crossing - teeth), crossing + 1) if reaches(k))
    lasting, k = first, first
    while k < min(max(lasting, crossing) + teeth, most):
        k += 1
        if not reaches(k):
            lasting = k + 1
    return first, lasting, k


def find_effect(power_of: Callable[[float], float], target: float, null: float, end: float, unit: float) -> float:
    """The effect between the null hypothesis and ``end`` whose power is the target; power rises with the distance.

    Raises StatisticsError where no effect up to the end has the power.

    >>> round(find_effect(lambda x: x**2, 0.25, 0.0, 1.0, 1.0), 6)
    0.5
    """
    from scipy.optimize import brentq  # noqa: PLC0415 (scipy.optimize is slow to load)

    side = 1 if end > null else -1
    step, near = FIRST_STEP * unit, null
    for _ in range(STEPS_TO_THE_END):
        far = float(side * min(side * (null + side * step), side * end))
        if power_of(far) >= target:
            return float(brentq(lambda effect: power_of(effect) - target, near, far, xtol=1e-12, rtol=1e-12))
        if far == end:
            break
        near, step = far, 2 * step
    raise StatisticsError(f"no effect up to {far:g} has a power of {target:g}; expected more subjects or less power")


def compute_drift(power: float, error: float) -> float:
    """How many standard errors an effect lies from the null hypothesis where one look of one side has the power."""
    return float(special.ndtri(power) - special.ndtri(error))
