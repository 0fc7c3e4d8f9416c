"""Time at risk: the days that a subject counts in the exposure of a rate.

All days are whole study days and inclusive: a window from day 1 to day 1 is one day. A missing first day (NaN) is a
subject who was never exposed, with 0 days. Divide by 30.4375 for months; cycles are counted, not computed from days.

When to use: to make the exposure of a rate from dates. Stop at the first event for the rate of *first* events, where
each patient counts once; go on to the end of the window for the rate of all events, as with 8 thromboembolic events in
664 cycles.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers


class StopAt(StrEnum):
    """What ends the time at risk."""

    FIRST_EVENT = "first-event"
    """The day of the first event, which still counts; the end of the window where there is none."""
    END = "end"
    """The end of the window: events can come again."""


REFERENCES: Final = {
    "time-at-risk": "Rothman KJ, Greenland S, Modern Epidemiology, Lippincott 1998, chapter 3 (person-time)",
}


def compute_time_at_risk(
    start: ArrayLike,
    end: ArrayLike,
    *,
    stop: StopAt | str,
    first_event: ArrayLike = np.nan,
    gaps: ArrayLike | None = None,
) -> Numbers:
    """Days at risk from ``start`` to ``end`` (both count), without the days of the gaps; [..., subject].

    ``first_event`` is a day or NaN for none; one after the end is not seen, and one before the start means that the
    subject was never at risk of a first event (0 days). ``gaps`` [..., subject, gap, 2] are the first and last days of
    stretches that do not count (treatment interrupted); they may overlap, reach out of the window, or be NaN.
    StatisticsError where days are not whole, or an end comes before its start.

    >>> compute_time_at_risk([1, 1, 1], [112, 112, 60], stop="first-event", first_event=[29, np.nan, 80]).tolist()
    [29.0, 112.0, 60.0]
    >>> float(compute_time_at_risk(1, 112, stop="end", gaps=[[29, 56], [50, 60]]))
    80.0
    """
    stop = StopAt(stop)
    first, last, event = np.broadcast_arrays(*(_take_days(day) for day in (start, end, first_event)))
    if (wrong := (last < first) | (np.isnan(last) & ~np.isnan(first))).any():
        raise StatisticsError(f"{wrong.sum()} of {wrong.size} windows have no end, or one before their start")
    if stop is StopAt.FIRST_EVENT:
        last = np.fmin(last, event)
    days: Numbers = np.nan_to_num(np.maximum(last - first + 1, 0.0))
    return days if gaps is None else days - _days_in_gaps(first, last, _take_days(gaps))


def compute_time_before_and_after(start: ArrayLike, end: ArrayLike, change: ArrayLike) -> Numbers:
    """Days of the window before the day of a change, and from that day on; [..., subject, 2].

    A missing change (NaN), or one after the end, leaves all days before it; one before the start leaves all after.

    >>> compute_time_before_and_after([1, 1], [280, 280], [141, np.nan]).tolist()
    [[140.0, 140.0], [280.0, 0.0]]
    """
    days = compute_time_at_risk(start, end, stop="end")
    first, last, changed = np.broadcast_arrays(*(_take_days(day) for day in (start, end, change)))
    before = np.clip(np.fmin(changed, last + 1) - first, 0.0, days)
    before = np.nan_to_num(before)
    return np.stack([before, days - before], axis=-1)


def _take_days(days: ArrayLike) -> Numbers:
    taken = np.asarray(days, dtype=float)
    if (wrong := np.isinf(taken) | (taken != np.round(taken)) & ~np.isnan(taken)).any():
        raise StatisticsError(f"{wrong.sum()} of {wrong.size} days are not whole numbers")
    return taken


def _days_in_gaps(first: Numbers, last: Numbers, gaps: Numbers) -> Numbers:
    """Days of the window that lie in any gap: in the order of starts, each counted from the end of those before."""
    if gaps.ndim < 2 or gaps.shape[-1] != 2:
        raise StatisticsError(f"gaps have the shape {gaps.shape}; expected [..., gap, 2] with first and last day")
    if (wrong := (gaps[..., 1] < gaps[..., 0]) | np.isnan(gaps).any(axis=-1) & ~np.isnan(gaps).all(axis=-1)).any():
        raise StatisticsError(f"{wrong.sum()} of {wrong.size} gaps lack a day, or end before they start")
    begin = np.fmax(gaps[..., 0], first[..., None])
    finish = np.fmin(gaps[..., 1], last[..., None])
    is_in = ~np.isnan(gaps[..., 0]) & (finish >= begin)
    order = np.argsort(np.where(is_in, begin, np.inf), axis=-1)
    begin, finish, is_in = (np.take_along_axis(values, order, axis=-1) for values in (begin, finish, is_in))
    covered = np.maximum.accumulate(np.where(is_in, finish, -np.inf), axis=-1)
    before = np.concatenate([np.full_like(covered[..., :1], -np.inf), covered[..., :-1]], axis=-1)
    days: Numbers = np.where(is_in, np.maximum(finish - np.maximum(begin, before + 1) + 1, 0.0), 0.0).sum(axis=-1)
    return days
