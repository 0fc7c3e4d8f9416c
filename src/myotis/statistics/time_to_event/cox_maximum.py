"""The maximum of a partial likelihood by Newton's method, and how it tells that there is none."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers
from myotis.statistics.time_to_event.partial_likelihood import Terms

CONVERGED = 1e-9
"""The step (in standard deviations of the covariates) with which the maximum is reached: the next is its square."""
ROUNDS = 60
FAR = 25.0
"""A hazard ratio of e to the 25 for a standard deviation is no estimate: the likelihood rises without end."""

NO_EVENTS = "there are no events"
NO_CONTRAST = "a covariate is constant among those at risk when events happen, or follows from the others"
NO_MAXIMUM = (
    "the likelihood rises without end (as when an arm has no event): the hazard ratio is 0 or infinite "
    "and has no standard error"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Maximum:
    """Where the likelihood is largest, how large, its curvature there; and its terms at 0."""

    beta: Numbers
    log_likelihood: float
    information: Numbers
    at_zero: Terms


def find_maximum(evaluate: Callable[[Numbers], Terms], covariates: int) -> Maximum:
    """The maximum from 0 on; raises StatisticsError where the likelihood is flat or rises without end.

    The covariates are standardized, so that steps have one size. A step that lowers the likelihood is halved.
    """
    at_zero = evaluate(np.zeros(covariates))
    if is_flat(at_zero[2]):
        raise StatisticsError(f"there is no answer: {NO_CONTRAST}")
    beta, now = np.zeros(covariates), at_zero
    for _ in range(ROUNDS):
        if is_flat(now[2]) or np.abs(beta).max() > FAR:
            break
        step: Numbers = np.linalg.solve(now[2], now[1]).astype(float)
        beta, now = _go_up(evaluate, beta, step, now[0])
        if np.abs(step).max() < CONVERGED:
            return Maximum(beta=beta, log_likelihood=now[0], information=now[2], at_zero=at_zero)
    raise StatisticsError(f"there is no answer: {NO_MAXIMUM}")


def _go_up(evaluate: Callable[[Numbers], Terms], beta: Numbers, step: Numbers, height: float) -> tuple[Numbers, Terms]:
    slack = 1e-12 * (1 + abs(height))
    for _ in range(30):
        there = evaluate(beta + step)
        if there[0] >= height - slack:
            break
        step = step / 2
    return beta + step, there


def is_flat(information: Numbers) -> bool:
    """Whether a curvature says nothing in some direction."""
    return bool(np.linalg.matrix_rank(information, tol=1e-10, hermitian=True) < len(information))
