"""Conditional and predictive power: the chance to reject at a later look, given Z now.

Z and drifts are arrays that broadcast: one trial or 100,000 with one call. A drift is the expected Z at information
fraction 1. The trial is taken to go on after this look, whatever Z is.

When to use: at an interim analysis, to judge futility or the size of the rest. At the current trend conditional power
trusts few data too much; at the planned effect it holds on to the plan; predictive power averages over what the data
leave open.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.group_sequential.brownian import start_path
from myotis.statistics.group_sequential.design import GroupSequentialDesign
from myotis.statistics.group_sequential.exits import compute_exits
from myotis.statistics.result import Numbers


class ConditionalPower(StrEnum):
    """Which drift the rest of the trial is taken to have."""

    CURRENT_TREND = "current-trend"
    """The drift estimated now, Z over the root of the information fraction."""
    GIVEN_DRIFT = "given-drift"
    """The drift given: that of the planned effect, or 0 for the conditional error."""


LACHIN = "Lachin JM, Stat Med 2005;24:2747-2764"

REFERENCES: Final = {
    ConditionalPower.CURRENT_TREND: LACHIN,
    ConditionalPower.GIVEN_DRIFT: LACHIN,
    "predictive-power": "Spiegelhalter DJ, Freedman LS, Blackburn PR, Control Clin Trials 1986;7:8-17",
}


def compute_conditional_power(
    z: ArrayLike,
    *,
    design: GroupSequentialDesign,
    look: int,
    method: ConditionalPower | str,
    drift: ArrayLike | None = None,
) -> Numbers:
    """The probability [...] to reject above at a look after ``look`` (1 is the first), given Z [...] there.

    ``drift`` [...] is needed by given-drift and refused by current-trend. Futility boundaries that are still to come
    are followed. Raises StatisticsError where no look is left and for a Z or drift that is no number.

    >>> from myotis.statistics.group_sequential.boundaries import compute_boundary
    >>> design = compute_boundary([0.5, 1], method="obrien-fleming", alpha=0.05, sides=2)
    >>> compute_conditional_power([0.5, 1.5], design=design, look=1, method="current-trend").round(4).tolist()
    [0.0362, 0.5806]
    """
    method = ConditionalPower(method)
    now = _take_z(z, design, look)
    if (drift is not None) != (method is ConditionalPower.GIVEN_DRIFT):
        raise StatisticsError("a drift is needed by given-drift, and by it only")
    drifts = now / np.sqrt(design.information[look - 1]) if drift is None else np.asarray(drift, dtype=float)
    if not np.isfinite(drifts).all():
        raise StatisticsError("a drift is no number")
    now, drifts = np.broadcast_arrays(now, drifts)
    time = design.information[look - 1]
    path = start_path(drifts, time, now * np.sqrt(time))
    _, above = compute_exits(design.information[look:], design.lower[look:], design.upper[look:], drifts, path)
    return np.asarray(above.sum(axis=-1))


def compute_predictive_power(
    z: ArrayLike,
    *,
    design: GroupSequentialDesign,
    look: int,
    prior_drift: float = 0.0,
    prior_sd: float = np.inf,
) -> Numbers:
    """Conditional power [...] averaged over the drifts that Z [...] at ``look`` (1 is the first) leaves likely.

    The prior of the drift is normal; with an infinite ``prior_sd`` it is flat, and the answer needs no choice.
    The mean of the drift, learning from look to look, is Brownian motion without drift whose clock is the variance
    that is resolved: its exits are the answer, and nothing is averaged numerically. Raises StatisticsError as
    `compute_conditional_power`, and for a ``prior_sd`` that is not above 0.

    >>> from myotis.statistics.group_sequential.boundaries import compute_boundary
    >>> design = compute_boundary([0.5, 1], method="obrien-fleming", alpha=0.05, sides=2)
    >>> compute_predictive_power([0.5, 1.5], design=design, look=1).round(4).tolist()
    [0.102, 0.5572]
    """
    now = _take_z(z, design, look)
    if not (prior_sd > 0 and np.isfinite(prior_drift)):
        raise StatisticsError("the prior is none; expected a finite mean and a standard deviation above 0")
    time, later = design.information[look - 1], design.information[look:]
    prior = prior_sd**-2
    mean = (now * np.sqrt(time) + prior_drift * prior) / (time + prior)
    clock = 1 / (time + prior) - 1 / (later + prior)
    lower, upper = (
        (bound[look:] * np.sqrt(later) + prior_drift * prior) / ((later + prior) * np.sqrt(clock))
        for bound in (design.lower, design.upper)
    )
    drift = np.zeros_like(mean)
    _, above = compute_exits(clock, lower, upper, drift, start_path(drift, 0.0, mean))
    return np.asarray(above.sum(axis=-1))


def _take_z(z: ArrayLike, design: GroupSequentialDesign, look: int) -> Numbers:
    if not 1 <= look < len(design.information):
        raise StatisticsError(f"look {look} has none after it; the design has {len(design.information)}")
    now = np.asarray(z, dtype=float)
    if not np.isfinite(now).all():
        raise StatisticsError("a Z is no number")
    return now
