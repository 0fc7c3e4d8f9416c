"""May an infusion begin? Worked by hand for ProDERM: hemoglobin at least 80 g/L and creatinine at most 177 umol/L, both
of the last 35 days; a pregnancy test each cycle; hydration; four vital signs; thirteen risk factors."""

from decimal import Decimal

import pytest

from myotis.protocol.read import read_trial
from myotis.rules.readiness import Checks, OpenItem, Problem, Result, compute_readiness

ASKED = read_trial("proderm").conduct.readiness
RISKS = {factor.id: False for factor in ASKED.risk_factors}
VITALS = frozenset({"systolic", "diastolic", "pulse", "temperature"})
GOOD = Checks(
    can_become_pregnant=True, pregnancy_test_negative=True, well_hydrated=True, vital_signs=VITALS,
    results={"hemoglobin": Result(Decimal(120), 3), "creatinine": Result(Decimal(70), 3)}, risk_factors=RISKS,
)  # fmt: skip


def answer(asked=ASKED, *, first_cycle=False, **found):
    return compute_readiness(asked, GOOD._replace(**found), first_cycle=first_cycle)


def results(analyte, value, days_old):
    return {"results": GOOD.results | {analyte: Result(Decimal(value), days_old)}}


CASES = {
    "all is well": ({}, []),
    "no test of somebody who can't become pregnant": (
        {"can_become_pregnant": False, "pregnancy_test_negative": None}, [],
    ),
    "no test": ({"pregnancy_test_negative": None}, [("pregnancy_test", "missing")]),
    "no test, and not known whether one is needed": (
        {"can_become_pregnant": None, "pregnancy_test_negative": None}, [("pregnancy_test", "missing")],
    ),
    "a positive test": ({"pregnancy_test_negative": False}, [("pregnancy_test", "failed")]),
    "hydration not looked at": ({"well_hydrated": None}, [("hydration", "missing")]),
    "dry": ({"well_hydrated": False}, [("hydration", "failed")]),
    "two vital signs": (
        {"vital_signs": frozenset({"pulse", "systolic"})}, [("diastolic", "missing"), ("temperature", "missing")],
    ),
    "hemoglobin on its limit": (results("hemoglobin", "80", 35), []),
    "hemoglobin below its limit": (results("hemoglobin", "79.9", 35), [("hemoglobin", "failed")]),
    "hemoglobin of 36 days ago": (results("hemoglobin", "120", 36), [("hemoglobin", "too_old")]),
    "creatinine on its limit": (results("creatinine", "177", 0), []),
    "creatinine above its limit": (results("creatinine", "177.1", 0), [("creatinine", "failed")]),
    "no creatinine": ({"results": {"hemoglobin": Result(Decimal(90), 1)}}, [("creatinine", "missing")]),
    "a risk factor is no reason to wait": ({"risk_factors": RISKS | {"diabetes": True}}, []),
    "a risk factor not asked for": (
        {"risk_factors": {name: found for name, found in RISKS.items() if name != "sepsis"}}, [("sepsis", "missing")],
    ),
    "everything at once": (
        {"pregnancy_test_negative": False, "well_hydrated": False} | results("creatinine", "300", 1),
        [("pregnancy_test", "failed"), ("hydration", "failed"), ("creatinine", "failed")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("found", "items"), CASES.values(), ids=CASES.keys())
def test_what_is_open_before_an_infusion(found, items):
    given = answer(**found)
    assert given.open_items == tuple(OpenItem(item, Problem(problem)) for item, problem in items)
    assert given.is_ready is (not items)


def test_nothing_checked_is_everything_open():
    given = compute_readiness(ASKED, Checks(), first_cycle=True)
    assert len(given.open_items) == 1 + 1 + 4 + 2 + 13
    assert {item.problem for item in given.open_items} == {Problem.MISSING}


@pytest.mark.parametrize(
    ("risks", "at_risk"),
    [
        (RISKS, False),
        (RISKS | {"estrogens": True}, True),
        (RISKS | {"renal_insufficiency": True}, True),
        ({}, None),
        ({"estrogens": False}, None),
        ({"estrogens": True}, True),
    ],
)
def test_any_risk_lowers_the_cap(risks, at_risk):
    assert answer(risk_factors=risks).at_risk is at_risk


@pytest.mark.parametrize(
    ("when", "first_cycle", "missing"),
    [
        ("each_cycle", True, True), ("each_cycle", False, True), ("first_cycle", True, True),
        ("first_cycle", False, False), ("not_asked", True, False), ("not_asked", False, False),
    ],
)  # fmt: skip
def test_when_a_pregnancy_test_is_needed(when, first_cycle, missing):
    asked = ASKED.model_copy(update={"pregnancy_test": when})
    given = answer(asked, first_cycle=first_cycle, pregnancy_test_negative=None)
    assert bool(given.open_items) is missing


def test_a_protocol_may_ask_for_nothing():
    asked = ASKED.model_copy(
        update={"pregnancy_test": "not_asked", "hydration": False, "vital_signs": (), "results": (), "risk_factors": ()}
    )
    given = compute_readiness(asked, Checks(), first_cycle=True)
    assert (given.is_ready, given.at_risk) == (True, False)
