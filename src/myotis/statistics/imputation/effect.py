"""The effect in a trial with missing values: every completed data set analyzed, and the analyses pooled.

The analysis is a function of the caller's: an analysis of covariance at one visit, say. It gets many completed data
sets at once and answers an `Estimate` of all of them.

When to use: to get from imputations to estimate, interval and test, with or without a shift (delta) of what was
imputed. The pooling must be one that belongs to the imputation: Rubin's rules to multiple imputation, the jackknife or
the bootstrap to conditional means.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.errors import StatisticsError
from myotis.statistics.imputation import resampling, rubin
from myotis.statistics.imputation.imputed import Imputation, ImputedTrial, impute_trial
from myotis.statistics.imputation.incomplete import CompletedTrials, take_subjects
from myotis.statistics.imputation.pooled import PooledEffect
from myotis.statistics.imputation.resampling import Resampling, pool_replicates
from myotis.statistics.imputation.rubin import RubinDegrees, pool_by_rubin
from myotis.statistics.result import Estimate, Numbers

REFERENCES: Final = rubin.REFERENCES | resampling.REFERENCES
"""The methods of pooling."""

POOLINGS: Final[dict[Imputation, tuple[RubinDegrees | Resampling, ...]]] = {
    Imputation.JACKKNIFE: (Resampling.JACKKNIFE,),
    Imputation.BOOTSTRAP: (Resampling.BOOTSTRAP_NORMAL, Resampling.BOOTSTRAP_PERCENTILE),
    Imputation.MULTIPLE_BOOTSTRAP: tuple(RubinDegrees),
    Imputation.MULTIPLE_BAYESIAN: tuple(RubinDegrees),
}

Analysis = Callable[[CompletedTrials], Estimate]
"""From completed data sets to the effect in each; its leading axes are those of the data sets."""


def estimate_imputed_effect(
    imputed: ImputedTrial,
    analyze: Analysis,
    *,
    method: RubinDegrees | Resampling | str,
    level: float,
    delta: ArrayLike = 0.0,
) -> PooledEffect:
    """Analyze the completed data sets and pool the estimates.

    ``analyze`` gets `CompletedTrials` with one leading axis, or none for the whole trial before it is resampled. With
    Rubin's rules it must give standard errors; degrees of freedom that it does not give are taken as infinite, and of
    several the least counts. ``delta`` is added to what was imputed, never to what was observed: one number,
    [subject, visit], or any shape that broadcasts to it (`myotis.statistics.imputation.delta`).

    Raises StatisticsError for a pooling that doesn't belong to the imputation, for an analysis without the numbers
    that it needs, and where a data set's analysis has no answer.

    >>> from myotis.statistics.continuous.ancova import fit_ancova
    >>> from myotis.statistics.imputation.conditional_mean import impute_with_jackknife
    >>> from myotis.statistics.imputation.incomplete import IncompleteTrial
    >>> rng = np.random.default_rng(1)
    >>> outcome = rng.normal(size=(12, 2)) + rng.normal(size=(12, 1))
    >>> outcome[[0, 5], 1] = np.nan
    >>> trial = IncompleteTrial(
    ...     outcome=outcome, arm=[0, 1] * 6, covariates=rng.normal(size=(12, 1)), event=[1, *[2] * 4, 1, *[2] * 6],
    ...     strategy="jump-to-reference", reference=0,
    ... )
    >>> def analyze(completed):
    ...     return fit_ancova(
    ...         completed.outcome[..., -1], completed.arm == 1, covariates=completed.covariates,
    ...         factors=completed.covariates[..., :0], slopes="shared", variance="model-based", weights="equal",
    ...         level=0.95,
    ...     ).difference
    >>> effect = estimate_imputed_effect(
    ...     impute_with_jackknife(trial, covariance_by_arm=False), analyze, method="jackknife", level=0.95
    ... )
    >>> bool(effect.estimate.lower < effect.estimate.estimate < effect.estimate.upper)
    True
    """
    allowed = POOLINGS[imputed.method]
    if method not in allowed:
        raise StatisticsError(f"{method} does not belong to {imputed.method.value}; expected {' or '.join(allowed)}")
    completed = imputed.completed + np.where(imputed.missing, delta, 0.0)
    if imputed.resampled is None:
        return _pool_imputations(imputed, completed, analyze, RubinDegrees(method), level)
    whole = analyze(take_subjects(imputed.trial, completed[0], np.arange(len(imputed.trial.arm))))
    replicates = analyze(take_subjects(imputed.trial, completed[1:], imputed.resampled))
    return pool_replicates(whole.estimate, replicates.estimate, method=Resampling(method), level=level)


def change_strategy(imputed: ImputedTrial, strategy: str | NDArray[np.str_]) -> ImputedTrial:
    """Impute again under another strategy, one for all subjects or one for each, without fitting the model again.

    The draws stay the same, so a difference between strategies has no part that is chance. Raises StatisticsError
    where the imputation model would see other values under the new strategy: those observed after an event are
    in the model when the event is missing at random, and not else.

    >>> from myotis.statistics.imputation.conditional_mean import impute_with_jackknife
    >>> from myotis.statistics.imputation.incomplete import IncompleteTrial
    >>> rng = np.random.default_rng(1)
    >>> outcome = rng.normal(size=(12, 2)) + rng.normal(size=(12, 1))
    >>> outcome[[0, 5], 1] = np.nan
    >>> trial = IncompleteTrial(
    ...     outcome=outcome, arm=[0, 1] * 6, covariates=np.empty((12, 0)), event=[1, *[2] * 4, 1, *[2] * 6],
    ...     strategy="jump-to-reference", reference=0,
    ... )
    >>> jump = impute_with_jackknife(trial, covariance_by_arm=False)
    >>> copy = change_strategy(jump, "copy-reference")
    >>> (copy.completed[0, [0, 5], 1] == jump.completed[0, [0, 5], 1]).tolist()
    [True, False]
    """
    trial = replace(imputed.trial, strategy=strategy)
    if not np.array_equal(trial.modeled, imputed.trial.modeled, equal_nan=True):
        raise StatisticsError(
            "under the new strategy the imputation model sees other values after events; impute the trial anew"
        )
    return impute_trial(trial, imputed.method, imputed.parameters, imputed.resampled, imputed.noise)


def _pool_imputations(
    imputed: ImputedTrial, completed: Numbers, analyze: Analysis, method: RubinDegrees, level: float
) -> PooledEffect:
    everyone = np.broadcast_to(np.arange(completed.shape[1]), completed.shape[:2])
    answer = analyze(take_subjects(imputed.trial, completed, everyone))
    if answer.se is None:
        raise StatisticsError("the analysis has no standard errors; Rubin's rules need them")
    degrees = np.asarray(np.inf if answer.df is None else answer.df)
    least = np.min(degrees, initial=np.inf, where=~np.isnan(degrees))
    return pool_by_rubin(answer.estimate, answer.se, complete_df=least, method=method, level=level)
