"""Numbers as they are printed. Rounding happens here and nowhere before.

The rule is `ROUNDING`: half away from zero, on the exact decimal. A float stands for the shortest decimal that
names it (2.675 is 2.675, not the binary number just below it); fractions and whole numbers are exact, so a
percent is best made from its counts. Zero has no sign. What can't be printed (NaN, infinite) is an error: the
caller says what stands in its place.
"""

import math
from decimal import Decimal
from fractions import Fraction
from typing import Final, SupportsFloat

from myotis.errors import StatisticsError

ROUNDING: Final = "half-away-from-zero"

Printable = int | Fraction | Decimal | SupportsFloat


def round_half_away_from_zero(value: Printable, decimals: int) -> Decimal:
    """The value rounded to ``decimals`` places; a half goes away from zero.

    >>> [str(round_half_away_from_zero(value, 2)) for value in (2.675, -2.675, 0.125, -0.001)]
    ['2.68', '-2.68', '0.13', '0.00']
    """
    exact = _take_exact(value)
    if decimals < 0:
        raise StatisticsError(f"{decimals} decimals were asked for; expected 0 or more")
    steps = (int(2 * abs(exact) * 10**decimals) + 1) // 2
    is_negative = exact < 0 < steps
    return Decimal((int(is_negative), tuple(int(digit) for digit in str(steps)), -decimals))


def format_number(value: Printable, decimals: int) -> str:
    """A number with so many decimals, rounded half away from zero.

    >>> format_number(34.965, 2), format_number(-0.04, 1)
    ('34.97', '0.0')
    """
    return f"{round_half_away_from_zero(value, decimals):f}"


def format_percent(count: int, denominator: int, decimals: int) -> str:
    """A count as a percent of its denominator, exact until it is rounded; no percent sign.

    >>> format_percent(37, 47, 2), format_percent(1, 8, 1)
    ('78.72', '12.5')
    """
    if denominator < 1:
        raise StatisticsError("a percent of no subjects was asked for; expected a denominator of 1 or more")
    return format_number(Fraction(100 * count, denominator), decimals)


def format_p_value(p: Printable, decimals: int) -> str:
    """A p-value: below the smallest number with so many decimals, "<" and that number; "1" only where it is 1.

    >>> format_p_value(0.00047, 4), format_p_value(0.00004, 4), format_p_value(0.99999, 4), format_p_value(1, 4)
    ('0.0005', '<0.0001', '>0.9999', '1.0000')
    """
    exact = _take_exact(p)
    if not 0 <= exact <= 1:
        raise StatisticsError("a p-value is below 0 or above 1")
    smallest = Fraction(1, 10**decimals)
    if exact < smallest:
        return f"<{format_number(smallest, decimals)}"
    text = format_number(exact, decimals)
    return f">{format_number(1 - smallest, decimals)}" if exact < 1 <= Decimal(text) else text


def format_interval(lower: Printable, upper: Printable, decimals: int) -> str:
    """An interval as "lower to upper", which no minus sign can confuse.

    >>> format_interval(-12.5267, -6.1933, 2)
    '-12.53 to -6.19'
    """
    return f"{format_number(lower, decimals)} to {format_number(upper, decimals)}"


def _take_exact(value: Printable) -> Fraction:
    if isinstance(value, int | Fraction):
        return Fraction(value)
    number = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    if not math.isfinite(number):
        raise StatisticsError("a number that is NaN or infinite can't be printed; say what stands in its place")
    return Fraction(number)
