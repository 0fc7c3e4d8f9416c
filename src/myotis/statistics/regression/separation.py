"""Separation: whether predictors tell the responses apart, so that a logistic model has no finite estimate.

When to use: before a logistic regression in a small trial, and where one gives no answer. Firth's penalty has finite
estimates all the same.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.regression.newton import has_full_rank, take_responses
from myotis.statistics.result import Numbers

REFERENCES: Final = {
    "separation": "Albert A, Anderson JA, Biometrika 1984;71:1-10; Konis K, DPhil thesis, University of Oxford 2007"
}

LEAST = 1e-7
"""What a linear program leaves of 0."""


class Separation(StrEnum):
    """How far the predictors tell the responses apart."""

    NONE = "none"
    """The maximum-likelihood estimate is finite."""
    QUASI_COMPLETE = "quasi-complete"
    """A combination of predictors never orders a response below a non-response, with ties."""
    COMPLETE = "complete"
    """A combination of predictors orders every response above every non-response."""


def find_separation(x: ArrayLike, y: ArrayLike) -> Separation:
    """The kind of separation of one trial, found by linear programming, not by the failure of an iteration.

    ``x[subject, predictor]`` without a column of ones; ``y[subject]`` 0 or 1. Where all have the same response they are
    separated completely, by the intercept. Raises StatisticsError for dependent predictors or values that are missing.

    >>> find_separation([[0], [0], [1], [1]], [0, 0, 1, 1]), find_separation([[0], [0], [1], [1]], [0, 0, 0, 1])
    (<Separation.COMPLETE: 'complete'>, <Separation.QUASI_COMPLETE: 'quasi-complete'>)
    """
    design, responses = take_responses(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
    if len(design) != 1:
        raise StatisticsError(f"{len(design)} trials are given; expected one")
    if not has_full_rank(design)[0]:
        raise StatisticsError("the predictors are linearly dependent, with each other or the intercept")
    return classify_separation(design[0], responses[0])


def classify_separation(design: Numbers, y: Numbers) -> Separation:
    """The same from a design with its column of ones."""
    from scipy.optimize import linprog  # noqa: PLC0415 (scipy.optimize is slow to load)

    size = np.sqrt((design**2).sum(axis=0))
    signed = design / size * np.where(y > 0, 1, -1)[:, None]
    subjects, p = signed.shape
    bounds = [(-1, 1)] * p
    apart = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(subjects), bounds=bounds)
    if -apart.fun <= LEAST:
        return Separation.NONE
    gap = linprog(
        np.append(np.zeros(p), -1.0),
        A_ub=np.column_stack([-signed, np.ones(subjects)]),
        b_ub=np.zeros(subjects),
        bounds=[*bounds, (None, 1)],
    )
    return Separation.COMPLETE if -gap.fun > LEAST else Separation.QUASI_COMPLETE
