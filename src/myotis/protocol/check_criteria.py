"""Contradictions of the criteria: eligibility, TIS, deterioration, response."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from myotis.errors import Fault, SettingError
from myotis.instruments.tis import TisSettings
from myotis.instruments.tis_levels import TENTHS, Slot
from myotis.protocol.contents import Contents
from myotis.protocol.criteria import FACT_STEPS_PER_UNIT, STEPS_PER_PERCENT, Condition, FactDeclaration, Worsening
from myotis.protocol.design import Visit
from myotis.protocol.faults import contradiction, undeclared
from myotis.terms.units import Quantity


def find_criteria_faults(trial: Contents) -> Iterator[Fault]:
    """Every contradiction of the criteria."""
    yield from _eligibility(trial)
    try:
        settings = trial.tis.settings
    except (SettingError, ValueError) as error:
        yield contradiction("tis", str(error), "settings of the TIS that fit together", "Correct one of them.")
    else:
        yield from _deterioration(trial, settings)
    yield from _response(trial)


def _eligibility(trial: Contents) -> Iterator[Fault]:
    facts = {fact.id: fact for fact in trial.facts}
    for criterion in trial.eligibility:
        for condition in (condition for group in criterion.require for condition in group.of):
            place = f"eligibility.{criterion.id}.{condition.fact}"
            if condition.fact in facts:
                yield from _condition(condition, facts[condition.fact], place)
            else:
                yield undeclared(place, "fact", condition.fact, facts)


def _condition(condition: Condition, fact: FactDeclaration, place: str) -> Iterator[Fault]:
    ((comparison, value),) = condition.comparisons.items()
    if fact.kind == "number":
        expected = f"at_least, above, at_most or below with a limit in {fact.unit}"
        if not isinstance(value, Quantity):
            yield contradiction(
                place, f"{fact.id} is a number and is compared by equals", expected, "Compare it with a limit."
            )
        elif value.unit != fact.unit:
            yield contradiction(place, f"the limit of {fact.id} is in {value.unit}", expected, "Convert the limit.")
        elif (Fraction(value.number) * FACT_STEPS_PER_UNIT).denominator != 1:
            yield contradiction(place, f"the limit of {fact.id} is too fine", "at most three decimals", "Round it.")
    elif comparison != "equals":
        yield contradiction(
            place, f"{fact.id} is not a number and is compared by {comparison}", "equals", "Use equals."
        )
    elif fact.kind == "choice" and value not in fact.choices:
        yield undeclared(place, f"choice of {fact.id}", str(value), fact.choices)
    elif fact.kind == "yes_no" and not isinstance(value, bool):
        yield contradiction(
            place, f"{fact.id} is answered by yes or no", "equals = true or equals = false", "Use one of them."
        )


def _deterioration(trial: Contents, settings: TisSettings) -> Iterator[Fault]:
    if trial.deterioration is None:
        return
    followups = [visit for visit in trial.visits if _is_followup(visit, trial)]
    if trial.deterioration.consecutive_visits > len(followups):
        what = "deterioration can never be confirmed: there are fewer visits"
        expected = f"at most {len(followups)}, the visits after baseline at which the core set is assessed"
        yield contradiction("deterioration.consecutive_visits", what, expected, "Correct the number.")
    for limb in trial.deterioration.limbs:
        measures = [worsening.measure for worsening in limb.of]
        if len(set(measures)) < len(measures):
            what, expected = "a measure is named twice and would count twice", "measures that differ"
            yield contradiction(f"deterioration.limbs.{limb.id}", what, expected, "Remove one of the two.")
        for worsening in limb.of:
            yield from _worsening(worsening, settings, f"deterioration.limbs.{limb.id}.{worsening.measure}.worse_by")


def _worsening(worsening: Worsening, settings: TisSettings, place: str) -> Iterator[Fault]:
    measure = settings.measure(Slot(worsening.measure))
    assert measure is not None, "the slots that can worsen hold plain measures"
    number, unit = worsening.worse_by
    if number <= 0:
        yield contradiction(place, "the limit is not above 0", "how much worse, as a positive number", "Correct it.")
    if unit not in {"%", measure.unit}:
        yield contradiction(place, f"the limit is in {unit}", f"a limit in {measure.unit} or %", "Convert the limit.")
    elif unit != "%" and (Fraction(number) * measure.grid.steps_per_unit).denominator != 1:
        expected = f"whole multiples of 1/{measure.grid.steps_per_unit} {measure.unit}"
        remedy = f"Use a limit that {measure.name} can be recorded at."
        yield contradiction(place, "the limit is off the grid of the measure", expected, remedy)
    elif unit != "%" and number > measure.maximum - measure.minimum:
        what, expected = "no worsening is as large", f"at most {measure.maximum - measure.minimum} {measure.unit}"
        yield contradiction(place, what, expected, "Correct the limit.")
    elif unit == "%" and (Fraction(number) * STEPS_PER_PERCENT).denominator != 1:
        yield contradiction(place, "the percentage is too fine", "at most two decimals", "Round it.")


def find_threshold_faults(threshold: Decimal, place: str) -> Iterator[Fault]:
    """The fault of a threshold that the TIS can't be compared with, or that every or no TIS reaches."""
    if not 0 < threshold <= 100 or (Fraction(threshold) * TENTHS).denominator != 1:
        what, expected = "no TIS is at this threshold", "a number above 0 and up to 100, with at most one decimal"
        yield contradiction(place, what, expected, "The TIS is a multiple of 2.5.")


def _response(trial: Contents) -> Iterator[Fault]:
    response = trial.response
    yield from find_threshold_faults(response.tis_at_least, "response.tis_at_least")
    days = {visit.id: visit.day for visit in trial.visits if _is_followup(visit, trial)}
    also = [("response.also_at_one_of", name) for name in response.also_at_one_of]
    for place, name in [("response.visit", response.visit), *also]:
        if name not in days:
            what = f"{name} is no visit after baseline at which the core set is assessed"
            remedy = "Name another visit, or give it the activity core_set."
            yield contradiction(place, what, f"one of: {', '.join(days)}", remedy)
    for place, name in also:
        if name in days and response.visit in days and days[name] >= days[response.visit]:
            what, expected = f"{name} is not before {response.visit}", "visits before that of the response"
            yield contradiction(place, what, expected, f"Remove {name}, or correct response.visit.")
    if response.no_confirmed_deterioration and trial.deterioration is None:
        what = "the response asks for no confirmed deterioration, which is not defined"
        remedy = "Define it, or set this to false."
        yield contradiction("response.no_confirmed_deterioration", what, "a table [deterioration]", remedy)


def _is_followup(visit: Visit, trial: Contents) -> bool:
    baseline = next((other.day for other in trial.visits if other.id == trial.baseline_visit), None)
    return "core_set" in visit.activities and (baseline is None or visit.day > baseline)
