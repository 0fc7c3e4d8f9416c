"""Missing components of a multivariate normal outcome, given the observed ones: their mean, or a draw of them.

``outcome[subject, visit]`` has NaN where it is missing, ``mean[..., subject, visit]`` a value everywhere, and
``covariance[..., visit, visit]`` is that of all subjects given here. Leading axes are trials, or draws of the
parameters. Subjects that miss the same visits are computed at once.
"""

import numpy as np

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers


def impute_conditional_mean(outcome: Numbers, mean: Numbers, covariance: Numbers) -> Numbers:
    """The outcome [..., subject, visit] with the mean of what is missing given what is observed."""
    return _fill(outcome, mean, covariance, None)


def draw_conditional(outcome: Numbers, mean: Numbers, covariance: Numbers, noise: Numbers) -> Numbers:
    """The outcome [..., subject, visit] with a draw of what is missing given what is observed.

    ``noise[..., subject, visit]`` are standard normal numbers, one for each value whether it is missing or not.
    """
    return _fill(outcome, mean, covariance, noise)


def _fill(outcome: Numbers, mean: Numbers, covariance: Numbers, noise: Numbers | None) -> Numbers:
    missing = np.isnan(outcome)
    completed = np.where(missing, mean, outcome)
    patterns, which = np.unique(missing, axis=0, return_inverse=True)
    for number, gone in enumerate(patterns):
        if gone.any():
            members = np.flatnonzero(which.reshape(-1) == number)
            seen = ~gone
            weights, rest = _regress(covariance, gone)
            residual = outcome[members][:, seen] - mean[..., members, :][..., seen]
            value = mean[..., members, :][..., gone] + residual @ weights
            if noise is not None:
                factor = np.swapaxes(_factor(rest), -1, -2)
                value = value + noise[..., members, :][..., gone] @ factor
            completed[..., members[:, None], np.flatnonzero(gone)] = value
    return completed


def _regress(covariance: Numbers, gone: Numbers) -> tuple[Numbers, Numbers]:
    """The weights [..., observed, missing] of the observed residuals, and the covariance that they leave."""
    seen = ~gone
    across = covariance[..., seen, :][..., gone]
    own = covariance[..., gone, :][..., gone]
    _factor(covariance)
    weights = np.linalg.solve(covariance[..., seen, :][..., seen], across)
    return weights, own - np.swapaxes(across, -1, -2) @ weights


def _factor(covariance: Numbers) -> Numbers:
    try:
        return np.asarray(np.linalg.cholesky(covariance))
    except np.linalg.LinAlgError:
        raise StatisticsError(
            "a covariance of the visits is not positive definite (too few subjects for so many visits?); "
            "nothing can be imputed from it"
        ) from None
