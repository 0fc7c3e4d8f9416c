"""Separation: whether predictors tell the responses apart, so that a logistic model has no finite estimate.

When to use: before a logistic regression in a small trial, and where one gives no answer. Firth's penalty has finite
estimates all the same.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.regression.linear_programs import is_separated, is_separated_completely
from myotis.statistics.regression.newton import has_full_rank, take_responses

REFERENCES: Final = {
    "separation": "Albert A, Anderson JA, Biometrika 1984;71:1-10; Konis K, DPhil thesis, University of Oxford 2007"
}


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
    if not is_separated(design[0], responses[0]):
        return Separation.NONE
    return Separation.COMPLETE if is_separated_completely(design[0], responses[0]) else Separation.QUASI_COMPLETE
