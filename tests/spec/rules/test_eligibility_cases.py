"""Screening for ProDERM by hand: each case changes something about a patient who may enter.

Criteria of the public trial pages: definite or probable dermatomyositis; MMT-8 below 142 and two of patient global,
physician global and extramuscular activity of at least 2 cm, an enzyme above 1.5 x ULN, a HAQ of at least 0.25; at
least 18 and less than 80 years old; no body mass index of 40 or more, and so on.
"""

from decimal import Decimal

import pytest

from myotis.errors import InputError
from myotis.protocol.read import read_trial
from myotis.rules.eligibility import assess_eligibility
from myotis.terms.missing import ANSWERS

PRODERM = read_trial("proderm")

PATIENT = {
    "bohan_peter": "definite",
    "background_therapy_stable": True,
    "previous_therapy_failed": False,
    "adjudicated_active": True,
    "age": 52,
    "informed_consent": True,
    "able_to_comply": True,
    "mmt8": 130,
    "patient_global": Decimal("5.0"),
    "physician_global": Decimal("4.5"),
    "extramuscular": Decimal("1.0"),
    "highest_enzyme": Decimal("1.2"),
    "haq": Decimal("0.125"),
    "cancer_associated_myositis": False,
    "active_malignancy": False,
    "bmi": Decimal("27.5"),
    "dvt_within_a_year": False,
    "exercise_program": False,
    "igg_within_6_months": False,
    "blood_product_within_3_months": False,
    "forbidden_immunosuppressant": False,
    "other_myositis": False,
    "severe_organ_disease": False,
    "iga_deficiency_with_antibodies": False,
    "pregnant_or_nursing": False,
}

ONE_OF_FIVE = {"physician_global": Decimal("1.9")}

# What is changed; whether the patient may enter; the criteria that are not as they should be, or not known.
CASES = [
    ("as described", {}, "yes", ""),
    ("MMT-8 of 141", {"mmt8": 141}, "yes", ""),
    ("MMT-8 of 142", {"mmt8": 142}, "no", "I4"),
    ("18 years old", {"age": 18}, "yes", ""),
    ("nearly 18", {"age": Decimal("17.999")}, "no", "I5"),
    ("nearly 80", {"age": Decimal("79.999")}, "yes", ""),
    ("80 years old", {"age": 80}, "no", "I5"),
    ("only one of five abnormal", ONE_OF_FIVE, "no", "I4"),
    ("enzyme of exactly 1.5 x ULN is not enough", ONE_OF_FIVE | {"highest_enzyme": Decimal("1.5")}, "no", "I4"),
    ("enzyme just above 1.5 x ULN", ONE_OF_FIVE | {"highest_enzyme": Decimal("1.501")}, "yes", ""),
    ("HAQ of 0.25", ONE_OF_FIVE | {"haq": Decimal("0.25")}, "yes", ""),
    ("HAQ of 0.249", ONE_OF_FIVE | {"haq": Decimal("0.249")}, "no", "I4"),
    ("extramuscular activity of 2 cm", ONE_OF_FIVE | {"extramuscular": 2}, "yes", ""),
    ("physician global of 2 cm", {"physician_global": 2}, "yes", ""),
    ("patient global of 1.99 cm", {"patient_global": Decimal("1.99")}, "no", "I4"),
    ("probable", {"bohan_peter": "probable"}, "yes", ""),
    ("only possible", {"bohan_peter": "possible"}, "no", "I1"),
    ("failed therapy, washed out", {"background_therapy_stable": False, "previous_therapy_failed": True}, "yes", ""),
    ("no therapy at all", {"background_therapy_stable": False}, "no", "I2"),
    ("not active", {"adjudicated_active": False}, "no", "I3"),
    ("no consent", {"informed_consent": False}, "no", "I6"),
    ("can't comply", {"able_to_comply": False}, "no", "I7"),
    ("body mass index of 39.999", {"bmi": Decimal("39.999")}, "yes", ""),
    ("body mass index of 40", {"bmi": 40}, "no", "E3"),
    ("cancer-associated", {"cancer_associated_myositis": True}, "no", "E1"),
    ("malignancy", {"active_malignancy": True}, "no", "E2"),
    ("thrombosis", {"dvt_within_a_year": True}, "no", "E4"),
    ("new exercise program", {"exercise_program": True}, "no", "E5"),
    ("immune globulin", {"igg_within_6_months": True}, "no", "E6"),
    ("plasma exchange", {"blood_product_within_3_months": True}, "no", "E6"),
    ("rituximab", {"forbidden_immunosuppressant": True}, "no", "E7"),
    ("overlap myositis", {"other_myositis": True}, "no", "E8"),
    ("renal disease", {"severe_organ_disease": True}, "no", "E9"),
    ("IgA deficiency", {"iga_deficiency_with_antibodies": True}, "no", "E10"),
    ("pregnant", {"pregnant_or_nursing": True}, "no", "E11"),
    ("several reasons", {"age": 80, "mmt8": 150, "bmi": 41}, "no", "I4 I5 E3"),
    ("age not known", {"age": None}, "unknown", "I5"),
    ("age not known, but pregnant", {"age": None, "pregnant_or_nursing": True}, "no", "I5 E11"),
    ("enzymes not known, and they don't matter", {"highest_enzyme": None}, "yes", ""),
    ("enzymes not known, and they would decide", ONE_OF_FIVE | {"highest_enzyme": None}, "unknown", "I4"),
    ("enzymes not known, MMT-8 too good", {"highest_enzyme": None, "mmt8": 142}, "no", "I4"),
    ("class not known", {"bohan_peter": None}, "unknown", "I1"),
    ("one of two therapies not known", {"previous_therapy_failed": None}, "yes", ""),
    ("thrombosis not known", {"dvt_within_a_year": None}, "unknown", "E4"),
    ("one blood product not known", {"igg_within_6_months": None}, "unknown", "E6"),
]


@pytest.mark.parametrize(("case", "changed", "may_enter", "reasons"), CASES, ids=[case for case, *_ in CASES])
def test_screening(case, changed, may_enter, reasons):  # noqa: ARG001 (the case is the test's name)
    found = assess_eligibility(PRODERM, PATIENT | changed)
    assert ANSWERS[found.eligible] == may_enter
    wanted = {criterion.id: "yes" if criterion.kind == "inclusion" else "no" for criterion in PRODERM.eligibility}
    assert [name for name, answer in found.criteria.items() if ANSWERS[answer] != wanted[name]] == reasons.split()


def test_nothing_is_known_before_screening():
    found = assess_eligibility(PRODERM, {})
    assert {ANSWERS[answer] for answer in (found.eligible, *found.criteria.values())} == {"unknown"}


def test_a_value_that_a_fact_cannot_have_is_refused():
    with pytest.raises(InputError, match=r"column mmt8: .*expected an exact number .* of points"):
        assess_eligibility(PRODERM, PATIENT | {"mmt8": 130.0})
    with pytest.raises(InputError, match=r"column bohan_peter: .*expected definite, probable"):
        assess_eligibility(PRODERM, PATIENT | {"bohan_peter": "perhaps"})
