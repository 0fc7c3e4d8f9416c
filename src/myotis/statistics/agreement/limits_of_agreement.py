"""Bland and Altman's limits of agreement: between which differences of two raters or methods most subjects lie.

When to use: to say how far apart two raters of a score, or two methods of a measurement, are on one subject, in the
score's own units. It takes the differences to be normal, and neither mean nor spread to change with the score's size.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.statistics.continuous.means import compute_mean, compute_sd, estimate_mean
from myotis.statistics.normal import normal_quantile
from myotis.statistics.result import Estimate, Numbers, check_level, settle


class LimitsInterval(StrEnum):
    """Intervals of the limits themselves."""

    APPROXIMATE = "bland-altman"
    """t with the approximate standard error of a limit."""
    EXACT = "bland-altman-exact"
    """Noncentral t: exact for normal differences."""


BLAND_ALTMAN = "Bland JM, Altman DG, Lancet 1986;1:307-310; Bland JM, Altman DG, Stat Methods Med Res 1999;8:135-160"
REFERENCES: Final = {
    LimitsInterval.APPROXIMATE: BLAND_ALTMAN,
    LimitsInterval.EXACT: f"{BLAND_ALTMAN}; Carkeet A, Optom Vis Sci 2015;92:e71-e80",
}
TOO_FEW = "limits of agreement need two differences or more"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsOfAgreement:
    """The mean difference and the two limits of agreement, each with its interval."""

    difference: Estimate
    lower_limit: Estimate
    upper_limit: Estimate


def estimate_limits_of_agreement(
    first: ArrayLike, second: ArrayLike, *, share: float, method: LimitsInterval | str, level: float
) -> LimitsOfAgreement:
    """The mean of first minus second ``[..., subject]`` and the limits that hold ``share`` (0.95) of the differences.

    The limits are the mean plus and minus a normal quantile (1.96 at a share of 0.95) times the standard deviation;
    ``level`` is that of their intervals. A subject without both values (NaN) is left out. Where all differences are
    equal nothing has any width. With fewer than two there is no answer. Raises StatisticsError for infinite values.

    >>> rater1, rater2 = [70, 62, 75, 80, 58, 66], [72, 60, 75, 77, 55, 68]
    >>> answer = estimate_limits_of_agreement(rater1, rater2, share=0.95, method="bland-altman", level=0.95)
    >>> [round(float(part.estimate), 2) for part in (answer.difference, answer.lower_limit, answer.upper_limit)]
    [0.67, -3.92, 5.25]
    """
    method = LimitsInterval(method)
    check_level(level)
    check_level(share)
    differences = np.asarray(first, dtype=float) - np.asarray(second, dtype=float)
    mean, sd = compute_mean(differences), compute_sd(differences)
    n = (~np.isnan(differences)).sum(axis=-1, dtype=float)
    few = np.less(n, 2)
    mean, sd = np.where(few, 0, mean), np.where(few, 0, sd)
    z, df = normal_quantile(share), np.maximum(n, 2) - 1
    near, far = _find_margins(df, z, method, level)

    def limit(*parts: Numbers) -> Estimate:
        (estimate, lower, upper, degrees), undefined = settle([(few, TOO_FEW)], *parts, df)
        return Estimate(
            estimate=estimate,
            lower=lower,
            upper=upper,
            level=level,
            df=degrees,
            method=method.value,
            reference=REFERENCES[method],
            undefined=undefined,
        )

    return LimitsOfAgreement(
        difference=estimate_mean(mean, sd, n, level=level),
        lower_limit=limit(mean - z * sd, mean - far * sd, mean - near * sd),
        upper_limit=limit(mean + z * sd, mean + near * sd, mean + far * sd),
    )


def _find_margins(df: Numbers, z: float, method: LimitsInterval, level: float) -> tuple[Numbers, Numbers]:
    """How many standard deviations from the mean the interval of a limit begins and ends."""
    n = df + 1
    if method is LimitsInterval.EXACT:
        noncentrality = z * np.sqrt(n)
        near, far = (special.nctdtrit(df, noncentrality, 0.5 + sign * level / 2) / np.sqrt(n) for sign in (-1, 1))
        return near, far
    margin = special.stdtrit(df, 0.5 + level / 2) * np.sqrt(1 / n + z**2 / (2 * df))
    return z - margin, z + margin
