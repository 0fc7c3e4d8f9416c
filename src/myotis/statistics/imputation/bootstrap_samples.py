"""Bootstrap samples of a trial's subjects, with the imputation model fitted to each."""

import numpy as np

from myotis.errors import StatisticsError
from myotis.statistics.imputation.base_model import Parameters, fit_parameters
from myotis.statistics.imputation.incomplete import IncompleteTrial, Whole

MOST_FAILURES = 0.2
"""Were more of the samples than this drawn again, those kept would be a choice among samples, no bootstrap."""


def draw_bootstrap_fits(
    generator: np.random.Generator, trial: IncompleteTrial, replicates: int, *, covariance_by_arm: bool
) -> tuple[Whole, list[Parameters]]:
    """Subjects [replicate, subject] drawn with replacement within each arm, and the parameters of each sample."""
    if replicates < 2:
        raise StatisticsError(f"{replicates} replicates are too few; expected two or more")
    samples: list[Whole] = []
    fits: list[Parameters] = []
    failures = 0
    while len(fits) < replicates:
        sample = draw_sample(generator, trial)
        try:
            fits.append(fit_parameters(trial, sample, covariance_by_arm=covariance_by_arm))
        except StatisticsError as error:
            failures += 1
            if failures > MOST_FAILURES * replicates:
                raise StatisticsError(
                    f"the imputation model can't be fitted to {failures} of {failures + len(fits)} bootstrap samples, "
                    f"the last because: {error}"
                ) from error
        else:
            samples.append(sample)
    return np.array(samples), fits


def draw_sample(generator: np.random.Generator, trial: IncompleteTrial) -> Whole:
    """The numbers of the subjects [subject] of one sample; each keeps the arm of the subject in whose place it is."""
    sample = np.empty(len(trial.arm), dtype=np.intp)
    for arm in range(trial.arms):
        members = np.flatnonzero(np.equal(trial.arm, arm))
        sample[members] = generator.choice(members, size=members.size)
    return sample
