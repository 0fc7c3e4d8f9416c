"""Cox regression: hazard ratios with intervals, and the Wald, score and likelihood-ratio tests.

When to use: for the hazard ratio of two arms beside the log-rank test, and to adjust it for covariates; hazards must
be proportional. Profile likelihood limits are better than Wald's with few events, and the only ones where an arm has
none.

``ties`` says what the likelihood is where several subjects have the event at one time: ``efron`` (they leave the risk
set in part, one after the other; R's default), ``breslow`` (they all stay in it; SAS's default) or ``exact``
(conditional on how many events each time has: R's *exact* and SAS's DISCRETE; SAS's EXACT is another likelihood). Its
score test is then the log-rank test. Without ties all three are the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.normal import normal_quantile
from myotis.statistics.result import Estimate, Numbers, TestResult, check_level, settle
from myotis.statistics.time_to_event.cox_maximum import (
    NO_CONTRAST,
    NO_EVENTS,
    NO_MAXIMUM,
    Maximum,
    find_maximum,
    is_flat,
)
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
    "cox": "Cox DR, J R Stat Soc B 1972;34:187-220",
    **REFERENCE_OF,
    HazardRatioInterval.WALD: "Cox DR, J R Stat Soc B 1972;34:187-220",
    HazardRatioInterval.PROFILE_LIKELIHOOD: "Venzon DJ, Moolgavkar SH, Appl Stat 1988;37:87-94",
}

HALVINGS = 48
"""What is left of the distance searched, 80 at most, is then below 1e-12."""
FARTHEST = 40.0
"""The logarithm of a hazard ratio beyond which the likelihood is at its limit to the last digit of a float."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoxModel:
    """A fitted model, an entry for each covariate. ``hazard_ratios`` holds standard errors of the logarithms.

    ``log_likelihood_null`` is that of no effect. The tests are of all covariates at once.
    """

    coefficients: Numbers
    covariance: Numbers
    hazard_ratios: Estimate
    log_likelihood_null: float
    log_likelihood: float
    wald: TestResult
    score: TestResult
    likelihood_ratio: TestResult
    events: int
    subjects: int


def fit_cox(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    *,
    ties: Ties | str,
    level: float,
    stratum: ArrayLike = 0,
) -> CoxModel:
    """The model of one trial: times and events [subject], covariates [subject, covariate], strata by code [subject].

    Subjects without a time (NaN) are left out; covariates must be known. Intervals are Wald's. StatisticsError says
    why there is no answer: no events; a covariate that is constant among those at risk, or follows from others; a
    likelihood that rises without end.

    >>> time, event = [6, 7, 10, 15, 19, 25, 30, 34], [1, 1, 1, 1, 0, 1, 1, 0]
    >>> arm, age = [0, 1, 1, 0, 1, 0, 0, 1], [61, 40, 35, 38, 47, 58, 33, 44]
    >>> model = fit_cox(time, event, list(zip(arm, age)), ties="efron", level=0.95)
    >>> [round(float(ratio), 3) for ratio in model.hazard_ratios.estimate]
    [0.563, 1.017]
    """
    ties = Ties(ties)
    check_level(level)
    t, (had_event, layer) = take_subjects(time, event, stratum)
    check_codes(had_event, (0, 1), what="event")
    x = np.asarray(covariates, dtype=float)
    if t.ndim != 1 or x.ndim != 2 or len(x) != len(t) or not np.isfinite(x).all():
        raise StatisticsError("expected one trial with known covariates, [subject, covariate]")
    known = ~np.isnan(t)
    t, had_event, layer, x = t[known], had_event[known], layer[known], x[known]
    if not had_event.any():
        raise StatisticsError(f"there is no answer: {NO_EVENTS}")
    scale = x.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    standard = (x - x.mean(axis=0)) / scale
    maximum = find_maximum(build_likelihood(t, had_event, standard, layer, ties), x.shape[1])
    return _describe(maximum, scale, ties, level, events=int(had_event.sum()), subjects=len(t))


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


def _describe(maximum: Maximum, scale: Numbers, ties: Ties, level: float, *, events: int, subjects: int) -> CoxModel:
    beta = maximum.beta / scale
    covariance = np.linalg.inv(maximum.information) / np.outer(scale, scale)
    se = np.sqrt(np.diag(covariance))
    margin = normal_quantile(level) * se
    height, slope, information = maximum.at_zero
    ratios = Estimate(
        estimate=np.exp(beta),
        lower=np.exp(beta - margin),
        upper=np.exp(beta + margin),
        se=se,
        level=level,
        method=f"wald, {ties.value}",
        reference=REFERENCES[ties],
    )
    return CoxModel(
        coefficients=beta,
        covariance=covariance,
        hazard_ratios=ratios,
        log_likelihood_null=height,
        log_likelihood=maximum.log_likelihood,
        wald=_chi_square_test("wald", maximum.beta @ maximum.information @ maximum.beta, len(beta)),
        score=_chi_square_test("score", slope @ np.linalg.solve(information, slope), len(beta)),
        likelihood_ratio=_chi_square_test("likelihood-ratio", 2 * (maximum.log_likelihood - height), len(beta)),
        events=events,
        subjects=subjects,
    )


def _chi_square_test(method: str, statistic: Numbers | float, df: int) -> TestResult:
    p = special.chdtrc(df, np.maximum(statistic, 0.0))
    (chi2, degrees, p_value), _ = settle([], statistic, df, p)
    return TestResult(
        statistic=chi2,
        df=degrees,
        p_value=p_value,
        method=method,
        reference=REFERENCES["cox"],
    )
