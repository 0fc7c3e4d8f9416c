"""Contradictions of the plan of the safety analysis."""

from collections.abc import Iterator, Sequence

from myotis.errors import Fault
from myotis.protocol.contents import Contents
from myotis.protocol.faults import contradiction, undeclared
from myotis.protocol.safety import SafetyColumn, SafetyPlan

PLACE = "plan.safety"
SAFETY_FLAG = "SAFFL"


def find_safety_faults(plan: SafetyPlan, trial: Contents) -> Iterator[Fault]:
    """Every contradiction of the plan of safety."""
    flags = {analysis_set.id: analysis_set.flag for analysis_set in trial.plan.analysis_sets}
    if plan.analysis_set not in flags:
        yield undeclared(f"{PLACE}.analysis_set", "analysis set", plan.analysis_set, flags)
    elif flags[plan.analysis_set] != SAFETY_FLAG:
        what, expected = "the set is not the one that ADAE and ADEX flag", f"the set with the flag {SAFETY_FLAG}"
        yield contradiction(f"{PLACE}.analysis_set", what, expected, "Name that set.")
    yield from find_column_faults(f"{PLACE}.columns", plan.columns, trial)
    yield from _labels(plan)
    yield from _comparisons(plan)
    yield from _quantities(plan)


def find_column_faults(place: str, columns: Sequence[SafetyColumn], trial: Contents) -> Iterator[Fault]:
    """Every treatment and epoch of columns that the protocol does not have."""
    treatments = [treatment.id for treatment in trial.treatments]
    epochs = [epoch.id for epoch in trial.epochs]
    for column in columns:
        if column.treatment not in treatments:
            yield undeclared(f"{place}.{column.id}.treatment", "treatment", column.treatment, treatments)
        for epoch in column.epochs:
            if epoch not in epochs:
                yield undeclared(f"{place}.{column.id}.epochs", "epoch", epoch, epochs)


def _labels(plan: SafetyPlan) -> Iterator[Fault]:
    labels = [column.label for column in plan.columns]
    for label in sorted({label for label in labels if labels.count(label) > 1}):
        what, expected = f"two columns are called {label}", "a label for each"
        yield contradiction(f"{PLACE}.columns", what, expected, "Change one of them.")


def _comparisons(plan: SafetyPlan) -> Iterator[Fault]:
    known = [column.id for column in plan.columns]
    for position, comparison in enumerate(plan.comparisons):
        place = f"{PLACE}.comparisons.{position}"
        for field, name in (("group", comparison.group), ("comparator", comparison.comparator)):
            if name not in known:
                yield undeclared(f"{place}.{field}", "column", name, known)
        if comparison.group == comparison.comparator:
            what, expected = "a column is compared with itself", "two columns that differ"
            yield contradiction(f"{place}.comparator", what, expected, "Name another.")


def _quantities(plan: SafetyPlan) -> Iterator[Fault]:
    whole = {"emergent": plan.emergent, "infusional": plan.infusional}
    for field, quantity in whole.items():
        if quantity is not None and (quantity.number < 0 or quantity.number != int(quantity.number)):
            what, expected = "the time is not whole or below 0", f"whole {quantity.unit}, 0 or more"
            yield contradiction(f"{PLACE}.{field}", what, expected, "Correct it.")
    above_zero = {"rate_per": plan.rate_per, "rate_limit": plan.rate_limit}
    for field, quantity in above_zero.items():
        if quantity is not None and quantity.number <= 0:
            yield contradiction(
                f"{PLACE}.{field}", "the quantity is not above 0", f"above 0 {quantity.unit}", "Correct it."
            )
    if not 0 < plan.level.number < 100:
        expected = "a level above 0 % and below 100 %, such as 95 %"
        yield contradiction(f"{PLACE}.level", "there is no such confidence level", expected, "Correct it.")
    if not 0 <= plan.shown_from.number <= 100:
        yield contradiction(f"{PLACE}.shown_from", "there is no such share", "0 % to 100 %", "Correct it.")
