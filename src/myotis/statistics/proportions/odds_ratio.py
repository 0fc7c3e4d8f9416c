"""The odds ratio of two proportions, with its interval.

Counts as in `myotis.statistics.proportions.difference`; the odds of group 1 over those of group 2.

When to use: beside a logistic regression or an exact test, which speak of odds. Responders are seldom rare, and then
an odds ratio is much further from 1 than the ratio of the proportions. The exact interval never covers less than its
level and is wide; mid-P is near it; Woolf's says nothing (0 to infinity) with an empty cell.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.statistics.normal import normal_quantile
from myotis.statistics.proportions.conditional_limits import compute_conditional_limits
from myotis.statistics.proportions.score_limits import compute_score_limits
from myotis.statistics.proportions.score_statistic import ODDS_RATIO, SCORE_FORMS
from myotis.statistics.proportions.two_groups import settle_estimate, take_two_groups
from myotis.statistics.result import Estimate, Limits, Numbers, check_level

SAME_OUTCOME = "where every subject has the same outcome there is no odds ratio"


class OddsRatioInterval(StrEnum):
    """Intervals of an odds ratio."""

    WOOLF = "woolf"
    """Wald on the logarithm; 0 to infinity where a cell is empty."""
    WOOLF_PLUS_HALF = "woolf-plus-half"
    """Woolf after one half more in every cell."""
    MIETTINEN_NURMINEN = "miettinen-nurminen"
    """Score, the variance times N / (N - 1); without the correction for bias that ratesci 1.0 adds unasked."""
    SCAS = "scas"
    """Score with that factor, corrected for skewness and bias."""
    EXACT_CONDITIONAL = "exact-conditional"
    """Cornfield's and Fisher's: each tail, given the margins, is at most half of what the level leaves."""
    MID_P_CONDITIONAL = "mid-p-conditional"
    """The same with half of the probability of the table observed."""


REFERENCES: Final = {
    OddsRatioInterval.WOOLF: "Woolf B, Ann Hum Genet 1955;19:251-253",
    OddsRatioInterval.WOOLF_PLUS_HALF: "Haldane JBS, Ann Hum Genet 1956;20:309-311",
    OddsRatioInterval.MIETTINEN_NURMINEN: "Miettinen O, Nurminen M, Stat Med 1985;4:213-226",
    OddsRatioInterval.SCAS: "Laud PJ, Pharm Stat 2017;16:334-348, and its correction 2018",
    OddsRatioInterval.EXACT_CONDITIONAL: "Cornfield J, Proc Third Berkeley Symp 1956;4:135-148",
    OddsRatioInterval.MID_P_CONDITIONAL: "Lancaster HO, J Am Stat Assoc 1961;56:223-234",
}


def estimate_odds_ratio(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, *, method: OddsRatioInterval | str, level: float
) -> Estimate:
    """The odds ratio x1 (n2 - x2) / (x2 (n1 - x1)) with the interval of the named method.

    The estimate is the odds ratio observed, whatever the method of the interval (R's ``fisher.test`` prints the
    conditional estimate). It is 0 or infinite where a cell is empty, and so may limits be: no odds ratio is too
    small or too large for the counts. Where all subjects have the same outcome, or with an empty group, there is no
    answer (see `myotis.statistics.result`).

    >>> answer = estimate_odds_ratio(37, 47, 21, 48, method="exact-conditional", level=0.95)
    >>> [round(float(value), 2) for value in (answer.estimate, answer.lower, answer.upper)]
    [4.76, 1.78, 13.11]
    """
    method = OddsRatioInterval(method)
    check_level(level)
    groups, reasons = take_two_groups(x1, n1, x2, n2)
    a, m, b, n = groups
    below = b * (m - a)
    odds_ratio = np.where(below > 0, a * (n - b) / np.where(below > 0, below, 1), np.inf)
    return settle_estimate(
        [*reasons, ((a + b == 0) | (a + b == m + n), SAME_OUTCOME)],
        odds_ratio,
        ODDS_RATIO_LIMITS[method](*groups, level),
        level=level,
        method=method.value,
        reference=REFERENCES[method],
    )


def _odds_ratio_woolf(added: float, a: Numbers, m: Numbers, b: Numbers, n: Numbers, level: float) -> Limits:
    cells = np.stack([a, m - a, b, n - b]) + added
    known = (cells > 0).all(axis=0)
    cells = np.where(known, cells, 1)
    log = np.log(cells)
    center = log[0] - log[1] - log[2] + log[3]
    margin = normal_quantile(level) * np.sqrt((1 / cells).sum(axis=0))
    return np.where(known, np.exp(center - margin), 0.0), np.where(known, np.exp(center + margin), np.inf)


def _odds_ratio_score(name: str, a: Numbers, m: Numbers, b: Numbers, n: Numbers, level: float) -> Limits:
    return compute_score_limits(ODDS_RATIO, SCORE_FORMS[name], a, m, b, n, level)


ODDS_RATIO_LIMITS: dict[OddsRatioInterval, Callable[[Numbers, Numbers, Numbers, Numbers, float], Limits]] = {
    OddsRatioInterval.WOOLF: partial(_odds_ratio_woolf, 0.0),
    OddsRatioInterval.WOOLF_PLUS_HALF: partial(_odds_ratio_woolf, 0.5),
    OddsRatioInterval.MIETTINEN_NURMINEN: partial(_odds_ratio_score, "miettinen-nurminen"),
    OddsRatioInterval.SCAS: partial(_odds_ratio_score, "scas"),
    OddsRatioInterval.EXACT_CONDITIONAL: partial(compute_conditional_limits, 1.0),
    OddsRatioInterval.MID_P_CONDITIONAL: partial(compute_conditional_limits, 0.5),
}
