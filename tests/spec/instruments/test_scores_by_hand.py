"""Scores worked out by hand, one step a line, from the rules in the sources that the instruments name."""

from fractions import Fraction

import numpy as np
import pytest

from myotis.instruments.cdasi import (
    CDASI_ACTIVITY_ITEMS,
    CDASI_DAMAGE_ITEMS,
    compute_cdasi_activity,
    compute_cdasi_damage,
)
from myotis.instruments.chaq import CHAQ_FORM, compute_chaq
from myotis.instruments.cmas import compute_cmas, compute_duration_points
from myotis.instruments.haq import HAQ_AIDS, HAQ_GRID, HAQ_ITEMS, compute_alternative_haq_di, compute_haq_di
from myotis.instruments.mmt import compute_mmt8, compute_mmt8_unilateral, compute_mmt_total
from myotis.instruments.myoact import compute_myoact
from myotis.terms.missing import MISSING

HAQ_ANSWERS = dict.fromkeys(HAQ_ITEMS.codes + HAQ_AIDS.codes, 0) | {
    "HAQ0101": 1,
    "HAQ0102": 0,  # dressing: worst 1; help with dressing makes it 2
    "HAQ0119": 1,
    "HAQ0103": 2,
    "HAQ0104": 1,  # arising: worst 2; a special chair leaves it 2
    "HAQ0116": 1,
    "HAQ0107": 1,  # eating: worst 1
    "HAQ0109": 3,  # walking: worst 3; a cane doesn't lower it
    "HAQ0110": 1,
    "HAQ0139": 1,  # hygiene: worst 0; a long-handled appliance makes it 2
    "HAQ0127": 1,  # reach: worst 1
    "HAQ0130": 0,  # grip: 0
    "HAQ0133": 2,  # activities: worst 2
}


def test_haq_di_with_aids_and_help():
    # 2 + 2 + 1 + 3 + 2 + 1 + 0 + 2 = 13, over 8 = 1.625
    assert HAQ_GRID.fraction(int(compute_haq_di(HAQ_ANSWERS))) == Fraction("1.625")


def test_alternative_haq_di():
    # 1 + 2 + 1 + 3 + 0 + 1 + 0 + 2 = 10, over 8 = 1.25
    assert HAQ_GRID.fraction(int(compute_alternative_haq_di(HAQ_ANSWERS))) == Fraction("1.25")


def test_haq_di_with_two_categories_not_answered():
    unanswered = dict.fromkeys(["HAQ0128", "HAQ0129", "HAQ0130", "HAQ0126", "HAQ0127"], MISSING)
    # grip and reach drop out: 2 + 2 + 1 + 3 + 2 + 2 = 12, over 6 = 2
    assert HAQ_GRID.fraction(int(compute_haq_di(HAQ_ANSWERS | unanswered))) == 2


def test_haq_di_with_one_category_not_answered():
    unanswered = {"HAQ0126": MISSING, "HAQ0127": MISSING}
    # reach drops out: 2 + 2 + 1 + 3 + 2 + 0 + 2 = 12, over 7
    assert HAQ_GRID.fraction(int(compute_haq_di(HAQ_ANSWERS | unanswered))) == Fraction(12, 7)


def test_chaq():
    domains = dict.fromkeys(CHAQ_FORM.codes, 0) | {
        "dressing": 2,
        "walking": 1,
        "walking_aid": 1,  # makes it 2
        "activities": 3,
        "activities_aid": 1,  # leaves it 3
    }
    # 2 + 2 + 3 = 7, over 8
    assert HAQ_GRID.fraction(int(compute_chaq(domains))) == Fraction(7, 8)


GRADES = {
    #                        right  left
    "deltoid": (6, 7),
    "biceps": (8, 8),
    "wrist_extensors": (10, 9),
    "gluteus_maximus": (5, 5),
    "gluteus_medius": (6, 5),
    "quadriceps": (9, 9),
    "ankle_dorsiflexors": (10, 10),
}  # right: 54, left: 53
MUSCLES = {"neck_flexors": 5} | {
    f"{muscle}_{side}": grade
    for muscle, grades in GRADES.items()
    for side, grade in zip(("right", "left"), grades, strict=True)
}


def test_mmt8_of_both_sides():
    assert compute_mmt8(MUSCLES) == 5 + 54 + 53


def test_mmt8_of_one_side():
    right = {code: grade for code, grade in MUSCLES.items() if not code.endswith("left")}
    left = {code: grade for code, grade in MUSCLES.items() if not code.endswith("right")}
    assert compute_mmt8_unilateral(right) == 59
    assert compute_mmt8_unilateral(left, side="left") == 58


def test_mmt8_of_the_right_side_with_a_left_deltoid():
    # the right deltoid (6) was not tested, the left has 7
    assert compute_mmt8_unilateral(MUSCLES | {"deltoid_right": MISSING}, not_tested="opposite_side") == 60


def test_mmt_of_all_groups():
    assert compute_mmt_total({"axial": 11, "proximal": 97, "distal": 78}) == 186


def test_cmas():
    maneuvers = {
        "head_lift": int(compute_duration_points("head_lift", np.array(45))),  # 3
        "leg_raise": 1,
        "leg_lift_duration": int(compute_duration_points("leg_lift_duration", np.array(130))),  # 5
        "supine_to_prone": 2,
        "sit_ups": 4,
        "supine_to_sit": 3,
        "arm_raise": 3,
        "arm_raise_duration": int(compute_duration_points("arm_raise_duration", np.array(200))),  # 4
        "floor_sit": 2,
        "all_fours": 3,
        "floor_rise": 2,
        "chair_rise": 4,
        "stool_step": 3,
        "pick_up": 3,
    }
    # 3+1+5+2+4+3 = 18, 3+4 = 7, 2+3+2+4+3+3 = 17
    assert compute_cmas(maneuvers) == 42


@pytest.mark.parametrize(("papules", "activity"), [(1, 24), (0, 21)])
def test_cdasi_activity(papules, activity):
    items = dict.fromkeys(CDASI_ACTIVITY_ITEMS.codes, 0) | {
        "periorbital_erythema": 2,
        "v_area_neck_erythema": 3,
        "v_area_neck_scale": 1,
        "upper_back_shoulders_erythema": 2,
        "lateral_upper_thigh_erythema": 1,
        "lateral_upper_thigh_erosion": 1,
        "mechanics_hand_scale": 2,
        "dorsum_of_hands_erythema": 1,  # areas: 2 + 4 + 2 + 2 + 2 + 1 = 13
        "gottron_color": 3,
        "gottron_papules": papules,  # 6 with papules, else 3
        "gottron_ulceration": 1,
        "periungual": 2,
        "alopecia": 1,
        "scalp_erythema": 1,  # and 1 more area: 14
    }
    # 14 + 6 + 1 + 2 + 1 = 24; without papules 21
    assert compute_cdasi_activity(items) == activity


def test_cdasi_damage():
    items = dict.fromkeys(CDASI_DAMAGE_ITEMS.codes, 0) | {
        "v_area_neck_poikiloderma": 1,
        "upper_back_shoulders_poikiloderma": 1,
        "arm_calcinosis": 1,
        "gottron_damage": 2,
    }
    assert compute_cdasi_damage(items) == 5


def test_myoact():
    # 4 + 2.5 + 1 cm over five assessed organs: 7.5 / 50 = 0.15
    organs = {
        "constitutional": 4_000,
        "cutaneous": 2_500,
        "skeletal": 1_000,
        "gastrointestinal": 0,
        "pulmonary": MISSING,
        "cardiac": 0,
    }
    total, possible = compute_myoact(organs)
    assert Fraction(int(total), int(possible)) == Fraction("0.15")
