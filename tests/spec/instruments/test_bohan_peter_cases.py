"""Worked cases of Bohan and Peter's criteria, from the table of classes that reviews print."""

import pytest

from myotis.instruments.bohan_peter import (
    BohanPeterExclusions,
    BohanPeterFindings,
    Disease,
    compute_bohan_peter,
)
from myotis.instruments.classification_2017_weights import Certainty
from myotis.terms.missing import NO, UNKNOWN, YES

DEFINITE, PROBABLE, POSSIBLE = Certainty.DEFINITE, Certainty.PROBABLE, Certainty.POSSIBLE
NOT_CLASSIFIED = Certainty.NOT_CLASSIFIED
PM, DM = Disease.POLYMYOSITIS, Disease.DERMATOMYOSITIS
ANSWER = {"+": YES, "-": NO, "?": UNKNOWN}


def classify(answers, exclusions="-----"):
    """``answers``: weakness, biopsy, enzymes, EMG, rash, one sign each; ``exclusions`` in the order of the class."""
    findings = dict(zip(("weakness", "biopsy", "enzymes", "emg", "rash"), map(ANSWER.get, answers), strict=True))
    names = (
        "neurological_disease",
        "muscular_dystrophy",
        "granulomatous_or_infectious_myositis",
        "metabolic_or_endocrine_myopathy",
        "myasthenia_gravis",
    )
    ruled_out = dict(zip(names, map(ANSWER.get, exclusions), strict=True))
    return compute_bohan_peter(BohanPeterFindings(**findings), BohanPeterExclusions(**ruled_out))


@pytest.mark.parametrize(
    ("answers", "certainty", "disease"),
    [
        ("++++-", DEFINITE, PM),
        ("+++--", PROBABLE, PM),
        ("-+++-", PROBABLE, PM),
        ("+-+--", POSSIBLE, PM),
        ("+----", NOT_CLASSIFIED, None),
        ("-----", NOT_CLASSIFIED, None),
        ("+++++", DEFINITE, DM),
        ("+++-+", DEFINITE, DM),
        ("+--++", PROBABLE, DM),
        ("--+-+", POSSIBLE, DM),
        ("----+", NOT_CLASSIFIED, None),
    ],
)
def test_classes_with_everything_known(answers, certainty, disease):
    subject = classify(answers)
    assert (subject.lowest, subject.highest, subject.disease) == (certainty, certainty, disease)
    assert subject.excluded == NO


@pytest.mark.parametrize(
    ("answers", "lowest", "highest", "disease"),
    [
        ("+?+-+", PROBABLE, DEFINITE, DM),
        ("+?+?-", POSSIBLE, DEFINITE, PM),
        ("+?---", NOT_CLASSIFIED, POSSIBLE, PM),
        ("+-+-?", POSSIBLE, PROBABLE, None),
        ("----?", NOT_CLASSIFIED, NOT_CLASSIFIED, None),
        ("?????", NOT_CLASSIFIED, DEFINITE, None),
    ],
)
def test_untested_is_not_absent(answers, lowest, highest, disease):
    subject = classify(answers)
    assert (subject.lowest, subject.highest, subject.disease) == (lowest, highest, disease)


@pytest.mark.parametrize("exclusions", ["+----", "-+---", "--+--", "---+-", "----+", "?+???"])
def test_any_exclusion_present_rules_both_diseases_out(exclusions):
    subject = classify("+++++", exclusions)
    assert (subject.lowest, subject.highest, subject.disease) == (NOT_CLASSIFIED, NOT_CLASSIFIED, None)
    assert subject.excluded == YES


def test_an_exclusion_not_looked_for_leaves_both_open():
    subject = classify("+++++", "----?")
    assert (subject.lowest, subject.highest, subject.disease) == (NOT_CLASSIFIED, DEFINITE, DM)
    assert subject.excluded == UNKNOWN
