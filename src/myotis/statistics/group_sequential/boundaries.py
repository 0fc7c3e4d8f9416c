"""Boundaries of a known shape: O'Brien-Fleming, Pocock, Wang-Tsiatis and Haybittle-Peto.

Boundaries are critical values of Z, at information fractions that end at 1. They need not be evenly spaced, but they
must be known before: where the looks may move, spend the error instead
(`myotis.statistics.group_sequential.spending`).

The answer, here and wherever a design is made, is a `GroupSequentialDesign`: ``information``, ``upper``, ``lower`` and
``alpha_spent`` [look], ``alpha``, ``sides``, ``method`` and ``reference``. Other functions take it as ``design``.

When to use: for a trial whose looks are planned and kept. O'Brien-Fleming hardly stops early and costs next to no
subjects; Pocock stops early and costs many; Haybittle-Peto is simple to tell a committee.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.group_sequential.brownian import compute_above, start_path
from myotis.statistics.group_sequential.design import GroupSequentialDesign, Sides, check_error, take_information
from myotis.statistics.group_sequential.exits import NO_DRIFT, compute_exits, find_root, follow_paths
from myotis.statistics.result import Numbers


class Boundary(StrEnum):
    """Shapes of a boundary over the information fraction t, up to a constant that the error decides."""

    OBRIEN_FLEMING = "obrien-fleming"
    """Critical values in proportion to 1 / root of t."""
    POCOCK = "pocock"
    """The same critical value at every look."""
    WANG_TSIATIS = "wang-tsiatis"
    """In proportion to t to the power of delta - 1/2: 0 is O'Brien-Fleming, 1/2 is Pocock."""
    HAYBITTLE_PETO = "haybittle-peto"
    """A critical value ``interim`` (often 3) at all looks but the last, which spends what remains."""


REFERENCES: Final = {
    Boundary.OBRIEN_FLEMING: "O'Brien PC, Fleming TR, Biometrics 1979;35:549-556",
    Boundary.POCOCK: "Pocock SJ, Biometrika 1977;64:191-199",
    Boundary.WANG_TSIATIS: "Wang SK, Tsiatis AA, Biometrics 1987;43:193-199",
    Boundary.HAYBITTLE_PETO: "Haybittle JL, Br J Radiol 1971;44:793-797; Peto R et al, Br J Cancer 1976;34:585-612",
}


def compute_boundary(
    information: ArrayLike,
    *,
    method: Boundary | str,
    alpha: float,
    sides: Sides,
    delta: float | None = None,
    interim: float | None = None,
) -> GroupSequentialDesign:
    """The boundary of the named shape with the type I error ``alpha`` (of both sides, where there are two).

    ``information`` [look] are the fractions of the whole information at the looks; the last is 1. ``delta`` belongs
    to Wang-Tsiatis, ``interim`` to Haybittle-Peto, each needed there and refused elsewhere. One look is the fixed
    design. Raises StatisticsError for fractions that don't increase to 1, and where the interim looks of
    Haybittle-Peto spend all of alpha.

    >>> compute_boundary([0.25, 0.5, 0.75, 1], method="obrien-fleming", alpha=0.05, sides=2).upper.round(3).tolist()
    [4.049, 2.863, 2.337, 2.024]
    """
    method = Boundary(method)
    check_error(alpha, sides)
    fractions = take_information(information)
    _check_belongs(delta, "delta", method is Boundary.WANG_TSIATIS)
    _check_belongs(interim, "interim", method is Boundary.HAYBITTLE_PETO)
    if interim is not None:
        upper = _spend_the_rest(fractions, interim, alpha, sides)
    else:
        power = {Boundary.OBRIEN_FLEMING: -0.5, Boundary.POCOCK: 0.0}.get(method, (delta or 0.0) - 0.5)
        upper = _scale(fractions, fractions**power, alpha, sides)
    return GroupSequentialDesign(
        information=fractions,
        upper=upper,
        lower=-upper if sides == 2 else np.full_like(upper, -np.inf),
        alpha=alpha,
        sides=sides,
        alpha_spent=np.cumsum(_compute_errors(fractions, upper, sides)),
        method=method.value,
        reference=REFERENCES[method],
    )


def _check_belongs(value: float | None, name: str, belongs: bool) -> None:
    if belongs != (value is not None):
        raise StatisticsError(f"{name} is {'needed' if belongs else 'nothing'} for this boundary")
    if value is not None and not np.isfinite(value):
        raise StatisticsError(f"{name} is {value:g}; expected a number")


def _compute_errors(fractions: Numbers, upper: Numbers, sides: Sides) -> Numbers:
    """The type I error of each look, of both sides where there are two."""
    lower = -upper if sides == 2 else np.full_like(upper, -np.inf)
    _, above = compute_exits(fractions, lower, upper, NO_DRIFT)
    return sides * above


def _scale(fractions: Numbers, shape: Numbers, alpha: float, sides: Sides) -> Numbers:
    """The boundary of a shape that is 1 at the last look, where it lies above that of one look only.

    Where no look is below Bonferroni's critical value, the error is at most alpha.
    """
    single, bonferroni = (-float(special.ndtri(alpha / sides / looks)) for looks in (1, len(shape)))
    constant = find_root(
        lambda constant: float(_compute_errors(fractions, constant * shape, sides).sum()) - alpha,
        0.99 * single,
        1.01 * bonferroni / float(shape.min()),
    )
    return constant * shape


def _spend_the_rest(fractions: Numbers, interim: float, alpha: float, sides: Sides) -> Numbers:
    upper = np.full_like(fractions, interim)
    spent = _compute_errors(fractions, upper, sides)[:-1].sum()
    if not 0 <= spent < alpha:
        raise StatisticsError(f"the interim looks spend {spent:.4g} of alpha = {alpha:g}; expected a larger interim")
    lower = -upper if sides == 2 else np.full_like(upper, -np.inf)
    *_, last = follow_paths(fractions, lower, upper, NO_DRIFT, start_path(NO_DRIFT))
    upper[-1] = find_root(lambda bound: sides * float(compute_above(last, 1.0, bound, NO_DRIFT)) - alpha + spent, 0, 38)
    return upper
