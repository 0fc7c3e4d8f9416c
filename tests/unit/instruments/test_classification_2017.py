"""The 2017 criteria over every pattern of items, against sums in Fractions programmed from the published points."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from myotis.errors import InputError
from myotis.instruments.classification_2017 import (
    FIELDS_2017,
    LIMITS_2017,
    classify_2017,
    classify_subject_2017,
    classify_subjects_2017,
)
from myotis.instruments.classification_2017_weights import OLDEST_ONSET_YEARS, Certainty, Finding, list_facts
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES
from myotis.terms.source import Status

ONSET = {False: {10: "0", 30: "1.3", 50: "2.1"}, True: {10: "0", 30: "1.5", 50: "2.2"}}
POINTS = {
    False: ["0.7", "0.8", "1.9", "0.9", "3.1", "2.1", "3.3", "0.7", "3.9", "1.3"],
    True: ["0.7", "0.5", "1.6", "1.2", "3.2", "2.7", "3.7", "0.6", "3.8", "1.4", "1.7", "1.2", "1.9", "3.1"],
}
LIMITS = {False: ("5.3", "5.5", "7.5"), True: ("6.5", "6.7", "8.7")}


def every_pattern(with_biopsy):
    """All patterns of age group and items as findings, with their points as text in the order of the table."""
    points = POINTS[with_biopsy]
    patterns = list(product(ONSET[with_biopsy], *([(NO, YES)] * len(points))))
    findings = np.full((len(patterns), len(Finding)), NO)
    findings[:, : len(points) + 1] = patterns
    findings[:, Finding.BIOPSY_READ] = YES if with_biopsy else NO
    scored = [
        [ONSET[with_biopsy][age], *(text for text, answer in zip(points, answers, strict=True) if answer == YES)]
        for age, *answers in patterns
    ]
    return findings, scored


def count_limits_reached(scores, with_biopsy, number):
    return [sum(score >= number(limit) for limit in LIMITS[with_biopsy]) for score in scores]


@pytest.mark.parametrize(
    ("with_biopsy", "patterns", "wrong_in_doubles"),
    [pytest.param(False, 3_072, 6, id="without biopsy"), pytest.param(True, 49_152, 25, id="with biopsy")],
)
def test_every_pattern_has_the_exact_sum_where_doubles_go_wrong(with_biopsy, patterns, wrong_in_doubles):
    findings, scored = every_pattern(with_biopsy)
    exact = [sum(map(Fraction, texts)) for texts in scored]
    expected = count_limits_reached(exact, with_biopsy, Fraction)
    found = classify_subjects_2017(findings)
    assert len(findings) == patterns
    assert [Fraction(tenths, 10) for tenths in found.score_tenths_low.tolist()] == exact
    assert found.certainty_low.tolist() == expected
    assert np.array_equal(found.score_tenths_low, found.score_tenths_high)
    doubles = count_limits_reached([sum(map(float, texts)) for texts in scored], with_biopsy, float)
    assert sum(a != b for a, b in zip(doubles, expected, strict=True)) == wrong_in_doubles


def draw_findings(subjects, seed):
    rng = np.random.default_rng(seed)
    findings = rng.choice([YES, NO, UNKNOWN], (subjects, len(Finding)), p=[0.45, 0.45, 0.1])
    findings[:, Finding.AGE_AT_ONSET_YEARS] = rng.choice([MISSING, 0, 17, 18, 39, 40, 80], subjects)
    findings[:, Finding.BIOPSY_READ] = rng.choice([YES, NO], subjects)
    biopsy = slice(Finding.BIOPSY_ENDOMYSIAL, Finding.BIOPSY_READ)
    unread = findings[:, Finding.BIOPSY_READ] == NO
    findings[unread, biopsy] = np.where(findings[unread, biopsy] == YES, NO, findings[unread, biopsy])
    return findings


def test_interpreted_compiled_and_kernel_agree():
    findings = draw_findings(3_000, seed=1)
    interpreted = classify_subjects_2017(findings, engine="interpreted")
    compiled = classify_subjects_2017(findings, engine="compiled")
    for field in interpreted.__slots__:
        assert np.array_equal(getattr(interpreted, field), getattr(compiled, field)), field
    out = np.zeros((len(findings), FIELDS_2017), np.int64)
    classify_2017.compiled(findings, LIMITS_2017, out)
    assert out[:, 0].tolist() == interpreted.score_tenths_low.tolist()
    assert out[:, 4].tolist() == interpreted.subgroup.tolist()


def test_one_subject_equals_the_batch():
    findings = draw_findings(200, seed=2)
    batch = classify_subjects_2017(findings)
    for subject, row in enumerate(findings.tolist()):
        assert classify_subject_2017(dict(zip(Finding, row, strict=True))) == batch.one(subject)


def test_no_subjects_give_no_classification():
    found = classify_subjects_2017(np.empty((0, len(Finding)), np.int64))
    assert len(found.score_tenths_low) == len(found.probability_high) == 0


def test_classes_are_ordered():
    assert Certainty.NOT_CLASSIFIED < Certainty.POSSIBLE < Certainty.PROBABLE < Certainty.DEFINITE


def test_every_fault_is_named_by_subject_and_column_without_its_value():
    findings = np.full((5, len(Finding)), NO)
    findings[0, Finding.HELIOTROPE_RASH] = 77
    findings[1, Finding.AGE_AT_ONSET_YEARS] = -1
    findings[2, Finding.AGE_AT_ONSET_YEARS] = OLDEST_ONSET_YEARS + 1
    findings[3, Finding.BIOPSY_READ] = UNKNOWN
    findings[4, Finding.BIOPSY_RIMMED_VACUOLES] = YES
    with pytest.raises(InputError) as caught:
        classify_subjects_2017(findings)
    assert [(fault.key, fault.column) for fault in caught.value.faults] == [
        ("subject 0", "heliotrope_rash"),
        ("subject 1", "age_at_onset_years"),
        ("subject 2", "age_at_onset_years"),
        ("subject 3", "biopsy_read"),
        ("subject 4", "biopsy_read"),
    ]
    assert "77" not in str(caught.value)


@pytest.mark.parametrize(
    "findings",
    [np.zeros(len(Finding), np.int64), np.zeros((2, 3), np.int64), np.zeros((2, len(Finding)))],
    ids=["one dimension", "too few columns", "floats"],
)
def test_arrays_of_another_shape_or_type_are_refused(findings):
    with pytest.raises(InputError, match="int64 of shape"):
        classify_subjects_2017(findings)


def test_every_number_has_its_source():
    facts = {fact.what: fact for fact in list_facts()}
    assert facts["2017 criteria: Gottron's sign"].value == "3.3 without, 3.7 with biopsy"
    assert facts["2017 criteria: probable"].value == "at least 5.5 without, 6.7 with biopsy"
    assert facts["2017 criteria: probability without biopsy"].source.status is Status.RECALLED
    assert len(facts) == 2 + 14 + 3 + 2 + 3
