"""The largest likelihoods of many trials, and why some have none."""

import numpy as np
from numpy.typing import NDArray

from myotis.statistics.regression.linear_programs import is_separated, is_separated_completely
from myotis.statistics.regression.newton import Maximum, has_full_rank, maximize
from myotis.statistics.result import Numbers, Reasons

DEPENDENT = "the predictors are linearly dependent, with each other or the intercept"
COMPLETE = "the predictors separate responses completely, so no maximum-likelihood estimate is finite"
QUASI = "the predictors separate responses quasi-completely, so a maximum-likelihood estimate is not finite"
UNSETTLED = "the iteration did not converge; center predictors whose mean is thousands of times their spread"


def find_maxima(design: Numbers, y: Numbers, *, firth: bool) -> tuple[Maximum, Reasons]:
    """The maximum of each trial [trial, subject, p], and where there is none and why."""
    independent = has_full_rank(design)
    trials = np.flatnonzero(independent)
    part = maximize(design[trials], y[trials], firth=firth)
    p = design.shape[-1]
    found = Maximum(
        coefficients=_spread(part.coefficients, trials, np.zeros((len(design), p))),
        information=_spread(part.information, trials, np.broadcast_to(np.eye(p), (len(design), p, p)).copy()),
        log_likelihood=_spread(part.log_likelihood, trials, np.zeros(len(design))),
        converged=np.isin(np.arange(len(design)), trials[part.converged]),
    )
    separated, completely = (np.zeros(len(design), dtype=bool) for _ in range(2))
    for trial in np.flatnonzero(independent & ~found.converged) if not firth else ():
        separated[trial] = is_separated(design[trial], y[trial])
        completely[trial] = separated[trial] and is_separated_completely(design[trial], y[trial])
    return found, [
        (~independent, DEPENDENT),
        (completely, COMPLETE),
        (separated, QUASI),
        (~found.converged, UNSETTLED),
    ]


def _spread(values: Numbers, trials: NDArray[np.intp], into: Numbers) -> Numbers:
    into[trials] = values
    return into
