"""The rows of a trial, checked and laid out by subject and visit; subjects with the same visits lie together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers

Whole = NDArray[np.intp]

RELATIVE_TOLERANCE = 1e-10
"""Below this share of a column's length, what the other columns leave of it is rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Outcome and design by subject and visit, 0 where a visit is missing.

    A pattern is a group and a set of visits; subjects are sorted by group and pattern. The columns of ``design`` are
    orthonormal over all rows; ``triangle`` takes them back to what was given: given = design @ triangle.
    """

    outcome: Numbers
    """[subject, visit]"""
    design: Numbers
    """[subject, visit, column]"""
    triangle: Numbers
    """[column, column]"""
    seen: NDArray[np.bool_]
    """[pattern, visit]"""
    pattern_group: Whole
    """[pattern]"""
    pattern_of: Whole
    """[subject]"""
    pattern_start: Whole
    """[pattern], the first subject of each"""
    group_ends: Whole
    """[group + 1], the first subject of each group and the end"""
    rows: int
    residual_scale: float
    """The standard deviation of what least squares leaves."""
    between: NDArray[np.bool_]
    """[column], whether it is the same at all visits of every subject"""
    constant: NDArray[np.bool_]
    """[column], whether it is the same everywhere"""

    @property
    def subjects(self) -> int:
        """How many subjects have a row."""
        return len(self.outcome)

    @property
    def visits(self) -> int:
        """How many visits there are."""
        return int(self.outcome.shape[1])

    @property
    def groups(self) -> int:
        """How many groups have a covariance of their own."""
        return len(self.group_ends) - 1

    @property
    def columns(self) -> int:
        """How many columns the design has."""
        return int(self.design.shape[2])

    @property
    def pattern_size(self) -> Whole:
        """How many subjects each pattern has."""
        return np.diff(np.append(self.pattern_start, self.subjects))

    def sum_by_pattern(self, values: Numbers) -> Numbers:
        """Values [subject, ...] summed by pattern."""
        return np.asarray(np.add.reduceat(values, self.pattern_start, axis=0))


def lay_out_rows(
    outcome: ArrayLike, design: ArrayLike, subject: ArrayLike, visit: ArrayLike, group: ArrayLike | None
) -> Panel:
    """Check the rows of a trial and lay them out; raises StatisticsError where no model can be built from them."""
    y, x = np.asarray(outcome, dtype=float), np.asarray(design, dtype=float)
    if y.ndim != 1 or x.ndim != 2 or len(x) != len(y) or x.size == 0:
        raise StatisticsError("the model can't be built; expected outcome[row] and design[row, column], neither empty")
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise StatisticsError("a value of the outcome or design is missing or not finite; leave its row out")
    who = np.unique(_take_whole(subject, y, "subject"), return_inverse=True)[1]
    when = _take_whole(visit, y, "visit")
    which = np.zeros_like(when) if group is None else _take_whole(group, y, "group")
    visits, groups = _count(when, "visit"), _count(which, "group")
    subjects = int(who.max()) + 1
    seen = np.zeros((subjects, visits), dtype=bool)
    seen[who, when] = True
    if seen.sum() < len(y):
        raise StatisticsError("a subject has more than one row at a visit; expected one at most")
    group_of = np.zeros(subjects, dtype=np.intp)
    group_of[who] = which
    if (group_of[who] != which).any():
        raise StatisticsError("a subject has rows in more than one group; expected one group for all of its rows")
    orthonormal, triangle = _orthonormalize(x)
    keys = np.column_stack([group_of, seen])
    patterns, pattern_of = np.unique(keys, axis=0, return_inverse=True)
    pattern_of = pattern_of.reshape(-1)
    order = np.argsort(pattern_of, kind="stable")
    place = np.argsort(order)[who]
    by_subject = np.zeros((subjects, visits))
    by_subject[place, when] = y
    design_by_subject = np.zeros((subjects, visits, x.shape[1]))
    design_by_subject[place, when] = orthonormal
    first = np.zeros((subjects, x.shape[1]))
    first[who] = x
    pattern_of = pattern_of[order]
    return Panel(
        outcome=by_subject,
        design=design_by_subject,
        triangle=triangle,
        seen=patterns[:, 1:].astype(bool),
        pattern_group=patterns[:, 0],
        pattern_of=pattern_of,
        pattern_start=np.searchsorted(pattern_of, np.arange(len(patterns))),
        group_ends=np.searchsorted(group_of[order], np.arange(groups + 1)),
        rows=len(y),
        residual_scale=_measure_residual(y, orthonormal),
        between=(first[who] == x).all(axis=0),
        constant=(x == x[0]).all(axis=0),
    )


def _take_whole(values: ArrayLike, y: Numbers, what: str) -> Whole:
    whole = np.asarray(values)
    if whole.shape != y.shape or not np.issubdtype(whole.dtype, np.integer) or whole.min() < 0:
        raise StatisticsError(f"{what}[row] can't be used; expected a whole number from 0 on for every row")
    return whole.astype(np.intp)


def _count(numbers: Whole, what: str) -> int:
    """How many visits or groups there are; every number up to the largest has to occur."""
    counts = np.bincount(numbers)
    if (counts == 0).any():
        raise StatisticsError(
            f"{what} {np.flatnonzero(counts == 0)[0]} has no row; expected {what}s numbered 0, 1, 2 ... in their order "
            "without a gap: leave out what has no data"
        )
    return len(counts)


def _orthonormalize(x: Numbers) -> tuple[Numbers, Numbers]:
    rows, columns = x.shape
    if rows <= columns:
        raise StatisticsError(f"{rows} rows are too few for {columns} columns; expected more rows, or a smaller design")
    q, r = np.linalg.qr(x)
    pivots = np.abs(np.diagonal(r))
    dependent = np.flatnonzero(pivots <= RELATIVE_TOLERANCE * np.linalg.norm(x, axis=0))
    if dependent.size:
        raise StatisticsError(
            f"column {dependent[0]} of the design follows from those before it (an arm without data at a visit, a "
            "level without subjects, a constant covariate?); leave it out"
        )
    return q, r


def _measure_residual(y: Numbers, orthonormal: Numbers) -> float:
    residual = y - orthonormal @ (orthonormal.T @ y)
    rows, columns = orthonormal.shape
    scale = float(np.sqrt((residual**2).sum() / (rows - columns)))
    if scale <= RELATIVE_TOLERANCE * np.sqrt((y**2).mean()):
        raise StatisticsError("the design leaves no residual variance (are all outcomes equal?); there is no model")
    return scale
