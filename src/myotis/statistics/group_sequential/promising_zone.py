"""Unblinded re-estimation: more subjects where the interim result is promising, and a test that allows it.

The sizes follow conditional power at the current trend. Where they do, the plain test is not sure to keep its level: so
stages are combined with the weights of the plan (inverse normal), whatever size they had.

When to use: for a trial with one interim look whose sponsor will add subjects only where they may decide. Zones, limits
and weights belong into the protocol.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.group_sequential.design import GroupSequentialDesign
from myotis.statistics.result import Numbers

REFERENCES: Final = {
    "inverse-normal": "Lehmacher W, Wassmer G, Biometrics 1999;55:1286-1290; "
    "Cui L, Hung HMJ, Wang SJ, Biometrics 1999;55:853-857",
    "promising-zone": "Mehta CR, Pocock SJ, Stat Med 2011;30:3267-3284",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PromisingZone:
    """What an interim result [...] asks for.

    ``conditional_power`` is that of the planned size and ``reached`` that of the new one, both at the current trend;
    ``promising`` says whether the result lies in the zone; ``n`` is the new size, whole subjects.
    """

    conditional_power: Numbers
    promising: NDArray[np.bool_]
    n: Numbers
    reached: Numbers


def compute_inverse_normal_z(z: ArrayLike, *, planned: ArrayLike) -> Numbers:
    """The combined Z [..., stage] after each stage, from the Z [..., stage] of the subjects of each stage alone.

    ``planned`` [stage] is the information (or size) that each stage was planned to add: its root is the weight, however
    large the stage became. The combined Z goes with the boundary of the planned design. Raises StatisticsError for
    weights that are not above 0 or not one for each stage.

    >>> compute_inverse_normal_z([1.5, 1.8], planned=[40, 60]).round(4).tolist()
    [1.5, 2.343]
    """
    stages, weights = np.asarray(z, dtype=float), np.asarray(planned, dtype=float)
    if weights.ndim != 1 or not (np.isfinite(weights) & (weights > 0)).all():
        raise StatisticsError("the planned information of the stages is no list of numbers above 0")
    if stages.ndim == 0 or stages.shape[-1] != weights.size:
        raise StatisticsError(f"expected the {weights.size} stages on the last axis of Z")
    if not np.isfinite(stages).all():
        raise StatisticsError("a Z is no number")
    return np.asarray(np.cumsum(np.sqrt(weights) * stages, axis=-1) / np.sqrt(np.cumsum(weights)))


def compute_promising_zone(
    z: ArrayLike, *, design: GroupSequentialDesign, n: float, maximum: float, lowest: float, target: float
) -> PromisingZone:
    """The new size after the first of two looks, from Z [...] there.

    ``n`` is the planned size of the whole trial and ``maximum`` the largest that is allowed. Where Z is above 0
    and conditional power at least ``lowest`` and below ``target``, the size becomes what reaches ``target``, up to
    ``maximum``; elsewhere it stays. The rest is to be tested by `compute_inverse_normal_z`. Raises StatisticsError for
    a design without exactly two looks and for limits that are out of order.

    >>> from myotis.statistics.group_sequential.spending import compute_spending_boundary
    >>> design = compute_spending_boundary([0.5, 1], method="obrien-fleming-type", alpha=0.025, sides=1)
    >>> answer = compute_promising_zone([0.5, 1.5, 2.5], design=design, n=100, maximum=200, lowest=0.4, target=0.9)
    >>> answer.n.tolist()
    [100.0, 197.0, 100.0]
    """
    first = np.asarray(z, dtype=float)
    _check_rule(first, design, n, maximum, lowest, target)
    time = float(design.information[0] / design.information[1])
    barrier = (design.upper[1] - np.sqrt(time) * first) / np.sqrt(1 - time)
    planned = _compute_power(first, barrier, (1 - time) / time)
    promising = (planned >= lowest) & (planned < target) & (first > 0)
    growth = ((barrier + special.ndtri(target)) / np.where(promising, first, 1)) ** 2
    asked = np.ceil(n * time * (1 + np.where(promising, growth, 0)) - 1e-9)
    new = np.where(promising, np.minimum(asked, maximum), n)
    reached = _compute_power(first, barrier, new / (n * time) - 1)
    return PromisingZone(conditional_power=planned, promising=promising, n=new, reached=reached)


def _compute_power(first: Numbers, barrier: Numbers, more: Numbers | float) -> Numbers:
    """Conditional power at the current trend where ``more`` times the first size is to come."""
    return np.asarray(special.ndtr(first * np.sqrt(more) - barrier))


def _check_rule(
    first: Numbers, design: GroupSequentialDesign, n: float, maximum: float, lowest: float, target: float
) -> None:
    rules = (
        (bool(np.isfinite(first).all()), "a Z is no number"),
        (len(design.information) == 2, f"the design has {len(design.information)} looks; expected 2"),
        (0 < n <= maximum < np.inf, "the planned size is more than the maximum, or not above 0"),
        (0 < lowest < target < 1, "lowest and target are no proportions in this order"),
    )
    faults = [fault for holds, fault in rules if not holds]
    if faults:
        raise StatisticsError("; ".join(faults))
