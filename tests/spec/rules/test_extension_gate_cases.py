"""ProDERM's week-16 gate worked by hand, in the words of the registry and of the publications.

A row is a subject. Given: what was infused at weeks 0, 4, 8 and 12 (P placebo, I immune globulin, - nothing). Status:
deterioration at weeks 4, 8, 12 and 16, and by visits after the switch alone at weeks 12 and 16 (n none, s suspected,
C confirmed, ? not evaluable, - a time that does not exist).
"""

import pytest
from protocol_files import shipped_values, write_changed

from myotis.errors import SettingError
from myotis.protocol.read import read_trial
from myotis.rules.deterioration import CONFIRMED, NONE, SUSPECTED
from myotis.rules.treatment import (
    GateDecision,
    compute_gate_decision,
    gate_limits,
    resolve_switch,
    treatment_after_gate,
)
from myotis.terms.missing import MISSING

PRODERM, RECLAIIM = read_trial("proderm"), read_trial("reclaiim")
STATUS = {"n": NONE, "s": SUSPECTED, "C": CONFIRMED, "?": MISSING}
TREATMENT = {"P": "saline", "I": "octagam_10"}

CASES = [
    # (a) subjects who began on placebo, and subjects on immune globulin without confirmed deterioration, enter
    ("PPPP", "nnnn", "--", "enter", "all_others"),
    ("PPPP", "ssnn", "--", "enter", "all_others"),
    ("IIII", "nnnn", "--", "enter", "all_others"),
    ("IIII", "nsns", "--", "enter", "all_others"),
    ("IIII", "n?ns", "--", "enter", "all_others"),
    # began on placebo, was switched at week 8 or 12 and did not deteriorate again
    ("PPII", "sCCC", "nn", "enter", "all_others"),
    ("PPII", "sCCC", "sn", "enter", "all_others"),
    ("PPPI", "nsCC", "-s", "enter", "all_others"),
    # deterioration was confirmed at week 8, and the investigator declined the switch for safety
    ("PPPP", "sCCC", "--", "enter", "all_others"),
    # (b) began on placebo, was switched to immune globulin and deteriorated again on it: leaves after week 16
    ("PPII", "sCCC", "sC", "leave", "again_after_switch"),
    ("PPII", "sCCC", "CC", "leave", "again_after_switch"),
    # (c) began on immune globulin and has confirmed deterioration at weeks 8 to 16: leaves at the end of the period
    ("IIPP", "sCCC", "nn", "leave", "on_immune_globulin"),
    ("IIPP", "sCCC", "sC", "leave", "on_immune_globulin"),
    ("IIIP", "nsCC", "-n", "leave", "on_immune_globulin"),
    ("IIII", "nnsC", "--", "leave", "on_immune_globulin"),
    ("IIII", "sCCC", "--", "leave", "on_immune_globulin"),
    # (d) began on placebo and has deterioration confirmed at week 16 itself: enters
    ("PPPP", "nnsC", "--", "enter", "placebo_at_gate"),
    # infusions that were missed: the first one given is what the subject began on
    ("-III", "nnsC", "--", "leave", "on_immune_globulin"),
    ("P-II", "sCCC", "sC", "leave", "again_after_switch"),
    # the switch was confirmed, and the other treatment not yet given: the subject was not switched
    ("PPP-", "nsCC", "--", "enter", "all_others"),
    # nothing was given at all: as far as both treatments have one answer, it is the answer
    ("----", "nnnn", "--", "enter", "all_others"),
    ("----", "nnsC", "--", None, None),
]


def decide(trial, given, status, after):
    weeks = ("W0", "W4", "W8", "W12")
    doses = {week: TREATMENT[dose] for week, dose in zip(weeks, given, strict=True) if dose != "-"}
    statuses = {week: STATUS[shown] for week, shown in zip((*weeks[1:], "W16"), status, strict=True)}
    since = {week: STATUS[shown] for week, shown in zip(("W12", "W16"), after, strict=True) if shown != "-"}
    return compute_gate_decision(trial, doses, statuses, since)


@pytest.mark.parametrize(("given", "status", "after", "then", "case"), CASES)
def test_who_enters_the_extension(given, status, after, then, case):
    decision = decide(PRODERM, given, status, after)
    assert decision.enters is {"enter": True, "leave": False, None: None}[then]
    assert (decision.case and decision.case.id) == case


def test_who_enters_is_given_immune_globulin_and_who_leaves_nothing():
    assert treatment_after_gate(PRODERM, decide(PRODERM, "PPPP", "nnsC", "--")) == "octagam_10"
    assert treatment_after_gate(PRODERM, decide(PRODERM, "IIII", "nnsC", "--")) is None
    assert treatment_after_gate(PRODERM, decide(PRODERM, "----", "nnsC", "--")) is None


def test_all_who_complete_reclaiim_go_on_whatever_they_were_given():
    for given in ({}, {"W1": "albumin"}, {"W1": "igpro20_sc"}):
        decision = compute_gate_decision(RECLAIIM, given, {"W25": CONFIRMED}, {})
        assert (decision.enters, decision.case.id) == (True, "completed")
        assert treatment_after_gate(RECLAIIM, decision) == "igpro20_sc"


def test_a_treatment_by_mistake_that_no_arm_begins_with_is_not_decided(tmp_path):
    third = {"id": "other", "label": "Another", "imitates": "octagam_10"}
    cases = [
        {"id": "p", "label": "P", "started_on": "saline", "then": "enter"},
        {"id": "i", "label": "I", "started_on": "octagam_10", "then": "leave"},
    ]
    gate = {"conduct.extension_gate.cases": cases, "treatments.2": third}
    sources = {
        name: source
        for name, source in shipped_values("proderm")["provenance"].items()
        if not name.startswith("conduct.extension_gate.cases")
    }
    trial = read_trial(write_changed(tmp_path, gate | {"provenance": sources}))
    assert compute_gate_decision(trial, {"W0": "other"}, {}, {}) == GateDecision(None, None)
    assert compute_gate_decision(trial, {"W0": "octagam_10"}, {}, {}).enters is False
    assert compute_gate_decision(trial, {}, {}, {}) == GateDecision(None, None)


def test_without_a_gate_there_is_nothing_to_decide():
    trial = PRODERM.model_copy(update={"conduct": None})
    with pytest.raises(SettingError, match="the protocol has no extension gate"):
        compute_gate_decision(trial, {}, {}, {})
    assert treatment_after_gate(trial, GateDecision(True, None)) is None
    assert gate_limits(PRODERM, ["W0", "W4"]) is None


def test_the_alternate_treatment():
    assert resolve_switch(PRODERM, "saline") == "octagam_10"
    assert resolve_switch(PRODERM, "octagam_10") == "saline"


def test_there_is_no_alternate_without_a_switch_or_of_something_else():
    with pytest.raises(SettingError, match="the protocol has no switch"):
        resolve_switch(RECLAIIM, "albumin")
    with pytest.raises(SettingError, match="does not start one of two arms"):
        resolve_switch(PRODERM, "albumin")
