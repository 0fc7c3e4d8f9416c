from datetime import date, timedelta

import pytest

from myotis.terms.study_time import elapsed_days, study_day

REFERENCE = date(2024, 3, 1)


def test_there_is_no_day_0():
    """SDTMIG 4.4.4: the days around the first dose, counted by hand over a leap day."""
    days = [study_day(REFERENCE + timedelta(days=n), REFERENCE) for n in range(-3, 4)]
    assert days == [-3, -2, -1, 1, 2, 3, 4]
    assert study_day(date(2024, 2, 29), REFERENCE) == -1
    with pytest.raises(ValueError, match="there is no study day 0"):
        elapsed_days(0)


@pytest.mark.parametrize("days", [-400, -1, 0, 1, 400])
def test_a_study_day_is_one_date(days):
    assert elapsed_days(study_day(REFERENCE + timedelta(days=days), REFERENCE)) == days
