"""What a multiple test answers: an adjusted p-value for every hypothesis; and how p-values come in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipleTest:
    """Adjusted p-values [..., hypothesis] of one procedure, in the order in which the hypotheses were given.

    A hypothesis is rejected at the familywise level alpha where its adjusted p-value is at most alpha. ``order`` is
    the step (1, 2, ...) at which the sequentially rejective algorithm takes each hypothesis, None for procedures that
    are no graphs. ``undefined`` is empty, or says how many hypotheses had no p-value: such a hypothesis is never
    rejected, it counts with p = 1 and its adjusted p-value is 1.
    """

    p_value: Numbers
    method: str
    reference: str
    order: NDArray[np.intp] | None = None
    undefined: str = ""


def take_p_values(p_values: ArrayLike) -> tuple[Numbers, str]:
    """P-values as floats [..., hypothesis], 1 for those that are NaN, and the sentence that says how many were."""
    p = np.asarray(p_values, dtype=float)
    if p.ndim == 0 or p.shape[-1] == 0:
        raise StatisticsError("there are no hypotheses; expected p-values with the hypotheses on the last axis")
    absent = np.isnan(p)
    wrong = ~absent & ~((p >= 0) & (p <= 1))
    if wrong.any():
        raise StatisticsError(f"{wrong.sum()} of {wrong.size} p-values are not between 0 and 1")
    told = f"{absent.sum()} of {absent.size}: a hypothesis without a p-value is never rejected" if absent.any() else ""
    return np.where(absent, 1.0, p), told
