"""Contradictions of the extension gate: its visit, its treatment, and cases that fit nobody or leave somebody out."""

from collections.abc import Iterator

from myotis.errors import Fault
from myotis.protocol.conduct import ExtensionGate, GateCase
from myotis.protocol.contents import Contents
from myotis.protocol.design import Visit
from myotis.protocol.extension import Situation, find_case, list_situations
from myotis.protocol.faults import contradiction, undeclared

PLACE = "conduct.extension_gate"


def find_gate_faults(gate: ExtensionGate | None, trial: Contents) -> Iterator[Fault]:
    """Every contradiction of the gate, and of a switch or a visit that needs one."""
    yield from _gateless(gate, trial)
    if gate is None:
        return
    visits = {visit.id: visit for visit in trial.visits}
    if gate.visit in visits:
        yield from _visit(gate, visits[gate.visit], trial)
    else:
        yield undeclared(f"{PLACE}.visit", "visit", gate.visit, visits)
    treatments = [treatment.id for treatment in trial.treatments]
    if gate.treatment not in treatments:
        yield undeclared(f"{PLACE}.treatment", "treatment", gate.treatment, treatments)
    for case in gate.cases:
        yield from _answerable(case, trial)
    yield from _coverage(gate, trial)


def _gateless(gate: ExtensionGate | None, trial: Contents) -> Iterator[Fault]:
    for visit in trial.visits:
        if "extension_gate" in visit.activities and (gate is None or gate.visit != visit.id):
            what, expected = "the visit has the activity extension_gate and no gate", f"the visit of [{PLACE}]"
            yield contradiction(f"visits.{visit.id}.activities", what, expected, "Remove it, or declare the gate.")
    first = trial.epochs[0].first_day
    baseline = next((visit.day for visit in trial.visits if visit.id == trial.baseline_visit), first)
    if gate is None and trial.switch and any(epoch.first_day > baseline for epoch in trial.epochs):
        what = "who was switched comes to a later epoch, and nothing says who enters it"
        yield contradiction(PLACE, what, "a table with its cases", "Add it, or remove the switch.")


def _visit(gate: ExtensionGate, visit: Visit, trial: Contents) -> Iterator[Fault]:
    if "extension_gate" not in visit.activities:
        what, expected = f"{visit.id} does not have the activity extension_gate", "a visit that has it"
        yield contradiction(f"{PLACE}.visit", what, expected, "Name another visit, or give it the activity.")
    if all(epoch.first_day < visit.day for epoch in trial.epochs):
        what, expected = "there is nothing to enter", f"an epoch that begins on day {visit.day} or later"
        yield contradiction(f"{PLACE}.visit", what, expected, "Name an earlier visit, or add the epoch.")
    asked = any(case.deterioration == "confirmed_at_gate" for case in gate.cases)
    if asked and "core_set" not in visit.activities:
        what, expected = (
            f"the core set is not assessed at {visit.id}, where a case asks for it",
            "the activity core_set",
        )
        yield contradiction(f"{PLACE}.visit", what, expected, "Name another visit, or give it the activity.")


def _answerable(case: GateCase, trial: Contents) -> Iterator[Fault]:
    place = f"{PLACE}.cases.{case.id}"
    starts = _starts(trial)
    if case.started_on is not None and case.started_on not in starts:
        yield undeclared(f"{place}.started_on", "treatment with which an arm starts", case.started_on, starts)
    if case.deterioration is not None and trial.deterioration is None:
        what, expected = "the case asks for deterioration, which is not defined", "a table [deterioration]"
        yield contradiction(f"{place}.deterioration", what, expected, "Define it, or remove the condition.")
    if trial.switch is None and (case.switched is not None or case.deterioration == "confirmed_again"):
        what, expected = "the case asks for a switch, and nobody is switched", "a table [switch]"
        yield contradiction(place, what, expected, "Declare the switch, or remove the condition.")


def _coverage(gate: ExtensionGate, trial: Contents) -> Iterator[Fault]:
    situations = [
        situation
        for situation in list_situations(_starts(trial))
        if (trial.switch or not situation.switched) and (trial.deterioration or not situation.confirmed)
    ]
    found = [find_case(gate, situation) for situation in situations]
    for case in gate.cases:
        if case not in found:
            what, expected = "nobody is left for the case", "a case that earlier ones don't take everybody from"
            yield contradiction(f"{PLACE}.cases.{case.id}", what, expected, "Move it up, correct it, or remove it.")
    left_out = next((s for s, case in zip(situations, found, strict=True) if case is None), None)
    if left_out:
        what, expected = f"no case fits who {_describe(left_out)}", "a case for everybody"
        yield contradiction(f"{PLACE}.cases", what, expected, "Add a case, or a last one without conditions.")


def _starts(trial: Contents) -> tuple[str, ...]:
    return tuple(dict.fromkeys(arm.treatment for arm in trial.arms))


def _describe(situation: Situation) -> str:
    switch = "was switched" if situation.switched else "was not switched"
    at_gate = " at the gate" if situation.at_gate else ""
    again = ", again after the switch" if situation.again else ""
    shown = f"has deterioration confirmed{at_gate}{again}" if situation.confirmed else "has no confirmed deterioration"
    return f"began on {situation.started_on}, {switch} and {shown}"
