"""Repeated confidence intervals: intervals that hold at every look at once.

When to use: to report the effect at an interim look, whether or not the trial stops there and for whatever reason.
They are wide; after a stop by the boundary use the stagewise interval
(`myotis.statistics.group_sequential.stagewise`).
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.statistics.group_sequential.design import GroupSequentialDesign, take_estimates
from myotis.statistics.result import Estimate, settle

METHOD = "repeated-confidence-interval"

REFERENCES: Final = {METHOD: "Jennison C, Turnbull BW, J R Stat Soc B 1989;51:305-361"}

NOTHING_SPENT = "at this look nothing of the error is spent"


def estimate_repeated_interval(
    estimate: ArrayLike, se: ArrayLike, *, look: ArrayLike, design: GroupSequentialDesign
) -> Estimate:
    """The interval of estimates [...] with standard errors [...] at looks [...] (1 is the first).

    The level is that of the design: 1 - alpha, from both sides where the design has two, else with a lower limit
    only. Over all looks together the intervals cover the truth with at least that probability. A look at which
    nothing is spent has no interval. Raises StatisticsError for looks that the design does not have and standard errors
    that are not above 0.

    >>> from myotis.statistics.group_sequential.boundaries import compute_boundary
    >>> design = compute_boundary([0.5, 1], method="obrien-fleming", alpha=0.05, sides=2)
    >>> answer = estimate_repeated_interval(0.30, 0.10, look=1, design=design)
    >>> round(float(answer.lower), 3), round(float(answer.upper), 3)
    (0.02, 0.58)
    """
    effect, error, which = take_estimates(estimate, se, look, design)
    critical = design.upper[which - 1]
    spent = np.isfinite(critical)
    margin = np.where(spent, critical, 0) * error
    upper = effect + margin if design.sides == 2 else np.full_like(effect, np.inf)
    (value, low, high, width), undefined = settle([(~spent, NOTHING_SPENT)], effect, effect - margin, upper, error)
    return Estimate(
        estimate=value,
        lower=low,
        upper=high,
        level=1 - design.alpha,
        se=width,
        method=METHOD,
        reference=REFERENCES[METHOD],
        undefined=undefined,
    )
