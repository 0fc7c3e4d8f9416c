import numpy as np
import pytest

from myotis.errors import InputError, SettingError
from myotis.instruments import cdasi
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES
from myotis.terms.source import Status

CLEAR = dict.fromkeys(cdasi.CDASI_ACTIVITY_ITEMS.codes, 0)
UNHARMED = dict.fromkeys(cdasi.CDASI_DAMAGE_ITEMS.codes, 0)


def test_the_worst_skin_reaches_the_declared_ranges():
    worst = {item.code: item.maximum for item in cdasi.CDASI_ACTIVITY_ITEMS.items}
    assert cdasi.compute_cdasi_activity(worst) == 100 == cdasi.CDASI_ACTIVITY.worst
    harmed = {item.code: item.maximum for item in cdasi.CDASI_DAMAGE_ITEMS.items}
    assert cdasi.compute_cdasi_damage(harmed) == 32 == cdasi.CDASI_DAMAGE.worst


def test_fifteen_areas():
    assert len(cdasi.AREAS) == 15
    assert len(cdasi.CDASI_ACTIVITY_ITEMS.items) == 15 * 3 + 5
    assert len(cdasi.CDASI_DAMAGE_ITEMS.items) == 15 * 2 + 1


def test_papules_double_the_color_and_not_the_ulceration():
    hands = {"gottron_color": 2, "gottron_ulceration": 1}
    assert cdasi.compute_cdasi_activity(CLEAR | hands) == 3
    assert cdasi.compute_cdasi_activity(CLEAR | hands | {"gottron_papules": 1}) == 5
    assert cdasi.compute_cdasi_activity(CLEAR | {"gottron_papules": 1}) == 0


def test_unknown_papules_matter_only_with_a_color():
    color = np.array([0, 2, MISSING])
    items = CLEAR | {"gottron_color": color, "gottron_papules": MISSING}
    assert cdasi.compute_cdasi_activity(items).tolist() == [0, MISSING, MISSING]
    assert cdasi.compute_cdasi_activity(items, missing="zero").tolist() == [0, 2, 0]


def test_a_missing_color_is_missing_with_papules_too():
    items = CLEAR | {"gottron_color": MISSING, "gottron_papules": 1}
    assert cdasi.compute_cdasi_activity(items) == MISSING
    assert cdasi.compute_cdasi_activity(items, missing="zero") == 0


def test_a_missing_area_leaves_the_total_missing_or_counts_nothing():
    assert cdasi.compute_cdasi_damage(UNHARMED | {"arm_calcinosis": MISSING, "gottron_damage": 1}) == MISSING
    assert cdasi.compute_cdasi_damage(UNHARMED | {"arm_calcinosis": MISSING, "gottron_damage": 1}, missing="zero") == 1
    assert cdasi.compute_cdasi_activity(CLEAR | {"scalp_scale": MISSING}) == MISSING


def test_faults_and_options():
    with pytest.raises(InputError, match="scalp_scale"):
        cdasi.compute_cdasi_activity(CLEAR | {"scalp_scale": 3})
    with pytest.raises(SettingError):
        cdasi.compute_cdasi_damage(UNHARMED, missing="guess")
    with pytest.raises(SettingError):
        cdasi.compute_cdasi_severity(np.array([1]), mild_cut="paris")


ACTIVITY = np.array([0, 14, 15, 19, 20, 26, 27, 100, MISSING])


def test_severity_by_either_cut():
    assert cdasi.compute_cdasi_severity(ACTIVITY).tolist() == [0, 0, 1, 1, 1, 1, 2, 2, MISSING]
    assert cdasi.compute_cdasi_severity(ACTIVITY, mild_cut="upenn").tolist() == [0, 0, 0, 0, 1, 1, 2, 2, MISSING]


@pytest.mark.parametrize(
    ("definition", "baseline", "activity", "answer"),
    [
        (cdasi.FALL_OF_4_POINTS, 10, 6, YES),
        (cdasi.FALL_OF_4_POINTS, 10, 7, NO),
        (cdasi.FALL_OF_4_POINTS, 0, 0, NO),
        (cdasi.FALL_OF_4_POINTS, 10, 20, NO),
        (cdasi.FALL_OF_40_PERCENT, 15, 9, YES),
        (cdasi.FALL_OF_40_PERCENT, 16, 10, NO),
        (cdasi.FALL_OF_40_PERCENT, 14, 0, UNKNOWN),
        (cdasi.CDASI_50, 1, 0, YES),
        (cdasi.CDASI_50, 9, 5, NO),
        (cdasi.CDASI_50, 9, 4, YES),
        (cdasi.CDASI_50, 0, 0, UNKNOWN),
        (cdasi.CDASI_50, MISSING, 0, UNKNOWN),
        (cdasi.CDASI_50, 20, MISSING, UNKNOWN),
    ],
)
def test_response(definition, baseline, activity, answer):
    assert cdasi.compute_cdasi_response(np.array(baseline), np.array(activity), definition) == answer


def test_definitions_are_listed_with_their_sources():
    facts = [fact for definition in cdasi.CDASI_RESPONSES for fact in definition.facts()]
    assert [fact.value for fact in facts] == [
        "a fall of at least 4 points",
        "a fall of at least 40 %, baseline above 14",
        "a fall of at least 50 %, baseline above 0",
    ]
    assert [fact.source.status for fact in facts] == [Status.VERIFIED, Status.VERIFIED, Status.RECALLED]
