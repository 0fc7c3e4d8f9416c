"""Mantel-Haenszel estimates over strata: risk difference, risk ratio and odds ratio.

When to use: for one difference or ratio of proportions over strata that is taken to be the same in each. The
variances hold for a few large strata and for many small ones, Greenland and Robins's of the difference for large
strata only; with few events the score intervals are nearer to their level.

``counts[..., stratum, group, outcome]``: group 0 is the one whose difference is asked for and group 1 its
comparator; outcome 0 is response and outcome 1 is none. Leading axes are trials. A stratum in which one group
has no subjects says nothing about the difference and weighs nothing; so does a stratum without any.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.statistics.normal import normal_quantile
from myotis.statistics.result import Estimate, Numbers, Reasons, check_level, settle
from myotis.statistics.stratified.tables import NOTHING_TO_COMPARE, has_nothing_to_compare, take_tables
from myotis.statistics.stratified.weights import compute_mantel_haenszel_weights, compute_wald_variance

NO_EVENTS_IN_A_GROUP = "a group has no event in any stratum with both groups, so the ratio is 0 or has no end"
NO_CONCORDANCE = (
    "events of one group never meet subjects of the other without one in the same stratum, so the odds ratio is 0 or "
    "has no end"
)


class DifferenceVariance(StrEnum):
    """Variances of the Mantel-Haenszel risk difference."""

    SATO = "mantel-haenszel-sato"
    """Consistent for a few large strata and for many small ones."""
    GREENLAND_ROBINS = "mantel-haenszel-greenland-robins"
    """The binomial variance of each group in each stratum, by the squared weights; for large strata."""


GREENLAND_ROBINS = "Greenland S, Robins JM, Biometrics 1985;41:55-68"

REFERENCES: Final = {
    DifferenceVariance.SATO: f"Sato T, Biometrics 1989;45:1323-1324; {GREENLAND_ROBINS}",
    DifferenceVariance.GREENLAND_ROBINS: GREENLAND_ROBINS,
    "mantel-haenszel-risk-ratio": GREENLAND_ROBINS,
    "mantel-haenszel-odds-ratio": (
        "Mantel N, Haenszel W, J Natl Cancer Inst 1959;22:719-748; "
        "Robins J, Breslow N, Greenland S, Biometrics 1986;42:311-323"
    ),
}


def estimate_mantel_haenszel_difference(
    counts: ArrayLike, *, method: DifferenceVariance | str, level: float
) -> Estimate:
    """The Mantel-Haenszel risk difference over strata, with a normal interval cut to -1 and 1.

    Where all subjects have the same outcome, or each group one outcome, the variance is 0 and the interval has no
    width. Where no stratum has subjects of both groups there is no answer.

    >>> tables = [[[11, 2], [6, 7]], [[20, 7], [13, 15]], [[6, 1], [2, 5]]]
    >>> answer = estimate_mantel_haenszel_difference(tables, method="mantel-haenszel-sato", level=0.95)
    >>> [round(float(value), 4) for value in (answer.estimate, answer.lower, answer.upper)]
    [0.3495, 0.1659, 0.5332]
    """
    method = DifferenceVariance(method)
    check_level(level)
    x1, n1, x2, n2 = take_tables(counts)
    weight = compute_mantel_haenszel_weights(n1, n2)
    total = np.where(weight.sum(axis=-1) > 0, weight.sum(axis=-1), 1)
    safe1, safe2 = np.maximum(n1, 1), np.maximum(n2, 1)
    difference = (weight * (x1 / safe1 - x2 / safe2)).sum(axis=-1) / total
    if method is DifferenceVariance.SATO:
        variance = _sum_sato(x1, n1, x2, n2, difference) / total**2
    else:
        variance = (weight**2 * compute_wald_variance(x1, safe1, x2, safe2)).sum(axis=-1) / total**2
    se = np.sqrt(variance)
    margin = normal_quantile(level) * se
    (estimate, lower, upper, error), undefined = settle(
        [(has_nothing_to_compare(n1, n2), NOTHING_TO_COMPARE)],
        difference,
        np.clip(difference - margin, -1, 1),
        np.clip(difference + margin, -1, 1),
        se,
    )
    return Estimate(
        estimate=estimate,
        lower=lower,
        upper=upper,
        level=level,
        method=method.value,
        reference=REFERENCES[method],
        se=error,
        undefined=undefined,
    )


def estimate_mantel_haenszel_risk_ratio(counts: ArrayLike, *, level: float) -> Estimate:
    """The Mantel-Haenszel risk ratio over strata, with Greenland and Robins's variance of its logarithm.

    ``se`` is the standard error of the logarithm. Where a group has no event, the ratio would be 0 or without end and
    its logarithm has no variance: there is no answer. Where everybody responded the interval has no width.

    >>> tables = [[[11, 2], [6, 7]], [[20, 7], [13, 15]], [[6, 1], [2, 5]]]
    >>> answer = estimate_mantel_haenszel_risk_ratio(tables, level=0.95)
    >>> [round(float(value), 4) for value in (answer.estimate, answer.lower, answer.upper)]
    [1.7995, 1.2613, 2.5672]
    """
    check_level(level)
    x1, n1, x2, n2 = take_tables(counts)
    size = np.maximum(n1 + n2, 1)
    above, below = (x1 * n2 / size).sum(axis=-1), (x2 * n1 / size).sum(axis=-1)
    top = ((n1 * n2 * (x1 + x2) - x1 * x2 * (n1 + n2)) / size**2).sum(axis=-1)
    reasons = [(has_nothing_to_compare(n1, n2), NOTHING_TO_COMPARE), (above * below == 0, NO_EVENTS_IN_A_GROUP)]
    return _estimate_ratio(above, below, _over(top, above * below), reasons, "mantel-haenszel-risk-ratio", level)


def estimate_mantel_haenszel_odds_ratio(counts: ArrayLike, *, level: float) -> Estimate:
    """The Mantel-Haenszel odds ratio over strata, with Robins, Breslow and Greenland's variance of its logarithm.

    ``se`` is the standard error of the logarithm. Where the ratio would be 0 or without end its logarithm has no
    variance and there is no answer; the exact interval of the common odds ratio has one.

    >>> tables = [[[11, 2], [6, 7]], [[20, 7], [13, 15]], [[6, 1], [2, 5]]]
    >>> answer = estimate_mantel_haenszel_odds_ratio(tables, level=0.95)
    >>> [round(float(value), 4) for value in (answer.estimate, answer.lower, answer.upper)]
    [4.6743, 1.9055, 11.4662]
    """
    check_level(level)
    x1, n1, x2, n2 = take_tables(counts)
    size = np.maximum(n1 + n2, 1)
    r, s = x1 * (n2 - x2) / size, x2 * (n1 - x1) / size
    p, q = (x1 + n2 - x2) / size, (x2 + n1 - x1) / size
    above, below = r.sum(axis=-1), s.sum(axis=-1)
    variance = (
        _over((p * r).sum(axis=-1), 2 * above**2)
        + _over((p * s + q * r).sum(axis=-1), 2 * above * below)
        + _over((q * s).sum(axis=-1), 2 * below**2)
    )
    reasons = [(has_nothing_to_compare(n1, n2), NOTHING_TO_COMPARE), (above * below == 0, NO_CONCORDANCE)]
    return _estimate_ratio(above, below, variance, reasons, "mantel-haenszel-odds-ratio", level)


def _sum_sato(x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers, difference: Numbers) -> Numbers:
    size = np.maximum(n1 + n2, 1)
    p = ((n1**2 * x2 - n2**2 * x1 + n1 * n2 * (n2 - n1) / 2) / size**2).sum(axis=-1)
    q = ((x1 * (n2 - x2) + x2 * (n1 - x1)) / (2 * size)).sum(axis=-1)
    return np.asarray(np.maximum(difference * p + q, 0))


def _over(above: Numbers, below: Numbers) -> Numbers:
    return np.asarray(above / np.where(below > 0, below, 1))


def _estimate_ratio(
    above: Numbers, below: Numbers, variance: Numbers, reasons: Reasons, method: str, level: float
) -> Estimate:
    """A ratio with the interval that is symmetric about its logarithm."""
    ratio = _over(above, below)
    se = np.sqrt(np.maximum(variance, 0))
    factor = np.exp(normal_quantile(level) * se)
    (estimate, lower, upper, error), undefined = settle(reasons, ratio, ratio / factor, ratio * factor, se)
    return Estimate(
        estimate=estimate,
        lower=lower,
        upper=upper,
        level=level,
        method=method,
        reference=REFERENCES[method],
        se=error,
        undefined=undefined,
    )
