"""Eligibility: the comparisons, what a fact may be, and three-valued answers against all completions."""

from decimal import Decimal
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from myotis.errors import InputError, SettingError
from myotis.protocol.criteria import FactDeclaration
from myotis.protocol.read import read_trial
from myotis.rules.eligibility import (
    ABOVE,
    AT_LEAST,
    AT_MOST,
    BELOW,
    EQUAL,
    EligibilityLimits,
    assess_eligibility,
    check_criteria,
    eligibility_limits,
    encode_fact,
    is_met,
)
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES
from myotis.terms.units import Quantity

PRODERM = read_trial("proderm")
AGE = FactDeclaration(id="age", label="Age", kind="number", unit="years")
CONSENT = FactDeclaration(id="consent", label="Consent", kind="yes_no")
CLASS = FactDeclaration(id="class", label="Class", kind="choice", choices=("definite", "probable"))


@pytest.mark.parametrize(
    ("comparison", "met"),
    [(EQUAL, (NO, YES, NO)), (AT_LEAST, (NO, YES, YES)), (ABOVE, (NO, NO, YES)), (AT_MOST, (YES, YES, NO)),
     (BELOW, (YES, NO, NO))],
)  # fmt: skip
def test_comparisons_below_at_and_above_the_limit(comparison, met):
    assert tuple(is_met(value, comparison, 1500) for value in (1499, 1500, 1501)) == met
    assert is_met(MISSING, comparison, 1500) == UNKNOWN


@pytest.mark.parametrize(
    ("fact", "value", "code"),
    [
        (AGE, 18, 36_000),
        (AGE, Decimal("79.999"), 159_998),
        (AGE, Fraction(1, 8), 250),
        (AGE, Fraction(1, 3), 667),
        (AGE, Decimal("-0.0005"), -1),
        (AGE, Quantity(Decimal("1.5"), "years"), 3000),
        (AGE, None, MISSING),
        (CONSENT, True, YES),
        (CONSENT, False, NO),
        (CONSENT, None, MISSING),
        (CLASS, "definite", 0),
        (CLASS, "probable", 1),
        (CLASS, None, MISSING),
    ],
)
def test_facts_as_integers(fact, value, code):
    assert encode_fact(value, fact) == code


@pytest.mark.parametrize(
    ("fact", "value"),
    [(AGE, 18.0), (AGE, "18"), (AGE, True), (AGE, Decimal("inf")), (AGE, Decimal("nan")), (AGE, 10**12),
     (AGE, Quantity(Decimal(216), "months")),
     (CONSENT, 1), (CONSENT, "yes"), (CLASS, "possible"), (CLASS, True), (CLASS, 0)],
)  # fmt: skip
def test_values_that_a_fact_cannot_have(fact, value):
    with pytest.raises(ValueError, match="takes"):
        encode_fact(value, fact)


# Criterion 0: fact 0 is 1, and two of facts 1, 2 and 3 are; criterion 1: fact 3 is not 1.
LIMITS = EligibilityLimits(
    wanted=(YES, NO),
    first_group=(0, 2, 3),
    needed=(1, 2, 1),
    first_condition=(0, 1, 4, 5),
    fact=(0, 1, 2, 3, 3),
    comparison=(EQUAL, EQUAL, EQUAL, EQUAL, BELOW),
    limit=(1, 1, 1, 1, 1),
)


def by_hand(a, b, c, d):
    return int(a == 1 and b + c + d >= 2), int(d < 1)


def test_three_values_against_all_completions():
    rows = list(product((0, 1, MISSING), repeat=4))
    out = np.full((len(rows), 2), -7, dtype=np.int64)
    check_criteria(np.array(rows, dtype=np.int64), LIMITS, out)
    for row, found in zip(rows, out.tolist(), strict=True):
        completions = product(*[(0, 1) if fact == MISSING else (fact,) for fact in row])
        for criterion, answers in enumerate(zip(*(by_hand(*facts) for facts in completions), strict=True)):
            assert found[criterion] == (UNKNOWN if len(set(answers)) == 2 else answers[0])


def test_the_criteria_of_proderm_as_integers():
    limits = eligibility_limits(PRODERM)
    assert len(limits.wanted) == len(PRODERM.eligibility) == 18
    strength = [fact.id for fact in PRODERM.facts].index("mmt8")
    place = limits.fact.index(strength)
    assert (limits.comparison[place], limits.limit[place]) == (BELOW, 284_000)
    assert len(limits.needed) == 19  # only the fourth criterion has two groups
    assert sorted(limits.needed) == [1] * 17 + [2, 2]


def test_a_trial_without_criteria_lets_everybody_in():
    assert assess_eligibility(PRODERM.model_copy(update={"eligibility": ()}), {}).eligible == YES


def test_a_fact_that_the_protocol_does_not_declare_is_refused():
    with pytest.raises(SettingError, match="declares no fact mmt_8"):
        assess_eligibility(PRODERM, {"mmt_8": 120})


@pytest.mark.parametrize("number", [Fraction(1, 3), Fraction(2, 7), Fraction(1, 4), Fraction(312, 205), Fraction(3, 2)])
@pytest.mark.parametrize(
    "limit", [Decimal("0.25"), Decimal("0.333"), Decimal("0.334"), Decimal("1.5"), Decimal("1.522")]
)
def test_any_ratio_is_compared_as_exactly_as_fractions_are(number, limit):
    code, at = encode_fact(number, AGE), encode_fact(limit, AGE)
    exact = Fraction(limit)
    expected = {AT_LEAST: number >= exact, ABOVE: number > exact, AT_MOST: number <= exact, BELOW: number < exact}
    assert {comparison: is_met(code, comparison, at) == YES for comparison in expected} == expected


def test_an_enzyme_just_above_one_and_a_half_times_its_uln_is_abnormal():
    two_of_five = {"mmt8": 120, "patient_global": 2, "physician_global": 0, "extramuscular": 0, "haq": Fraction(1, 6)}
    just_above, at_limit = Fraction(30_001, 20_000), Fraction(30_000, 20_000)
    for enzyme, answer in ((just_above, YES), (at_limit, NO)):
        assert assess_eligibility(PRODERM, two_of_five | {"highest_enzyme": enzyme}).criteria["I4"] == answer


def test_every_fact_with_a_wrong_value_is_named_and_the_value_is_not():
    with pytest.raises(InputError) as caught:
        assess_eligibility(PRODERM, {"age": 45.5, "bohan_peter": "perhaps", "informed_consent": "yes"})
    assert [fault.column for fault in caught.value.faults] == ["bohan_peter", "age", "informed_consent"]
    assert not any(found in str(caught.value) for found in ("45.5", "perhaps", "yes"))
