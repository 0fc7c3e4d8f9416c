"""Grids: a recorded number as a whole number of steps, so that limits are compared exactly.

The result of a trial turns on limits such as "more than 5 %" and "2 cm or more". Binary fractions get these
wrong (1.1 - 0.6 is a little more than 0.5), so inside Myotis every recorded number is an integer: how many
steps of its instrument's grid it is. This is the one place where numbers become steps and steps numbers.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from myotis.terms.missing import MISSING

BINARY_NOISE = 4 * np.finfo(np.float64).eps
"""A double that stands this close (relatively) to a grid point was that point before it became binary."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The numbers an instrument can record.

    ``unit`` is the unit of the numbers, ``steps_per_unit`` how many steps one unit has, ``largest`` the
    largest step that can occur; it keeps every product a rule forms below 2**63.
    """

    unit: str
    steps_per_unit: int
    largest: int

    def to_steps(self, numbers: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Numbers as steps, and where that was not possible.

        ``numbers`` is a float array of any shape in ``unit``; NaN means missing and becomes ``MISSING``. The
        second array is true where a number lies off the grid, is infinite or exceeds ``largest``; the first
        holds ``MISSING`` there.

        >>> centimetres = Grid("cm", 1000, 10_000)
        >>> centimetres.to_steps(np.array([6.5, 0.00005]))[0].tolist() == [6500, MISSING]
        True
        """
        missing = np.isnan(numbers)
        with np.errstate(invalid="ignore", over="ignore"):
            nearest = np.rint(numbers * self.steps_per_unit)
            noise = np.abs(numbers - nearest / self.steps_per_unit)
            fits = (noise <= BINARY_NOISE * np.abs(numbers)) & (np.abs(nearest) <= self.largest)
        steps = np.where(fits, nearest, 0).astype(np.int64)
        steps[~fits] = MISSING
        return steps, ~fits & ~missing

    def to_numbers(self, steps: NDArray[np.int64]) -> NDArray[np.float64]:
        """Steps (any shape) as the nearest doubles in ``unit``; ``MISSING`` becomes NaN."""
        return np.where(steps == MISSING, np.nan, steps / self.steps_per_unit)

    def step(self, number: int | str | Fraction) -> int:
        """One exact number, such as a limit of the protocol, as a step.

        Raises ValueError where it does not lie on the grid. Decimals are given as text, so that they are exact.

        >>> Grid("cm", 1000, 10_000).step("0.1")
        100
        """
        exact = Fraction(number) * self.steps_per_unit
        if exact.denominator != 1 or abs(exact) > self.largest:
            raise ValueError(f"{number} {self.unit} is not on the grid of 1/{self.steps_per_unit} {self.unit}")
        return exact.numerator

    def fraction(self, steps: int) -> Fraction:
        """A step as the exact number it stands for."""
        return Fraction(steps, self.steps_per_unit)
