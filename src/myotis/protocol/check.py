"""What makes a protocol contradict itself: every fault, each with its place and what to do."""

from collections.abc import Iterator
from typing import Any

from myotis.errors import Fault
from myotis.protocol.check_conduct import find_conduct_faults
from myotis.protocol.check_criteria import find_criteria_faults
from myotis.protocol.check_design import find_design_faults
from myotis.protocol.check_imputation import find_imputation_faults
from myotis.protocol.check_plan import find_plan_faults
from myotis.protocol.check_treatments import find_treatment_faults
from myotis.protocol.contents import Contents
from myotis.protocol.faults import contradiction, find_repeated, undeclared
from myotis.protocol.provenance import UNSOURCED, covers, find_most_exact, flatten


def find_contradictions(trial: Contents) -> list[Fault]:
    """Every way in which the parts of a protocol don't fit one another."""
    checks = (
        _repeated_ids, find_design_faults, find_treatment_faults, find_criteria_faults, find_plan_faults,
        find_imputation_faults, find_conduct_faults, _unsourced, _idle_sources,
    )  # fmt: skip
    return [fault for check in checks for fault in check(trial)]


def _repeated_ids(trial: Contents) -> Iterator[Fault]:
    randomization, plan = trial.randomization, trial.plan
    conduct = trial.conduct
    readiness, gate = (conduct.readiness, conduct.extension_gate) if conduct else (None, None)
    lists: dict[str, tuple[Any, ...]] = {
        "arms": trial.arms, "epochs": trial.epochs, "visits": trial.visits, "treatments": trial.treatments,
        "facts": trial.facts, "eligibility": trial.eligibility, "randomization.factors": randomization.factors,
        **{f"randomization.factors.{factor.id}.levels": factor.levels for factor in randomization.factors},
        "deterioration.limbs": trial.deterioration.limbs if trial.deterioration else (),
        "plan.analysis_sets": plan.analysis_sets, "plan.intercurrent_events": plan.intercurrent_events,
        "plan.estimands": plan.estimands, "plan.safety.columns": plan.safety.columns if plan.safety else (),
        "plan.families": plan.families, "plan.subgroups": plan.subgroups, "plan.imputations": plan.imputations,
        "conduct.analytes": conduct.analytes if conduct else (),
        "conduct.special_interest": conduct.special_interest if conduct else (),
        "conduct.readiness.risk_factors": readiness.risk_factors if readiness else (),
        "conduct.extension_gate.cases": gate.cases if gate else (),
    }  # fmt: skip
    for place, entries in lists.items():
        yield from find_repeated(place, [entry.id for entry in entries])


def _unsourced(trial: Contents) -> Iterator[Fault]:
    for path in sourced_paths(trial):
        if find_most_exact(path, trial.provenance) is None:
            place = ".".join(path)
            remedy = f'Add "{place}" or a place above it to [provenance].'
            yield contradiction(place, "the value has no source", "an entry in [provenance] that covers it", remedy)


def _idle_sources(trial: Contents) -> Iterator[Fault]:
    paths = sourced_paths(trial)
    for name, provenance in trial.provenance.items():
        place = f"provenance.{name}"
        if provenance.reference is not None and provenance.reference not in trial.references:
            yield undeclared(place, "reference", provenance.reference, trial.references)
        if not any(covers(name, path) for path in paths):
            remedy = "Correct the place, or remove the entry."
            yield contradiction(place, "there is no value at this place", "a place in the file that has one", remedy)


def sourced_paths(trial: Contents) -> list[tuple[str, ...]]:
    """The places of all values that need a source."""
    values = trial.model_dump(mode="json", exclude_defaults=True)
    return [path for path, _ in flatten(values) if not UNSOURCED & set(path)]
