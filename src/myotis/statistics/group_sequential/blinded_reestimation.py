"""Blinded re-estimation of the sample size: the nuisance parameter is estimated anew, nobody is unblinded.

The difference of the plan is kept. What is new is the rate of both groups together, or the standard deviation of all
values together. Arrays are one trial or many; sizes are whole subjects, rounded up in each group.

When to use: where the rate or standard deviation that the plan took is unsure. The type I error is hardly touched;
`docs/explanation/error-rates.md` measures it. Fix before whether the size may also become smaller.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.group_sequential.design import Sides, check_error
from myotis.statistics.result import Numbers, Reasons, settle, take_counts

POOLED_RATE = "blinded-pooled-rate"


class BlindedVariance(StrEnum):
    """The variance within groups, from values whose group is not known."""

    ONE_SAMPLE = "blinded-one-sample-variance"
    """That of all values together: a little too large, as the groups differ."""
    ADJUSTED = "blinded-adjusted-variance"
    """The same less what the difference of the plan adds."""


KIESER_FRIEDE = "Kieser M, Friede T, Stat Med 2003;22:3571-3581"

REFERENCES: Final = {
    POOLED_RATE: "Gould AL, Stat Med 1992;11:55-66",
    BlindedVariance.ONE_SAMPLE: KIESER_FRIEDE,
    BlindedVariance.ADJUSTED: f"Gould AL, Shih WJ, Commun Stat Theory Methods 1992;21:2833-2853; {KIESER_FRIEDE}",
}

NOBODY = "nobody has an outcome yet"
TOO_FEW = "fewer than two values, or all of them equal"
OUT_OF_RANGE = "the rate of all and the difference of the plan give a group a rate below 0 or above 1"
NOTHING_LEFT = "the difference of the plan would explain the whole variance"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReestimatedSize:
    """The nuisance parameter [...] (rate of all, or variance within groups) and the sizes [...] that it asks for.

    ``total`` is the size before rounding, within the limits; ``n1`` and ``n2`` are whole subjects. ``undefined`` as in
    `myotis.statistics.result.Estimate`.
    """

    nuisance: Numbers
    total: Numbers
    n1: Numbers
    n2: Numbers
    method: str
    reference: str
    undefined: str = ""


def compute_blinded_size_for_proportions(
    events: ArrayLike,
    n: ArrayLike,
    *,
    difference: float,
    alpha: float,
    power: float,
    sides: Sides,
    ratio: float = 1.0,
    minimum: float = 0.0,
    maximum: float = np.inf,
) -> ReestimatedSize:
    """The sizes for two proportions, from ``events`` [...] among all ``n`` [...] subjects with an outcome.

    ``difference`` is that of the plan, group 1 minus group 2; ``ratio`` the size of group 1 over that of group 2. The
    sizes are those of the normal approximation with the pooled variance under the null hypothesis, within ``minimum``
    and ``maximum`` of both groups together. There is no answer where nobody has an outcome, and where the difference
    does not fit around the rate.

    Half of 40 subjects responded, where 30 percentage points were planned for:

    >>> answer = compute_blinded_size_for_proportions(20, 40, difference=0.3, alpha=0.05, power=0.9, sides=2)
    >>> float(answer.nuisance), float(answer.n1), float(answer.n2)
    (0.5, 57.0, 57.0)
    """
    x, subjects = take_counts(events, n)
    _check_plan(difference, alpha, power, sides, ratio, minimum, maximum)
    rate = x / np.maximum(subjects, 1)
    p1, p2 = rate + difference / (1 + ratio), rate - difference * ratio / (1 + ratio)
    none = subjects == 0
    out = (np.minimum(p1, p2) < 0) | (np.maximum(p1, p2) > 1)
    p1, p2 = np.clip(p1, 0, 1), np.clip(p2, 0, 1)
    null = special.ndtri(1 - alpha / sides) * np.sqrt((1 + 1 / ratio) * rate * (1 - rate))
    planned = special.ndtri(power) * np.sqrt(p1 * (1 - p1) / ratio + p2 * (1 - p2))
    total = (1 + ratio) * ((null + planned) / difference) ** 2
    return _answer(POOLED_RATE, [(none, NOBODY), (out, OUT_OF_RANGE)], rate, total, ratio, minimum, maximum)


def compute_blinded_size_for_means(
    values: ArrayLike,
    *,
    method: BlindedVariance | str,
    difference: float,
    alpha: float,
    power: float,
    sides: Sides,
    ratio: float = 1.0,
    minimum: float = 0.0,
    maximum: float = np.inf,
) -> ReestimatedSize:
    """The sizes for two means, from the ``values`` [..., subject] of both groups together; NaN is missing.

    ``difference`` of the plan, ``ratio`` and the limits as in `compute_blinded_size_for_proportions`; the sizes are
    those of the normal approximation. There is no answer for fewer than two values, for values that are all equal, and
    where the adjusted variance is not above 0.

    >>> changes = [12.0, 30.0, 45.0, 8.0, 51.0, 22.0, 38.0, 27.0]
    >>> answer = compute_blinded_size_for_means(
    ...     changes, method="blinded-one-sample-variance", difference=15.0, alpha=0.05, power=0.8, sides=2
    ... )
    >>> round(float(answer.nuisance), 1), float(answer.n1)
    (229.3, 16.0)
    """
    method = BlindedVariance(method)
    _check_plan(difference, alpha, power, sides, ratio, minimum, maximum)
    n, variance = _compute_variance(np.asarray(values, dtype=float))
    reasons: Reasons = [((n < 2) | (variance == 0), TOO_FEW)]
    if method is BlindedVariance.ADJUSTED:
        variance = variance - n / np.maximum(n - 1, 1) * ratio / (1 + ratio) ** 2 * difference**2
        reasons.append((variance <= 0, NOTHING_LEFT))
    sought = special.ndtri(1 - alpha / sides) + special.ndtri(power)
    total = (1 + ratio) ** 2 / ratio * variance * (sought / difference) ** 2
    return _answer(method, reasons, variance, total, ratio, minimum, maximum)


def _compute_variance(values: Numbers) -> tuple[Numbers, Numbers]:
    """How many values [...] there are, and their variance; 0 for fewer than two."""
    if values.ndim == 0 or np.isinf(values).any():
        raise StatisticsError("expected finite values with the subjects on the last axis; NaN is missing")
    present = ~np.isnan(values)
    n = present.sum(axis=-1)
    filled = np.where(present, values, 0)
    mean = filled.sum(axis=-1, keepdims=True) / np.maximum(n, 1)[..., None]
    squares = (np.where(present, values - mean, 0) ** 2).sum(axis=-1)
    return n, squares / np.maximum(n - 1, 1)


def _check_plan(
    difference: float, alpha: float, power: float, sides: Sides, ratio: float, minimum: float, maximum: float
) -> None:
    check_error(alpha, sides)
    rules = (
        (0.5 < power < 1, "the power is no proportion above a half"),
        (np.isfinite(difference) and difference != 0, "the difference is 0 or no number"),
        (0 < ratio < np.inf, "the ratio of the groups is not above 0"),
        (0 <= minimum <= maximum, "the minimum is more than the maximum, or negative"),
    )
    faults = [fault for holds, fault in rules if not holds]
    if faults:
        raise StatisticsError("; ".join(faults))


def _answer(
    method: str, reasons: Reasons, nuisance: Numbers, total: Numbers, ratio: float, minimum: float, maximum: float
) -> ReestimatedSize:
    total = np.clip(total, minimum, maximum)
    # Sizes that should be whole come out a rounding too large: 1e-9 subjects are not one more.
    n1, n2 = (np.ceil(total * share - 1e-9) for share in (ratio / (1 + ratio), 1 / (1 + ratio)))
    (settled, *sizes), undefined = settle(reasons, nuisance, total, n1, n2)
    return ReestimatedSize(
        nuisance=settled,
        total=sizes[0],
        n1=sizes[1],
        n2=sizes[2],
        method=str(method),
        reference=REFERENCES[method],
        undefined=undefined,
    )
