"""Means: of one group, and of two groups from their summaries.

Summaries (mean, SD, n) may be numbers or arrays of shapes that broadcast; values are ``[..., subject]``, and a
value that is NaN is missing and left out. Group 1 comes first, and a difference is group 1 minus group 2.

When to use: to describe a group, or to compare two without adjustment. Welch's form does not take the variances to be
equal.
"""

from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.result import Estimate, Numbers, TestResult, check_level, settle

REFERENCES: Final = {
    "t-one-sample": "Student, Biometrika 1908;6:1-25",
    "t-pooled": "Student, Biometrika 1908;6:1-25",
    "t-welch": "Welch BL, Biometrika 1947;34:28-35",
}

NO_VALUES = "there are no values"
TOO_FEW = "a standard deviation needs two values or more"
NO_VARIANCE = "the values of both groups are all equal, so the test has no variance"


class DifferenceOfMeans(StrEnum):
    """What the interval and the test of a difference of means assume of the variances."""

    POOLED = "t-pooled"
    WELCH = "t-welch"


class Summary(NamedTuple):
    """A group's mean, standard deviation (n - 1) and number of subjects."""

    mean: ArrayLike
    sd: ArrayLike
    n: ArrayLike


def compute_mean(values: ArrayLike) -> Numbers:
    """The mean of the values that are not missing, over the last axis.

    Without values there is no answer: StatisticsError for one group, NaN among many.

    >>> float(compute_mean([1.0, 2.0, float("nan")]))
    1.5
    """
    x = _take_values(values)
    present = ~np.isnan(x)
    n = present.sum(axis=-1)
    mean = np.where(present, x, 0).sum(axis=-1) / np.maximum(n, 1)
    (answer,), _ = settle([(np.equal(n, 0), NO_VALUES)], mean)
    return answer


def compute_sd(values: ArrayLike) -> Numbers:
    """The standard deviation (n - 1) of the values that are not missing, over the last axis.

    With fewer than two values there is no answer: StatisticsError for one group, NaN among many.

    >>> round(float(compute_sd([1.0, 2.0, 4.0])), 4)
    1.5275
    """
    x = _take_values(values)
    present = ~np.isnan(x)
    n = present.sum(axis=-1)
    mean = np.where(present, x, 0).sum(axis=-1) / np.maximum(n, 1)
    squares = np.where(present, (x - mean[..., None]) ** 2, 0).sum(axis=-1)
    (answer,), _ = settle([(np.less(n, 2), TOO_FEW)], np.sqrt(squares / np.maximum(n - 1, 1)))
    return answer


def estimate_mean(mean: ArrayLike, sd: ArrayLike, n: ArrayLike, *, level: float) -> Estimate:
    """A mean with its t interval, from mean, standard deviation and number of subjects.

    Where the SD is 0 the interval has no width. With fewer than two subjects there is no answer.

    The change of CDASI activity at week 16 of ProDERM's IVIg group, published as -12.52 to -6.19:

    >>> answer = estimate_mean(-9.36, 10.542, 45, level=0.95)
    >>> round(float(answer.lower), 2), round(float(answer.upper), 2)
    (-12.53, -6.19)
    """
    check_level(level)
    m, s, count = _take_summary(mean, sd, n)
    df, error = np.maximum(count - 1, 1), s / np.sqrt(np.maximum(count, 1))
    margin = special.stdtrit(df, 0.5 + level / 2) * error
    reasons = [(count < 2, TOO_FEW)]
    (estimate, lower, upper, se, degrees), undefined = settle(reasons, m, m - margin, m + margin, error, df)
    return Estimate(
        estimate=estimate,
        lower=lower,
        upper=upper,
        level=level,
        se=se,
        df=degrees,
        method="t-one-sample",
        reference=REFERENCES["t-one-sample"],
        undefined=undefined,
    )


def estimate_difference_of_means(
    first: Summary, second: Summary, *, method: DifferenceOfMeans | str, level: float
) -> Estimate:
    """The difference of two means, first minus second, with its t interval; variances pooled or not (Welch).

    Where both SDs are 0 the interval has no width. With fewer than two subjects in a group there is no answer.

    >>> ivig, placebo = Summary(14.38, 14.581, 45), Summary(3.21, 9.39, 43)
    >>> answer = estimate_difference_of_means(ivig, placebo, method="t-welch", level=0.95)
    >>> [round(float(value), 2) for value in (answer.estimate, answer.lower, answer.upper)]
    [11.17, 5.99, 16.35]
    """
    method = DifferenceOfMeans(method)
    check_level(level)
    difference, error, df, few = _compare_summaries(_take_summary(*first), _take_summary(*second), method)
    margin = special.stdtrit(df, 0.5 + level / 2) * error
    answers, undefined = settle([(few, TOO_FEW)], difference, difference - margin, difference + margin, error, df)
    estimate, lower, upper, se, degrees = answers
    return Estimate(
        estimate=estimate,
        lower=lower,
        upper=upper,
        level=level,
        se=se,
        df=degrees,
        method=method.value,
        reference=REFERENCES[method],
        undefined=undefined,
    )


def difference_of_means_test(first: Summary, second: Summary, *, method: DifferenceOfMeans | str) -> TestResult:
    """The two-sided t test of two means, variances pooled or not (Welch), from summaries.

    With fewer than two subjects in a group, or where both SDs are 0, there is no answer.

    >>> answer = difference_of_means_test(Summary(14.38, 14.581, 45), Summary(3.21, 9.39, 43), method="t-pooled")
    >>> round(float(answer.p_value), 6)
    5.4e-05
    """
    method = DifferenceOfMeans(method)
    difference, se, df, few = _compare_summaries(_take_summary(*first), _take_summary(*second), method)
    statistic = difference / np.where(se > 0, se, 1)
    reasons = [(few, TOO_FEW), (np.equal(se, 0), NO_VARIANCE)]
    (t, degrees, p), undefined = settle(reasons, statistic, df, 2 * special.stdtr(df, -np.abs(statistic)))
    return TestResult(
        statistic=t, df=degrees, p_value=p, method=method.value, reference=REFERENCES[method], undefined=undefined
    )


def _take_values(values: ArrayLike) -> Numbers:
    x = np.asarray(values, dtype=float)
    if x.ndim == 0 or np.isinf(x).any():
        raise StatisticsError(
            "the values are one number or hold an infinite one; expected finite numbers [..., subject]"
        )
    return x


def _take_summary(mean: ArrayLike, sd: ArrayLike, n: ArrayLike) -> tuple[Numbers, Numbers, Numbers]:
    m, s, count = np.broadcast_arrays(*(np.asarray(part, dtype=float) for part in (mean, sd, n)))
    right = np.isfinite(m) & np.isfinite(s) & (s >= 0) & (count >= 0) & (count == np.round(count)) & np.isfinite(count)
    if not right.all():
        raise StatisticsError(
            f"{(~right).sum()} of {right.size} summaries can't be; expected a finite mean, an SD of 0 or more "
            "and a whole number of subjects"
        )
    return m, s, count


def _compare_summaries(
    first: tuple[Numbers, Numbers, Numbers], second: tuple[Numbers, Numbers, Numbers], method: DifferenceOfMeans
) -> tuple[Numbers, Numbers, Numbers, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    """The difference, its standard error and degrees of freedom, and where there are too few subjects."""
    (m1, s1, n1), (m2, s2, n2) = first, second
    few = np.less(n1, 2) | np.less(n2, 2)
    k1, k2 = np.maximum(n1, 2), np.maximum(n2, 2)
    if method is DifferenceOfMeans.POOLED:
        df = k1 + k2 - 2
        se = np.sqrt(((k1 - 1) * s1**2 + (k2 - 1) * s2**2) / df * (1 / k1 + 1 / k2))
    else:
        v1, v2 = s1**2 / k1, s2**2 / k2
        spread = v1**2 / (k1 - 1) + v2**2 / (k2 - 1)
        df = np.where(spread > 0, (v1 + v2) ** 2 / np.where(spread > 0, spread, 1), k1 + k2 - 2)
        se = np.sqrt(v1 + v2)
    return m1 - m2, se, df, few
