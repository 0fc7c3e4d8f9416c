"""When does a published figure agree with one recomputed from other published figures?

When the rounding interval of what is printed meets the range of what is recomputed over all inputs within half a
unit of *their* last digit. Counts are exact; printed means and SDs are not.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from myotis.errors import SettingError
from myotis.statistics.display import format_number
from myotis.statistics.result import Numbers

FLOAT_SLACK = 1e-12
"""What float arithmetic may add or take where a recomputed figure lies exactly on a limit of rounding."""

Input = int | str
"""A count (exact), or a figure as printed (known to half a unit of its last digit)."""


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A recomputed figure: from the inputs as printed, and the lowest and highest over their rounding."""

    value: float
    lowest: float
    highest: float

    @property
    def is_exact(self) -> bool:
        """Whether every input was exact."""
        return self.lowest == self.highest

    def scaled(self, factor: float) -> "Recomputed":
        """The figure times a positive factor, such as 100 for a percent."""
        return Recomputed(self.value * factor, self.lowest * factor, self.highest * factor)


def compute_rounding_interval(printed: str) -> tuple[Fraction, Fraction]:
    """What numbers print so: half a unit of the last digit below and above; "<0.0001" is 0 to 0.0001.

    >>> [float(limit) for limit in compute_rounding_interval("16.70")]
    [16.695, 16.705]
    """
    try:
        number = Fraction(printed.removeprefix("<"))
    except ValueError as error:
        raise SettingError(f"{printed!r} is no printed number; expected one such as '16.70' or '<0.0001'") from error
    if printed.startswith("<"):
        return Fraction(0), number
    half = Fraction(1, 2 * 10 ** count_decimals(printed))
    return number - half, number + half


def count_decimals(printed: str) -> int:
    """How many decimals a printed number has.

    >>> count_decimals("16.70"), count_decimals("45")
    (2, 0)
    """
    return len(printed.partition(".")[2])


def recompute(method: Callable[..., Sequence[Numbers]], *inputs: Input) -> list[Recomputed]:
    """Carry out a method on the inputs as printed and on every corner of their rounding.

    ``method`` takes one array for each input and returns arrays. Its answers must rise or fall with each input
    alone (as means, and t limits in mean and SD, do): then the extremes lie at corners.
    """
    limits = [(float(x),) if isinstance(x, int) else tuple(map(float, compute_rounding_interval(x))) for x in inputs]
    corners = list(itertools.product(*limits))
    columns = np.array([tuple(float(x) for x in inputs), *corners]).T
    return [Recomputed(float(a[0]), float(a.min()), float(a.max())) for a in method(*columns)]


def agrees(printed: str, figure: Recomputed) -> bool:
    """Whether what is printed meets what was recomputed.

    >>> agrees("-12.52", Recomputed(-12.527, -12.532, -12.522)), agrees("0.0008", Recomputed(0.00047, 0.00047, 0.00047))
    (True, False)
    """
    low, high = (float(limit) for limit in compute_rounding_interval(printed))
    slack = FLOAT_SLACK * max(1.0, abs(high))
    return low - slack <= figure.highest and figure.lowest <= high + slack


def show_range(printed: str, figure: Recomputed) -> str:
    """The lowest and highest with one digit more than was printed; empty where the inputs are exact."""
    if figure.is_exact:
        return ""
    decimals = count_decimals(printed) + 1
    return f"{format_number(figure.lowest, decimals)} to {format_number(figure.highest, decimals)}"
