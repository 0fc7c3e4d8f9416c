"""The Mantel-Haenszel risk difference over strata.

When to use: for one difference of proportions over strata that is taken to be the same in each.

``counts[..., stratum, group, outcome]``: group 0 is the one whose difference is asked for and group 1 its
comparator; outcome 0 is response and outcome 1 is none. Leading axes are trials. A stratum in which one group
has no subjects says nothing about the difference and weighs nothing; so does a stratum without any.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.statistics.normal import normal_quantile
from myotis.statistics.result import Estimate, check_level, settle
from myotis.statistics.stratified.tables import NOTHING_TO_COMPARE, has_nothing_to_compare, take_tables

REFERENCES: Final = {
    "mantel-haenszel-sato": "Sato T, Biometrics 1989;45:1323-1324; Greenland S, Robins JM, Biometrics 1985;41:55-68"
}


def estimate_mantel_haenszel_difference(counts: ArrayLike, *, level: float) -> Estimate:
    """The Mantel-Haenszel risk difference over strata, with Sato's variance and a normal interval cut to -1 and 1.

    Sato's variance is consistent for a few large strata and for many small ones. Where all subjects have the same
    outcome, or each group one outcome, the variance is 0 and the interval has no width. Where no stratum has
    subjects of both groups there is no answer.

    >>> tables = [[[11, 2], [6, 7]], [[20, 7], [13, 15]], [[6, 1], [2, 5]]]
    >>> answer = estimate_mantel_haenszel_difference(tables, level=0.95)
    >>> [round(float(value), 4) for value in (answer.estimate, answer.lower, answer.upper)]
    [0.3495, 0.1659, 0.5332]
    """
    check_level(level)
    x1, n1, x2, n2 = take_tables(counts)
    size = np.maximum(n1 + n2, 1)
    weight = (n1 * n2 / size).sum(axis=-1)
    safe = np.where(weight > 0, weight, 1)
    difference = ((x1 * n2 - x2 * n1) / size).sum(axis=-1) / safe
    p = ((n1**2 * x2 - n2**2 * x1 + n1 * n2 * (n2 - n1) / 2) / size**2).sum(axis=-1)
    q = ((x1 * (n2 - x2) + x2 * (n1 - x1)) / (2 * size)).sum(axis=-1)
    variance = np.maximum(difference * p + q, 0) / safe**2
    margin = normal_quantile(level) * np.sqrt(variance)
    (estimate, lower, upper), undefined = settle(
        [(has_nothing_to_compare(n1, n2), NOTHING_TO_COMPARE)],
        difference,
        np.clip(difference - margin, -1, 1),
        np.clip(difference + margin, -1, 1),
    )
    return Estimate(
        estimate=estimate,
        lower=lower,
        upper=upper,
        level=level,
        method="mantel-haenszel-sato",
        reference=REFERENCES["mantel-haenszel-sato"],
        undefined=undefined,
    )
