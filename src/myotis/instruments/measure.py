"""What every measure declares: its range, unit, grid, which way is better, and where that is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from myotis.terms.grid import Grid
from myotis.terms.source import Fact, Source


class Better(IntEnum):
    """Which way is better, as the sign of an improvement."""

    HIGHER = 1
    LOWER = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measure that is recorded as one number.

    ``minimum`` and ``maximum`` are whole numbers of ``grid.unit``; the range of the measure is their difference.
    """

    name: str
    label: str
    grid: Grid
    minimum: int
    maximum: int
    better: Better
    source: Source

    def __post_init__(self) -> None:
        if not self.minimum < self.maximum:
            raise ValueError(f"{self.name}: the minimum {self.minimum} is not below the maximum {self.maximum}")

    @property
    def unit(self) -> str:
        """The unit of the recorded number."""
        return self.grid.unit

    @property
    def range_steps(self) -> int:
        """The range, in grid steps."""
        return (self.maximum - self.minimum) * self.grid.steps_per_unit

    @property
    def best(self) -> int:
        """The best possible value, in grid steps."""
        return (self.maximum if self.better is Better.HIGHER else self.minimum) * self.grid.steps_per_unit

    @property
    def worst(self) -> int:
        """The worst possible value, in grid steps."""
        return (self.minimum if self.better is Better.HIGHER else self.maximum) * self.grid.steps_per_unit

    def facts(self) -> Iterator[Fact]:
        """The range as a line of the list of sources."""
        yield Fact(f"{self.label}: range", f"{self.minimum} to {self.maximum} {self.unit}".strip(), self.source)
