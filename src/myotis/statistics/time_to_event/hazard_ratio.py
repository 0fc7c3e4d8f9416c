"""The hazard ratio of two arms: by Cox regression, with Wald or profile likelihood limits.

When to use: beside the log-rank test, to say how much more often the event comes in one arm; hazards must be
proportional. Profile likelihood limits are the only ones where an arm has no event. ``ties`` is as for Cox regression.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.statistics.normal import normal_quantile
from myotis.statistics.result import Estimate, Numbers, check_level, settle
from myotis.statistics.time_to_event.cox_maximum import NO_CONTRAST, NO_EVENTS, NO_MAXIMUM, find_maximum, is_flat
from myotis.statistics.time_to_event.partial_likelihood import REFERENCE_OF, Terms, Ties, build_likelihood
from myotis.statistics.time_to_event.risk_sets import check_codes, take_subjects


class HazardRatioInterval(StrEnum):
    """Intervals of the hazard ratio of two arms."""

    WALD = "wald"
    """The logarithm of the ratio and its standard error. No answer where an arm has no event."""
    PROFILE_LIKELIHOOD = "profile-likelihood"
    """The ratios that a likelihood-ratio test would not reject. Where the likelihood rises without end the ratio is 0
    or infinite, and one limit with it."""


REFERENCES: Final[dict[str, str]] = {
    HazardRatioInterval.WALD: "Cox DR, J R Stat Soc B 1972;34:187-220",
    HazardRatioInterval.PROFILE_LIKELIHOOD: "Venzon DJ, Moolgavkar SH, Appl Stat 1988;37:87-94",
    **REFERENCE_OF,
}

HALVINGS = 48
"""What is left of the distance searched, 80 at most, is then below 1e-12."""
FARTHEST = 40.0
"""The logarithm of a hazard ratio beyond which the likelihood is at its limit to the last digit of a float."""


def estimate_hazard_ratio(
    time: ArrayLike,
    event: ArrayLike,
    arm: ArrayLike,
    *,
    ties: Ties | str,
    method: HazardRatioInterval | str,
    level: float,
    stratum: ArrayLike = 0,
) -> Estimate:
    """The hazard of arm 1 over that of arm 0 (``arm`` is 1 or 0 for each subject), over the last axis.

    ``se`` is of the logarithm (infinite where the ratio is 0 or infinite). The model is fitted trial by trial,
    in a loop. There is no answer without events, with no event at which both arms are at risk and, by Wald, where the
    likelihood rises without end.

    >>> time, event = [29, 35, 58, 85, 112, 57, 84, 112, 113, 113], [1, 1, 1, 1, 0, 1, 1, 0, 0, 0]
    >>> answer = estimate_hazard_ratio(time, event, [1] * 5 + [0] * 5, ties="efron", method="wald", level=0.95)
    >>> [round(float(value), 2) for value in (answer.estimate, answer.lower, answer.upper)]
    [2.87, 0.52, 15.81]
    """
    ties, method = Ties(ties), HazardRatioInterval(method)
    check_level(level)
    t, (had_event, group, layer) = take_subjects(time, event, arm, stratum)
    check_codes(had_event, (0, 1), what="event")
    check_codes(group, (0, 1), what="arm")
    rows = np.stack([t, had_event, group, layer]).reshape(4, -1, t.shape[-1]).swapaxes(0, 1)
    found = np.array([_ratio_of_trial(row, ties, method, level) for row in rows]).reshape(*t.shape[:-1], 5)
    reasons = [(found[..., 4] == code, why) for code, why in enumerate((NO_EVENTS, NO_CONTRAST, NO_MAXIMUM))]
    (se, *logs), undefined = settle(reasons, *np.moveaxis(found[..., :4], -1, 0))
    ratio, low, high = (np.exp(value) for value in logs)
    return Estimate(
        estimate=ratio,
        lower=low,
        upper=high,
        se=se,
        level=level,
        method=f"{method.value}, {ties.value}",
        reference="; ".join(dict.fromkeys((REFERENCES[method], REFERENCES[ties]))),
        undefined=undefined,
    )


def _ratio_of_trial(row: Numbers, ties: Ties, method: HazardRatioInterval, level: float) -> list[float]:
    """Standard error, logarithms of ratio and limits; and which reason there is for none, -1 for an answer."""
    t, event, group, layer = row[:, ~np.isnan(row[0])]
    if not event.any():
        return [np.nan] * 4 + [0]
    evaluate = build_likelihood(t, event, group[:, None], layer, ties)
    if is_flat(evaluate(np.zeros(1))[2]):
        return [np.nan] * 4 + [1]
    direction = _rises_without_end(evaluate)
    if direction and method is HazardRatioInterval.WALD:
        return [np.nan] * 4 + [2]
    if direction:
        beta, se = direction * np.inf, np.inf
    else:
        maximum = find_maximum(evaluate, 1)
        beta, se = float(maximum.beta[0]), float(maximum.information[0, 0] ** -0.5)
    if method is HazardRatioInterval.PROFILE_LIKELIHOOD:
        return [se, beta, *_profile_limits(evaluate, beta, level), -1]
    margin = normal_quantile(level) * se
    return [se, beta, beta - margin, beta + margin, -1]


def _rises_without_end(evaluate: Callable[[Numbers], Terms]) -> int:
    """1 or -1 where the likelihood still rises toward a ratio of infinity or 0, else 0."""
    for direction in (1, -1):
        if direction * evaluate(np.array([direction * FARTHEST / 2]))[1][0] > 0:
            return direction
    return 0


def _profile_limits(evaluate: Callable[[Numbers], Terms], beta: float, level: float) -> tuple[float, float]:
    """Where the likelihood falls by half the chi-square quantile below its largest value, to each side."""
    middle = float(np.clip(beta, -FARTHEST, FARTHEST))
    least = evaluate(np.array([middle]))[0] - normal_quantile(level) ** 2 / 2

    def bisect(far: float) -> float:
        inside, outside = middle, far
        for _ in range(HALVINGS):
            center = (inside + outside) / 2
            if evaluate(np.array([center]))[0] >= least:
                inside = center
            else:
                outside = center
        return (inside + outside) / 2

    lower = -np.inf if beta == -np.inf else bisect(-FARTHEST)
    upper = np.inf if beta == np.inf else bisect(FARTHEST)
    return lower, upper
