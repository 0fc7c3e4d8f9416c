"""Study days: the day of the first dose is day 1 and the day before it is day -1. There is no day 0 (SDTMIG 4.4.4)."""

from datetime import date, timedelta

DAYS_PER_WEEK = 7


def study_day(when: date, reference: date) -> int:
    """The study day of a date, where ``reference`` is day 1.

    >>> study_day(date(2024, 3, 1), date(2024, 3, 1)), study_day(date(2024, 2, 29), date(2024, 3, 1))
    (1, -1)
    """
    days = (when - reference).days
    return days + 1 if days >= 0 else days


def date_of(day: int, reference: date) -> date:
    """The date of a study day; raises ValueError for day 0, which does not exist."""
    if day == 0:
        raise ValueError("there is no study day 0: the day before day 1 is day -1")
    return reference + timedelta(days=day - 1 if day > 0 else day)


def day_of_week(week: int) -> int:
    """The study day on which a week's visit is planned: week 0 is day 1, week 4 is day 29.

    >>> day_of_week(4), day_of_week(-3)
    (29, -21)
    """
    return week * DAYS_PER_WEEK + (1 if week >= 0 else 0)
