"""Drawing what is missing from a multivariate normal given what was observed, for many subjects and parameters.

Everything is told by the precision (the inverse of the covariance): given the observed values, the missing ones have
the precision's own block, so that only matrices of their number are factored. Subjects with the same variables
missing are drawn together.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from myotis.statistics.result import Numbers

Flags = NDArray[np.bool_]


class Pattern(NamedTuple):
    """Subjects who miss the same variables: their positions, and the positions of missing and observed variables."""

    subjects: NDArray[np.intp]
    missing: NDArray[np.intp]
    observed: NDArray[np.intp]


def find_patterns(missing: Flags) -> list[Pattern]:
    """The patterns of ``missing[subject, variable]``, those who miss nothing left out."""
    patterns, which = np.unique(missing, axis=0, return_inverse=True)
    which = which.reshape(-1)
    return [
        Pattern(np.flatnonzero(which == number), np.flatnonzero(pattern), np.flatnonzero(~pattern))
        for number, pattern in enumerate(patterns)
        if pattern.any()
    ]


def draw_missing(
    generator: np.random.Generator, values: Numbers, mean: Numbers, precision: Numbers, patterns: list[Pattern]
) -> None:
    """Draw the missing values of every subject given its observed ones, in place.

    ``values[draw, subject, variable]`` are filled where the patterns say; ``mean[draw, subject, variable]`` is each
    subject's own, ``precision[draw, variable, variable]`` that of one draw of the parameters.
    """
    for subjects, missing, observed in patterns:
        block = precision[:, missing[:, None], missing]
        across = precision[:, missing[:, None], observed]
        residual = (values - mean)[:, subjects[:, None], observed] if len(observed) else None
        factor = np.linalg.cholesky(block)
        noise = generator.standard_normal((len(values), len(missing), len(subjects)))
        shift = np.linalg.solve(factor.swapaxes(-1, -2), noise)
        if residual is not None:
            shift -= np.linalg.solve(block, across @ residual.swapaxes(-1, -2))
        place = (slice(None), subjects[:, None], missing)
        values[place] = mean[place] + shift.swapaxes(-1, -2)
