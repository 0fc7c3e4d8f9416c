"""What a statistical method answers: an estimate with its interval, or a test; and what it says when it has no answer.

One rule holds for every method here. Numbers that the method does not take (a negative count, more responders
than subjects, a level of 95) are an error, always. Numbers for which the method has *no answer* (an empty arm)
are an error where one trial was asked about; where many were asked about at once, the answer of those is NaN
and ``undefined`` says how many and why. A NaN never comes back without that sentence.
"""

from dataclasses import dataclass, replace
from typing import Literal, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.errors import StatisticsError

Numbers = NDArray[np.float64]
"""One number (a NumPy float) for one trial, an array for many."""

Limits = tuple[Numbers, Numbers]
"""The lower and the upper limit of an interval."""

Alternative = Literal["two-sided", "greater", "less"]

Reasons = list[tuple[NDArray[np.bool_], str]]
"""Where a method has no answer, and why."""

EMPTY_ARM = "a group without subjects has no proportion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """An estimate and its interval, with the method's name and where the method is written.

    ``level`` is the confidence level as a proportion (0.95). ``se`` and ``df`` are the standard error and the degrees
    of freedom of methods that have them, else None. ``undefined`` is empty, or says for how many of the trials there
    is no answer (NaN) and why.
    """

    estimate: Numbers
    lower: Numbers
    upper: Numbers
    level: float
    method: str
    reference: str
    se: Numbers | None = None
    df: Numbers | None = None
    undefined: str = ""

    def scaled(self, factor: float) -> "Estimate":
        """The same in another unit: 100 makes percents of proportions."""
        return replace(
            self,
            estimate=factor * self.estimate,
            lower=factor * self.lower,
            upper=factor * self.upper,
            se=None if self.se is None else factor * self.se,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """The statistic of a test, its degrees of freedom and its p-value, with the method's name.

    ``statistic`` and ``df`` are None for a test that has none (Fisher's). ``alternative`` says which values of what
    is tested speak against the null hypothesis: on both sides of it, above it or below it. ``undefined`` as in
    `Estimate`.
    """

    __test__ = False  # pytest would collect the class by its name

    statistic: Numbers | None
    df: Numbers | None
    p_value: Numbers
    method: str
    reference: str
    alternative: Alternative = "two-sided"
    undefined: str = ""


def take_counts(events: ArrayLike, n: ArrayLike) -> tuple[Numbers, Numbers]:
    """Events and subjects as floats of one shape; raises StatisticsError where they can't be counts."""
    x, total = np.broadcast_arrays(np.asarray(events, dtype=float), np.asarray(n, dtype=float))
    wrong = ~((x >= 0) & (x <= total) & (x == np.round(x)) & (total == np.round(total)) & np.isfinite(total))
    if wrong.any():
        raise StatisticsError(
            f"{wrong.sum()} of {wrong.size} pairs are no counts of events among subjects; "
            "expected whole numbers with 0 <= events <= subjects"
        )
    return x, total


def check_level(level: float) -> None:
    """Refuse a confidence level that is no proportion between 0 and 1."""
    if not 0 < level < 1:
        raise StatisticsError(f"the confidence level is {level:g}; expected a proportion between 0 and 1, such as 0.95")


def settle(reasons: Reasons, *answers: ArrayLike) -> tuple[list[Numbers], str]:
    """The answers, all of one shape, with NaN where there is none, and the sentence that says why.

    Raises StatisticsError where one trial was asked about and it has no answer.
    """
    arrays = np.broadcast_arrays(*(np.asarray(answer, dtype=float) for answer in answers), *(m for m, _ in reasons))
    shape = arrays[0].shape
    none = np.zeros(shape, dtype=bool)
    sentences = []
    for mask, reason in reasons:
        here = np.broadcast_to(mask, shape) & ~none
        if here.any():
            if shape == ():
                raise StatisticsError(f"there is no answer: {reason}")
            sentences.append(f"{here.sum()} of {here.size}: {reason}")
            none |= here
    settled = [cast("Numbers", np.where(none, np.nan, array)[()]) for array in arrays[: len(answers)]]
    return settled, "; ".join(sentences)


def find_distinct(*cells: Numbers) -> tuple[Numbers, NDArray[np.intp]]:
    """The distinct tables [table, cell] and which of them each trial has: trials of one size repeat few tables."""
    stacked = np.stack(cells, axis=-1)
    tables, which = np.unique(stacked.reshape(-1, len(cells)), axis=0, return_inverse=True)
    return tables, which.reshape(stacked.shape[:-1])
