"""Gray's test: cumulative incidences of one cause compared between arms.

When to use: to ask whether as many subjects improve in each arm where rescue or withdrawal can come first. A log-rank
test that censors those asks about the hazard of improvement, which may differ while the shares do not.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers, TestResult, settle
from myotis.statistics.time_to_event.arm_contrast import compare_arms
from myotis.statistics.time_to_event.risk_sets import RiskSets, take_subjects

REFERENCES: Final = {"gray": "Gray RJ, Ann Stat 1988;16:1141-1154"}

NOTHING_COMPARED = "there is no event of the cause at which all arms have anyone at risk"


def gray_test(
    time: ArrayLike, cause: ArrayLike, arm: ArrayLike, *, of_cause: int, stratum: ArrayLike = 0
) -> TestResult:
    """The test that all arms have one cumulative incidence of ``of_cause`` (rho 0), within strata; over the last axis.

    ``cause`` is 0 where the subject was censored and a whole number from 1 for the cause of the first event; arms and
    strata are whole-number codes. Ties are corrected for as in R's cmprsk. Without an event of the cause at which arms
    are compared there is no answer.

    >>> time, cause = [15, 29, 35, 57, 85, 112, 20, 64, 80, 91, 112, 112], [2, 1, 1, 1, 1, 0, 2, 1, 2, 1, 0, 0]
    >>> answer = gray_test(time, cause, [1] * 6 + [0] * 6, of_cause=1)
    >>> round(float(answer.statistic), 3), round(float(answer.p_value), 3)
    (1.827, 0.176)
    """
    t, (code, group, layer) = take_subjects(time, cause, arm, stratum)
    is_in = ~np.isnan(t)
    arms = np.unique(group[is_in])
    if of_cause < 1 or ((code < 0) | (code != np.round(code))).any() or len(arms) < 2:
        raise StatisticsError("expected causes as whole numbers, 0 for censored, and subjects of two arms or more")
    sums = [
        _sum_in_stratum(np.where(layer == one, t, np.nan), code, group, arms, of_cause)
        for one in np.unique(layer[is_in])
    ]
    excess, covariance = (np.add.reduce(part) for part in zip(*sums, strict=True))
    is_none, statistic, p = compare_arms(excess, covariance)
    (chi2, df, p_value), undefined = settle([(is_none, NOTHING_COMPARED)], statistic, len(arms) - 1, p)
    return TestResult(
        statistic=chi2,
        df=df,
        p_value=p_value,
        method="gray",
        reference=REFERENCES["gray"],
        undefined=undefined,
    )


def _sum_in_stratum(
    time: Numbers, cause: Numbers, group: Numbers, arms: Numbers, of_cause: int
) -> tuple[Numbers, Numbers]:
    """What each arm has in excess [..., arm], and its covariance [..., arm, arm]; numbers are [..., arm, time]."""
    sets = RiskSets.of(time)
    is_own, is_other = cause == of_cause, (cause > 0) & (cause != of_cause)
    at_risk = np.stack([sets.sum_at_risk(group == one) for one in arms], axis=-2)
    own, other = (
        np.stack([sets.sum_at_steps(which & (group == one)) for one in arms], axis=-2) for which in (is_own, is_other)
    )
    y = np.maximum(at_risk, 1)
    survival: Numbers = np.cumprod(1 - (own + other) / y, axis=-1, dtype=float)
    before = _shift(survival, 1.0)
    incidence_before = _shift(np.cumsum(before * own / y, axis=-1), 0.0)
    h = _divide(at_risk, before)
    r = h * (1 - incidence_before)  # at risk of the cause for the incidence: those with another event stay in part
    expected = r * _divide(own.sum(axis=-2), r.sum(axis=-2))[..., None, :]
    covariance = _covariance(h, y, own.sum(axis=-2), other, survival, before)
    return (own - expected).sum(axis=-1), covariance


def _covariance(h: Numbers, y: Numbers, own: Numbers, other: Numbers, survival: Numbers, before: Numbers) -> Numbers:
    """Gray's section 2: the weights of each arm's events of the cause and of others, [..., weight of, events of, time].

    The pooled incidence stands for that of each arm; the factors for ties are those of draws without replacement.
    """
    total = h.sum(axis=-2)
    step = _divide(own, total)
    left = 1 - np.cumsum(step, axis=-1)
    share = _divide(h, total[..., None, :])
    weight = (np.eye(h.shape[-2])[..., None] - share[..., :, None, :]) * h[..., None, :, :]
    added = weight * _divide(step, _shift(left, 1.0))[..., None, None, :]
    later = np.cumsum(added[..., ::-1], axis=-1)[..., ::-1] - added
    ratio = (left[..., None, :] / np.where(survival > 0, survival, 1.0))[..., None, :, :]
    by_own, by_other = weight + (1 - ratio) * later, -ratio * later
    spread_own = _divide(step[..., None, :], h) * _correct_ties(own[..., None, :], total[..., None, :] * before)
    spread_other = _divide(before * other / y, h) * _correct_ties(other, y)
    return np.asarray(
        np.einsum("...krt,...lrt,...rt->...kl", by_own, by_own, spread_own)
        + np.einsum("...krt,...lrt,...rt->...kl", by_other, by_other, spread_other)
    )


def _shift(values: Numbers, start: float) -> Numbers:
    """Values just before each time."""
    return np.concatenate([np.full_like(values[..., :1], start), values[..., :-1]], axis=-1)


def _divide(one: Numbers, other: Numbers) -> Numbers:
    """The quotient, 0 where there is nothing to divide by."""
    one, other = np.broadcast_arrays(one, other)
    return np.divide(one, other, out=np.zeros(one.shape), where=other > 0)


def _correct_ties(events: Numbers, at_risk: Numbers) -> Numbers:
    """(n - d) / (n - 1) where more than one has the event at once."""
    events = np.maximum(events, 1)
    return 1 - np.where(at_risk > 1, (events - 1) / np.where(at_risk > 1, at_risk - 1, 1.0), 0.0)
