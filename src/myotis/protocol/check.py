"""What makes a protocol contradict itself: every fault, each with its place and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from myotis.errors import Fault, SettingError
from myotis.instruments.tis_levels import Slot
from myotis.protocol.provenance import UNSOURCED, covers, find_provenance, flatten

if TYPE_CHECKING:
    from myotis.protocol.trial import Trial


def find_contradictions(trial: Trial) -> list[Fault]:
    """Every way in which the parts of a protocol don't fit one another."""
    checks = (_names, _visits, _windows, _arms, _doses, _strata, _criteria, _limits, _response, _plan, _sources)
    return [fault for check in checks for fault in check(trial)]


def _unknown(place: str, what: str, name: str, known: Iterable[str]) -> Fault:
    return Fault(what=f"{what} {name} is not declared", expected="one of " + ", ".join(known), column=place)


def _names(trial: Trial) -> Iterator[Fault]:
    plan = trial.plan
    lists = {
        "arms": trial.arms, "epochs": trial.epochs, "visits": trial.visits, "treatments": trial.treatments,
        "facts": trial.facts, "eligibility": trial.eligibility, "randomization.factors": trial.randomization.factors,
        "plan.analysis_sets": plan.analysis_sets, "plan.estimands": plan.estimands,
    }  # fmt: skip
    for place, entries in lists.items():
        ids = [entry.id for entry in entries]  # type: ignore[attr-defined] # each kind of entry has an id
        for name in sorted({name for name in ids if ids.count(name) > 1}):
            yield Fault(what=f"the id {name} is used more than once", expected="ids that differ", column=place)


def _visits(trial: Trial) -> Iterator[Fault]:
    epochs = {epoch.id: epoch for epoch in trial.epochs}
    for earlier, later in pairwise(trial.visits):
        if later.day <= earlier.day:
            yield Fault(
                what=f"the visit does not come after {earlier.id}",
                expected="visits in the order of their days",
                column=f"visits.{later.id}.day",
            )
    for visit in trial.visits:
        if visit.day == 0:
            yield Fault(what="there is no study day 0", expected="1 or -1", column=f"visits.{visit.id}.day")
        if visit.epoch not in epochs:
            yield _unknown(f"visits.{visit.id}.epoch", "the epoch", visit.epoch, epochs)
    names = [visit.id for visit in trial.visits]
    if trial.baseline_visit not in names:
        yield _unknown("baseline_visit", "the visit", trial.baseline_visit, names)


def _windows(trial: Trial) -> Iterator[Fault]:
    for earlier, later in pairwise(trial.visits):
        last = _elapsed(earlier.day) + earlier.window_days[1]
        first = _elapsed(later.day) + later.window_days[0]
        if first <= last:
            yield Fault(
                what=f"the window overlaps that of {earlier.id}",
                expected="windows of which no day belongs to two visits",
                remedy="Make one of the two windows smaller.",
                column=f"visits.{later.id}.window_days",
            )


def _elapsed(day: int) -> int:
    """Days since day 1, across the missing day 0."""
    return day - 1 if day > 0 else day


def _arms(trial: Trial) -> Iterator[Fault]:
    treatments = {treatment.id: treatment for treatment in trial.treatments}
    for arm in trial.arms:
        if arm.treatment not in treatments:
            yield _unknown(f"arms.{arm.id}.treatment", "the treatment", arm.treatment, treatments)
    arms = [arm.id for arm in trial.arms]
    if set(trial.randomization.ratio) != set(arms):
        yield Fault(
            what="the ratio does not name every arm once", expected=", ".join(arms), column="randomization.ratio"
        )


def _doses(trial: Trial) -> Iterator[Fault]:
    treatments = {treatment.id: treatment for treatment in trial.treatments}
    visits = [visit.id for visit in trial.visits]
    for treatment in trial.treatments:
        place = f"treatments.{treatment.id}"
        if (treatment.infusion is None) == (treatment.imitates is None):
            yield Fault(what="there is no one way to give it", expected="either infusion or imitates", column=place)
        if treatment.imitates is not None and treatment.imitates not in treatments:
            yield _unknown(f"{place}.imitates", "the treatment", treatment.imitates, treatments)
        if treatment.infusion is None:
            continue
        infusion = treatment.infusion
        if not 1 <= infusion.days[0] <= infusion.days[1]:
            yield Fault(what="the days are not in order", expected="fewest, most", column=f"{place}.infusion.days")
        timed = [step.lasts is not None for step in infusion.rate_steps]
        if timed[-1] or not all(timed[:-1]):
            expected = "a duration for every step but the last, which runs to the end"
            yield Fault(
                what="a rate step has the wrong duration", expected=expected, column=f"{place}.infusion.rate_steps"
            )
        if infusion.reduced_dose and infusion.reduced_dose.from_visit not in visits:
            where = f"{place}.infusion.reduced_dose.from_visit"
            yield _unknown(where, "the visit", infusion.reduced_dose.from_visit, visits)
    if trial.switch:
        for name in ("earliest_visit", "latest_visit"):
            if getattr(trial.switch, name) not in visits:
                yield _unknown(f"switch.{name}", "the visit", getattr(trial.switch, name), visits)


def _strata(trial: Trial) -> Iterator[Fault]:
    slots = [slot.value for slot in Slot]
    for factor in trial.randomization.factors:
        place = f"randomization.factors.{factor.id}"
        if factor.measure not in slots:
            yield _unknown(f"{place}.measure", "the measure", factor.measure, slots)
        for lower, upper in pairwise(factor.levels):
            if lower.below is None or lower.below != upper.at_least:
                yield Fault(
                    what=f"{upper.id} does not begin where {lower.id} ends",
                    expected="levels without gaps and overlaps, in rising order",
                    column=f"{place}.levels.{upper.id}",
                )
        if factor.levels[-1].below is not None:
            yield Fault(
                what="the last level has an upper limit", expected="none, so that it takes the end of the range",
                column=f"{place}.levels.{factor.levels[-1].id}.below",
            )  # fmt: skip


def _criteria(trial: Trial) -> Iterator[Fault]:
    facts = {fact.id: fact for fact in trial.facts}
    for criterion in trial.eligibility:
        for condition in (condition for group in criterion.require for condition in group.of):
            place = f"eligibility.{criterion.id}.{condition.fact}"
            fact = facts.get(condition.fact)
            if fact is None:
                yield _unknown(place, "the fact", condition.fact, facts)
                continue
            (comparison, value), *_ = condition.comparisons.items()
            if fact.kind == "number":
                unit = getattr(value, "unit", None)
                if unit != fact.unit:
                    what = f"the limit of {fact.id} is in {unit}" if unit else "a number is compared with a text"
                    yield Fault(what=what, expected=f"a limit in {fact.unit}", column=place)
            elif comparison != "equals":
                yield Fault(what=f"{fact.id} is not a number", expected="equals", column=place)
            elif fact.kind == "choice" and value not in fact.choices:
                yield Fault(
                    what="the choice is not declared", expected="one of " + ", ".join(fact.choices), column=place
                )
            elif fact.kind == "yes_no" and not isinstance(value, bool):
                yield Fault(what=f"{fact.id} is answered by yes or no", expected="true or false", column=place)


def _limits(trial: Trial) -> Iterator[Fault]:
    try:
        settings = trial.tis.settings
    except SettingError as error:
        yield Fault(what=str(error), expected="settings of the TIS that fit together", column="tis")
        return
    for limb in trial.deterioration.limbs if trial.deterioration else ():
        for worsening in limb.of:
            measure = settings.measure(Slot(worsening.measure))
            number, unit = worsening.worse_by
            place = f"deterioration.limbs.{limb.id}.{worsening.measure}"
            assert measure is not None, "the slots that can worsen hold plain measures"
            if unit not in {"%", measure.unit}:
                yield Fault(what=f"the limit is in {unit}", expected=f"{measure.unit} or %", column=place)
            elif unit != "%" and (Fraction(number) * measure.grid.steps_per_unit).denominator != 1:
                yield Fault(
                    what="the limit is off the grid of the measure", expected=f"steps of {measure.name}", column=place
                )


def _response(trial: Trial) -> Iterator[Fault]:
    visits = {visit.id: visit for visit in trial.assessment_visits} if _baseline_is_known(trial) else {}
    response = trial.response
    for place, name in [
        ("response.visit", response.visit),
        *(("response.also_at_one_of", v) for v in response.also_at_one_of),
    ]:
        if name not in visits:
            yield _unknown(place, "the assessment visit", name, visits)
    if response.visit in visits:
        for name in response.also_at_one_of:
            if name in visits and visits[name].day >= visits[response.visit].day:
                yield Fault(
                    what=f"{name} is not before {response.visit}",
                    expected="earlier visits",
                    column="response.also_at_one_of",
                )
    if response.no_confirmed_deterioration and trial.deterioration is None:
        what = "response asks for no confirmed deterioration, which is not defined"
        yield Fault(what=what, expected="a table [deterioration]", column="response.no_confirmed_deterioration")


def _baseline_is_known(trial: Trial) -> bool:
    return trial.baseline_visit in {visit.id for visit in trial.visits}


def _plan(trial: Trial) -> Iterator[Fault]:
    visits = [visit.id for visit in trial.visits]
    arms = [arm.id for arm in trial.arms]
    sets = [analysis_set.id for analysis_set in trial.plan.analysis_sets]
    factors = [factor.id for factor in trial.randomization.factors]
    events: list[str] = [event.id for event in trial.plan.intercurrent_events]
    for estimand in trial.plan.estimands:
        place = f"plan.estimands.{estimand.id}"
        references: list[tuple[str, str, list[str]]] = [
            ("visit", estimand.visit, visits), ("analysis_set", estimand.analysis_set, sets),
            ("group", estimand.group, arms), ("comparator", estimand.comparator, arms),
            *(("test.strata", stratum, factors) for stratum in estimand.test.strata),
            *(("intercurrent_events", str(event), events) for event in estimand.intercurrent_events),
        ]  # fmt: skip
        for field, name, known in references:
            if name not in known:
                yield _unknown(f"{place}.{field}", f"the {field.rpartition('.')[2]}", name, known)
        for event in sorted(set(events) - set(estimand.intercurrent_events)):
            yield Fault(
                what=f"the intercurrent event {event} has no strategy",
                expected="a strategy for each that the plan names",
                column=f"{place}.intercurrent_events",
            )
        needs = {"tis_at_least": "threshold", "change": "parameter"}.get(estimand.variable)
        if needs and getattr(estimand, needs) is None:
            yield Fault(what=f"{estimand.variable} has no {needs}", expected=needs, column=place)
        yield from _methods(
            estimand.summary, estimand.test.method, estimand.interval.method, estimand.test.strata, place
        )


def _methods(summary: str, test: str, interval: str, strata: tuple[str, ...], place: str) -> Iterator[Fault]:
    adjusted = summary == "difference_in_adjusted_means"
    if adjusted != (interval == "ancova_t"):
        yield Fault(
            what=f"the interval {interval} does not estimate a {summary}",
            expected="a method for the summary",
            column=place,
        )
    if test == "cochran_mantel_haenszel" and (adjusted or not strata):
        yield Fault(
            what="the test needs proportions and strata",
            expected="strata, and a difference in proportions",
            column=place,
        )


def _sources(trial: Trial) -> Iterator[Fault]:
    leaves = [
        path for path, _ in flatten(trial.model_dump(mode="json", exclude_defaults=True)) if not UNSOURCED & set(path)
    ]
    for path in leaves:
        if find_provenance(path, trial.provenance) is None:
            yield Fault(what="the value has no source", expected="an entry in [provenance]", column=".".join(path))
    for place, provenance in trial.provenance.items():
        if provenance.reference is not None and provenance.reference not in trial.references:
            yield _unknown(f"provenance.{place}", "the reference", provenance.reference, trial.references)
        if not any(covers(place, path) for path in leaves):
            yield Fault(
                what="there is no value at this place", expected="a place in the file", column=f"provenance.{place}"
            )
