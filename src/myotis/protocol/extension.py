"""What the cases of an extension gate can tell apart, and which case is whose."""

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from myotis.protocol.conduct import ExtensionGate, GateCase


class Situation(NamedTuple):
    """A subject before an extension gate, as far as cases can ask."""

    started_on: str
    """The treatment of the first dose."""
    switched: bool
    confirmed: bool
    """Whether deterioration was confirmed up to the gate."""
    at_gate: bool
    """Whether it was confirmed at the gate's own visit and not before."""
    again: bool
    """Whether visits after the switch confirm it by themselves."""


def list_situations(treatments: tuple[str, ...]) -> Iterator[Situation]:
    """Every situation of subjects who began on one of these treatments.

    Deterioration is not confirmed again before a switch, nor without being confirmed. A switch without confirmed
    deterioration is among them: a value that was corrected after the switch can leave one behind.
    """
    answers = (False, True)
    for started_on, switched, confirmed, at_gate, again in product(treatments, answers, answers, answers, answers):
        if (confirmed or not (at_gate or again)) and (switched or not again):
            yield Situation(started_on, switched, confirmed, at_gate, again)


def find_case(gate: ExtensionGate, situation: Situation) -> GateCase | None:
    """The first case of a gate that fits, or None.

    >>> from myotis.protocol.read import read_trial
    >>> gate = read_trial("proderm").conduct.extension_gate
    >>> find_case(gate, Situation("octagam_10", False, confirmed=True, at_gate=True, again=False)).then
    'leave'
    """
    return next((case for case in gate.cases if _fits(case, situation)), None)


def _fits(case: GateCase, situation: Situation) -> bool:
    shown = {
        None: True,
        "none": not situation.confirmed,
        "confirmed": situation.confirmed,
        "confirmed_again": situation.again,
        "confirmed_at_gate": situation.at_gate,
    }
    return (
        case.started_on in {None, situation.started_on}
        and case.switched in {None, situation.switched}
        and shown[case.deterioration]
    )
