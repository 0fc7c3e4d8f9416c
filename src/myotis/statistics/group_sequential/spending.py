"""Error spending of Lan and DeMets: boundaries for looks at any information fractions.

A spending function says how much of the error may be used up to an information fraction; the boundary follows look by
look, from the looks that were held. Fractions are of the information that was planned.

When to use: for an independent committee that looks when it can. Only the spending function and the planned information
are fixed before; number and time of the looks may change, as long as the results don't decide that.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.group_sequential.brownian import extend_path, start_path
from myotis.statistics.group_sequential.design import GroupSequentialDesign, Sides, check_error, take_information
from myotis.statistics.group_sequential.exits import NO_DRIFT, find_upper
from myotis.statistics.result import Numbers


class Spending(StrEnum):
    """How much of the error is spent up to information fraction t."""

    OBRIEN_FLEMING = "obrien-fleming-type"
    """2 - 2 Phi(z / root of t), where z is the critical value at half of a side's error."""
    POCOCK = "pocock-type"
    """The error times log(1 + (e - 1) t)."""
    KIM_DEMETS = "kim-demets"
    """The error times t to the power of ``shape``, above 0."""
    HWANG_SHIH_DECANI = "hwang-shih-decani"
    """The error times (1 - exp(-shape t)) / (1 - exp(-shape)); -4 is near O'Brien-Fleming, 1 near Pocock."""


LAN_DEMETS: Final = "Lan KKG, DeMets DL, Biometrika 1983;70:659-663"

REFERENCES: Final = {
    Spending.OBRIEN_FLEMING: LAN_DEMETS,
    Spending.POCOCK: LAN_DEMETS,
    Spending.KIM_DEMETS: "Kim K, DeMets DL, Biometrika 1987;74:149-154",
    Spending.HWANG_SHIH_DECANI: "Hwang IK, Shih WJ, De Cani JS, Stat Med 1990;9:1439-1445",
}

SHAPED = {Spending.KIM_DEMETS, Spending.HWANG_SHIH_DECANI}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingRule:
    """A spending function with its shape, and the error of one side that it spends.

    Raises StatisticsError for a shape that does not belong to the function.
    """

    method: Spending
    shape: float | None
    error: float

    def __post_init__(self) -> None:
        method, shape = self.method, self.shape
        if (shape is not None) != (method in SHAPED):
            raise StatisticsError(f"a shape is {'needed' if method in SHAPED else 'nothing'} for {method.value}")
        if shape is not None and not (np.isfinite(shape) and (shape > 0 or method is Spending.HWANG_SHIH_DECANI)):
            raise StatisticsError(f"the shape of {method.value} is {shape:g}; expected a number that it takes")

    def spend(self, fraction: ArrayLike) -> Numbers:
        """What the side has spent [...] at information fractions [...]."""
        t = np.minimum(np.asarray(fraction, dtype=float), 1.0)
        if not (t >= 0).all():
            raise StatisticsError("an information fraction is negative or no number")
        return np.asarray(self.error * self._compute_share(t), dtype=float)

    def _compute_share(self, t: Numbers) -> Any:
        if self.method is Spending.OBRIEN_FLEMING:
            z = special.ndtri(self.error / 2) / np.sqrt(np.where(t > 0, t, 1))
            return np.where(t > 0, 2 * special.ndtr(z) / self.error, 0.0)
        if self.method is Spending.POCOCK:
            return np.log1p(np.expm1(1.0) * t)
        shape = self.shape or 0.0
        if self.method is Spending.KIM_DEMETS:
            return t**shape
        return np.expm1(-shape * t) / np.expm1(-shape) if shape else t


def compute_spent_error(
    fraction: ArrayLike, *, method: Spending | str, alpha: float, sides: Sides, shape: float | None = None
) -> Numbers:
    """The error spent [...] up to information fractions [...]; all of it from 1 on.

    With two sides each spends half of alpha by the function. ``shape`` is needed by Kim-DeMets and Hwang-Shih-DeCani
    and refused elsewhere. Raises StatisticsError for negative fractions.

    >>> compute_spent_error([0.25, 0.5, 1, 1.1], method="pocock-type", alpha=0.025, sides=1).round(5).tolist()
    [0.00893, 0.0155, 0.025, 0.025]
    """
    check_error(alpha, sides)
    rule = SpendingRule(method=Spending(method), shape=shape, error=alpha / sides)
    return np.asarray(sides * rule.spend(fraction))


def compute_spending_boundary(
    information: ArrayLike,
    *,
    method: Spending | str,
    alpha: float,
    sides: Sides,
    shape: float | None = None,
    final: bool = True,
) -> GroupSequentialDesign:
    """The boundary at looks held at ``information`` [look], fractions of the planned information.

    The last look spends all that is left, whatever its fraction (less than 1: under-running; more: over-running);
    with ``final=False`` it is an interim look like the others. A look at which nothing is spent has an infinite
    boundary. ``shape`` as in `compute_spent_error`. With two sides both boundaries are alike. Raises StatisticsError
    for fractions that don't increase, or of which one before the last is 1 or more.

    >>> answer = compute_spending_boundary([0.5, 1], method="pocock-type", alpha=0.025, sides=1)
    >>> answer.upper.round(3).tolist()
    [2.157, 2.201]
    """
    check_error(alpha, sides)
    rule = SpendingRule(method=Spending(method), shape=shape, error=alpha / sides)
    fractions = take_information(information, beyond=True)
    spent = rule.spend(fractions)
    if final:
        spent[-1] = rule.error
    upper = _find_boundary(fractions, np.diff(spent, prepend=0.0), sides)
    return GroupSequentialDesign(
        information=fractions,
        upper=upper,
        lower=-upper if sides == 2 else np.full_like(upper, -np.inf),
        alpha=alpha,
        sides=sides,
        alpha_spent=sides * spent,
        method=rule.method.value,
        reference=REFERENCES[rule.method],
    )


def _find_boundary(fractions: Numbers, errors: Numbers, sides: Sides) -> Numbers:
    upper = np.full_like(fractions, np.inf)
    path = start_path(NO_DRIFT)
    for look, time in enumerate(fractions):
        upper[look] = find_upper(path, time, errors[look], NO_DRIFT)
        if look + 1 < len(fractions):
            lower = -upper[look] if sides == 2 else -np.inf
            path = extend_path(path, time, lower, upper[look], following=fractions[look + 1], drift=NO_DRIFT)
    return upper
