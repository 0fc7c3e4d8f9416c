"""Contradictions of the analysis plan: estimands, their names, methods and strategies."""

from collections.abc import Iterator

from myotis.errors import Fault
from myotis.instruments.cdasi import CDASI_ACTIVITY, CDASI_DAMAGE
from myotis.instruments.tis_levels import Slot
from myotis.protocol.check_criteria import find_threshold_faults
from myotis.protocol.check_families import find_family_faults, find_subgroup_faults
from myotis.protocol.check_methods import find_method_faults
from myotis.protocol.check_safety import find_safety_faults
from myotis.protocol.contents import Contents
from myotis.protocol.criteria import find_settings
from myotis.protocol.faults import contradiction, undeclared
from myotis.protocol.plan import Estimand

THRESHOLDS = ("tis_at_least", "time_to_tis_at_least")
"""The variables that a threshold belongs to."""


def find_plan_faults(trial: Contents) -> Iterator[Fault]:
    """Every contradiction of the plan."""
    flags = [analysis_set.flag for analysis_set in trial.plan.analysis_sets]
    for flag in sorted({flag for flag in flags if flags.count(flag) > 1}):
        what, expected = f"the flag {flag} is that of two sets", "a flag for each, a column of its own in ADSL"
        yield contradiction("plan.analysis_sets", what, expected, "Change one of them.")
    for estimand in trial.plan.estimands:
        place = f"plan.estimands.{estimand.id}"
        yield from _names(estimand, trial, place)
        yield from _strategies(estimand, trial, place)
        yield from _variable(estimand, trial, place)
        yield from find_method_faults(estimand, place)
    yield from find_family_faults(trial.plan)
    yield from find_subgroup_faults(trial.plan)
    if trial.plan.safety:
        yield from find_safety_faults(trial.plan.safety, trial)


def _names(estimand: Estimand, trial: Contents, place: str) -> Iterator[Fault]:
    visits = [visit.id for visit in trial.visits]
    arms = [arm.id for arm in trial.arms]
    sets = [analysis_set.id for analysis_set in trial.plan.analysis_sets]
    factors = [factor.id for factor in trial.randomization.factors]
    references = [
        ("visit", "visit", estimand.visit, visits), ("analysis_set", "analysis set", estimand.analysis_set, sets),
        ("group", "arm", estimand.group, arms), ("comparator", "arm", estimand.comparator, arms),
        *(("test.strata", "stratification factor", stratum, factors) for stratum in estimand.test.strata),
    ]  # fmt: skip
    for field, kind, name, known in references:
        if name not in known:
            yield undeclared(f"{place}.{field}", kind, name, known)
    if estimand.group == estimand.comparator:
        yield contradiction(
            f"{place}.comparator", "an arm is compared with itself", "two arms that differ", "Name another."
        )


def _strategies(estimand: Estimand, trial: Contents, place: str) -> Iterator[Fault]:
    events: list[str] = [event.id for event in trial.plan.intercurrent_events]
    place = f"{place}.intercurrent_events"
    for event in estimand.intercurrent_events:
        if event not in events:
            yield undeclared(place, "intercurrent event", event, events)
    for absent in sorted(set(events) - set(estimand.intercurrent_events)):
        what, expected = f"the intercurrent event {absent} has no strategy", "a strategy for each that the plan names"
        yield contradiction(place, what, expected, f"Add a strategy for {absent}.")


def _variable(estimand: Estimand, trial: Contents, place: str) -> Iterator[Fault]:
    if estimand.variable == "response" and estimand.visit != trial.response.visit:
        what, expected = "the response is not defined at this visit", f"{trial.response.visit}, as in response.visit"
        yield contradiction(f"{place}.visit", what, expected, "Correct one of the two.")
    needs_threshold = estimand.variable in THRESHOLDS
    if needs_threshold and estimand.threshold is None:
        what, expected = "a TIS of at least how much is not said", "threshold = a TIS"
        yield contradiction(place, what, expected, "Add the threshold.")
    elif needs_threshold and estimand.threshold is not None:
        yield from find_threshold_faults(estimand.threshold, f"{place}.threshold")
    for field, variables in (("threshold", THRESHOLDS), ("parameter", ("change",))):
        if getattr(estimand, field) is not None and estimand.variable not in variables:
            what, expected = (
                f"{estimand.variable} has no {field}",
                f"it only where variable is {' or '.join(variables)}",
            )
            yield contradiction(f"{place}.{field}", what, expected, f"Remove the {field}, or correct the variable.")
    yield from _assessed(estimand, trial, place)
    if estimand.variable == "change":
        known = _measures(trial)
        if estimand.parameter is None:
            what, expected = "the change of which measure is not said", f"parameter = one of: {', '.join(known)}"
            yield contradiction(place, what, expected, "Add the parameter.")
        elif estimand.parameter not in known:
            yield undeclared(f"{place}.parameter", "measure", estimand.parameter, known)


def _assessed(estimand: Estimand, trial: Contents, place: str) -> Iterator[Fault]:
    """What is analyzed has to be assessed at the visit and at the baseline, which is another one before it."""
    activity = "cdasi" if estimand.parameter in {CDASI_ACTIVITY.name, CDASI_DAMAGE.name} else "core_set"
    visits = {visit.id: visit for visit in trial.visits}
    visit, baseline = visits.get(estimand.visit), visits.get(trial.baseline_visit)
    if visit is not None and baseline is not None and visit.day <= baseline.day:
        what, expected = f"{visit.id} is not after the baseline", "a visit after baseline"
        yield contradiction(f"{place}.visit", what, expected, "Name a later visit.")
    for there in (visit, baseline):
        if there is not None and activity not in there.activities:
            what, expected = f"nothing of it is assessed at {there.id}", f"a visit with the activity {activity}"
            yield contradiction(f"{place}.visit", what, expected, "Add the activity, or name another visit.")


def _measures(trial: Contents) -> list[str]:
    """The measures that the trial records at an assessment."""
    settings = find_settings(trial.tis)
    core_set = [measure.name for slot in Slot if settings and (measure := settings.measure(slot))]
    return [*core_set, CDASI_ACTIVITY.name, CDASI_DAMAGE.name]
