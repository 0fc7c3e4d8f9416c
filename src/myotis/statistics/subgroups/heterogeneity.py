"""Heterogeneity of subgroups: Cochran's Q, the test of interaction between treatment and subgroup.

When to use: beside a forest plot of subgroups, before anything is read into their differences. It has little power in a
trial planned for its whole; a large p-value does not say that the effect is the same everywhere.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.statistics.result import TestResult, settle, take_counts
from myotis.statistics.subgroups.effects import take_effects

REFERENCES: Final = {"cochran-q": "Cochran WG, Biometrics 1954;10:101-129"}


def heterogeneity_test(estimates: ArrayLike, standard_errors: ArrayLike) -> TestResult:
    """Test that the effect is the same in all subgroups, from an estimate and a standard error ``[..., subgroup]``.

    Any effect whose estimates are independent and near normal: differences of means or of proportions, logarithms of
    hazard ratios. Q is the sum of squared deviations from the mean weighted by precision, on chi-square with one
    degree of freedom fewer than subgroups. A subgroup without an estimate (NaN) is left out. There is no answer with
    fewer than two others, or where one has a standard error of 0. Raises StatisticsError for values that can't be.

    >>> answer = heterogeneity_test([12.0, 9.5, 2.0], [3.1, 2.4, 4.0])
    >>> round(float(answer.statistic), 3), int(answer.df), round(float(answer.p_value), 4)
    (4.038, 2, 0.1328)
    """
    effects, reasons = take_effects(estimates, standard_errors)
    weight = np.where(effects.is_in, effects.se**-2, 0)
    total = weight.sum(axis=-1)
    mean = (weight * effects.estimate).sum(axis=-1) / np.where(total > 0, total, 1)
    q = (weight * (effects.estimate - mean[..., None]) ** 2).sum(axis=-1)
    degrees = np.maximum(effects.subgroups - 1, 1)
    (statistic, df, p), undefined = settle(reasons, q, degrees, special.chdtrc(degrees, q))
    return TestResult(
        statistic=statistic,
        df=df,
        p_value=p,
        method="cochran-q",
        reference=REFERENCES["cochran-q"],
        undefined=undefined,
    )


def heterogeneity_of_proportions_test(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> TestResult:
    """Test that the difference of two proportions is the same in all subgroups, from counts ``[..., subgroup]``.

    Cochran's Q of the differences x1 / n1 - x2 / n2 with their Wald variances; nothing is added to cells. A subgroup
    with an empty arm is left out. There is no answer where in a subgroup all subjects of each arm have one outcome.

    >>> answer = heterogeneity_of_proportions_test([10, 20, 6], [13, 27, 7], [6, 13, 2], [13, 28, 7])
    >>> round(float(answer.statistic), 3), round(float(answer.p_value), 3)
    (1.432, 0.489)
    """
    a, m = take_counts(x1, n1)
    b, n = take_counts(x2, n2)
    empty = (m == 0) | (n == 0)
    p, q = a / np.maximum(m, 1), b / np.maximum(n, 1)
    variance = p * (1 - p) / np.maximum(m, 1) + q * (1 - q) / np.maximum(n, 1)
    return heterogeneity_test(np.where(empty, np.nan, p - q), np.sqrt(variance))
