"""A trial with its imputations: the completed data sets that an analysis goes through."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from myotis.statistics.imputation.base_model import Parameters, complete_outcome
from myotis.statistics.imputation.incomplete import IncompleteTrial, Whole
from myotis.statistics.result import Numbers


class Imputation(StrEnum):
    """How missing values of one measure over visits are imputed, and what of it varies from data set to data set."""

    JACKKNIFE = "conditional-mean-jackknife"
    """Conditional means under the REML estimates; each subject left out in turn."""
    BOOTSTRAP = "conditional-mean-bootstrap"
    """Conditional means under the REML estimates; subjects drawn with replacement within their arm."""
    MULTIPLE_BOOTSTRAP = "multiple-bootstrap"
    """Draws under the REML estimates of bootstrapped subjects: approximate draws from the posterior."""
    MULTIPLE_BAYESIAN = "multiple-data-augmentation"
    """Draws under draws from the posterior of the imputation model."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImputedTrial:
    """A trial with its completed data sets.

    ``completed[set, subject, visit]`` holds the outcome of every subject. For conditional means the first set is
    imputed under the estimates of the whole trial, those that follow under the estimates of the resampled subjects
    ``resampled[replicate, subject]``, who are the ones to analyze. For multiple imputation every set is the whole
    trial, and ``resampled`` is None.
    """

    trial: IncompleteTrial
    method: Imputation
    parameters: Parameters
    completed: Numbers
    resampled: Whole | None
    noise: Numbers | None

    @property
    def missing(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Which values [subject, visit] are imputed."""
        return np.isnan(self.trial.outcome)


def impute_trial(
    trial: IncompleteTrial, method: Imputation, parameters: Parameters, resampled: Whole | None, noise: Numbers | None
) -> ImputedTrial:
    """Complete the trial under each set of parameters."""
    return ImputedTrial(
        trial=trial,
        method=method,
        parameters=parameters,
        completed=complete_outcome(trial, parameters, noise),
        resampled=resampled,
        noise=noise,
    )
