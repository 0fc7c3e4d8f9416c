"""Weighted risk differences: inverse-variance and minimum-risk weights over strata, with Wald intervals.

When to use: minimum-risk weights where the differences of the strata may differ, since they trade the bias against
the variance; inverse-variance weights where they are taken to be the same and the strata are large. Both take the
variances as known, so with few subjects in a stratum a score interval is nearer to its level.

``counts[..., stratum, group, outcome]``: group 0 is the one whose difference is asked for and group 1 its
comparator; outcome 0 is response and outcome 1 is none. Leading axes are trials. A stratum in which one group
has no subjects says nothing about the difference and weighs nothing; so does a stratum without any.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.statistics.normal import normal_quantile
from myotis.statistics.result import Estimate, check_level, settle
from myotis.statistics.stratified.tables import NOTHING_TO_COMPARE, has_nothing_to_compare, take_tables
from myotis.statistics.stratified.weights import (
    compute_inverse_variance_weights,
    compute_minimum_risk_weights,
    compute_weighting_variance,
)


class WeightedDifference(StrEnum):
    """Weights of the strata of a risk difference with a Wald interval."""

    INVERSE_VARIANCE = "inverse-variance"
    """One over the variance of each stratum's difference."""
    MINIMUM_RISK = "minimum-risk"
    """Those with the least expected squared error over the trial's own strata, by the observed differences."""


REFERENCES: Final = {
    WeightedDifference.INVERSE_VARIANCE: "Fleiss JL, Stat Methods Med Res 1993;2:121-145",
    WeightedDifference.MINIMUM_RISK: "Mehrotra DV, Railkar R, Stat Med 2000;19:811-825",
}

WEIGHTS = {
    WeightedDifference.INVERSE_VARIANCE: compute_inverse_variance_weights,
    WeightedDifference.MINIMUM_RISK: compute_minimum_risk_weights,
}


def estimate_weighted_difference(counts: ArrayLike, *, weights: WeightedDifference | str, level: float) -> Estimate:
    """The weighted risk difference over strata with a normal interval, without correction, cut to -1 and 1.

    A stratum in which each group has one outcome only has no variance; the variance with one half added to each of
    its four cells then stands for it, in the weights and in the standard error (the difference is the observed one).
    Where no stratum has subjects of both groups there is no answer.

    >>> tables = [[[11, 2], [6, 7]], [[20, 7], [13, 15]], [[6, 1], [2, 5]]]
    >>> answer = estimate_weighted_difference(tables, weights="minimum-risk", level=0.95)
    >>> [round(float(value), 4) for value in (answer.estimate, answer.lower, answer.upper)]
    [0.3544, 0.1738, 0.535]
    """
    method = WeightedDifference(weights)
    check_level(level)
    x1, n1, x2, n2 = take_tables(counts)
    m, n = np.maximum(n1, 1), np.maximum(n2, 1)
    weight = WEIGHTS[method](x1, m, x2, n, n1 > 0)
    difference = (weight * (x1 / m - x2 / n)).sum(axis=-1)
    se = np.sqrt((weight**2 * compute_weighting_variance(x1, m, x2, n)).sum(axis=-1))
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
