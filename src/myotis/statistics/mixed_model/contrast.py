"""Contrasts of a mixed model: estimates with interval, t tests, and F tests of several at once.

When to use: for any question that a fitted model can answer by a weighted sum of its coefficients. Kenward and Roger's
method is the safest with few subjects; its linear form is what SAS gives for an unstructured covariance.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.mixed_model.degrees_of_freedom import (
    DegreesOfFreedom,
    choose_covariance,
    count_degrees,
    count_joint_degrees,
)
from myotis.statistics.mixed_model.fit import MixedModel
from myotis.statistics.result import Estimate, Numbers, TestResult, check_level

KENWARD_ROGER: Final = "Kenward MG, Roger JH, Biometrics 1997;53:983-997"
REFERENCES: Final = {
    DegreesOfFreedom.SATTERTHWAITE: "Giesbrecht FG, Burns JC, Biometrics 1985;41:477-486; "
    "Fai AH, Cornelius PL, J Stat Comput Simul 1996;54:363-378",
    DegreesOfFreedom.KENWARD_ROGER: KENWARD_ROGER,
    DegreesOfFreedom.KENWARD_ROGER_LINEAR: f"{KENWARD_ROGER}; Harville DA, Jeske DR, J Am Stat Assoc 1992;87:724-731",
    DegreesOfFreedom.BETWEEN_WITHIN: "Schluchter MD, Elashoff JT, J Stat Comput Simul 1990;37:69-87",
    DegreesOfFreedom.RESIDUAL: "Searle SR, Linear Models, Wiley 1971",
}


def estimate_contrast(
    model: MixedModel, contrast: ArrayLike, *, df_method: DegreesOfFreedom | str, level: float
) -> Estimate:
    """Weighted sums of the coefficients, contrast[..., column], each with its t interval.

    Raises StatisticsError where a contrast is 0 in every column or doesn't fit the model, and for a Kenward-Roger
    method where the full likelihood was maximized.

    >>> from myotis.statistics.mixed_model.fit import fit_mixed_model
    >>> change, week = [21.0, 32.0, 14.0, 18.0, 30.0, 41.0, 8.0, 19.0, 12.0, 9.0, 16.0, 25.0], [0, 1] * 6
    >>> treated = [1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1]
    >>> model = fit_mixed_model(
    ...     change,
    ...     [[1, arm, visit, arm * visit] for arm, visit in zip(treated, week)],
    ...     subject=[0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5],
    ...     visit=week,
    ...     covariance="unstructured",
    ...     criterion="reml",
    ... )
    >>> last = estimate_contrast(model, [0, 1, 0, 1], df_method="kenward-roger", level=0.95)
    >>> [round(float(value), 2) for value in (last.estimate, last.lower, last.upper, last.df)]
    [17.33, 3.92, 30.74, 4.0]
    """
    df_method = DegreesOfFreedom(df_method)
    check_level(level)
    value, se, df = _measure(model, contrast, df_method)
    margin = special.stdtrit(df, 0.5 + level / 2) * se
    return Estimate(
        estimate=value,
        lower=value - margin,
        upper=value + margin,
        level=level,
        method=df_method.value,
        reference=REFERENCES[df_method],
        se=se,
        df=df,
    )


def contrast_test(model: MixedModel, contrast: ArrayLike, *, df_method: DegreesOfFreedom | str) -> TestResult:
    """The two-sided t test that a contrast is 0, of each contrast[..., column] alone. Raises as `estimate_contrast`.

    >>> from myotis.statistics.mixed_model.fit import fit_mixed_model
    >>> design = [[1, 0], [1, 1], [1, 0], [1, 1], [1, 0], [1, 1]]
    >>> model = fit_mixed_model(
    ...     [3.0, 5.0, 4.0, 8.0, 6.0, 7.0],
    ...     design,
    ...     subject=[0, 0, 1, 1, 2, 2],
    ...     visit=[0, 1, 0, 1, 0, 1],
    ...     covariance="compound-symmetry",
    ...     criterion="reml",
    ... )
    >>> test = contrast_test(model, [0, 1], df_method="satterthwaite")
    >>> round(float(test.statistic), 3), round(float(test.p_value), 3)
    (2.646, 0.118)
    """
    df_method = DegreesOfFreedom(df_method)
    value, se, df = _measure(model, contrast, df_method)
    statistic = value / se
    return TestResult(
        statistic=statistic,
        df=df,
        p_value=2 * special.stdtr(df, -np.abs(statistic)),
        method=df_method.value,
        reference=REFERENCES[df_method],
    )


def joint_contrast_test(model: MixedModel, contrasts: ArrayLike, *, df_method: DegreesOfFreedom | str) -> TestResult:
    """The F test that all of contrasts[row, column] are 0. ``df`` of the answer is [numerator, denominator].

    The statistic is the scaled one where the method scales it (Kenward-Roger). Raises as `estimate_contrast`, and
    where a row follows from the others.

    >>> from myotis.statistics.mixed_model.fit import fit_mixed_model
    >>> change, week = [21.0, 32.0, 14.0, 18.0, 30.0, 41.0, 8.0, 19.0, 12.0, 9.0, 16.0, 25.0], [0, 1] * 6
    >>> treated = [1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1]
    >>> model = fit_mixed_model(
    ...     change,
    ...     [[1, arm, visit, arm * visit] for arm, visit in zip(treated, week)],
    ...     subject=[0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5],
    ...     visit=week,
    ...     covariance="unstructured",
    ...     criterion="reml",
    ... )
    >>> test = joint_contrast_test(model, [[0, 1, 0, 0], [0, 0, 0, 1]], df_method="kenward-roger-linear")
    >>> round(float(test.statistic), 2), [round(float(df), 2) for df in test.df]
    (3.65, [2.0, 3.0])
    """
    df_method = DegreesOfFreedom(df_method)
    rows = _take_contrast(model, contrasts)
    if rows.ndim != 2 or np.linalg.matrix_rank(rows) < len(rows):
        raise StatisticsError("a contrast follows from the others; expected contrasts[row, column] of full rank")
    value = rows @ model.coefficients
    spread = rows @ choose_covariance(model, df_method) @ rows.T
    degrees, factor = count_joint_degrees(model, rows, df_method)
    statistic = factor * value @ np.linalg.solve(spread, value) / len(rows)
    return TestResult(
        statistic=statistic,
        df=np.array([len(rows), degrees]),
        p_value=special.fdtrc(len(rows), degrees, statistic),
        method=df_method.value,
        reference=REFERENCES[df_method],
    )


def _measure(model: MixedModel, contrast: ArrayLike, df_method: DegreesOfFreedom) -> tuple[Numbers, Numbers, Numbers]:
    rows = _take_contrast(model, contrast)
    variance = np.einsum("...p,pq,...q->...", rows, choose_covariance(model, df_method), rows)
    return np.asarray(rows @ model.coefficients)[()], np.sqrt(variance)[()], count_degrees(model, rows, df_method)[()]


def _take_contrast(model: MixedModel, contrast: ArrayLike) -> Numbers:
    rows = np.asarray(contrast, dtype=float)
    columns = len(model.coefficients)
    if rows.ndim == 0 or rows.shape[-1] != columns or not np.isfinite(rows).all() or (rows == 0).all(axis=-1).any():
        raise StatisticsError(f"a contrast can't be used; expected {columns} finite weights, one at least not 0")
    return rows
