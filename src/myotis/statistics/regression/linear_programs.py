"""Whether a combination of predictors separates responses, by linear programming (Konis 2007)."""

import numpy as np

from myotis.statistics.result import Numbers

LEAST = 1e-7
"""What a linear program leaves of 0."""


def is_separated(design: Numbers, y: Numbers) -> bool:
    """Whether some combination of columns is never below 0 for y = 1 nor above 0 for y = 0, and not always 0."""
    from scipy.optimize import linprog  # noqa: PLC0415 (scipy.optimize is slow to load)

    signed = _sign(design, y)
    found = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1, 1))
    return bool(-found.fun > LEAST)


def is_separated_completely(design: Numbers, y: Numbers) -> bool:
    """Whether some combination of columns is above 0 for y = 1 and below 0 for y = 0."""
    from scipy.optimize import linprog  # noqa: PLC0415 (scipy.optimize is slow to load)

    signed = _sign(design, y)
    subjects, columns = signed.shape
    gap = np.append(np.zeros(columns), -1.0)
    limits = np.column_stack([-signed, np.ones(subjects)])
    found = linprog(gap, A_ub=limits, b_ub=np.zeros(subjects), bounds=[*[(-1, 1)] * columns, (None, 1)])
    return bool(-found.fun > LEAST)


def _sign(design: Numbers, y: Numbers) -> Numbers:
    """The rows of subjects without a response turned round, and columns of one size."""
    return np.asarray(design / np.sqrt((design**2).sum(axis=0)) * np.where(y > 0, 1, -1)[:, None])
