"""Which values may be taken out of the blinded log, and taking them out.

A participant may ask for it, or something was written that never should have been. What goes is data and people's
words. What stays is what the state of the study hangs on: keys that say which record is meant, and decisions that moved
a subject, ordered or gave a dose, or were acted on elsewhere. Taken out, they would leave a log that amounts to nothing
that happened; they are corrected, or reported as a deviation.
"""

from collections.abc import Mapping
from typing import Final

from myotis.conduct.act import FormAct
from myotis.conduct.acts.catalog import ACTS
from myotis.conduct.acts.data.correct_value import CorrectValue
from myotis.conduct.acts.visits.record_assessment import RecordAssessment
from myotis.conduct.study import FormKey, Study
from myotis.errors import SettingError
from myotis.log.act import User
from myotis.log.desk import REASON, Desk
from myotis.log.entry import Entry
from myotis.log.redact import take_out_value

REMOVABLE: Final[Mapping[str, frozenset[str]]] = {
    "record_demographics": frozenset({"age", "sex", "can_become_pregnant"}),
    "record_history": frozenset({"term", "started", "stopped"}),
    "record_medication": frozenset({"drug", "dose", "unit", "frequency", "started", "stopped", "indication"}),
    "screen_subject": frozenset({"facts"}),
    "record_weight": frozenset({"weight_kg"}),
    "record_assessment": frozenset({"results"}),
    "record_result": frozenset({"value", "lower_limit", "upper_limit", "envelope"}),
    "check_readiness": frozenset({"pregnancy_test", "well_hydrated", "systolic", "diastolic", "pulse", "temperature",
                                  "results", "risk_factors"}),
    "record_infusion": frozenset({"premedication", "interruptions", "steps", "why_incomplete"}),
    "report_adverse_event": frozenset({"term", "stopped"}),
    "follow_up_adverse_event": frozenset({"term", "stopped"}),
    "report_pregnancy": frozenset({"estimated_delivery", "ended", "congenital_anomaly"}),
    "guess_treatment": frozenset({"guess", "sure"}),
}  # fmt: skip
"""The values of each act that may be taken out, beside its free text and its reason."""


def can_be_taken_out(entry: Entry, name: str) -> bool:
    """May a value be taken out of an entry? Of a correction, the new value may where that of its item may."""
    act = ACTS.get(entry.act)
    if name == REASON:
        return True
    if act is CorrectValue:
        return name == "value" and _is_removable_item(FormKey.parse(entry.get("form")).form, entry.get("item"))
    return act is not None and name in act.free_text | REMOVABLE.get(entry.act, frozenset())


def _is_removable_item(form: str, item: str) -> bool:
    for act in ACTS.values():
        if issubclass(act, FormAct) and act is not RecordAssessment and act.form == form:
            return item in act.free_text | REMOVABLE.get(act.name, frozenset())
    return True  # a result of an assessment


def take_out(desk: Desk[Study], number: int, name: str, *, user: User, reason: str) -> Entry:
    """Take a value out of an entry of the blinded log; the entry that says so. ``reason`` must not repeat the value.

    Raises SettingError where the value is one that stays, StoreError where there is none of the name.
    """
    entry = next(iter(desk.store.read(number)), None) if number >= 0 else None
    if entry is not None and name in entry.values and not can_be_taken_out(entry, name):
        raise SettingError(
            f"{name} of entry {number} ({entry.act}) stays: the state of the study hangs on it; correct it, or report "
            "a deviation"
        )
    trial = desk.state.trial_for(entry.subject if entry else None)
    return take_out_value(
        desk.store, number, name, reason=reason, by=user.id, role=user.role, protocol=trial.trial.version,
        protocol_digest=trial.digest, clock=desk.clock, entropy=desk.entropy,
    )  # fmt: skip
