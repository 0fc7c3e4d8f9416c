"""Cox regression: hazard ratios of covariates, and the Wald, score and likelihood-ratio tests.

When to use: for hazard ratios adjusted for covariates; hazards must be proportional. For the ratio of two arms alone,
and where an arm may have no event, see the hazard ratio of two arms.

``ties`` says what the likelihood is where several subjects have the event at one time: ``efron`` (they leave the risk
set in part, one after the other; R's default), ``breslow`` (they all stay in it; SAS's default) or ``exact``
(conditional on how many events each time has: R's *exact* and SAS's DISCRETE; SAS's EXACT is another likelihood). Its
score test is then the log-rank test. Without ties all three are the same.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.normal import normal_quantile
from myotis.statistics.result import Estimate, Numbers, TestResult, check_level, settle
from myotis.statistics.time_to_event.cox_maximum import (
    NO_EVENTS,
    Maximum,
    find_maximum,
)
from myotis.statistics.time_to_event.partial_likelihood import REFERENCE_OF, Ties, build_likelihood
from myotis.statistics.time_to_event.risk_sets import check_codes, take_subjects

REFERENCES: Final[dict[str, str]] = {
    "cox": "Cox DR, J R Stat Soc B 1972;34:187-220",
    **REFERENCE_OF,
}


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
