"""Rules that know what was given: the alternate treatment, and who passes the gate into the extension.

Only what is unblinded may import this module.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from myotis.errors import SettingError
from myotis.protocol.conduct import ExtensionGate, GateCase
from myotis.protocol.extension import Situation, find_case, list_situations
from myotis.protocol.trial import Trial
from myotis.rules.deterioration import CONFIRMED
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES
from myotis.terms.rule import Steps, rule

# Columns of x.
TREATMENT: Final = 0
DETERIORATION: Final = 1
SINCE_SWITCH: Final = 2
COLUMN_COUNT: Final = 3

ENTERS: Final = 0
CASE: Final = 1
FIELD_COUNT: Final = 2

SITUATIONS: Final = 16
"""The situations of one treatment: switched, confirmed, at the gate, again; a bit each, the last one the lowest."""


class GateLimits(NamedTuple):
    """A gate as integers, by situation: the treatment begun on (one more where it is not known) and four bits."""

    at_visit: int
    start_count: int
    case_of: tuple[int, ...]
    """The position of the case that fits; MISSING where none does, or not one alone."""
    enters: tuple[int, ...]
    """YES, NO, or UNKNOWN where no answer is certain."""


class GateDecision(NamedTuple):
    """What a gate decides about one subject."""

    enters: bool | None
    """None where the protocol's cases can't tell."""
    case: GateCase | None
    """The case that fits; None where it isn't known which, even if all that are possible decide alike."""


def gate_limits(trial: Trial, visits: Sequence[str]) -> GateLimits | None:
    """The gate of a trial as integers, for courses whose rows are these visits (ids), the baseline first.

    None where the protocol declares no gate, or its visit is not among ``visits``. Treatments are called by their
    position in the protocol.
    """
    gate = trial.conduct and trial.conduct.extension_gate
    if not gate or gate.visit not in visits:
        return None
    starts = tuple(treatment.id for treatment in trial.treatments)
    begun = tuple(dict.fromkeys(arm.treatment for arm in trial.arms))
    case_of, enters = [MISSING] * SITUATIONS * (len(starts) + 1), [UNKNOWN] * SITUATIONS * (len(starts) + 1)
    for situation in list_situations(starts):
        index = starts.index(situation.started_on) * SITUATIONS + _bits(situation)
        case_of[index], enters[index] = _answer(gate, [situation])
    for situation in list_situations(begun[:1]):
        index = len(starts) * SITUATIONS + _bits(situation)
        case_of[index], enters[index] = _answer(gate, [situation._replace(started_on=start) for start in begun])
    return GateLimits(list(visits).index(gate.visit), len(starts), tuple(case_of), tuple(enters))


def _bits(situation: Situation) -> int:
    return 8 * situation.switched + 4 * situation.confirmed + 2 * situation.at_gate + situation.again


def _answer(gate: ExtensionGate, possible: list[Situation]) -> tuple[int, int]:
    """The position of the case, and whether the subject enters, as far as all possible situations agree."""
    cases = {find_case(gate, situation) for situation in possible}
    known = [case for case in gate.cases if case in cases]
    if len(known) < len(cases):
        return MISSING, UNKNOWN
    answers = {case.then for case in known}
    position = gate.cases.index(known[0]) if len(known) == 1 else MISSING
    return position, UNKNOWN if len(answers) > 1 else YES if "enter" in answers else NO


@rule
def pass_gate(x: Steps, limits: GateLimits, out: Steps) -> None:
    """Whether a subject enters the extension, at the visit of the gate.

    ``x[visit]``: the position of the treatment that was given at the visit (MISSING: none was), the deterioration
    status, and the status by visits after the switch alone. What is given at the gate's own visit follows from its
    answer and is not looked at. A status that can't be evaluated confirms nothing. ``out[visit]``: YES, NO or UNKNOWN,
    and the position of the case that holds; UNKNOWN and MISSING at every other visit.
    """
    started, switched, confirmed, again = MISSING, 0, 0, 0
    for visit in range(x.shape[0]):
        out[visit, ENTERS] = UNKNOWN
        out[visit, CASE] = MISSING
        at_gate = int(confirmed == 0 and x[visit, DETERIORATION] == CONFIRMED)
        if x[visit, DETERIORATION] == CONFIRMED:
            confirmed = 1
        if x[visit, SINCE_SWITCH] == CONFIRMED:
            again = 1
        if visit == limits.at_visit:
            start = limits.start_count if started == MISSING else started
            after_switch = int(again == 1 and switched == 1 and confirmed == 1)
            situation = start * SITUATIONS + 8 * switched + 4 * confirmed + 2 * at_gate + after_switch
            out[visit, ENTERS] = limits.enters[situation]
            out[visit, CASE] = limits.case_of[situation]
        if x[visit, TREATMENT] != MISSING:
            if started == MISSING:
                started = x[visit, TREATMENT]
            elif x[visit, TREATMENT] != started:
                switched = 1


def compute_gate_decision(
    trial: Trial, given: Mapping[str, str], deterioration: Mapping[str, int], since_switch: Mapping[str, int]
) -> GateDecision:
    """Whether one subject enters the extension, and by which case.

    By visit id: the treatment given there, the deterioration status, and the status by visits after the switch alone;
    a visit that is not named had none. Raises SettingError where the protocol has no gate.

    >>> from myotis.protocol.read import read_trial
    >>> given = {visit: "saline" for visit in ("W0", "W4", "W8", "W12")}
    >>> compute_gate_decision(read_trial("proderm"), given, {"W16": CONFIRMED}, {}).case.id
    'placebo_at_gate'
    """
    first = trial.visit(trial.baseline_visit).day
    visits = [visit.id for visit in trial.visits if visit.day >= first]
    limits = gate_limits(trial, visits)
    gate = trial.conduct and trial.conduct.extension_gate
    if limits is None or not gate:
        raise SettingError("the protocol has no extension gate")
    positions = {treatment.id: position for position, treatment in enumerate(trial.treatments)}
    x = np.full((len(visits), COLUMN_COUNT), MISSING, dtype=np.int64)
    for row, visit in enumerate(visits):
        if visit in given:
            x[row, TREATMENT] = positions[given[visit]]
        x[row, DETERIORATION] = deterioration.get(visit, MISSING)
        x[row, SINCE_SWITCH] = since_switch.get(visit, MISSING)
    out = np.full((len(visits), FIELD_COUNT), MISSING, dtype=np.int64)
    pass_gate(x, limits, out)
    enters, case = (int(answer) for answer in out[limits.at_visit])
    return GateDecision(
        enters=None if enters == UNKNOWN else enters == YES, case=None if case == MISSING else gate.cases[case]
    )


def resolve_switch(trial: Trial, started_on: str) -> str:
    """The alternate treatment of a subject who began on a treatment: that of the other arm.

    Raises SettingError where the protocol has no switch, or the treatment doesn't start one arm of two.

    >>> from myotis.protocol.read import read_trial
    >>> resolve_switch(read_trial("proderm"), "saline")
    'octagam_10'
    """
    if trial.switch is None:
        raise SettingError("the protocol has no switch")
    others = {arm.treatment for arm in trial.arms} - {started_on}
    if len(others) != 1:
        raise SettingError("the treatment does not start one of two arms, so that there is no one alternate")
    return others.pop()


def treatment_after_gate(trial: Trial, decision: GateDecision) -> str | None:
    """What a subject is given from the gate on: the extension's treatment, or None for who leaves or is not decided."""
    gate = trial.conduct and trial.conduct.extension_gate
    return gate.treatment if gate and decision.enters else None
