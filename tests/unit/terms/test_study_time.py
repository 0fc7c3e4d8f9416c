from datetime import date, timedelta

import pytest

from myotis.terms.study_time import date_of, day_of_week, study_day

REFERENCE = date(2024, 3, 1)


def test_there_is_no_day_0():
    """SDTMIG 4.4.4: the days around the first dose, counted by hand over a leap day."""
    days = [study_day(REFERENCE + timedelta(days=n), REFERENCE) for n in range(-3, 4)]
    assert days == [-3, -2, -1, 1, 2, 3, 4]
    assert study_day(date(2024, 2, 29), REFERENCE) == -1
    with pytest.raises(ValueError, match="there is no study day 0"):
        date_of(0, REFERENCE)


@pytest.mark.parametrize("days", [-400, -1, 0, 1, 400])
def test_a_study_day_is_one_date(days):
    when = REFERENCE + timedelta(days=days)
    assert date_of(study_day(when, REFERENCE), REFERENCE) == when


@pytest.mark.parametrize(("week", "day"), [(0, 1), (1, 8), (4, 29), (16, 113), (40, 281), (-1, -7), (-4, -28)])
def test_weeks_are_planned_from_day_1(week, day):
    assert day_of_week(week) == day
    assert date_of(day, REFERENCE) == REFERENCE + timedelta(weeks=week)
