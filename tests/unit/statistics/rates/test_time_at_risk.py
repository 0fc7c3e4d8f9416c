"""Days at risk: windows, events, gaps and changes with evident answers."""

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.rates.time_at_risk import compute_time_at_risk, compute_time_before_and_after

NAN = float("nan")


@pytest.mark.parametrize(
    ("start", "end", "event", "days"),
    [
        (1, 1, NAN, 1),
        (1, 112, NAN, 112),
        (1, 112, 29, 29),
        (1, 112, 1, 1),
        (1, 112, 112, 112),
        (1, 112, 130, 112),
        (8, 112, 3, 0),
        (-6, 0, NAN, 7),
        (NAN, NAN, NAN, 0),
        (NAN, 112, 5, 0),
    ],
)
def test_until_the_first_event(start, end, event, days):
    assert compute_time_at_risk(start, end, stop="first-event", first_event=event) == days


def test_all_events_count_to_the_end():
    assert compute_time_at_risk([1, 1], [112, 80], stop="end", first_event=[29, 2]).tolist() == [112, 80]


@pytest.mark.parametrize(
    ("gaps", "days"),
    [
        ([[29, 56]], 84),
        ([[29, 56], [50, 60]], 80),
        ([[50, 60], [29, 56]], 80),
        ([[29, 56], [30, 40]], 84),
        ([[-9, 2], [110, 200]], 107),
        ([[-9, 0], [113, 200]], 112),
        ([[1, 112]], 0),
        ([[NAN, NAN], [29, 56]], 84),
        ([[29, 30], [31, 32]], 108),
        ([[29, 29], [29, 29]], 111),
    ],
)
def test_gaps(gaps, days):
    assert compute_time_at_risk(1, 112, stop="end", gaps=gaps) == days


def test_gaps_after_the_event_take_nothing():
    days = compute_time_at_risk(
        [1, 1], [112, 112], stop="first-event", first_event=[40, NAN], gaps=[[[20, 24], [60, 70]]] * 2
    )
    assert days.tolist() == [35, 96]


@pytest.mark.parametrize(
    ("change", "days"),
    [(57, [56, 56]), (1, [0, 112]), (-4, [0, 112]), (112, [111, 1]), (113, [112, 0]), (500, [112, 0]), (NAN, [112, 0])],
)
def test_before_and_after_a_change(change, days):
    assert compute_time_before_and_after(1, 112, change).tolist() == days


def test_before_and_after_of_someone_never_exposed():
    assert compute_time_before_and_after([NAN, 1], [NAN, 10], 4).tolist() == [[0, 0], [3, 7]]


def test_trials_stand_on_leading_axes():
    start, end = np.ones((3, 2, 5)), np.arange(30).reshape(3, 2, 5) + 1.0
    assert compute_time_at_risk(start, end, stop="end").tolist() == end.tolist()
    assert compute_time_before_and_after(start, end, 4).sum(axis=-1).tolist() == end.tolist()


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: compute_time_at_risk(5, 4, stop="end"), "no end, or one before"),
        (lambda: compute_time_at_risk(5, NAN, stop="end"), "no end, or one before"),
        (lambda: compute_time_at_risk(1.5, 4, stop="end"), "not whole"),
        (lambda: compute_time_at_risk(1, float("inf"), stop="end"), "not whole"),
        (lambda: compute_time_at_risk(1, 9, stop="end", gaps=[[4, 3]]), "before they start"),
        (lambda: compute_time_at_risk(1, 9, stop="end", gaps=[[4, NAN]]), "lack a day"),
        (lambda: compute_time_at_risk(1, 9, stop="end", gaps=[4, 5, 6]), "gap, 2"),
    ],
)
def test_what_cannot_be_days_is_refused(call, match):
    with pytest.raises(StatisticsError, match=match):
        call()
