"""Response against a second programming: all completions of what is not known are tried."""

from fractions import Fraction
from itertools import product

import deterioration_fractions as oracle
import numpy as np
import pytest

from myotis.protocol.criteria import IncompleteTis
from myotis.protocol.read import read_trial
from myotis.rules.deterioration import CONFIRMED, NONE, SUSPECTED
from myotis.rules.response import (
    ANYWHERE,
    COLUMN_COUNT,
    FIELD_COUNT,
    RESPONSE,
    ResponseLimits,
    response_course,
    response_limits,
)
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES

PRODERM, RECLAIIM = read_trial("proderm"), read_trial("reclaiim")
ANSWER = {True: YES, False: NO, None: UNKNOWN}


def build(**changed):
    """Limits by hand: 20 points, nothing else asked for."""
    fields = {"threshold_tenths": 200, "at_visit": ANYWHERE, "also_count": 0, "also_at": (ANYWHERE,)}
    fields |= {"no_confirmed_deterioration": 0, "needs_completion": 0, "no_rescue": 0, "incomplete_tis": 0}
    return ResponseLimits(**(fields | changed))


def run(rows, limits):
    x = np.array(rows, dtype=np.int64).reshape(-1, COLUMN_COUNT)
    out = np.full((len(x), FIELD_COUNT), -7, dtype=np.int64)
    response_course(x, limits, out)
    return out.tolist()


def row(tis=None, low=0, high=1000, status=NONE, completed=UNKNOWN, rescued=UNKNOWN):
    if tis is not None:
        low = high = tis
    return [MISSING if tis is None else tis, low, high, status, completed, rescued]


BLANK = [MISSING, MISSING, MISSING, MISSING, UNKNOWN, UNKNOWN]


@pytest.mark.parametrize(
    ("found", "answer"),
    [
        (row(200), YES),
        (row(175), NO),
        (row(1000), YES),
        (row(0), NO),
        (row(None, 200, 600), YES),
        (row(None, 175, 600), UNKNOWN),
        (row(None, 0, 175), NO),
        (row(None, 0, 200), UNKNOWN),
        (BLANK, UNKNOWN),
    ],
)
def test_the_threshold_and_the_bounds(found, answer):
    assert run([BLANK, found], build())[1] == [answer, YES]


@pytest.mark.parametrize(("low", "high"), [(200, 600), (0, 175), (0, 1000)])
def test_bounds_may_count_for_nothing(low, high):
    limits = build(incomplete_tis=int(IncompleteTis.NOT_EVALUABLE))
    assert run([BLANK, row(None, low, high)], limits)[1] == [UNKNOWN, YES]


@pytest.mark.parametrize(("status", "answer"), [(NONE, YES), (SUSPECTED, YES), (CONFIRMED, NO), (MISSING, YES)])
def test_only_confirmed_deterioration_rules_response_out(status, answer):
    assert run([BLANK, row(300, status=status)], build(no_confirmed_deterioration=1))[1][RESPONSE] == answer
    assert run([BLANK, row(300, status=status)], build())[1][RESPONSE] == YES


def test_confirmed_deterioration_settles_what_the_tis_leaves_open():
    assert run([BLANK, row(None, status=CONFIRMED)], build(no_confirmed_deterioration=1))[1][RESPONSE] == NO


@pytest.mark.parametrize(
    ("completed", "rescued", "answer"),
    [(YES, NO, YES), (NO, NO, NO), (YES, YES, NO), (UNKNOWN, NO, UNKNOWN), (YES, UNKNOWN, UNKNOWN),
     (NO, UNKNOWN, NO), (UNKNOWN, YES, NO)],
)  # fmt: skip
def test_completion_and_rescue(completed, rescued, answer):
    limits = build(needs_completion=1, no_rescue=1)
    assert run([BLANK, row(300, completed=completed, rescued=rescued)], limits)[1][RESPONSE] == answer
    assert run([BLANK, row(300, completed=completed, rescued=rescued)], build())[1][RESPONSE] == YES


AT_25 = {"at_visit": 3, "also_count": 2, "also_at": (1, 2)}
HIGH, LOW, OPEN = row(300), row(100), row(None, 100, 300)


@pytest.mark.parametrize(
    ("week_17", "week_21", "week_25", "answer"),
    [
        (HIGH, LOW, HIGH, YES),
        (LOW, HIGH, HIGH, YES),
        (LOW, LOW, HIGH, NO),
        (HIGH, HIGH, LOW, NO),
        (OPEN, LOW, HIGH, UNKNOWN),
        (OPEN, HIGH, HIGH, YES),
        (BLANK, BLANK, HIGH, UNKNOWN),
        (BLANK, BLANK, LOW, NO),
        (HIGH, LOW, OPEN, UNKNOWN),
    ],
)
def test_also_at_one_of_two_earlier_visits(week_17, week_21, week_25, answer):
    found = run([BLANK, week_17, week_21, week_25, HIGH], build(**AT_25))
    assert found[3] == [answer, YES]
    assert [found[visit] for visit in (0, 1, 2, 4)] == [[UNKNOWN, NO]] * 4


def test_a_course_that_ends_before_the_visit_has_no_answer_yet():
    assert [defined for _, defined in run([BLANK, HIGH, HIGH], build(**AT_25))] == [NO, NO, NO]
    limits = build(at_visit=1, also_count=1, also_at=(2,))  # a visit beyond the course is a missed one
    assert run([BLANK, HIGH], limits)[1] == [UNKNOWN, YES]
    assert run([BLANK, HIGH, HIGH], limits)[1] == [YES, YES]


def test_the_baseline_has_no_answer_and_an_empty_course_none_at_all():
    assert run([HIGH], build()) == [[UNKNOWN, NO]]
    assert run([], build()) == []


TIS_CHOICES = [None, (None, 0, 100), (None, 20, 60), (None, 0, Fraction(35, 2)), (20,) * 3, (Fraction(35, 2),) * 3]


def as_row(tis, status, completed, rescued):
    found = [UNKNOWN if tis is None or part is None else int(part * 10) for part in (tis or (None,) * 3)]
    code = {"none": NONE, "suspected": SUSPECTED, "confirmed": CONFIRMED, "not_evaluable": MISSING}[status]
    return [*found, code, ANSWER[completed], ANSWER[rescued]]


@pytest.mark.parametrize(
    ("also", "completion", "rescue", "no_confirmed", "bounds"),
    list(product([(), (1,), (1, 2)], *[(False, True)] * 4)),
)
def test_every_definition_as_in_the_second_programming(also, completion, rescue, no_confirmed, bounds):
    draw = np.random.default_rng(11)
    definition = oracle.Responder(20, 3, also, no_confirmed, completion, rescue, bounds)
    limits = build(
        at_visit=3 if also else ANYWHERE, also_count=len(also), also_at=also or (ANYWHERE,),
        no_confirmed_deterioration=int(no_confirmed), needs_completion=int(completion), no_rescue=int(rescue),
        incomplete_tis=int(not bounds),
    )  # fmt: skip
    for _ in range(25):
        tis = [None, *(TIS_CHOICES[index] for index in draw.integers(0, len(TIS_CHOICES), 3))]
        status = [str(word) for word in draw.choice(["none", "suspected", "confirmed", "not_evaluable"], 4)]
        completed, rescued = ([(True, False, None)[index] for index in draw.integers(0, 3, 4)] for _ in range(2))
        found = run([as_row(*visit) for visit in zip(tis, status, completed, rescued, strict=True)], limits)
        for at in (1, 2, 3):
            answer = oracle.responds(definition, tis, status, completed, rescued, at)
            expected = [UNKNOWN, NO] if answer == "undefined" else [ANSWER[answer], YES]
            assert found[at] == expected


def test_the_definition_of_proderm():
    limits = response_limits(PRODERM, ["W0", "W4", "W16"])
    assert limits == build(no_confirmed_deterioration=1)


def test_the_definition_of_reclaiim_needs_its_visits():
    visits = [visit.id for visit in RECLAIIM.assessment_visits]
    limits = response_limits(RECLAIIM, visits)
    assert limits == build(at_visit=6, also_count=2, also_at=(4, 5), needs_completion=1, no_rescue=1)
    for absent in ("W17", "W21", "W25"):
        assert response_limits(RECLAIIM, [visit for visit in visits if visit != absent]) is None
    assert response_limits(RECLAIIM, []) is None
    assert response_limits(PRODERM, []) is not None
