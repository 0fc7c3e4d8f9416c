"""Conditional-mean imputation: each missing value by its expectation, and resampling for the standard error.

A missing value is imputed by its mean given the subject's observed values, under the strategy for the subject's event
(`myotis.statistics.imputation.reference_based`) and the mixed model for repeated measures with an unstructured
covariance, an effect of each arm and a slope of each covariate at each visit. Imputed and analyzed once, the trial has
its estimate; for the error both are repeated on resampled subjects. Models are fitted one after the other.

A trial is an `IncompleteTrial` of `myotis.statistics.imputation.incomplete`: ``outcome[subject, visit]`` with NaN where
it is missing, ``arm[subject]``, ``covariates[subject, covariate]`` of baseline, ``event[subject]`` as the number of the
first visit after the intercurrent event, the ``strategy`` for all or for each subject, and the ``reference`` arm.

When to use: for an effect under a reference-based assumption with the frequentist standard error. With the jackknife
nothing is random: no seed, and no Monte Carlo error near a limit. A single conditional-mean data set must not be
analyzed for its own standard error, as if it had been observed.
"""

from typing import Final

import numpy as np

from myotis.errors import StatisticsError
from myotis.statistics.imputation.base_model import Parameters, check_trial, fit_parameters, stack_parameters
from myotis.statistics.imputation.bootstrap_samples import draw_bootstrap_fits
from myotis.statistics.imputation.imputed import Imputation, ImputedTrial, impute_trial
from myotis.statistics.imputation.incomplete import IncompleteTrial

WOLBERS_2022 = "Wolbers M, Noci A, Delmar P, Gower-Page C, Yiu S, Bartlett JW, Pharm Stat 2022;21:1246-1257"
REFERENCES: Final = {Imputation.JACKKNIFE: WOLBERS_2022, Imputation.BOOTSTRAP: WOLBERS_2022}


def impute_with_jackknife(trial: IncompleteTrial, *, covariance_by_arm: bool) -> ImputedTrial:
    """Impute conditional means, for the whole trial and with each subject left out in turn.

    ``covariance_by_arm`` says whether each arm has a covariance of its own. Without missing values nothing is imputed,
    and the analysis is that of the data. Raises StatisticsError where an arm has no value at a visit, or the model
    can't be fitted, with one subject left out included.

    >>> import numpy as np
    >>> from myotis.statistics.imputation.incomplete import IncompleteTrial
    >>> rng = np.random.default_rng(1)
    >>> outcome = rng.normal(size=(12, 2)) + rng.normal(size=(12, 1))
    >>> outcome[[0, 5], 1] = np.nan
    >>> trial = IncompleteTrial(
    ...     outcome=outcome, arm=[0, 1] * 6, covariates=np.empty((12, 0)), event=[1, *[2] * 4, 1, *[2] * 6],
    ...     strategy="jump-to-reference", reference=0,
    ... )
    >>> imputed = impute_with_jackknife(trial, covariance_by_arm=False)
    >>> imputed.completed.shape
    (13, 12, 2)
    """
    check_trial(trial)
    subjects = len(trial.arm)
    everyone = np.arange(subjects)
    whole = fit_parameters(trial, everyone, covariance_by_arm=covariance_by_arm)
    resampled = np.array([np.delete(everyone, left_out) for left_out in everyone])
    seen = np.asarray(~np.isnan(trial.modeled).all(axis=1))

    def fit(left_out: int) -> Parameters:
        # a subject whom the model doesn't see changes nothing by leaving
        if not seen[left_out]:
            return whole
        try:
            return fit_parameters(trial, resampled[left_out], covariance_by_arm=covariance_by_arm)
        except StatisticsError as error:
            raise StatisticsError(
                f"without subject {left_out} the imputation model can't be fitted: {error}"
            ) from error

    parameters = stack_parameters([whole, *(fit(left_out) for left_out in range(subjects))])
    return impute_trial(trial, Imputation.JACKKNIFE, parameters, resampled, None)


def draw_bootstrap_imputation(
    generator: np.random.Generator, trial: IncompleteTrial, *, replicates: int, covariance_by_arm: bool
) -> ImputedTrial:
    """Impute conditional means, for the whole trial and for subjects drawn with replacement within their arm.

    ``covariance_by_arm`` as for `impute_with_jackknife`. A sample to which the model can't be fitted (an arm without a
    value at a visit) is drawn again. Raises StatisticsError for a trial to which it can't be fitted, and where more
    than one sample in five can't.

    >>> import numpy as np
    >>> from myotis.statistics.imputation.incomplete import IncompleteTrial
    >>> rng = np.random.default_rng(1)
    >>> outcome = rng.normal(size=(24, 2)) + rng.normal(size=(24, 1))
    >>> outcome[[0, 5], 1] = np.nan
    >>> trial = IncompleteTrial(
    ...     outcome=outcome, arm=[0, 1] * 12, covariates=np.empty((24, 0)), event=[2] * 24,
    ...     strategy="missing-at-random", reference=0,
    ... )
    >>> imputed = draw_bootstrap_imputation(rng, trial, replicates=5, covariance_by_arm=False)
    >>> imputed.completed.shape
    (6, 24, 2)
    """
    check_trial(trial)
    whole = fit_parameters(trial, np.arange(len(trial.arm)), covariance_by_arm=covariance_by_arm)
    resampled, fits = draw_bootstrap_fits(generator, trial, replicates, covariance_by_arm=covariance_by_arm)
    return impute_trial(trial, Imputation.BOOTSTRAP, stack_parameters([whole, *fits]), resampled, None)
