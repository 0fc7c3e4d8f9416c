"""One proportion: the share of subjects with an event, with its interval.

When to use: to describe the responders of one arm. Clopper-Pearson never covers less than its level and is wide;
Wilson is near it on average; Wald has no width at 0 of n and at n of n.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.statistics.normal import normal_quantile
from myotis.statistics.proportions.wilson import compute_wilson_limits
from myotis.statistics.result import EMPTY_ARM, Estimate, Limits, Numbers, check_level, settle, take_counts


class ProportionInterval(StrEnum):
    """Intervals of one proportion."""

    WALD = "wald"
    WILSON = "wilson"
    CLOPPER_PEARSON = "clopper-pearson"


REFERENCES: Final = {
    ProportionInterval.WALD: "Newcombe RG, Stat Med 1998;17:857-872, method 1",
    ProportionInterval.WILSON: "Wilson EB, J Am Stat Assoc 1927;22:209-212",
    ProportionInterval.CLOPPER_PEARSON: "Clopper CJ, Pearson ES, Biometrika 1934;26:404-413",
}


def estimate_proportion(x: ArrayLike, n: ArrayLike, *, method: ProportionInterval | str, level: float) -> Estimate:
    """The proportion x / n of subjects with an event, with its interval, cut to 0 and 1.

    At 0 of n and at n of n the Wald interval has no width: that is the method's answer, not a fault of the data.
    Without subjects there is no answer (see `myotis.statistics.result`).

    >>> answer = estimate_proportion(37, 47, method="wilson", level=0.95)
    >>> round(float(answer.lower), 3), round(float(answer.upper), 3)
    (0.651, 0.88)
    """
    method = ProportionInterval(method)
    check_level(level)
    events, total = take_counts(x, n)
    safe = np.maximum(total, 1)
    limits = {
        ProportionInterval.WALD: _wald_limits,
        ProportionInterval.WILSON: compute_wilson_limits,
        ProportionInterval.CLOPPER_PEARSON: _clopper_pearson_limits,
    }[method]
    lower, upper = limits(events, safe, level)
    (p, low, high), undefined = settle(
        [(total == 0, EMPTY_ARM)], events / safe, np.clip(lower, 0, 1), np.clip(upper, 0, 1)
    )
    return Estimate(
        estimate=p,
        lower=low,
        upper=high,
        level=level,
        method=method.value,
        reference=REFERENCES[method],
        undefined=undefined,
    )


def _wald_limits(x: Numbers, n: Numbers, level: float) -> Limits:
    p = x / n
    margin = normal_quantile(level) * np.sqrt(p * (1 - p) / n)
    return p - margin, p + margin


def _clopper_pearson_limits(x: Numbers, n: Numbers, level: float) -> Limits:
    tail = (1 - level) / 2
    lower = special.betaincinv(np.maximum(x, 1), n - x + 1, tail)
    upper = special.betaincinv(x + 1, np.maximum(n - x, 1), 1 - tail)
    return np.where(x == 0, 0.0, lower), np.where(x == n, 1.0, upper)
