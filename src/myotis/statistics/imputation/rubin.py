"""Rubin's rules: one answer from the analyses of multiply imputed data sets.

``estimates[..., imputation]`` and their standard errors are those of an analysis that each completed data set had;
leading axes are trials.

When to use: after multiple imputation, with 20 imputations at the least: the Monte Carlo error says whether there were
enough. The standard error is right where imputation and analysis assume the same. For reference-based imputation it
is larger than the estimate varies from trial to trial: it keeps the share of information that was observed (Cro S,
Carpenter JR, Kenward MG, J R Stat Soc A 2019), and whoever wants the frequentist error resamples
(`myotis.statistics.imputation.conditional_mean`).
"""

from dataclasses import replace
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.imputation.pooled import NO_ANALYSIS, PooledEffect, pool_by_t
from myotis.statistics.result import Numbers, Reasons, check_level, settle

RUBIN_1987 = "Rubin DB, Multiple Imputation for Nonresponse in Surveys, Wiley 1987"


class RubinDegrees(StrEnum):
    """The degrees of freedom of an estimate that was pooled by Rubin's rules."""

    RUBIN = "rubin"
    """As if the analysis without missing values had infinitely many."""
    BARNARD_RUBIN = "rubin-barnard-rubin"
    """Never more than those of the analysis without missing values."""


NO_VARIANCE = "no analysis of a completed data set has a standard error above 0"

REFERENCES: Final = {
    RubinDegrees.RUBIN: RUBIN_1987,
    RubinDegrees.BARNARD_RUBIN: f"{RUBIN_1987}; Barnard J, Rubin DB, Biometrika 1999;86:948-955",
}


def pool_by_rubin(
    estimates: ArrayLike, ses: ArrayLike, *, complete_df: ArrayLike, method: RubinDegrees | str, level: float
) -> PooledEffect:
    """Pool estimates[..., imputation] with their standard errors: mean, total variance, t interval and test against 0.

    ``complete_df[...]`` are the degrees of freedom that the analysis would have without missing values (infinite for
    an analysis by the normal distribution); the method ``rubin`` does not use them. The fraction of missing
    information is Rubin's, with the correction for finitely many imputations.

    Where an analysis has no answer (NaN), or no analysis has a standard error above 0, there is none. Raises
    StatisticsError for fewer than two imputations, standard errors below 0 or degrees of freedom that are not positive.

    >>> pooled = pool_by_rubin(
    ...     [11.2, 9.8, 10.6, 12.1], [3.0, 3.1, 2.9, 3.2], complete_df=90, method="rubin-barnard-rubin", level=0.95
    ... )
    >>> [round(float(value), 3) for value in (pooled.estimate.estimate, pooled.estimate.se, pooled.estimate.df)]
    [10.925, 3.239, 58.846]
    """
    method = RubinDegrees(method)
    check_level(level)
    q, se, degrees = _take_analyses(estimates, ses, complete_df)
    gone = np.asarray(np.isnan(q + se).any(axis=-1, keepdims=True))
    q, se = (np.where(gone, 1.0, x) for x in (q, se))
    imputations = q.shape[-1]
    within, between = (se**2).mean(axis=-1), q.var(axis=-1, ddof=1)
    reasons: Reasons = [(gone[..., 0], NO_ANALYSIS), (np.equal(within, 0), NO_VARIANCE)]
    within = np.where(within > 0, within, 1)
    extra = (1 + 1 / imputations) * between
    total = within + extra
    share = extra / total
    df = _count_degrees(share, imputations, degrees if method is RubinDegrees.BARNARD_RUBIN else np.inf)
    pooled = pool_by_t(
        q.mean(axis=-1), np.sqrt(total), df, reasons, level=level, method=method.value, reference=REFERENCES[method]
    )
    fraction = share + (1 - share) * 2 / (df + 3)
    (fraction, error), _ = settle(reasons, fraction, np.sqrt(between / imputations))
    return replace(pooled, monte_carlo_error=error, fraction_missing=fraction)


def _take_analyses(estimates: ArrayLike, ses: ArrayLike, complete_df: ArrayLike) -> tuple[Numbers, Numbers, Numbers]:
    q, se = np.broadcast_arrays(np.asarray(estimates, dtype=float), np.asarray(ses, dtype=float))
    degrees = np.asarray(complete_df, dtype=float)
    if q.ndim == 0 or q.shape[-1] < 2:
        raise StatisticsError("there is one imputation at most; expected estimates [..., imputation] of two or more")
    if (se < 0).any() or np.isinf(q).any() or np.isinf(se).any() or not (degrees > 0).all():
        raise StatisticsError(
            "these can't be pooled; expected finite estimates, standard errors of 0 or more, and positive degrees of "
            "freedom (infinite for the normal distribution)"
        )
    return q, se, degrees


def _count_degrees(share: Numbers, imputations: int, complete: ArrayLike) -> Numbers:
    """Rubin's degrees of freedom, or Barnard and Rubin's where those of the complete data are finite.

    What finitely many imputations and what finitely many subjects take from them add up as 1 / df.
    """
    complete = np.asarray(complete, dtype=float)
    finite = np.where(np.isfinite(complete), complete, 1.0)
    observed = (finite + 1) / (finite + 3) * finite * (1 - share)
    inverse = share**2 / (imputations - 1) + np.where(np.isfinite(complete), 1 / observed, 0.0)
    return np.asarray(np.where(inverse > 0, 1 / np.where(inverse > 0, inverse, 1), np.inf))
