"""The stock of a driven trial lasts as long as the largest one that is measured in ``bench/live.py``."""

from datetime import date

from myotis.simulate.course import read_course
from myotis.simulate.driven.dispensing import LASTS_DAYS, VIALS


def test_vials_outlast_the_enrollment_of_ten_thousand_subjects() -> None:
    """Vials that kept ten years ran out at some 300 subjects, whose enrollment takes longer than that."""
    enrollment = read_course("proderm").enrollment
    assert 10_000 * enrollment.mean_days_between * 1.2 + 366 < LASTS_DAYS < (date.max - enrollment.first_day).days
    assert VIALS > 10_000 * 10 * 100  # ten cycles of a hundred vials
