"""Every mistake that the conduct of a protocol file can hold, with the place and the words of its fault."""

from itertools import product

import pytest
from protocol_files import REMOVED, write_changed

from myotis.errors import InputError
from myotis.protocol.extension import list_situations
from myotis.protocol.read import read_trial

READY = "conduct.readiness"
HEMOGLOBIN = f"{READY}.results.0"
GATE = "conduct.extension_gate"
BAGS = "conduct.preparation"
INFUSION = "treatments.octagam_10.infusion"
CAP = f"{INFUSION}.risk_rate_cap"
FACTS = "conduct.entry.adjudicated_facts"
OTHERS = f"{GATE}.cases.all_others"
AGAIN = f"{GATE}.cases.again_after_switch"
LATE = {"id": "late", "label": "Late", "then": "leave"}

BROKEN = {
    # entry
    "a fact that nobody declares": ({f"{FACTS}.0": "x"}, FACTS, "the fact x is not declared"),
    "a fact that no criterion asks for": (
        {"facts.25": {"id": "idle", "label": "Idle", "kind": "yes_no"}, f"{FACTS}.0": "idle"}, FACTS,
        "no criterion asks for idle",
    ),
    "a fact named twice": ({f"{FACTS}.1": "adjudicated_active"}, FACTS, "adjudicated_active is named twice"),
    "fewer than no screenings": ({"conduct.entry.rescreenings": -1}, "conduct.entry.rescreenings", "equal to 0"),
    # analytes
    "an analyte twice": ({"conduct.analytes.esr.id": "igg"}, "conduct.analytes", "igg is used more than once"),
    "an analyte for nobody": ({"conduct.analytes.esr.visible_to": "x"}, "conduct.analytes.esr.visible_to", "'site'"),
    # readiness
    "nothing infused": (
        {f"visits.{week}.activities": ["core_set"] for week in ("W0", "W4", "W8", "W12", "W20", "W24", "W28")}
        | {f"visits.{week}.activities": ["core_set"] for week in ("W32", "W36")}
        | {"visits.W16.activities": ["core_set", "extension_gate"]},
        READY, "nothing is infused at any visit",
    ),
    "a vital sign twice": ({f"{READY}.vital_signs.1": "systolic"}, f"{READY}.vital_signs", "named twice"),
    "an unknown vital sign": ({f"{READY}.vital_signs.1": "mood"}, f"{READY}.vital_signs.1", "'systolic'"),
    "a limit of an unknown analyte": (
        {f"{HEMOGLOBIN}.analyte": "x"}, f"{READY}.results.x.analyte", "the analyte x is not declared",
    ),
    "a limit of a sealed analyte": (
        {f"{HEMOGLOBIN}.analyte": "igg"}, f"{READY}.results.igg", "the site would check what it may not see",
    ),
    "an analyte limited twice": (
        {f"{READY}.results.2": {"analyte": "hemoglobin", "at_most": "9 g/L", "within": "9 days"}},
        f"{READY}.results.hemoglobin", "limited twice",
    ),
    "no limit": ({f"{HEMOGLOBIN}.at_least": REMOVED}, f"{READY}.results.hemoglobin", "not said in one way"),
    "two limits": ({f"{HEMOGLOBIN}.at_most": "200 g/L"}, f"{READY}.results.hemoglobin", "not said in one way"),
    "a limit in another unit": (
        {f"{HEMOGLOBIN}.at_least": "8 g/dL"}, f"{READY}.results.hemoglobin.at_least", "in g/dL, the analyte in g/L",
    ),
    "a limit of 0": ({f"{HEMOGLOBIN}.at_least": "0 g/L"}, f"{READY}.results.hemoglobin.at_least", "not above 0"),
    "a result of no age": ({f"{HEMOGLOBIN}.within": "0 days"}, f"{READY}.results.hemoglobin.within", "not above 0"),
    "a risk factor twice": (
        {f"{READY}.risk_factors.sepsis.id": "diabetes"}, f"{READY}.risk_factors", "diabetes is used more than once",
    ),
    "a risk without a cap": ({CAP: REMOVED}, f"{READY}.risk_factors", "octagam_10 has no rate for subjects at risk"),
    "a risk and nothing into a vein": (
        {CAP: REMOVED, f"{INFUSION}.route": "subcutaneous", f"{INFUSION}.rate_steps": []}, f"{READY}.risk_factors",
        "no infusion into a vein has no rate",
    ),
    "a cap for nobody": (
        {f"{READY}.risk_factors": REMOVED}, f"{READY}.risk_factors", "a rate is capped for subjects at risk",
    ),
    # premedication
    "one event in a row": (
        {"conduct.premedication.after_events": 1}, "conduct.premedication.consecutive", "fewer than two events",
    ),
    "infusional events without a definition": (
        {"plan.safety": REMOVED}, "conduct.premedication.after_events", "which are not defined",
    ),
    # reporting
    "the gravest last": (
        {"conduct.reporting.fatal_or_life_threatening": "16 days"}, "conduct.reporting.fatal_or_life_threatening",
        "reported last; expected at most 15 days",
    ),
    "no time at all": ({"conduct.reporting.site": "0 h"}, "conduct.reporting.site", "not above 0"),
    "a time in another unit": ({"conduct.reporting.site": "1 days"}, "conduct.reporting.site", "has the unit days"),
    "an interest twice": (
        {"conduct.special_interest.hemolysis.id": "thromboembolic"}, "conduct.special_interest", "more than once",
    ),
    # preparation
    "no vials": ({f"{BAGS}.vial_sizes": []}, f"{BAGS}.vial_sizes", "too few entries"),
    "a vial of nothing": ({f"{BAGS}.vial_sizes.0": "0 g"}, f"{BAGS}.vial_sizes.0", "not above 0"),
    "a size twice": ({f"{BAGS}.vial_sizes.0": "5.0 g"}, f"{BAGS}.vial_sizes", "a size is named twice"),
    "a bag that is never used": ({f"{BAGS}.beyond_use": "0 h"}, f"{BAGS}.beyond_use", "not above 0"),
    "a bag released too early": (
        {f"{BAGS}.earliest_release": "9 h"}, f"{BAGS}.earliest_release", "not used in time; expected at most 8 h",
    ),
    "a label of three digits": ({f"{BAGS}.label_digits": 3}, f"{BAGS}.label_digits", "equal to 4"),
    "nothing to prepare": (
        {INFUSION: REMOVED, "treatments.saline.imitates": REMOVED}, BAGS, "nothing is infused that could be prepared",
    ),
    # the gate
    "a gate at an unknown visit": ({f"{GATE}.visit": "x"}, f"{GATE}.visit", "the visit x is not declared"),
    "a gate where none is due": ({f"{GATE}.visit": "W12"}, f"{GATE}.visit", "W12 does not have the activity"),
    "a gate elsewhere": ({f"{GATE}.visit": "W12"}, "visits.W16.activities", "and no gate; expected the visit of"),
    "a visit without its gate": ({GATE: REMOVED}, "visits.W16.activities", "the activity extension_gate and no gate"),
    "a switch without a gate": (
        {GATE: REMOVED, "visits.W16.activities": ["core_set", "infusion"]}, GATE, "nothing says who enters it",
    ),
    "a gate to nothing": (
        {f"{GATE}.visit": "W40", "visits.W40.activities": ["core_set", "extension_gate"]}, f"{GATE}.visit",
        "there is nothing to enter; expected an epoch that begins on day 281 or later",
    ),
    "a gate that assesses nothing": (
        {"visits.W16.activities": ["cdasi", "extension_gate", "infusion"]}, f"{GATE}.visit",
        "the core set is not assessed at W16, where a case asks",
    ),
    "an unknown treatment": ({f"{GATE}.treatment": "x"}, f"{GATE}.treatment", "the treatment x is not declared"),
    "no case": ({f"{GATE}.cases": []}, f"{GATE}.cases", "too few entries"),
    "a case twice": ({f"{OTHERS}.id": "placebo_at_gate"}, f"{GATE}.cases", "placebo_at_gate is used more than once"),
    "a case of an unknown start": (
        {f"{AGAIN}.started_on": "x"}, f"{AGAIN}.started_on", "treatment with which an arm starts x is not declared",
    ),
    "deterioration that is not defined": (
        {"deterioration": REMOVED}, f"{AGAIN}.deterioration", "asks for deterioration, which is not defined",
    ),
    "a switch that nobody has": ({"switch": REMOVED}, AGAIN, "asks for a switch, and nobody is switched"),
    "deterioration again without a switch": (
        {"switch": REMOVED, f"{AGAIN}.switched": REMOVED}, AGAIN, "asks for a switch, and nobody is switched",
    ),
    "a case after one for all": ({f"{GATE}.cases.4": LATE}, f"{GATE}.cases.late", "nobody is left for the case"),
    "a case that an earlier one takes": (
        {f"{GATE}.cases.on_immune_globulin.started_on": "saline"}, f"{GATE}.cases.placebo_at_gate", "nobody is left",
    ),
    "somebody left out": (
        {f"{OTHERS}.deterioration": "confirmed"}, f"{GATE}.cases",
        "no case fits who began on octagam_10, was not switched and has no confirmed deterioration",
    ),
    "somebody left out who deteriorated again": (
        {f"{OTHERS}.deterioration": "none", f"{AGAIN}.started_on": "octagam_10"}, f"{GATE}.cases",
        "began on saline, was not switched and has deterioration confirmed;",
    ),
    "somebody left out after a switch": (
        {f"{OTHERS}.switched": False, f"{AGAIN}.deterioration": "confirmed_at_gate"}, f"{GATE}.cases",
        "began on octagam_10, was switched and has no confirmed deterioration",
    ),
}  # fmt: skip


def refused(tmp_path, changes, trial="proderm"):
    with pytest.raises(InputError) as refusal:
        read_trial(write_changed(tmp_path, changes, trial))
    return refusal.value.faults


@pytest.mark.parametrize(("changes", "place", "says"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_conduct_is_refused_with_its_place(tmp_path, changes, place, says):
    faults = refused(tmp_path, changes)
    told = [str(fault) for fault in faults if fault.key == place]
    assert told, [str(fault) for fault in faults]
    assert any(says in line for line in told), told


def test_who_is_left_out_is_told_to_the_last_word(tmp_path):
    cases = [
        {"id": "a", "label": "A", "switched": False, "then": "enter"},
        {"id": "b", "label": "B", "deterioration": "none", "then": "enter"},
        {"id": "c", "label": "C", "started_on": "octagam_10", "then": "leave"},
        {"id": "d", "label": "D", "deterioration": "confirmed_at_gate", "then": "leave"},
    ]
    told = " ".join(map(str, refused(tmp_path, {f"{GATE}.cases": cases})))
    assert "no case fits who began on saline, was switched and has deterioration confirmed;" in told
    cases.append({"id": "e", "label": "E", "deterioration": "confirmed_again", "then": "leave"})
    cases[3] |= {"deterioration": "confirmed"}
    told = " ".join(map(str, refused(tmp_path, {f"{GATE}.cases": cases})))
    assert f"{GATE}.cases.e: nobody is left for the case" in told


def test_a_switch_that_ends_with_the_trial_needs_no_gate(tmp_path):
    """Nobody enters anything: the trial has no epoch after the one of the switch."""
    one_epoch = {
        "epochs": [{"id": "all", "label": "All", "first_day": -21, "blinded": True}],
        **{f"visits.{v}.epoch": "all" for v in ("SCR", *(f"W{week}" for week in range(0, 41, 4)))},
        "visits.W16.activities": ["core_set"],
        GATE: REMOVED,
    }
    told = " ".join(map(str, refused(tmp_path, one_epoch)))
    assert "nothing says who enters it" not in told


def test_a_trial_without_conduct_says_nothing_about_it(tmp_path):
    faults = refused(tmp_path, {"conduct": REMOVED})
    assert {fault.key.partition(".")[0] for fault in faults} == {"provenance"}, faults


def test_a_conduct_may_leave_out_what_the_trial_does_not_do(tmp_path):
    changes = {f"conduct.{part}": REMOVED for part in ("readiness", "premedication", "preparation")}
    faults = refused(tmp_path, changes)
    assert {fault.key.partition(".")[0] for fault in faults} == {"provenance"}, faults


def test_premedication_that_waits_for_nothing_needs_no_infusional_events(tmp_path):
    always = {"after_events": 0, "consecutive": False}
    told = " ".join(map(str, refused(tmp_path, {"conduct.premedication": always, "plan.safety": REMOVED})))
    assert "conduct.premedication" not in told


def test_every_situation_of_a_subject_is_listed_once():
    """By hand: without a switch nothing can be confirmed again (3 kinds), with one it can, at the gate or not (5)."""
    listed = list(list_situations(("a", "b")))
    assert len(listed) == len(set(listed)) == 2 * (3 + 5)
    assert {(s.started_on, s.switched) for s in listed} == set(product("ab", (False, True)))
    assert not [s for s in listed if s.again and not s.switched]
    assert not [s for s in listed if (s.at_gate or s.again) and not s.confirmed]
