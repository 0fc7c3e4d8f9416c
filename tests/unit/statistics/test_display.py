"""What is printed: Python's decimal module (ROUND_HALF_UP, which goes away from zero) as a second program."""

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myotis.errors import StatisticsError
from myotis.statistics.display import (
    format_interval,
    format_number,
    format_p_value,
    format_percent,
    round_half_away_from_zero,
)


@settings(max_examples=100, deadline=None)
@given(st.floats(-1e9, 1e9, allow_nan=False), st.integers(0, 6))
def test_rounding_is_that_of_the_decimal_module(value, decimals):
    with localcontext() as context:
        context.prec = 400
        expected = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    assert round_half_away_from_zero(value, decimals) == expected


@pytest.mark.parametrize(
    ("value", "decimals", "printed"),
    [
        (2.5, 0, "3"),
        (-2.5, 0, "-3"),
        (1.005, 2, "1.01"),  # the binary number lies below 1.005; the decimal that names it does not
        (0.285, 2, "0.29"),
        (Fraction(1, 8), 2, "0.13"),
        (Decimal("0.045"), 2, "0.05"),
        (7, 1, "7.0"),
        (-0.0, 1, "0.0"),
        (-0.004, 2, "0.00"),
        (1e21, 0, "1000000000000000000000"),
    ],
)
def test_numbers(value, decimals, printed):
    assert format_number(value, decimals) == printed


def test_percents_are_exact_until_they_are_rounded():
    assert [format_percent(x, 16, 1) for x in (1, 3, 16, 0)] == ["6.3", "18.8", "100.0", "0.0"]
    with pytest.raises(StatisticsError, match="no subjects"):
        format_percent(0, 0, 1)


@pytest.mark.parametrize(
    ("p", "printed"),
    [
        (0.0008, "0.0008"),
        (0.0001, "0.0001"),
        (0.00009999, "<0.0001"),
        (0, "<0.0001"),
        (0.99995, ">0.9999"),
        (0.99994, "0.9999"),
        (1.0, "1.0000"),
    ],
)
def test_p_values(p, printed):
    assert format_p_value(p, 4) == printed


def test_what_cannot_be_printed_is_refused():
    for value in (float("nan"), float("inf"), Decimal("NaN")):
        with pytest.raises(StatisticsError, match="can't be printed"):
            format_number(value, 1)
    with pytest.raises(StatisticsError, match="p-value"):
        format_p_value(1.2, 4)
    with pytest.raises(StatisticsError, match="decimals"):
        format_number(1, -1)


def test_intervals():
    assert format_interval(0.16701839, 0.53244968, 4) == "0.1670 to 0.5324"
