"""What a design does: probabilities to cross each boundary, power, the drift for a power, expected information.

A drift is the expected Z at information fraction 1: the effect times the root of the whole information.

When to use: to see how often a design stops at each look and what it costs against one with a single look. The
number of subjects is the number of the fixed design times the inflation factor, at most, and times the expected
information on average.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.group_sequential.design import GroupSequentialDesign
from myotis.statistics.group_sequential.exits import FARTHEST, compute_exits, find_root
from myotis.statistics.result import Numbers

REFERENCES: Final = {
    "boundary-crossing": "Armitage P, McPherson CK, Rowe BC, J R Stat Soc A 1969;132:235-244; "
    "Jennison C, Turnbull BW, Group Sequential Methods, 2000, chapter 19",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrossingProbabilities:
    """For each drift [...] the probabilities [..., look] to stop above and below, their sums and the information.

    ``upper`` at the last look is the probability to reject there. ``power`` [...] is the sum of ``upper``.
    ``expected_information`` [...] is the fraction at which the trial ends on average.
    """

    upper: Numbers
    lower: Numbers
    power: Numbers
    expected_information: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignCharacteristics:
    """What a design costs at a power: ``drift`` gives that power; the rest is relative to the fixed design.

    ``inflation_factor`` is the whole information over that of the fixed design with the same errors; ``expected_null``,
    ``expected_half`` and ``expected_planned`` are the information on average without drift, at half of the drift and
    at the drift.
    """

    power: float
    drift: float
    inflation_factor: float
    expected_null: float
    expected_half: float
    expected_planned: float


def compute_boundary_crossing_probabilities(
    design: GroupSequentialDesign, *, drift: ArrayLike
) -> CrossingProbabilities:
    """The probabilities to stop at each look above and below, for any drifts [...].

    Where the design has a futility boundary, it is followed, binding or not. Raises StatisticsError for drifts that
    are no numbers or more than 50 apart.

    >>> from myotis.statistics.group_sequential.boundaries import compute_boundary
    >>> design = compute_boundary([0.5, 1], method="pocock", alpha=0.05, sides=2)
    >>> compute_boundary_crossing_probabilities(design, drift=[0.0, 3.0]).upper.round(4).tolist()
    [[0.0147, 0.0103], [0.4773, 0.3356]]
    """
    drifts = np.asarray(drift, dtype=float)
    if not np.isfinite(drifts).all():
        raise StatisticsError("a drift is no number")
    t = design.information
    below, above = compute_exits(t, design.lower, design.upper, drifts)
    stopped = (above + below)[..., :-1]
    expected = t[-1] - (stopped * (t[-1] - t[:-1])).sum(axis=-1)
    return CrossingProbabilities(upper=above, lower=below, power=above.sum(axis=-1), expected_information=expected)


def compute_characteristics(design: GroupSequentialDesign, *, power: float) -> DesignCharacteristics:
    """The drift at which a design has the power ``power`` (to reject above), and its cost there.

    Raises StatisticsError for a power that is not above the error of a side and below 1.

    >>> from myotis.statistics.group_sequential.boundaries import compute_boundary
    >>> design = compute_boundary([0.5, 1], method="obrien-fleming", alpha=0.05, sides=2)
    >>> round(compute_characteristics(design, power=0.8).inflation_factor, 4)
    1.0078
    """
    error = design.alpha / design.sides
    if not error < power < 1:
        raise StatisticsError(f"the power is {power:g}; expected a proportion above {error:g} and below 1")
    fixed = float(special.ndtri(1 - error) + special.ndtri(power))
    farthest = FARTHEST / float(np.sqrt(design.information[-1]))
    drift = find_root(
        lambda drift: float(compute_boundary_crossing_probabilities(design, drift=drift).power) - power, 0, farthest
    )
    inflation = (drift / fixed) ** 2
    expected = (
        inflation * compute_boundary_crossing_probabilities(design, drift=[0.0, drift / 2, drift]).expected_information
    )
    return DesignCharacteristics(
        power=power,
        drift=drift,
        inflation_factor=inflation * float(design.information[-1]),
        expected_null=float(expected[0]),
        expected_half=float(expected[1]),
        expected_planned=float(expected[2]),
    )
