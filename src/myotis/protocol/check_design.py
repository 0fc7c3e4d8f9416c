"""Contradictions of the design: arms, epochs, visits and their windows, the switch, strata."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from myotis.errors import Fault
from myotis.instruments.measure import Measure
from myotis.instruments.tis_levels import Slot
from myotis.protocol.contents import Contents
from myotis.protocol.criteria import find_settings
from myotis.protocol.design import Factor, Visit
from myotis.protocol.faults import contradiction, undeclared
from myotis.terms.study_time import elapsed_days


def find_design_faults(trial: Contents) -> Iterator[Fault]:
    """Every contradiction of the design."""
    yield from _epochs(trial)
    yield from _visits(trial)
    yield from _windows(trial)
    yield from _arms(trial)
    yield from _switch(trial)
    yield from _allocation(trial)
    for factor in trial.randomization.factors:
        yield from _factor(factor, trial)


def _epochs(trial: Contents) -> Iterator[Fault]:
    for epoch in trial.epochs:
        if epoch.first_day == 0:
            yield _day_zero(f"epochs.{epoch.id}.first_day")
    for earlier, later in pairwise(trial.epochs):
        if later.first_day <= earlier.first_day:
            place, what = f"epochs.{later.id}.first_day", f"the epoch does not begin after {earlier.id}"
            yield contradiction(place, what, "epochs in the order of their first days", "Correct the day or the order.")


def _visits(trial: Contents) -> Iterator[Fault]:
    epochs = {epoch.id: epoch for epoch in trial.epochs}
    # The visit that closes an epoch may be on the first day of the next one.
    ends = {earlier.id: later.first_day for earlier, later in pairwise(trial.epochs)}
    for earlier, later in pairwise(trial.visits):
        if later.day <= earlier.day:
            place, what = f"visits.{later.id}.day", f"the visit does not come after {earlier.id}"
            yield contradiction(place, what, "visits in the order of their days", "Correct the day or the order.")
    for visit in trial.visits:
        place = f"visits.{visit.id}"
        if visit.day == 0:
            yield _day_zero(f"{place}.day")
        if visit.epoch not in epochs:
            yield undeclared(f"{place}.epoch", "epoch", visit.epoch, epochs)
        elif visit.day != 0 and visit.day < epochs[visit.epoch].first_day:
            what, expected = f"the visit is before its epoch {visit.epoch} begins", "a day within the epoch"
            yield contradiction(f"{place}.day", what, expected, "Correct the day or the epoch.")
        elif visit.day > ends.get(visit.epoch, visit.day):
            what, expected = f"the visit is after its epoch {visit.epoch} has ended", "a day within the epoch"
            yield contradiction(f"{place}.day", what, expected, "Correct the day or the epoch.")
        if len(set(visit.activities)) < len(visit.activities):
            what, expected = "an activity is named twice", "activities that differ"
            yield contradiction(f"{place}.activities", what, expected, "Remove one of the two.")
    numbers = [visit.number for visit in trial.visits]
    for number in sorted({number for number in numbers if numbers.count(number) > 1}):
        what = f"the number {number} is used more than once"
        yield contradiction("visits", what, "numbers that differ, so that data name one visit", "Change one of them.")
    yield from _shared_names(trial)
    baseline = [visit for visit in trial.visits if visit.id == trial.baseline_visit]
    if not baseline:
        yield undeclared("baseline_visit", "visit", trial.baseline_visit, [visit.id for visit in trial.visits])
    elif "core_set" not in baseline[0].activities:
        what, expected = "the core set is not assessed at this visit", "a visit with the activity core_set"
        yield contradiction("baseline_visit", what, expected, "Add the activity, or name another visit.")


def _shared_names(trial: Contents) -> Iterator[Fault]:
    """Data call a visit by id, number or label: what is one visit's can't be another's."""
    for position, visit in enumerate(trial.visits):
        for earlier in trial.visits[:position]:
            shared = _names(visit) & _names(earlier) - {str(visit.number) if visit.number == earlier.number else ""}
            if shared and visit.id != earlier.id:
                what = f"{', '.join(sorted(shared))} may also mean {earlier.id}"
                expected = "an id, a number and a label that are no other visit's, small letters or capital"
                yield contradiction(f"visits.{visit.id}", what, expected, "Rename one of the two.")


def _names(visit: Visit) -> set[str]:
    return {visit.id.casefold(), str(visit.number), visit.label.strip().casefold()}


def _day_zero(place: str) -> Fault:
    expected = "1 for the day of the first dose, -1 for the day before"
    return contradiction(place, "there is no study day 0", expected, "Correct the day.")


def _windows(trial: Contents) -> Iterator[Fault]:
    for earlier, later in pairwise(trial.visits):
        if 0 in {earlier.day, later.day} or earlier.day >= later.day:
            continue  # these are faults of their own
        last = elapsed_days(earlier.day) + earlier.window_days[1]
        first = elapsed_days(later.day) + later.window_days[0]
        if first <= last:
            place, what = f"visits.{later.id}.window_days", f"the window overlaps that of {earlier.id}"
            expected = "windows of which no day belongs to two visits"
            yield contradiction(place, what, expected, "Make one of the two windows smaller.")


def _arms(trial: Contents) -> Iterator[Fault]:
    treatments = [treatment.id for treatment in trial.treatments]
    for arm in trial.arms:
        if arm.treatment not in treatments:
            yield undeclared(f"arms.{arm.id}.treatment", "treatment", arm.treatment, treatments)
    arms = [arm.id for arm in trial.arms]
    ratio = trial.randomization.ratio
    for name in ratio:
        if name not in arms:
            yield undeclared(f"randomization.ratio.{name}", "arm", name, arms)
    for name in arms:
        if name not in ratio:
            what, expected = f"the ratio does not name the arm {name}", "a whole number for each arm"
            yield contradiction("randomization.ratio", what, expected, f"Add {name} to the ratio.")


def _switch(trial: Contents) -> Iterator[Fault]:
    if trial.switch is None:
        return
    days = {visit.id: visit.day for visit in trial.visits}
    earliest, latest = trial.switch.earliest_visit, trial.switch.latest_visit
    for field, name in (("earliest_visit", earliest), ("latest_visit", latest)):
        if name not in days:
            yield undeclared(f"switch.{field}", "visit", name, days)
    if earliest in days and latest in days and days[latest] < days[earliest]:
        what, expected = f"{latest} is before {earliest}", "a visit not before earliest_visit"
        yield contradiction("switch.latest_visit", what, expected, "Exchange the two.")
    if len(trial.arms) > 2:
        what, expected = f"there is no one alternate arm among {len(trial.arms)}", "two arms"
        yield contradiction("switch.to", what, expected, "Remove [switch], or all arms but two.")
    baseline = days.get(trial.baseline_visit)
    if earliest in days and baseline is not None and days[earliest] <= baseline:
        what, expected = f"{earliest} is not after the baseline", "a visit at which deterioration can be confirmed"
        yield contradiction("switch.earliest_visit", what, expected, "Name a later visit.")
    if trial.deterioration is None:
        what = "the switch follows confirmed deterioration, which is not defined"
        yield contradiction("switch.trigger", what, "a table [deterioration]", "Define it, or remove [switch].")


def _allocation(trial: Contents) -> Iterator[Fault]:
    if trial.randomization.allocation == "pharmacy" and not trial.randomization.factors:
        what, expected = "there is no factor to minimize over", "one or more randomization.factors"
        yield contradiction("randomization.allocation", what, expected, "Add a factor, or allocate from a list.")


def _factor(factor: Factor, trial: Contents) -> Iterator[Fault]:
    place = f"randomization.factors.{factor.id}"
    slots = [slot.value for slot in Slot]
    if factor.measure not in slots:
        yield undeclared(f"{place}.measure", "measure", factor.measure, slots)
        return
    settings = find_settings(trial.tis)
    if settings is not None:
        measure = settings.measure(Slot(factor.measure))
        yield from _scale(factor, place, *((measure.unit, measure.minimum) if measure else ("x ULN", 0)))
        if measure is not None:
            yield from _reachable(factor, place, measure)
    for level in factor.levels:
        if level.below is not None and level.below.number <= level.at_least.number:
            what, expected = "the level is empty", "an upper limit above the lower one"
            yield contradiction(f"{place}.levels.{level.id}", what, expected, "Exchange or correct the limits.")
    for lower, upper in pairwise(factor.levels):
        if lower.below != upper.at_least:
            what, expected = f"the level does not begin where {lower.id} ends", "levels without gaps and overlaps"
            remedy = f"Make at_least of {upper.id} equal to below of {lower.id}."
            yield contradiction(f"{place}.levels.{upper.id}.at_least", what, expected, remedy)
    if factor.levels[-1].below is not None:
        what, expected = "the last level has an upper limit", "none, so that it takes the end of the range"
        yield contradiction(f"{place}.levels.{factor.levels[-1].id}.below", what, expected, "Remove it.")


def _scale(factor: Factor, place: str, unit: str, lowest: int) -> Iterator[Fault]:
    for level in factor.levels:
        for name, limit in (("at_least", level.at_least), ("below", level.below)):
            if limit is not None and limit.unit != unit:
                there = f"{place}.levels.{level.id}.{name}"
                yield contradiction(there, f"the limit is in {limit.unit}", f"a limit in {unit}", "Convert the limit.")
    first = factor.levels[0]
    if first.at_least.number != lowest:
        what, remedy = "the first level does not begin where the measure does", "Begin it there."
        yield contradiction(f"{place}.levels.{first.id}.at_least", what, f"{lowest} {unit}", remedy)


def _reachable(factor: Factor, place: str, measure: Measure) -> Iterator[Fault]:
    for level in factor.levels[1:]:
        number, unit = level.at_least
        there = f"{place}.levels.{level.id}.at_least"
        if unit == measure.unit and number > measure.maximum:
            what, expected = "no value of the measure is in this level", f"a limit up to {measure.maximum} {unit}"
            yield contradiction(there, what, expected, "Correct the limit.")
        elif unit == measure.unit and (Fraction(number) * measure.grid.steps_per_unit).denominator != 1:
            expected = f"whole multiples of 1/{measure.grid.steps_per_unit} {unit}"
            yield contradiction(there, "the limit is off the grid of the measure", expected, "Round it.")
