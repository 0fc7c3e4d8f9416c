"""Study days: the day of the first dose is day 1 and the day before it is day -1. There is no day 0 (SDTMIG 4.4.4)."""

from datetime import date
from typing import Any

DAYS_PER_WEEK = 7


def number_day(elapsed: Any) -> Any:
    """The study day that lies so many days after day 1: for an int, an array or a column of them.

    >>> number_day(0), number_day(-1)
    (1, -1)
    """
    return elapsed + (elapsed >= 0)


def study_day(when: date, reference: date) -> int:
    """The study day of a date, where ``reference`` is day 1.

    >>> study_day(date(2024, 3, 1), date(2024, 3, 1)), study_day(date(2024, 2, 29), date(2024, 3, 1))
    (1, -1)
    """
    return int(number_day((when - reference).days))


def elapsed_days(day: int) -> int:
    """Days since day 1, so that days can be subtracted across day 0, which does not exist (ValueError).

    >>> elapsed_days(1), elapsed_days(-1)
    (0, -1)
    """
    if day == 0:
        raise ValueError("there is no study day 0: the day before day 1 is day -1")
    return day - 1 if day > 0 else day
