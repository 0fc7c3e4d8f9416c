"""Volumes of bags, on the step to which they are measured out, and amounts as text."""

from decimal import Decimal
from fractions import Fraction
from typing import Final

VOLUME_STEP_ML: Final = Fraction(1, 10)
"""What a bag is measured out to."""


def split_volume(volume_ml: Fraction, days: int) -> tuple[Fraction, ...]:
    """The volume of each day's bag: equal but for a step, the larger ones first. They add up to the whole, which is
    rounded half up to a step.

    >>> [format_amount(volume) for volume in split_volume(Fraction(1426), 3)]
    ['475.4', '475.3', '475.3']
    """
    steps = (volume_ml / VOLUME_STEP_ML + Fraction(1, 2)) // 1
    each, more = divmod(steps, days)
    return tuple(VOLUME_STEP_ML * (each + (day < more)) for day in range(days))


def format_amount(amount: Fraction) -> str:
    """An exact decimal number as text, without zeros at its end.

    >>> format_amount(Fraction(7050, 10)), format_amount(Fraction(1, 8))
    ('705', '0.125')
    """
    return f"{Decimal(amount.numerator) / Decimal(amount.denominator):f}"
