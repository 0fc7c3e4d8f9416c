"""A group-sequential design: when the looks are, and the boundaries of Z at each; and how information comes in."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers

Sides = Literal[1, 2]

SHORTEST_STEP = 1e-4
"""Looks must lie so far apart: the integration needs places as near to each other as the looks are."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupSequentialDesign:
    """Boundaries [look] of Z at information fractions [look].

    The null hypothesis is rejected at the first look with Z >= ``upper`` (or, with two sides, Z <= ``lower``). With one
    side ``lower`` is the futility boundary, minus infinity where there is none; ``binding`` says whether the type I
    error counts on stopping there. ``alpha`` is the whole error of all sides, ``alpha_spent`` [look] what is spent of
    it up to each look. ``beta``, ``beta_spent`` and ``drift`` (the drift at which ``beta`` is spent) are None without
    futility.
    """

    information: Numbers
    upper: Numbers
    lower: Numbers
    alpha: float
    sides: Sides
    alpha_spent: Numbers
    method: str
    reference: str
    binding: bool = False
    beta: float | None = None
    beta_spent: Numbers | None = None
    drift: float | None = None

    @property
    def null_lower(self) -> Numbers:
        """The lower boundary that the type I error counts on: none where futility is not binding."""
        return self.lower if self.sides == 2 or self.binding else np.full_like(self.lower, -np.inf)


def take_information(information: ArrayLike, *, beyond: bool = False) -> Numbers:
    """Information fractions [look] as floats; only with ``beyond`` may the last be other than 1."""
    fractions = np.atleast_1d(np.asarray(information, dtype=float))
    if fractions.ndim != 1 or not fractions.size or not np.isfinite(fractions).all():
        raise StatisticsError("the information fractions are no list of numbers")
    if fractions[0] <= 0 or (np.diff(fractions) < SHORTEST_STEP).any():
        raise StatisticsError(
            f"the information fractions do not increase; expected numbers above 0, each at least {SHORTEST_STEP:g} "
            "more than the one before"
        )
    if not beyond and fractions[-1] != 1:
        raise StatisticsError(f"the last information fraction is {fractions[-1]:g}; expected 1")
    if (fractions[:-1] >= 1).any():
        raise StatisticsError("an information fraction before the last is 1 or more; expected below 1")
    return fractions


def check_error(alpha: float, sides: int, name: str = "alpha") -> None:
    """Refuse an error that is no proportion, or more than a half a side; and a number of sides but 1 and 2."""
    if sides not in {1, 2}:
        raise StatisticsError(f"there are {sides} sides; expected 1 or 2")
    if not 0 < alpha < sides / 2:
        raise StatisticsError(f"{name} is {alpha:g}; expected a proportion above 0 and below {sides / 2:g}")


def take_estimates(
    estimate: ArrayLike, se: ArrayLike, look: ArrayLike, design: GroupSequentialDesign
) -> tuple[Numbers, Numbers, NDArray[np.intp]]:
    """Estimates, standard errors and looks of one shape; raises StatisticsError where they can't be that."""
    effect, error, given = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (estimate, se, look)))
    if not (np.isfinite(effect) & np.isfinite(error) & (error > 0)).all():
        raise StatisticsError("an estimate is no number, or a standard error not above 0")
    looks = len(design.information)
    if not ((given >= 1) & (given <= looks) & (given == np.round(given))).all():
        raise StatisticsError(f"a look is none of the design; expected whole numbers from 1 to {looks}")
    return effect, error, given.astype(np.intp)
