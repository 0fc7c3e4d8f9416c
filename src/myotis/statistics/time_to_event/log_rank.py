"""Log-rank tests: arms' times to event compared, with strata and with weights.

``arm`` and ``stratum`` are whole-number codes of subjects; times and events are as for Kaplan-Meier. At each time of
an event the events of an arm are held against those expected if all arms at risk had one hazard.

When to use: for the first test of a difference in time to event; it has the most power when hazards are
proportional. Stratify by what the randomization was stratified by. The weights ``gehan`` and
``fleming-harrington-1`` look at early differences; Gehan's depend on censoring.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.result import Alternative, Numbers, TestResult, settle
from myotis.statistics.time_to_event.arm_contrast import compare_arms
from myotis.statistics.time_to_event.product_limit import ProductLimit
from myotis.statistics.time_to_event.risk_sets import take_subjects


class LogRankWeight(StrEnum):
    """What the difference at each time of an event is multiplied by."""

    LOG_RANK = "log-rank"
    """1."""
    GEHAN = "gehan"
    """The number at risk, of all arms (Gehan's generalized Wilcoxon test)."""
    FLEMING_HARRINGTON_1 = "fleming-harrington-1"
    """The pooled Kaplan-Meier curve just before (G-rho with rho 1, R's version of Peto and Peto)."""


REFERENCES: Final = {
    LogRankWeight.LOG_RANK: "Mantel N, Cancer Chemother Rep 1966;50:163-170; Peto R, Peto J, J R Stat Soc A "
    "1972;135:185-207",
    LogRankWeight.GEHAN: "Gehan EA, Biometrika 1965;52:203-223",
    LogRankWeight.FLEMING_HARRINGTON_1: "Harrington DP, Fleming TR, Biometrika 1982;69:553-566",
}

NOTHING_COMPARED = "an arm has nobody at risk, or no arm has anyone else, whenever an event happens"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRank:
    """The test, and the (weighted) sums of events it is made of: an entry for each arm, in the order of ``arms``.

    ``covariance`` is that of observed minus expected, [..., arm, arm].
    """

    test: TestResult
    arms: Numbers
    observed: Numbers
    expected: Numbers
    covariance: Numbers


def log_rank_test(
    time: ArrayLike,
    event: ArrayLike,
    arm: ArrayLike,
    *,
    weight: LogRankWeight | str,
    stratum: ArrayLike = 0,
    alternative: Alternative = "two-sided",
) -> LogRank:
    """The test that all arms have one hazard at every time, within strata; over the last axis.

    ``alternative`` other than two-sided is for two arms: *greater* when the arm of the higher code has its events
    sooner. Without an event at which two arms are compared, or with an arm never at risk then, there is no answer.

    The remissions of 21 pairs of children with leukemia (Freireich 1963), 6-mercaptopurine (1) against placebo (0):

    >>> drug = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> seen = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    >>> answer = log_rank_test(drug + placebo, seen + [1] * 21, [1] * 21 + [0] * 21, weight="log-rank")
    >>> round(float(answer.test.statistic), 2)
    16.79
    """
    weight = LogRankWeight(weight)
    t, (had_event, group, layer) = take_subjects(time, event, arm, stratum)
    is_in = ~np.isnan(t)
    arms = np.unique(group[is_in])
    if not np.isin(had_event, (0, 1)).all() or len(arms) < 2:
        raise StatisticsError("expected events of 0 or 1 and subjects of two arms or more")
    if alternative != "two-sided" and len(arms) > 2:
        raise StatisticsError(f"a one-sided alternative is for two arms; there are {len(arms)}")
    sums = [
        _sum_in_stratum(np.where(layer == one, t, np.nan), had_event, group, arms, weight)
        for one in np.unique(layer[is_in])
    ]
    observed, expected, covariance = (np.add.reduce(part) for part in zip(*sums, strict=True))
    is_none, statistic, p = compare_arms(observed - expected, covariance, alternative)
    (chi2, df, p_value), undefined = settle([(is_none, NOTHING_COMPARED)], statistic, len(arms) - 1, p)
    test = TestResult(
        statistic=chi2,
        df=df,
        p_value=p_value,
        method=weight.value,
        reference=REFERENCES[weight],
        alternative=alternative,
        undefined=undefined,
    )
    return LogRank(test=test, arms=arms, observed=observed, expected=expected, covariance=covariance)


def _sum_in_stratum(
    time: Numbers, event: Numbers, group: Numbers, arms: Numbers, weight: LogRankWeight
) -> tuple[Numbers, Numbers, Numbers]:
    """Observed [..., arm], expected [..., arm] and covariance [..., arm, arm] of one stratum."""
    curve = ProductLimit.of(time, event)
    sets, d, y = curve.sets, curve.events, np.maximum(curve.at_risk, 1)
    w = {
        LogRankWeight.LOG_RANK: np.ones_like(d),
        LogRankWeight.GEHAN: y,
        LogRankWeight.FLEMING_HARRINGTON_1: curve.survival_before,
    }[weight]
    share = np.stack([sets.sum_at_risk(group == one) for one in arms], axis=-2) / y[..., None, :]
    seen = np.stack([sets.sum_at_steps(event * (group == one)) for one in arms], axis=-2)
    spread = w**2 * d * (y - d) / np.maximum(y - 1, 1)
    squares = np.einsum("...gt,...ht,...t->...gh", share, share, spread)
    own = np.einsum("...gt,...t->...g", share, spread)
    covariance = own[..., None] * np.eye(len(arms)) - squares
    return (w[..., None, :] * seen).sum(-1), ((w * d)[..., None, :] * share).sum(-1), covariance
