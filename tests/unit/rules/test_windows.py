"""Visit windows: days by hand, and each day of the trial in at most one of them."""

import pytest

from myotis.protocol.read import read_trial
from myotis.rules.windows import compute_deviation, find_visit, is_in_window
from myotis.terms.study_time import elapsed_days

PRODERM = read_trial("proderm")


@pytest.mark.parametrize(
    ("day", "visit"),
    [(-22, None), (-21, "SCR"), (-1, "SCR"), (1, "W0"), (2, None), (24, None), (25, "W4"), (29, "W4"), (33, "W4"),
     (34, None), (109, "W16"), (117, "W16"), (118, None), (277, "W40"), (285, "W40"), (286, None)],
)  # fmt: skip
def test_both_ends_of_a_window_belong_to_it(day, visit):
    found = find_visit(PRODERM, day)
    assert (found and found.id) == visit


@pytest.mark.parametrize("name", ["proderm", "reclaiim"])
def test_each_day_belongs_to_at_most_one_visit(name):
    trial = read_trial(name)
    for day in (*range(-60, 0), *range(1, 400)):
        holding = [visit for visit in trial.visits if is_in_window(visit, day)]
        assert len(holding) <= 1
        assert find_visit(trial, day) == (holding[0] if holding else None)


def test_the_day_before_day_1_is_day_minus_1():
    assert [elapsed_days(day) for day in (-2, -1, 1, 2)] == [-2, -1, 0, 1]
    week_0, week_4 = PRODERM.visit("W0"), PRODERM.visit("W4")
    assert [compute_deviation(week_0, day) for day in (-2, -1, 1, 2)] == [-2, -1, 0, 1]
    assert [compute_deviation(week_4, day) for day in (-1, 25, 29, 34)] == [-29, -4, 0, 5]
    screening = PRODERM.visit("SCR")
    assert [compute_deviation(screening, day) for day in (-21, -1, 1)] == [0, 20, 21]


def test_a_window_across_the_missing_day_0():
    week_0 = PRODERM.visit("W0").model_copy(update={"window_days": (-2, 1)})
    assert [day for day in (-3, -2, -1, 1, 2, 3) if is_in_window(week_0, day)] == [-2, -1, 1, 2]


def test_there_is_no_day_0():
    with pytest.raises(ValueError, match="no study day 0"):
        find_visit(PRODERM, 0)
