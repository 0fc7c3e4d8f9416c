"""Power of a mixed model for repeated measures (MMRM) where subjects drop out.

When to use: for a continuous end point over several visits, analyzed by a mixed model with an unstructured covariance.
A subject who leaves early still tells something of the last visit by its earlier values, the more the higher their
correlation; leaving out who dropped out altogether asks for more subjects.
"""

from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.power.assumptions import (
    Assumptions,
    Options,
    check_test,
    compute_normal_power,
    join_numbers,
)
from myotis.statistics.result import Alternative, Numbers

METHOD = "mmrm-last-visit"

REFERENCES: Final = {METHOD: "Lu K, Luo X, Chen PY, Int J Biostat 2008;4:article 9"}

Matrix = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedMeans(Assumptions):
    """An assumed ``difference`` at the last visit (group 1 minus group 2), under dropout at random.

    ``covariance`` [visit, visit] is that of a subject's values, in both groups, after what the model adjusts for;
    ``retention1`` and ``retention2`` [visit] are the shares of a group that still have a value: none more than the one
    before, and the first at most 1. Raises StatisticsError for a matrix that is no covariance, and for shares that
    rise.

    >>> assumed = RepeatedMeans(
    ...     difference=8, covariance=((100, 60), (60, 120)), retention1=(1, 0.9), retention2=(1, 0.8), alpha=0.05,
    ...     alternative="two-sided",
    ... )
    >>> round(assumed.compute_power(40, 40), 4)
    0.8681
    """

    difference: float
    covariance: Matrix
    retention1: tuple[float, ...]
    retention2: tuple[float, ...]
    alpha: float
    alternative: Alternative

    def __post_init__(self) -> None:
        check_test(self.alpha, self.alternative)
        _check_covariance(self.covariance)
        for shares in (self.retention1, self.retention2):
            _check_retention(shares, len(self.covariance))

    @property
    def effect(self) -> float:
        return self.difference

    @property
    def unit(self) -> float:
        return float(np.sqrt(self.covariance[-1][-1]))

    @property
    def method(self) -> str:
        return METHOD

    @property
    def reference(self) -> str:
        return REFERENCES[METHOD]

    @property
    def options(self) -> Options:
        return {
            "difference": self.difference,
            "sd": self.unit,
            "visits": len(self.covariance),
            "retention": join_numbers(np.array(self.retention1)),
            "comparator_retention": join_numbers(np.array(self.retention2)),
        }

    def compute_power(self, n1: float, n2: float) -> float:
        v1, v2 = (compute_last_visit_variance(self.covariance, kept) for kept in (self.retention1, self.retention2))
        se = float(np.sqrt(v1 / n1 + v2 / n2))
        return compute_normal_power(self.difference, se, se, alpha=self.alpha, alternative=self.alternative)

    def with_effect(self, effect: float) -> Self:
        return replace(self, difference=effect)

    def with_error(self, alpha: float, alternative: Alternative) -> Self:
        return replace(self, alpha=alpha, alternative=alternative)


def compute_last_visit_variance(covariance: ArrayLike, retention: ArrayLike) -> float:
    """The variance of a group's estimated mean at the last visit, times the subjects of the group.

    ``covariance`` [visit, visit] and ``retention`` [visit] as in `RepeatedMeans`. The information of each pattern of
    dropout is that of the visits before it; a subject without any value has none.

    >>> round(compute_last_visit_variance([[1, 0.5], [0.5, 1]], [1, 0.8]), 4)
    1.1875
    """
    matrix, kept = np.asarray(covariance, dtype=float), np.asarray(retention, dtype=float)
    _check_covariance(matrix)
    _check_retention(kept, len(matrix))
    information = np.zeros_like(matrix)
    for visits, share in enumerate(kept - np.append(kept[1:], 0.0), start=1):
        information[:visits, :visits] += share * np.linalg.inv(matrix[:visits, :visits])
    return float(np.linalg.inv(information)[-1, -1])


def condition_on_baseline(covariance: ArrayLike) -> Numbers:
    """The covariance [visit, visit] of later visits for subjects of one baseline value, from that with it in front.

    A model that adjusts for the baseline value has it; the change from baseline has the same.

    >>> condition_on_baseline([[4, 2, 2], [2, 5, 3], [2, 3, 6]]).tolist()
    [[4.0, 2.0], [2.0, 5.0]]
    """
    matrix = np.asarray(covariance, dtype=float)
    _check_covariance(matrix)
    if len(matrix) < 2:
        raise StatisticsError("the covariance has no visit after the baseline; expected two rows or more")
    return np.asarray(matrix[1:, 1:] - np.outer(matrix[1:, 0], matrix[0, 1:]) / matrix[0, 0])


def _check_covariance(covariance: ArrayLike) -> None:
    """Refuse what is no covariance matrix: square, symmetric and positive definite."""
    matrix = np.asarray(covariance, dtype=float)
    is_square = matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1] and matrix.size > 0
    if not (is_square and np.isfinite(matrix).all() and np.allclose(matrix, matrix.T, rtol=1e-8, atol=0)):
        raise StatisticsError(f"the covariance has the shape {matrix.shape}; expected a symmetric matrix of numbers")
    if not np.linalg.eigvalsh(matrix)[0] > 0:
        raise StatisticsError("the covariance is not positive definite; expected variances that correlations allow")


def _check_retention(retention: ArrayLike, visits: int) -> None:
    kept = np.asarray(retention, dtype=float)
    if kept.shape != (visits,) or not (0 < kept[-1] <= kept[0] <= 1 and (np.diff(kept) <= 0).all()):
        raise StatisticsError(
            f"the retention has {kept.size} visits; expected {visits} shares above 0 and at most 1, of which none is "
            "more than the one before"
        )
