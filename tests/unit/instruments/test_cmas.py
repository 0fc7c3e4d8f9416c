import numpy as np
import pytest

from myotis.errors import InputError, SettingError
from myotis.instruments import cmas
from myotis.terms.missing import MISSING
from myotis.terms.source import Status

ABLE = {item.code: item.maximum for item in cmas.CMAS_ITEMS.items}


def test_fourteen_maneuvers_add_up_to_52():
    assert len(ABLE) == 14
    assert cmas.CMAS_ITEMS.maximum == 52 == cmas.CMAS.best
    assert cmas.compute_cmas(ABLE) == 52


def test_six_maxima_were_read_and_eight_are_recalled():
    statuses = [fact.source.status for fact in cmas.CMAS_ITEMS.facts()]
    assert statuses == [Status.VERIFIED] * 6 + [Status.RECALLED] * 8


def test_a_missing_maneuver_leaves_the_total_missing_or_counts_nothing():
    maneuvers = ABLE | {"sit_ups": np.array([MISSING, 2])}
    assert cmas.compute_cmas(maneuvers).tolist() == [MISSING, 48]
    assert cmas.compute_cmas(maneuvers, missing="zero").tolist() == [46, 48]


def test_faults_and_options():
    with pytest.raises(InputError, match="leg_raise"):
        cmas.compute_cmas(ABLE | {"leg_raise": 3})
    with pytest.raises(SettingError):
        cmas.compute_cmas(ABLE, missing="guess")


SECONDS = np.array([0, 1, 9, 10, 29, 30, 59, 60, 119, 120, 100_000, MISSING])


def test_seconds_become_points():
    points = [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, MISSING]
    assert cmas.compute_duration_points("head_lift", SECONDS).tolist() == points
    assert cmas.compute_duration_points("leg_lift_duration", SECONDS).tolist() == points


def test_the_arm_raise_ends_at_four():
    points = cmas.compute_duration_points("arm_raise_duration", SECONDS)
    assert points.tolist() == [0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 4, MISSING]
    assert all(cmas.CMAS_ITEMS.only([code]).maximum == most for code, most in cmas.TIMED.value.items())


def test_negative_times_and_maneuvers_without_a_clock_are_refused():
    with pytest.raises(InputError) as caught:
        cmas.compute_duration_points("head_lift", np.array([[-1, 5], [7, -2]]))
    assert [fault.key for fault in caught.value.faults] == ["index=0,0", "index=1,1"]
    with pytest.raises(InputError, match="not timed"):
        cmas.compute_duration_points("pick_up", SECONDS)
