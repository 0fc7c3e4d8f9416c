"""The ratio of two proportions, with its interval: the relative risk or relative rate of response.

Counts as in `myotis.statistics.proportions.difference`; a ratio is group 1 over group 2.

When to use: where the effect is thought of as a factor. The score intervals (Koopman, Miettinen-Nurminen, SCAS) answer
with 0 events in one group too; Katz's then says nothing (0 to infinity). A difference tells a patient more.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.statistics.normal import normal_quantile
from myotis.statistics.proportions.score_limits import compute_score_limits
from myotis.statistics.proportions.score_statistic import RATIO, SCORE_FORMS
from myotis.statistics.proportions.two_groups import settle_estimate, take_two_groups
from myotis.statistics.result import Estimate, Limits, Numbers, check_level

NO_EVENTS = "without events in both groups there is no ratio"


class RatioInterval(StrEnum):
    """Intervals of a ratio of two proportions."""

    KATZ = "katz"
    """Wald on the logarithm; 0 to infinity where a group has no event."""
    KOOPMAN = "koopman"
    """Score."""
    MIETTINEN_NURMINEN = "miettinen-nurminen"
    """Score, the variance times N / (N - 1)."""
    SCAS = "scas"
    """Score with that factor, corrected for skewness."""


REFERENCES: Final = {
    RatioInterval.KATZ: "Katz D, Baptista J, Azen SP, Pike MC, Biometrics 1978;34:469-474",
    RatioInterval.KOOPMAN: "Koopman PAR, Biometrics 1984;40:513-517",
    RatioInterval.MIETTINEN_NURMINEN: "Miettinen O, Nurminen M, Stat Med 1985;4:213-226",
    RatioInterval.SCAS: "Laud PJ, Pharm Stat 2017;16:334-348; Gart JJ, Nam J, Biometrics 1988;44:323-338",
}


def estimate_ratio_of_proportions(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, *, method: RatioInterval | str, level: float
) -> Estimate:
    """The ratio (x1 / n1) / (x2 / n2) with the interval of the named method.

    The estimate is the ratio observed: 0 without events in group 1 only, infinite without in group 2 only. An upper
    limit may be infinite: no ratio is too large for the counts. Without events in both groups, or with an empty
    group, there is no answer (see `myotis.statistics.result`). Where all of both groups have events Katz's interval
    has no width.

    >>> answer = estimate_ratio_of_proportions(37, 47, 21, 48, method="miettinen-nurminen", level=0.95)
    >>> [round(float(value), 3) for value in (answer.estimate, answer.lower, answer.upper)]
    [1.799, 1.288, 2.631]
    """
    method = RatioInterval(method)
    check_level(level)
    groups, reasons = take_two_groups(x1, n1, x2, n2)
    a, m, b, n = groups
    ratio = np.where(b > 0, a * n / np.where(b > 0, b * m, 1), np.inf)
    return settle_estimate(
        [*reasons, ((a == 0) & (b == 0), NO_EVENTS)],
        ratio,
        RATIO_LIMITS[method](*groups, level),
        level=level,
        method=method.value,
        reference=REFERENCES[method],
    )


def _ratio_katz(a: Numbers, m: Numbers, b: Numbers, n: Numbers, level: float) -> Limits:
    known = (a > 0) & (b > 0)
    a, b = np.where(known, a, 1), np.where(known, b, 1)
    log, se = np.log(a * n / (b * m)), np.sqrt(1 / a - 1 / m + 1 / b - 1 / n)
    margin = normal_quantile(level) * se
    return np.where(known, np.exp(log - margin), 0.0), np.where(known, np.exp(log + margin), np.inf)


def _ratio_score(name: str, a: Numbers, m: Numbers, b: Numbers, n: Numbers, level: float) -> Limits:
    return compute_score_limits(RATIO, SCORE_FORMS[name], a, m, b, n, level)


RATIO_LIMITS: dict[RatioInterval, Callable[[Numbers, Numbers, Numbers, Numbers, float], Limits]] = {
    RatioInterval.KATZ: _ratio_katz,
    RatioInterval.KOOPMAN: partial(_ratio_score, "koopman"),
    RatioInterval.MIETTINEN_NURMINEN: partial(_ratio_score, "miettinen-nurminen"),
    RatioInterval.SCAS: partial(_ratio_score, "scas"),
}
