"""Kaplan-Meier curves: the share of subjects without the event, with limits on five scales, and those at risk.

Times are [..., subject] with any leading axes (trials, arms), in any unit; ``event`` is 1 where the event was seen
at that time and 0 where the subject was censored. A subject whose time is missing (NaN) is left out, so that arms of
unequal size stand in one array. Censoring must have nothing to do with the event that would have come.

``method`` is the scale on which the limits are symmetric: ``plain`` (SAS: LINEAR), ``log`` (R's default), ``log-log``
(SAS's default, LOGLOG), ``logit``, or ``arcsine`` of the square root (SAS: ASINSQRT, R: arcsin).

When to use: for time to improvement or to deterioration, with subjects who leave or finish without it. Limits on the
log-log scale stay between 0 and 1 and hold their level in small arms; plain ones don't. Where another event can
come instead (rescue, death), see cumulative incidence.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.result import Estimate, Numbers, check_level, settle
from myotis.statistics.time_to_event.product_limit import ProductLimit
from myotis.statistics.time_to_event.risk_sets import NO_SUBJECTS, RiskSets, check_codes, take_points, take_subjects
from myotis.statistics.time_to_event.survival_limits import REFERENCE_OF, SurvivalInterval, compute_survival_limits

REFERENCES: Final[dict[str, str]] = {
    "kaplan-meier": "Kaplan EL, Meier P, J Am Stat Assoc 1958;53:457-481",
    **REFERENCE_OF,
}

NOT_FOLLOWED = "no subject was followed that long, and the curve has not reached 0"
NO_VARIANCE = "the curve is 0 there, where Greenwood's formula gives no limits"


@dataclass(frozen=True, slots=True, kw_only=True)
class KaplanMeier:
    """The whole curve of one group, a number for each distinct time at which a subject had the event or was censored.

    Before the first time the curve is 1. ``lower``, ``upper`` and ``se`` are NaN where the curve is 0.
    """

    time: Numbers
    at_risk: Numbers
    events: Numbers
    censored: Numbers
    survival: Numbers
    se: Numbers
    lower: Numbers
    upper: Numbers
    level: float
    method: str
    reference: str


def fit_kaplan_meier(time: ArrayLike, event: ArrayLike, *, method: SurvivalInterval | str, level: float) -> KaplanMeier:
    """The curve of one group of subjects [subject]; raises StatisticsError without subjects.

    >>> curve = fit_kaplan_meier([6, 6, 6, 6, 7, 9, 10], [1, 1, 1, 0, 1, 0, 1], method="log-log", level=0.95)
    >>> [[float(t), round(float(s), 3)] for t, s in zip(curve.time, curve.survival, strict=True)]
    [[6.0, 0.571], [7.0, 0.381], [9.0, 0.381], [10.0, 0.0]]
    """
    method = SurvivalInterval(method)
    check_level(level)
    t, (had_event,) = take_subjects(time, event)
    check_codes(had_event, (0, 1), what="event")
    if t.ndim != 1 or np.isnan(t).all():
        raise StatisticsError("expected the times of one group of at least one subject, [subject]")
    curve = ProductLimit.of(t, had_event)
    sets, step = curve.sets, curve.sets.is_step
    lower, upper = compute_survival_limits(curve.survival, curve.greenwood, method, level)
    return KaplanMeier(
        time=sets.time[step],
        at_risk=curve.at_risk[step],
        events=curve.events[step],
        censored=sets.sum_at_steps(1.0)[step] - curve.events[step],
        survival=curve.survival[step],
        se=_standard_error(curve.survival, curve.greenwood)[step],
        lower=lower[step],
        upper=upper[step],
        level=level,
        method=method.value,
        reference=REFERENCES[method],
    )


def estimate_survival(
    time: ArrayLike, event: ArrayLike, at: ArrayLike, *, method: SurvivalInterval | str, level: float
) -> Estimate:
    """The share without the event at the time points, with limits; [..., point], or [...] for a single point.

    Until the first event the share is 1, and so are its limits. After the last time of anyone there is no answer
    unless the curve reached 0 before. Where it is 0 the share is 0 and has no limits (`undefined` says so; for one
    group and one point StatisticsError does, and `fit_kaplan_meier` still gives the curve).

    >>> time, event = [29, 35, 58, 84, 112, 113], [1, 1, 1, 0, 0, 0]
    >>> answer = estimate_survival(time, event, 60, method="log-log", level=0.95)
    >>> [round(float(value), 3) for value in (answer.estimate, answer.lower, answer.upper)]
    [0.5, 0.111, 0.804]
    """
    method = SurvivalInterval(method)
    check_level(level)
    points = take_points(at)
    t, (had_event,) = take_subjects(time, event)
    check_codes(had_event, (0, 1), what="event")
    curve = ProductLimit.of(t, had_event)
    survival = curve.sets.look_up(curve.survival, points, before=1.0)
    greenwood = curve.sets.look_up(curve.greenwood, points, before=0.0)
    lower, upper = compute_survival_limits(survival, greenwood, method, level)
    none = [((curve.sets.n == 0)[..., None], NO_SUBJECTS), (curve.is_unknown(points), NOT_FOLLOWED)]
    answers = [survival, _standard_error(survival, greenwood), lower, upper]
    reasons = [*none, (survival == 0, NO_VARIANCE)]
    if np.ndim(at) == 0:
        answers = [answer[..., 0] for answer in answers]
        none, reasons = ([(mask[..., 0], why) for mask, why in listed] for listed in (none, reasons))
    (se, low, high), undefined = settle(reasons, *answers[1:])
    (share,), _ = settle(none, answers[0])
    return Estimate(
        estimate=share,
        lower=low,
        upper=high,
        se=se,
        level=level,
        method=method.value,
        reference=REFERENCES[method],
        undefined=undefined,
    )


def count_at_risk(time: ArrayLike, at: ArrayLike) -> Numbers:
    """Subjects with neither event nor censoring before the time points: the numbers below a Kaplan-Meier figure.

    [..., point], or [...] for a single point. Whoever had the event or was censored at the very time is counted.

    >>> count_at_risk([29, 35, 58, 84, 112, 113], [0, 35, 112]).tolist()
    [6.0, 5.0, 2.0]
    """
    points = take_points(at)
    t, _ = take_subjects(time)
    known = RiskSets.of(t).time
    is_there = np.isfinite(known)[..., None, :] & (known[..., None, :] >= points[:, None])
    counted = is_there.sum(axis=-1).astype(float)
    at_risk: Numbers = counted[..., 0] if np.ndim(at) == 0 else counted
    return at_risk


def _standard_error(survival: Numbers, greenwood: Numbers) -> Numbers:
    return np.where(survival > 0, survival * np.sqrt(np.where(np.isfinite(greenwood), greenwood, 0.0)), np.nan)
