"""Subjects in the order of their times: how many are at risk, and what happens, at each time.

Times are [..., subject] and of any unit. An event at a time comes before the censorings at that time, so whoever is
censored on the day of an event was at risk of it. A missing time (NaN) leaves its subject out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers

NO_SUBJECTS = "there are no subjects"

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskSets:
    """Subjects in the order of their times. A time's *step* stands at the last of the subjects that share the time.

    ``time`` is infinite for subjects that are left out: they come last, are never at risk and never a step.
    """

    time: Numbers
    n: Numbers
    is_step: Mask
    _order: NDArray[np.intp]
    _first: NDArray[np.intp]

    @classmethod
    def of(cls, time: Numbers) -> Self:
        """Put the subjects in order; ``time`` as `take_subjects` gives it."""
        known = np.where(np.isnan(time), np.inf, time)
        order = np.argsort(known, axis=-1, kind="stable")
        ordered = np.take_along_axis(known, order, axis=-1)
        edge = np.ones((*ordered.shape[:-1], 1), dtype=bool)
        is_new = np.concatenate([edge, ordered[..., 1:] != ordered[..., :-1]], axis=-1)
        is_last = np.concatenate([is_new[..., 1:], edge], axis=-1)
        first = np.maximum.accumulate(np.where(is_new, np.arange(ordered.shape[-1]), 0), axis=-1)
        is_here = np.isfinite(ordered)
        n = is_here.sum(axis=-1).astype(float)
        return cls(time=ordered, n=n, is_step=is_last & is_here, _order=order, _first=first)

    @property
    def last_time(self) -> Numbers:
        """The last time at which anyone was still followed; 0 without subjects."""
        return cast("Numbers", np.where(np.isfinite(self.time), self.time, 0.0).max(axis=-1))

    def put_in_order(self, values: ArrayLike) -> Numbers:
        """Values of subjects in the order of their times, 0 for those left out."""
        spread = np.broadcast_to(np.asarray(values, dtype=float), self.time.shape)
        return np.where(np.isfinite(self.time), np.take_along_axis(spread, self._order, axis=-1), 0.0)

    def sum_at_risk(self, values: ArrayLike) -> Numbers:
        """The sum of the values of those at risk at the time of each subject; 1 for each counts them."""
        from_here = np.cumsum(self.put_in_order(values)[..., ::-1], axis=-1)[..., ::-1]
        return cast("Numbers", np.take_along_axis(from_here, self._first, axis=-1))

    def sum_at_steps(self, values: ArrayLike) -> Numbers:
        """The sum of the values of those who share a time, at its step; 0 elsewhere."""
        until = np.cumsum(self.put_in_order(values), axis=-1)
        before = np.concatenate([np.zeros_like(until[..., :1]), until], axis=-1)
        return np.where(self.is_step, until - np.take_along_axis(before, self._first, axis=-1), 0.0)

    def look_up(self, values: Numbers, at: Numbers, *, before: float) -> Numbers:
        """What a step function is at the time points: ``before`` until the first time; [..., point]."""
        start = np.full_like(values[..., :1], before)
        counted = (self.time[..., None, :] <= at[..., :, None]).sum(axis=-1)
        steps = np.concatenate([start, values], axis=-1)
        counted = np.broadcast_to(counted, (*steps.shape[:-1], counted.shape[-1]))
        return cast("Numbers", np.take_along_axis(steps, counted, axis=-1))


def take_subjects(time: ArrayLike, *codes: ArrayLike) -> tuple[Numbers, list[Numbers]]:
    """Times and codes of subjects as floats of one shape; raises StatisticsError where they can't be that."""
    arrays = [np.asarray(values, dtype=float) for values in (time, *codes)]
    try:
        t, *rest = np.broadcast_arrays(*arrays)
    except ValueError:
        raise StatisticsError(f"the shapes {[a.shape for a in arrays]} of time and codes do not go together") from None
    if t.ndim == 0:
        raise StatisticsError("expected times [..., subject], not a single number")
    if (wrong := (t < 0) | np.isinf(t)).any():
        raise StatisticsError(f"{wrong.sum()} of {t.size} times are negative or infinite; expected 0 or more, or NaN")
    if t.shape[-1] == 0:
        t, *rest = (np.full((*t.shape[:-1], 1), fill) for fill in (np.nan, *([0.0] * len(rest))))
    for code in rest:
        if (wrong := np.isnan(code) & ~np.isnan(t)).any():
            raise StatisticsError(f"{wrong.sum()} of {t.size} subjects have a time but no event, arm, cause or stratum")
    return t, [np.where(np.isnan(t), 0.0, code) for code in rest]


def check_codes(codes: Numbers, allowed: Sequence[float], *, what: str) -> None:
    """Refuse codes that are none of those allowed."""
    if (wrong := ~np.isin(codes, allowed)).any():
        expected = " or ".join(f"{value:g}" for value in allowed)
        raise StatisticsError(f"{wrong.sum()} of {wrong.size} subjects have another {what} than {expected}")


def take_points(at: ArrayLike) -> Numbers:
    """Time points as a list of floats, [point]; a single one is a list of one."""
    points = np.asarray(at, dtype=float)
    if points.ndim > 1 or not (np.isfinite(points) & (points >= 0)).all():
        raise StatisticsError("expected one time point of 0 or more, or a list of them")
    return np.atleast_1d(points)
