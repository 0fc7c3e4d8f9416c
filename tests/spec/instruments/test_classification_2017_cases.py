"""Worked cases of the 2017 EULAR/ACR criteria, each sum done by hand with the published points."""

import pytest

from myotis.instruments.classification_2017 import classify_subject_2017
from myotis.instruments.classification_2017_weights import Certainty, Finding, Subgroup
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES

AGE = Finding.AGE_AT_ONSET_YEARS
UPPER, LOWER = Finding.UPPER_LIMB_WEAKNESS, Finding.LOWER_LIMB_WEAKNESS
NECK, LEGS = Finding.NECK_FLEXORS_WEAKER, Finding.PROXIMAL_LEG_WEAKER
HELIOTROPE, PAPULES, SIGN = Finding.HELIOTROPE_RASH, Finding.GOTTRON_PAPULES, Finding.GOTTRON_SIGN
DYSPHAGIA, JO_1, ENZYMES = Finding.DYSPHAGIA, Finding.ANTI_JO_1, Finding.ENZYMES_RAISED
ENDOMYSIAL, PERIMYSIAL = Finding.BIOPSY_ENDOMYSIAL, Finding.BIOPSY_PERIMYSIAL
ATROPHY, VACUOLES = Finding.BIOPSY_PERIFASCICULAR_ATROPHY, Finding.BIOPSY_RIMMED_VACUOLES
READ = Finding.BIOPSY_READ
FINGER, FAILED = Finding.FINGER_FLEXOR_WEAKNESS, Finding.NO_RESPONSE_TO_TREATMENT

ITEMS_WITHOUT_BIOPSY = (UPPER, LOWER, NECK, LEGS, HELIOTROPE, PAPULES, SIGN, DYSPHAGIA, JO_1, ENZYMES)
BIOPSY_ITEMS = (ENDOMYSIAL, PERIMYSIAL, ATROPHY, VACUOLES)


def classify(age, *present, unknown=(), read=NO):
    findings = dict.fromkeys(Finding, NO) | {AGE: age, READ: read}
    findings |= dict.fromkeys(present, YES) | dict.fromkeys(unknown, UNKNOWN)
    return classify_subject_2017(findings)


@pytest.mark.parametrize(
    ("age", "present", "tenths", "certainty"),
    [
        pytest.param(45, (UPPER, LOWER, HELIOTROPE, SIGN, ENZYMES), 113, Certainty.DEFINITE, id="E1"),
        pytest.param(45, (PAPULES, ENZYMES), 55, Certainty.PROBABLE, id="E2"),
        pytest.param(45, (PAPULES, SIGN), 75, Certainty.DEFINITE, id="E3"),
        pytest.param(45, (HELIOTROPE, PAPULES), 73, Certainty.PROBABLE, id="E4"),
        pytest.param(10, (UPPER, NECK, LEGS, SIGN, DYSPHAGIA), 75, Certainty.DEFINITE, id="E5 trap for doubles"),
        pytest.param(45, (UPPER, NECK, DYSPHAGIA), 54, Certainty.POSSIBLE, id="2.1 + 0.7 + 1.9 + 0.7"),
        pytest.param(30, (HELIOTROPE, LEGS), 53, Certainty.POSSIBLE, id="1.3 + 3.1 + 0.9, at the limit"),
        pytest.param(45, (HELIOTROPE,), 52, Certainty.NOT_CLASSIFIED, id="2.1 + 3.1, just below"),
        pytest.param(10, (), 0, Certainty.NOT_CLASSIFIED, id="nothing"),
        pytest.param(60, ITEMS_WITHOUT_BIOPSY, 208, Certainty.DEFINITE, id="everything"),
    ],
)
def test_scores_without_biopsy(age, present, tenths, certainty):
    subject = classify(age, *present)
    assert (subject.score_tenths_low, subject.score_tenths_high) == (tenths, tenths)
    assert (subject.certainty_low, subject.certainty_high) == (certainty, certainty)
    assert not subject.with_biopsy


@pytest.mark.parametrize(
    ("age", "present", "tenths", "certainty"),
    [
        pytest.param(
            45, (UPPER, LOWER, HELIOTROPE, SIGN, ENZYMES), 117, Certainty.DEFINITE, id="E1 with normal biopsy"
        ),
        pytest.param(45, (PAPULES, ENZYMES), 63, Certainty.NOT_CLASSIFIED, id="E2 with normal biopsy"),
        pytest.param(45, (PAPULES, SIGN), 86, Certainty.PROBABLE, id="E3 with normal biopsy, 0.1 below definite"),
        pytest.param(10, (JO_1, ENDOMYSIAL, PERIMYSIAL), 67, Certainty.PROBABLE, id="3.8 + 1.7 + 1.2, at the limit"),
        pytest.param(10, (HELIOTROPE, ATROPHY, ENZYMES), 65, Certainty.POSSIBLE, id="3.2 + 1.9 + 1.4, at the limit"),
        pytest.param(10, (HELIOTROPE, PAPULES, LOWER), 64, Certainty.NOT_CLASSIFIED, id="3.2 + 2.7 + 0.5, just below"),
        pytest.param(30, (SIGN, VACUOLES), 83, Certainty.PROBABLE, id="1.5 + 3.7 + 3.1"),
        pytest.param(45, (NECK, LEGS, SIGN), 87, Certainty.DEFINITE, id="2.2 + 1.6 + 1.2 + 3.7, at the limit"),
        pytest.param(60, ITEMS_WITHOUT_BIOPSY + BIOPSY_ITEMS, 295, Certainty.DEFINITE, id="everything"),
    ],
)
def test_scores_with_biopsy(age, present, tenths, certainty):
    subject = classify(age, *present, read=YES)
    assert (subject.score_tenths_low, subject.certainty_low) == (tenths, certainty)
    assert subject.with_biopsy


# Points as published: without, with a biopsy. A swap of the two columns, or of two rows, shows here.
POINTS = {
    UPPER: (7, 7), LOWER: (8, 5), NECK: (19, 16), LEGS: (9, 12), HELIOTROPE: (31, 32), PAPULES: (21, 27),
    SIGN: (33, 37), DYSPHAGIA: (7, 6), JO_1: (39, 38), ENZYMES: (13, 14),
    ENDOMYSIAL: (None, 17), PERIMYSIAL: (None, 12), ATROPHY: (None, 19), VACUOLES: (None, 31),
}  # fmt: skip


@pytest.mark.parametrize("item", POINTS)
def test_each_item_has_its_points_in_each_column(item):
    without, with_biopsy = POINTS[item]
    assert classify(10, item, read=YES).score_tenths_low == with_biopsy
    if without is not None:
        assert classify(10, item).score_tenths_low == without


@pytest.mark.parametrize(
    ("age", "without", "with_biopsy"),
    [(0, 0, 0), (17, 0, 0), (18, 13, 15), (39, 13, 15), (40, 21, 22), (90, 21, 22)],
)
def test_only_one_age_row_counts(age, without, with_biopsy):
    assert classify(age).score_tenths_high == without
    assert classify(age, read=YES).score_tenths_high == with_biopsy


@pytest.mark.parametrize(
    ("subject", "percent"),
    [
        (classify(30, HELIOTROPE, LEGS), 49.25),
        (classify(45, PAPULES, ENZYMES), 54.24),
        (classify(45, PAPULES, SIGN), 89.75),
        (classify(10, HELIOTROPE, ATROPHY, ENZYMES, read=YES), 50.25),
        (classify(10, JO_1, ENDOMYSIAL, PERIMYSIAL, read=YES), 55.23),
        (classify(45, NECK, LEGS, SIGN, read=YES), 90.11),
    ],
)
def test_the_probability_is_reported_and_decides_nothing(subject, percent):
    assert subject.probability_low == subject.probability_high == pytest.approx(percent / 100, abs=0.00005)
    limits = {Certainty.POSSIBLE: 50, Certainty.PROBABLE: 55, Certainty.DEFINITE: 90}
    if not subject.with_biopsy:
        assert percent < limits[subject.certainty_low]


def test_unknown_items_give_a_range():
    subject = classify(45, HELIOTROPE, unknown=(PAPULES, SIGN))
    assert (subject.score_tenths_low, subject.score_tenths_high) == (52, 106)
    assert (subject.certainty_low, subject.certainty_high) == (Certainty.NOT_CLASSIFIED, Certainty.DEFINITE)
    assert subject.probability_low < 0.5 < subject.probability_high
    assert subject.subgroup is Subgroup.NOT_DETERMINED


def test_an_unknown_age_may_be_any_age():
    subject = classify(MISSING, HELIOTROPE, PAPULES)
    assert (subject.score_tenths_low, subject.score_tenths_high) == (52, 73)


def test_biopsy_items_mean_nothing_where_no_biopsy_was_read():
    subject = classify(45, HELIOTROPE, PAPULES, unknown=BIOPSY_ITEMS)
    assert (subject.score_tenths_low, subject.score_tenths_high) == (73, 73)
    assert subject.subgroup is Subgroup.AMYOPATHIC_DERMATOMYOSITIS


def test_what_is_not_named_is_unknown():
    subject = classify_subject_2017({READ: YES})
    assert (subject.score_tenths_low, subject.score_tenths_high) == (0, 295)


ENOUGH = (JO_1, ENZYMES, DYSPHAGIA)  # 5.9 without biopsy: probable at any age


@pytest.mark.parametrize(
    ("age", "present", "unknown", "subgroup"),
    [
        (50, (*ENOUGH, SIGN, LOWER), (), Subgroup.DERMATOMYOSITIS),
        (50, (*ENOUGH, PAPULES, NECK), (), Subgroup.DERMATOMYOSITIS),
        (50, (*ENOUGH, HELIOTROPE), (), Subgroup.AMYOPATHIC_DERMATOMYOSITIS),
        (50, (*ENOUGH, UPPER), (), Subgroup.POLYMYOSITIS),
        (50, (*ENOUGH, UPPER, FINGER, FAILED), (), Subgroup.INCLUSION_BODY_MYOSITIS),
        (50, (*ENOUGH, SIGN, UPPER, FINGER), (), Subgroup.DERMATOMYOSITIS),
        (50, (*ENOUGH, SIGN, UPPER, FAILED), (FINGER,), Subgroup.NOT_DETERMINED),
        (50, (*ENOUGH, SIGN, UPPER), (FINGER,), Subgroup.DERMATOMYOSITIS),
        (50, (*ENOUGH, UPPER), (SIGN,), Subgroup.NOT_DETERMINED),
        (50, (*ENOUGH, SIGN), (LEGS,), Subgroup.NOT_DETERMINED),
        (50, (*ENOUGH, SIGN, UPPER), (LEGS, PAPULES), Subgroup.DERMATOMYOSITIS),
        (18, (*ENOUGH, SIGN, UPPER), (), Subgroup.DERMATOMYOSITIS),
        (17, (*ENOUGH, SIGN), (), Subgroup.JUVENILE_DERMATOMYOSITIS),
        (17, (*ENOUGH, UPPER, FINGER, FAILED), (), Subgroup.JUVENILE_MYOSITIS),
        (17, (*ENOUGH, UPPER), (HELIOTROPE,), Subgroup.NOT_DETERMINED),
        (MISSING, (*ENOUGH, SIGN, UPPER), (), Subgroup.NOT_DETERMINED),
        (50, (UPPER,), (), Subgroup.NOT_APPLICABLE),
        (50, (UPPER,), (ENZYMES,), Subgroup.NOT_APPLICABLE),
        (50, (UPPER, NECK, DYSPHAGIA), (), Subgroup.NOT_APPLICABLE),
    ],
)
def test_subgroups_without_biopsy(age, present, unknown, subgroup):
    assert classify(age, *present, unknown=unknown).subgroup is subgroup


@pytest.mark.parametrize(
    ("age", "present", "unknown", "subgroup"),
    [
        (50, (*ENOUGH, VACUOLES), (), Subgroup.INCLUSION_BODY_MYOSITIS),
        (50, (*ENOUGH, VACUOLES, SIGN, UPPER), (), Subgroup.INCLUSION_BODY_MYOSITIS),
        (12, (*ENOUGH, VACUOLES), (), Subgroup.JUVENILE_MYOSITIS),
        (50, (*ENOUGH, SIGN, UPPER), (), Subgroup.DERMATOMYOSITIS),
        (50, (*ENOUGH, SIGN, UPPER), (VACUOLES,), Subgroup.NOT_DETERMINED),
    ],
)
def test_subgroups_with_biopsy(age, present, unknown, subgroup):
    assert classify(age, *present, unknown=unknown, read=YES).subgroup is subgroup


def test_a_biopsy_is_called_for_where_no_skin_sign_is_present():
    assert classify(45, *ENOUGH).biopsy_needed == YES
    assert classify(45, *ENOUGH, unknown=(SIGN,)).biopsy_needed == UNKNOWN
    assert classify(45, *ENOUGH, SIGN, unknown=(PAPULES,)).biopsy_needed == NO
    assert classify(45, *ENOUGH, read=YES).biopsy_needed == NO
