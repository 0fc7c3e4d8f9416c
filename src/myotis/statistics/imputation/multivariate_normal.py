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
    residual = np.where(missing, 0.0, outcome - mean)
    precision = _invert(covariance)
    patterns, which = np.unique(missing, axis=0, return_inverse=True)
    for number, gone in enumerate(patterns):
        if gone.any():
            members, places = np.flatnonzero(which.reshape(-1) == number)[:, None], np.flatnonzero(gone)
            # Given the rest, the missing part has its own block of the precision: only that is factored.
            block = precision[..., places[:, None], places]
            pull = residual[..., members[:, 0], :] @ precision[..., :, places]
            shift = -np.linalg.solve(block, np.swapaxes(pull, -1, -2))
            if noise is not None:
                factor = np.swapaxes(np.linalg.cholesky(block), -1, -2)
                shift = shift + np.linalg.solve(factor, np.swapaxes(noise[..., members, places], -1, -2))
            completed[..., members, places] += np.swapaxes(shift, -1, -2)
    return completed


def _invert(covariance: Numbers) -> Numbers:
    try:
        np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        raise StatisticsError(
            "a covariance of the visits is not positive definite (too few subjects for so many visits?); "
            "nothing can be imputed from it"
        ) from None
    return np.asarray(np.linalg.inv(covariance))
