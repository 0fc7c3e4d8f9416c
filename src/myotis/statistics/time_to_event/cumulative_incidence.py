"""Cumulative incidence with competing events: the share of subjects who had the event of one cause by a time.

``cause`` is 0 where the subject was censored and a whole number from 1 for the cause of the first event. The
Aalen-Johansen curves of all causes and the Kaplan-Meier curve of any event sum to 1.

When to use: for time to improvement where rescue or withdrawal for deterioration can come first. One minus the
Kaplan-Meier curve that censors the other events overstates the share who improve. A log-rank test that censors them
compares the hazards of the cause between arms; Gray's test compares their shares.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.result import Estimate, Numbers, check_level, settle
from myotis.statistics.time_to_event.product_limit import ProductLimit
from myotis.statistics.time_to_event.risk_sets import NO_SUBJECTS, take_points, take_subjects
from myotis.statistics.time_to_event.survival_limits import SurvivalInterval, compute_survival_limits

AALEN_JOHANSEN = "Aalen OO, Johansen S, Scand J Stat 1978;5:141-150"
NOT_FOLLOWED = "no subject was followed that long, and some are left without any event"
ALL_HAD_IT = "all subjects had the event of this cause, which leaves no variance"


class IncidenceVariance(StrEnum):
    """The variance of a cumulative incidence."""

    GREENWOOD = "greenwood"
    """By the multinomial at each time (R survival and etm); with one cause it is Greenwood's."""
    AALEN = "aalen"
    """By the counting process, with at risk minus 1 in it. It is R cmprsk's where no times are tied; with ties cmprsk's
    differs in the third digit."""


REFERENCES: Final = {
    "aalen-johansen": AALEN_JOHANSEN,
    IncidenceVariance.GREENWOOD: "Gaynor JJ et al, J Am Stat Assoc 1993;88:400-409",
    IncidenceVariance.AALEN: "Aalen O, Ann Stat 1978;6:534-545; Marubini E, Valsecchi MG, Analysing Survival Data from "
    "Clinical Trials and Observational Studies, Wiley 1995",
}


def estimate_cumulative_incidence(
    time: ArrayLike,
    cause: ArrayLike,
    at: ArrayLike,
    *,
    of_cause: int,
    variance: IncidenceVariance | str,
    method: SurvivalInterval | str,
    level: float,
) -> Estimate:
    """The share who had the event of ``of_cause`` by the time points; [..., point], or [...] for a single point.

    Subjects [..., subject] as for Kaplan-Meier. ``method`` is the scale of the limits. Before the first event of the
    cause the share is 0, and so are its limits. There is no answer without subjects, nor after the last time of anyone
    while some are left without an event; once all had the event of the cause there are no limits.

    >>> time, cause = [15, 29, 29, 57, 85, 112], [2, 1, 1, 0, 1, 0]
    >>> answer = estimate_cumulative_incidence(time, cause, 100, of_cause=1, variance="greenwood", method="log-log",
    ...                                        level=0.95)
    >>> round(float(answer.estimate), 4), round(float(answer.se), 4)
    (0.5833, 0.2257)
    """
    method, variance = SurvivalInterval(method), IncidenceVariance(variance)
    check_level(level)
    points = take_points(at)
    t, (code,) = take_subjects(time, cause)
    if of_cause < 1 or ((code < 0) | (code != np.round(code))).any():
        raise StatisticsError("expected causes as whole numbers, 0 for censored, and of_cause from 1")
    curve = ProductLimit.of(t, np.where(code > 0, 1.0, 0.0))
    own = curve.sets.sum_at_steps(code == of_cause)
    share, squared = _incidence(curve, own, points, variance)
    lower, upper = compute_survival_limits(share, squared / np.where(share > 0, share, 1) ** 2, method, level)
    none = [((curve.sets.n == 0)[..., None], NO_SUBJECTS), (curve.is_unknown(points), NOT_FOLLOWED)]
    reasons = [*none, (share >= 1 - 1e-12, ALL_HAD_IT)]
    answers = [share, np.sqrt(squared), np.where(share == 0, 0.0, lower), np.where(share == 0, 0.0, upper)]
    if np.ndim(at) == 0:
        answers = [answer[..., 0] for answer in answers]
        none, reasons = ([(mask[..., 0], why) for mask, why in listed] for listed in (none, reasons))
    (se, low, high), undefined = settle(reasons, *answers[1:])
    (estimate,), _ = settle(none, answers[0])
    return Estimate(
        estimate=estimate,
        lower=low,
        upper=high,
        se=se,
        level=level,
        method=f"aalen-johansen, {variance.value}, {method.value}",
        reference=f"{AALEN_JOHANSEN}; {REFERENCES[variance]}",
        undefined=undefined,
    )


def _incidence(
    curve: ProductLimit, own: Numbers, points: Numbers, variance: IncidenceVariance
) -> tuple[Numbers, Numbers]:
    """The curve of a cause and its variance at the points.

    An event at time j moves the curve at a later t by its own step and by who is left for F(t) - F(j). The variance is
    the sum over j of ``a - 2 b (F(t) - F(j)) + c (F(t) - F(j))^2``, so it needs running sums only.
    """
    y, d, s = np.maximum(curve.at_risk, 1), curve.events, curve.survival_before
    f = np.cumsum(s * own / y, axis=-1)
    left = np.maximum(y - d, 1)  # where none is left the curve moves no more, and F(t) - F(j) is 0
    if variance is IncidenceVariance.GREENWOOD:
        a, b, c = s**2 * own * (y - own) / y**3, s * own / y**2, d / (y * left)
    else:
        less = np.maximum(y - 1, 1)
        a = s**2 * own * (y - own) / (y**2 * less)
        b = s * own * (y - own) / (y * left * less)
        c = d / (less * left)
    ended = y == d
    b, c = np.where(ended, 0.0, b), np.where(ended, 0.0, c)
    sums = [np.cumsum(part, axis=-1) for part in (a + 2 * b * f + c * f**2, b + c * f, c)]
    at, constant, linear, square = (curve.sets.look_up(values, points, before=0.0) for values in (f, *sums))
    return at, np.maximum(constant - 2 * linear * at + square * at**2, 0.0)
