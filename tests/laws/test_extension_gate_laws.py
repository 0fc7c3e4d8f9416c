"""The gate over every course of three visits against a second programming; any gate against another; three engines."""

from itertools import product

import extension_gate
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from myotis.protocol.conduct import GateCase
from myotis.protocol.read import read_trial
from myotis.rules import deterioration
from myotis.rules.treatment import (
    CASE,
    COLUMN_COUNT,
    ENTERS,
    FIELD_COUNT,
    gate_limits,
    pass_gate,
)
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES

PRODERM = read_trial("proderm")
GATE = PRODERM.conduct.extension_gate
TREATMENTS = [treatment.id for treatment in PRODERM.treatments]
STATUS = {deterioration.NONE: "none", deterioration.CONFIRMED: "confirmed", MISSING: None}
THEN = {"enter": YES, "leave": NO, None: UNKNOWN}

DOSES = (0, 1, MISSING)
STATUSES = tuple(STATUS)
ROWS = list(product(DOSES, STATUSES, STATUSES))
law = settings(max_examples=80, deadline=None)


def decide(x, limits, engine="interpreted"):
    out = np.full((len(x), FIELD_COUNT), -7, dtype=np.int64)
    pass_gate.run(x, np.arange(0, len(x) + 1, 3), limits, out, engine=engine)
    return out


def words(course):
    """A course of integers in words: treatments, statuses, statuses since the switch."""
    doses = [None if row[0] == MISSING else TREATMENTS[row[0]] for row in course]
    return doses, [STATUS[row[1]] for row in course], [STATUS[row[2]] for row in course]


def test_every_course_of_three_visits_is_decided_like_the_second_programming():
    """19,683 subjects: each visit with any treatment or none, any status, any status since a switch."""
    courses = list(product(ROWS, repeat=3))
    x = np.array(courses, dtype=np.int64).reshape(-1, COLUMN_COUNT)
    limits = gate_limits(PRODERM, ["W0", "W12", "W16"])
    out = decide(x, limits, "compiled")
    ids = [case.id for case in GATE.cases] + [None]
    expected = [extension_gate.proderm(*words(course), gate=2) for course in courses]
    assert out[2::3, ENTERS].tolist() == [THEN[then] for then, _ in expected]
    assert [ids[-1 if case == MISSING else case] for case in out[2::3, CASE].tolist()] == [case for _, case in expected]
    assert (np.delete(out, np.s_[2::3], axis=0) == MISSING).all()
    assert {then for then, _ in expected} == set(THEN)


CASES = st.lists(
    st.fixed_dictionaries(
        {"then": st.sampled_from(["enter", "leave"])},
        optional={
            "started_on": st.sampled_from(TREATMENTS),
            "switched": st.booleans(),
            "deterioration": st.sampled_from(["none", "confirmed", "confirmed_again", "confirmed_at_gate"]),
        },
    ),
    min_size=1,
    max_size=4,
).map(lambda cases: [case | {"id": f"c{position}", "label": "case"} for position, case in enumerate(cases)])

COURSE = st.lists(st.sampled_from(ROWS), min_size=3, max_size=3)


def with_cases(cases):
    gate = GATE.model_copy(update={"cases": tuple(GateCase(**case) for case in cases)})
    return PRODERM.model_copy(update={"conduct": PRODERM.conduct.model_copy(update={"extension_gate": gate})})


@law
@given(CASES, COURSE)
def test_any_cases_are_carried_out_in_the_meaning_of_their_fields(cases, course):
    """Also cases that a protocol would be refused for, as they fit nobody or leave somebody out."""
    limits = gate_limits(with_cases(cases), ["W0", "W12", "W16"])
    enters, case = decide(np.array(course, dtype=np.int64), limits)[2].tolist()
    then, name = extension_gate.by_cases(cases, TREATMENTS, *words(course), gate=2)
    assert (enters, None if case == MISSING else cases[case]["id"]) == (THEN[then], name)


@law
@given(st.lists(COURSE, min_size=1, max_size=5))
def test_interpreted_compiled_and_kernel_decide_alike(courses):
    x = np.array(courses, dtype=np.int64).reshape(-1, COLUMN_COUNT)
    limits = gate_limits(PRODERM, ["W0", "W12", "W16"])
    interpreted = decide(x, limits)
    assert_array_equal(decide(x, limits, "compiled"), interpreted)
    for start in range(0, len(x), 3):
        out = np.full((3, FIELD_COUNT), -7, dtype=np.int64)
        pass_gate.compiled(x[start : start + 3], limits, out)
        assert_array_equal(out, interpreted[start : start + 3])


@law
@given(COURSE, COURSE)
def test_what_follows_the_gate_changes_nothing(before, after):
    limits = gate_limits(PRODERM, ["W0", "W12", "W16"])
    longer = np.array([*before, *after], dtype=np.int64)
    out = np.full((6, FIELD_COUNT), -7, dtype=np.int64)
    pass_gate(longer, limits, out)
    assert_array_equal(out[:3], decide(longer[:3], limits))
    assert (out[3:] == MISSING).all()


@law
@given(COURSE, st.sampled_from(DOSES), st.permutations(range(2)))
def test_the_dose_of_the_gate_and_the_order_of_treatments_change_nothing(course, dose, order):
    limits = gate_limits(PRODERM, ["W0", "W12", "W16"])
    x = np.array(course, dtype=np.int64)
    other = x.copy()
    other[2, 0] = dose
    treatments = tuple(PRODERM.treatments[position] for position in order)
    turned = PRODERM.model_copy(update={"treatments": treatments})
    given_there = other[:, 0] != MISSING
    other[given_there, 0] = [order.index(position) for position in other[given_there, 0]]
    assert_array_equal(decide(other, gate_limits(turned, ["W0", "W12", "W16"])), decide(x, limits))
