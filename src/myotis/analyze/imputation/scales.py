"""Measures on the scale on which they are imputed, and back onto the grid and into the range of their instrument."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from myotis.analyze.imputation.recorded import grid_of
from myotis.instruments.measure import Better
from myotis.instruments.tis import TisSettings
from myotis.instruments.tis_levels import Slot
from myotis.protocol.imputation import ImputedMeasure
from myotis.terms.rule import Steps

Numbers = NDArray[np.float64]

LARGEST_MULTIPLE: Final = 1000
"""No enzyme is imputed above this multiple of its limit of normal: products of the TIS rule stay below 2**63."""


class Scale(NamedTuple):
    """One measure's way to its modelling scale and back. Numbers are in the unit of the measure.

    ``logit_of_range`` widens the range by half a step at each end, so that its limits have a logit; ``log`` takes what
    is below a quarter of a step as a quarter, which rounds to 0.
    """

    name: str
    step: float
    minimum: float
    maximum: float
    steps_per_unit: int
    better: int
    """The sign of an improvement."""

    @classmethod
    def of_measure(cls, slot: Slot, planned: ImputedMeasure, settings: TisSettings) -> "Scale":
        """The scale of the measure in a slot, as the plan says."""
        measure, grid = settings.measure(slot), grid_of(slot, settings)
        low, high = (measure.minimum, measure.maximum) if measure else (0, LARGEST_MULTIPLE)
        better = int(measure.better) if measure else int(Better.LOWER)
        return cls(planned.scale, float(planned.step), low, high, grid.steps_per_unit, better)

    def to_model(self, numbers: Numbers) -> Numbers:
        """Numbers on the modelling scale; NaN stays."""
        if self.name == "log":
            return np.asarray(np.log(np.maximum(numbers, self.step / 4)))
        if self.name == "logit_of_range":
            return np.asarray(special.logit((numbers - self.minimum + self.step / 2) / self._width))
        return numbers

    def from_model(self, modelled: Numbers) -> Numbers:
        """Numbers from the modelling scale, rounded to steps and cut to the range."""
        if self.name == "log":
            return self.settle(np.exp(np.minimum(modelled, np.log(self.maximum))))
        if self.name == "logit_of_range":
            return self.settle(special.expit(modelled) * self._width + self.minimum - self.step / 2)
        return self.settle(modelled)

    def settle(self, numbers: Numbers) -> Numbers:
        """Numbers rounded to steps (half a step upward) and cut to the range."""
        rounded = np.floor((numbers - self.minimum) / self.step + 0.5) * self.step + self.minimum
        return np.asarray(np.clip(rounded, self.minimum, self.maximum))

    def to_steps(self, numbers: Numbers) -> Steps:
        """Settled numbers as steps of the instrument's grid."""
        return np.rint(numbers * self.steps_per_unit).astype(np.int64)

    @property
    def _width(self) -> float:
        return self.maximum - self.minimum + self.step
