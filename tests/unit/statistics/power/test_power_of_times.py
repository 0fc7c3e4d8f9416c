"""Power of a time to event: how many events are seen, on paper and in drawn trials."""

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.power.answers import find_detectable_effect, find_sample_size
from myotis.statistics.power.observed_events import Hazard, compute_event_probability
from myotis.statistics.power.time_to_event import TimeToEvent, compute_events, find_duration

NONE = Hazard(rates=(0.0,))


def assume(**changed):
    given = {
        "hazard_ratio": 0.5, "comparator": Hazard.of_median(12), "dropout1": NONE, "dropout2": NONE, "accrual": 12.0,
        "follow_up": 6.0, "alpha": 0.05, "alternative": "two-sided", "formula": "schoenfeld",
    }  # fmt: skip
    return TimeToEvent(**given | changed)


def test_all_at_once_without_dropout_it_is_the_distribution_of_the_time():
    hazard = Hazard(rates=(0.2, 0.05, 0.1), cuts=(3, 10))
    for end, total in ((2.0, 0.4), (7.0, 0.8), (15.0, 1.45)):
        expected = 1 - np.exp(-total)
        assert compute_event_probability(hazard, NONE, accrual=0, duration=end) == pytest.approx(expected, abs=1e-13)


def test_even_accrual_of_a_constant_hazard_has_a_closed_form():
    rate, accrual, end = 0.08, 10.0, 16.0
    expected = 1 - (np.exp(-rate * (end - accrual)) - np.exp(-rate * end)) / (rate * accrual)
    found = compute_event_probability(Hazard(rates=(rate,)), NONE, accrual=accrual, duration=end)
    assert found == pytest.approx(expected, abs=1e-13)


def test_a_huge_hazard_is_integrated_too():
    assert compute_event_probability(Hazard(rates=(500.0,)), NONE, accrual=1, duration=9) == pytest.approx(1, abs=1e-12)


def test_dropout_competes_in_proportion_to_its_hazard():
    found = compute_event_probability(Hazard(rates=(0.3,)), Hazard(rates=(0.1,)), accrual=0, duration=500)
    assert found == pytest.approx(0.75, abs=1e-12)


def test_events_are_those_of_drawn_trials():
    rng = np.random.default_rng(11)
    n = 200_000
    entry, first, second, left = (
        rng.uniform(0, 8, n),
        rng.exponential(10, n),
        rng.exponential(40, n),
        rng.exponential(50, n),
    )
    time = np.where(first < 5, first, 5 + second)  # the hazard falls to a quarter at 5
    seen = (time <= left) & (entry + time <= 11)
    found = compute_event_probability(
        Hazard(rates=(0.1, 0.025), cuts=(5,)), Hazard(rates=(0.02,)), accrual=8, duration=11
    )
    assert found == pytest.approx(seen.mean(), abs=4 * np.sqrt(0.25 / n))


def test_the_events_of_the_size_are_those_that_the_power_asks_for():
    found = find_sample_size(assume(alpha=0.025, alternative="less"), power=0.8, ratio=(1, 1))
    asked = compute_events(hazard_ratio=0.5, ratio=1, alpha=0.025, alternative="less", power=0.8, formula="schoenfeld")
    assert assume().count_events(found.n1, found.n2) >= asked > assume().count_events(found.n1 - 1, found.n2 - 1)


@pytest.mark.parametrize("direction", ["less", "greater"])
@pytest.mark.parametrize("formula", ["schoenfeld", "freedman"])
def test_a_hazard_ratio_is_found_on_either_side_of_one(direction, formula):
    found = find_detectable_effect(assume(formula=formula), 80, 80, power=0.8, direction=direction)
    assert (found.effect < 1) == (direction == "less")
    assert found.power == pytest.approx(0.8, abs=1e-9)


def test_the_duration_for_the_events_that_are_expected_is_the_one_assumed():
    assumed = assume()
    events = assumed.count_events(50, 60)
    assert find_duration(assumed, 50, 60, events=events) == pytest.approx(assumed.duration, abs=1e-8)
    assert find_duration(assumed, 50, 60, events=events / 3) < assumed.duration


@pytest.mark.parametrize(
    "build",
    [
        lambda: Hazard(rates=(0.1, 0.2)),
        lambda: Hazard(rates=(-0.1,)),
        lambda: Hazard(rates=(0.1, 0.2, 0.3), cuts=(5, 5)),
        lambda: Hazard.of_share(1.0, 4),
        lambda: assume(hazard_ratio=0.0),
        lambda: assume(accrual=0.0, follow_up=0.0),
        lambda: assume(comparator=NONE),
        lambda: compute_event_probability(NONE, NONE, accrual=-1, duration=1),
        lambda: compute_events(
            hazard_ratio=1.0, ratio=1, alpha=0.05, alternative="less", power=0.8, formula="freedman"
        ),
        lambda: find_duration(assume(), 20, 20, events=41),
    ],
)
def test_what_can_not_be_is_an_error(build):
    with pytest.raises(StatisticsError, match="expected"):
        build()
