"""Exact conditional inference on a common odds ratio over strata.

When to use: with few events or subjects, where the Cochran-Mantel-Haenszel test is not near its level. The exact
test and interval never err more often than their level and are conservative; mid-P is nearer to it on average.

``counts[..., stratum, group, outcome]``: group 0 is the one whose difference is asked for and group 1 its
comparator; outcome 0 is response and outcome 1 is none. Leading axes are trials. A stratum in which one group
has no subjects says nothing about the difference and weighs nothing; so does a stratum without any.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.result import Alternative, Estimate, Numbers, Reasons, TestResult, check_level, settle
from myotis.statistics.stratified.tables import NOTHING_TO_COMPARE, has_nothing_to_compare, take_tables

NO_CHOICE = "within each stratum with both groups every subject has the same outcome, so there is no odds ratio"

TIED = 1e-7
"""Tables whose probabilities differ by less than this share are taken as equally likely, as R does."""

FARTHEST = 700.0
"""The logarithm of the largest odds ratio that is searched."""


class ExactMethod(StrEnum):
    """Whether all of the observed table's probability counts, or half of it."""

    EXACT = "exact-conditional"
    """All of it: never errs more often than the level."""
    MID_P = "mid-p-conditional"
    """Half of it: errs about as often as the level."""


MEHTA = "Mehta CR, Patel NR, Gray R, J Am Stat Assoc 1985;80:969-973"

REFERENCES: Final = {
    ExactMethod.EXACT: f"Birch MW, J R Stat Soc B 1964;26:313-324; {MEHTA}",
    ExactMethod.MID_P: f"Lancaster HO, J Am Stat Assoc 1961;56:223-234; {MEHTA}",
}


def exact_stratified_test(
    counts: ArrayLike, *, method: ExactMethod | str, alternative: Alternative = "two-sided"
) -> TestResult:
    """The exact conditional test of no association in any stratum, given the margins of every stratum.

    The events of group 0 over all strata are the statistic. Two-sided, p is the probability of what is no more likely
    than the observed (mid-P: less half of the observed); ``greater`` means an odds ratio above 1. Where only one
    value of the statistic is possible, p is 1 (mid-P: one half). Where no stratum has both groups there is no
    answer. Loops over distinct trials.

    >>> tables = [[[11, 2], [6, 7]], [[20, 7], [13, 15]], [[6, 1], [2, 5]]]
    >>> round(float(exact_stratified_test(tables, method="exact-conditional").p_value), 6)
    0.000777
    """
    method = ExactMethod(method)
    if alternative not in ("two-sided", "greater", "less"):
        raise StatisticsError(f"the alternative is {alternative}; expected two-sided, greater or less")
    x1, n1, x2, n2 = take_tables(counts)
    trials, which = _list_distinct(x1, n1, x2, n2)
    p = np.array([_compute_p(trial, method, alternative) for trial in trials])[which]
    (events, p_value), undefined = settle(
        [(has_nothing_to_compare(n1, n2), NOTHING_TO_COMPARE)], x1.sum(axis=-1), p.reshape(x1.shape[:-1])
    )
    return TestResult(
        statistic=events,
        df=None,
        p_value=p_value,
        method=method.value,
        reference=REFERENCES[method],
        alternative=alternative,
        undefined=undefined,
    )


def estimate_common_odds_ratio(counts: ArrayLike, *, method: ExactMethod | str, level: float) -> Estimate:
    """The conditional maximum-likelihood odds ratio common to all strata with its exact or mid-P interval.

    Each limit is the odds ratio at which the one-sided p-value is half of what the level leaves. The estimate and the
    limits can be 0 or infinite. Where in every stratum all have the same outcome, or no stratum has both groups, there
    is no answer. Loops over distinct trials.

    >>> tables = [[[11, 2], [6, 7]], [[20, 7], [13, 15]], [[6, 1], [2, 5]]]
    >>> answer = estimate_common_odds_ratio(tables, method="exact-conditional", level=0.95)
    >>> [round(float(value), 3) for value in (answer.estimate, answer.lower, answer.upper)]
    [4.529, 1.745, 12.55]
    """
    method = ExactMethod(method)
    check_level(level)
    x1, n1, x2, n2 = take_tables(counts)
    events, total = x1 + x2, n1 + n2
    trials, which = _list_distinct(x1, n1, x2, n2)
    found = np.array([_find_odds_ratios(trial, method, (1 - level) / 2) for trial in trials])[which]
    reasons: Reasons = [
        (has_nothing_to_compare(n1, n2), NOTHING_TO_COMPARE),
        (np.asarray(~((events > 0) & (events < total)).any(axis=-1)), NO_CHOICE),
    ]
    (estimate, lower, upper), undefined = settle(reasons, *(found[:, k].reshape(x1.shape[:-1]) for k in range(3)))
    return Estimate(
        estimate=estimate,
        lower=lower,
        upper=upper,
        level=level,
        method=method.value,
        reference=REFERENCES[method],
        undefined=undefined,
    )


def _list_distinct(*parts: Numbers) -> tuple[Numbers, np.ndarray[tuple[int, ...], np.dtype[np.intp]]]:
    """The distinct trials, [trial, part, stratum], and which of them each trial is."""
    stacked = np.stack(parts, axis=-2)
    flat = stacked.reshape(-1, stacked.shape[-2] * stacked.shape[-1])
    distinct, which = np.unique(flat, axis=0, return_inverse=True)
    return distinct.reshape(-1, *stacked.shape[-2:]), which.reshape(-1)


def _list_events(x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers) -> tuple[Numbers, Numbers]:
    """The possible events of group 0 over all strata, and the logarithms of their probabilities at no association."""
    least = 0.0
    probability = np.ones(1)
    for m, n, events in zip(n1, n2, x1 + x2, strict=True):
        low, high = np.maximum(0.0, events - n), np.minimum(m, events)
        k = np.arange(low, high + 1)
        choices = _log_choose(m, k) + _log_choose(n, events - k) - _log_choose(m + n, events)
        probability = np.convolve(probability, np.exp(choices))
        least += low
    with np.errstate(divide="ignore"):  # a probability too small for a float counts as none
        return least + np.arange(len(probability), dtype=float), np.asarray(np.log(probability), dtype=float)


def _log_choose(n: Numbers, k: Numbers) -> Numbers:
    return np.asarray(special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1))


def _compute_p(trial: Numbers, method: ExactMethod, alternative: Alternative) -> float:
    possible, log_p = _list_events(*trial)
    x = trial[0].sum()
    p, observed = np.exp(log_p), possible == x
    counted = {
        "two-sided": p <= p[observed] * (1 + TIED),
        "greater": possible >= x,
        "less": possible <= x,
    }[alternative]
    half = 0.5 * float(p[observed][0]) if method is ExactMethod.MID_P else 0.0
    return min(1.0, float(p[counted].sum()) - half)


def _find_odds_ratios(trial: Numbers, method: ExactMethod, tail: float) -> tuple[float, float, float]:
    possible, log_p = _list_events(*trial)
    x = trial[0].sum()
    share = 0.5 if method is ExactMethod.MID_P else 1.0

    def tilt(log_ratio: float) -> Numbers:
        logs = log_p + possible * log_ratio
        return np.asarray(np.exp(logs - special.logsumexp(logs)))

    def count_tail(log_ratio: float, beyond: Numbers) -> float:
        return float(tilt(log_ratio) @ (beyond + share * (possible == x)))

    at_least, at_most = x == possible[0], x == possible[-1]
    estimate = 0.0 if at_least else np.inf if at_most else _solve(lambda b: float(tilt(b) @ possible - x))
    lower = 0.0 if at_least else _solve(lambda b: count_tail(b, possible > x) - tail)
    upper = np.inf if at_most else _solve(lambda b: tail - count_tail(b, possible < x))
    return estimate, lower, upper


def _solve(function: Callable[[float], float]) -> float:
    """The odds ratio at which a rising function of its logarithm is 0."""
    from scipy.optimize import brentq  # noqa: PLC0415 (scipy.optimize is slow to load)

    reach = 1.0
    while function(-reach) > 0 or function(reach) < 0:
        reach *= 2
        if reach > FARTHEST:
            return 0.0 if function(-FARTHEST) > 0 else np.inf
    return float(np.exp(brentq(function, -reach, reach, xtol=1e-13, rtol=1e-13)))
