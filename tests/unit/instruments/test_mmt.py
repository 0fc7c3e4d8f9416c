import numpy as np
import pytest

from myotis.errors import InputError, SettingError
from myotis.instruments import mmt
from myotis.terms.missing import MISSING

STRONG = dict.fromkeys(mmt.MMT8_MUSCLES.codes, 10)
RIGHT = {code: grade for code, grade in STRONG.items() if not code.endswith("_left")}
LEFT = {code: grade for code, grade in STRONG.items() if not code.endswith("_right")}


def test_totals_reach_their_declared_range():
    assert mmt.MMT8_MUSCLES.maximum == 150 == mmt.MMT8_BILATERAL.maximum
    assert mmt.compute_mmt8(STRONG) == mmt.MMT8_BILATERAL.best
    assert mmt.compute_mmt8_unilateral(RIGHT) == 80 == mmt.MMT8_UNILATERAL.best
    assert mmt.compute_mmt_total({"axial": 20, "proximal": 160, "distal": 80}) == 260 == mmt.MMT_TOTAL.best


def test_a_muscle_that_was_not_tested_leaves_the_total_missing():
    assert mmt.compute_mmt8(STRONG | {"biceps_left": np.array([MISSING, 4])}).tolist() == [MISSING, 144]
    assert mmt.compute_mmt_total({"axial": MISSING, "proximal": 160, "distal": 80}) == MISSING


def test_the_left_side_can_be_the_one():
    assert mmt.compute_mmt8_unilateral(LEFT | {"quadriceps_left": 3}, side="left") == 73


def test_only_the_side_that_was_asked_for_is_taken():
    with pytest.raises(InputError) as caught:
        mmt.compute_mmt8_unilateral(LEFT)
    assert len(caught.value.faults) == 14


@pytest.mark.parametrize(("side", "total"), [("right", 76), ("left", 71)])
def test_the_opposite_side_stands_in_where_the_trial_says_so(side, total):
    grades = STRONG | {"deltoid_right": MISSING, "deltoid_left": 6, "biceps_left": 5}
    assert mmt.compute_mmt8_unilateral(grades, side=side, not_tested="opposite_side") == total


def test_without_the_muscle_on_both_sides_there_is_no_total():
    grades = STRONG | {"deltoid_right": MISSING, "deltoid_left": MISSING}
    assert mmt.compute_mmt8_unilateral(grades, not_tested="opposite_side") == MISSING
    assert mmt.compute_mmt8_unilateral(STRONG | {"neck_flexors": MISSING}, not_tested="opposite_side") == MISSING


def test_grades_beyond_the_key_are_refused_by_muscle():
    with pytest.raises(InputError) as caught:
        mmt.compute_mmt8(STRONG | {"neck_flexors": np.array([10, 11]), "deltoid_left": -1})
    assert [(fault.column, fault.key) for fault in caught.value.faults] == [
        ("neck_flexors", "index=1"),
        ("deltoid_left", ""),
    ]


@pytest.mark.parametrize("option", [{"side": "front"}, {"not_tested": "guess"}])
def test_unknown_options_are_refused(option):
    with pytest.raises(SettingError):
        mmt.compute_mmt8_unilateral(RIGHT, **option)


def test_grades_are_read_from_a_form():
    assert mmt.read_kendall_grades(["0", " 10 ", "", None, "7"]).tolist() == [0, 10, MISSING, MISSING, 7]
    assert mmt.read_kendall_grades(["T", "t", "1"], trace=1).tolist() == [1, 1, 1]


def test_a_trace_without_a_number_and_other_scales_are_refused_together():
    with pytest.raises(InputError) as caught:
        mmt.read_kendall_grades(["T", "9", "4+", "5-", "11", "3.5", "normal"])
    assert [fault.key for fault in caught.value.faults] == [f"index={index}" for index in (0, 2, 3, 4, 5, 6)]
    assert "trace=" in caught.value.faults[0].remedy
    assert "0 to 5" in caught.value.faults[1].what
    assert "normal" not in str(caught.value)


@pytest.mark.parametrize("trace", [-1, 11])
def test_a_trace_is_a_grade(trace):
    with pytest.raises(SettingError, match="trace"):
        mmt.read_kendall_grades([], trace=trace)


def test_the_key_names_each_grade_once():
    names = mmt.KENDALL_KEY.value
    assert len(set(names)) == 11
    assert (names[1], names[7], names[9], names[10]) == ("2-", "4-", "4+", "5")


def test_the_full_test_from_its_muscles():
    grades = dict.fromkeys(mmt.MMT_MUSCLES.codes, 10)
    grades |= {"neck_flexors": 4, "neck_extensors": 9, "iliopsoas_left": 5, "wrist_flexors_right": 0}
    groups = mmt.compute_mmt_groups(grades)
    assert {name: int(total) for name, total in groups.items()} == {"axial": 13, "proximal": 155, "distal": 70}
    assert int(mmt.compute_mmt_total(groups)) == 238
    assert (len(mmt.MMT_MUSCLES.codes), mmt.MMT_MUSCLES.maximum) == (26, 260)


def test_a_muscle_that_was_not_tested_leaves_its_group_missing():
    groups = mmt.compute_mmt_groups(dict.fromkeys(mmt.MMT_MUSCLES.codes, 10) | {"hamstrings_right": MISSING})
    assert (int(groups["axial"]), int(groups["proximal"]), int(groups["distal"])) == (20, MISSING, 80)
