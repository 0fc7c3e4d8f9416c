"""Contradictions of the treatments: how each is given, its quantities, its rates, its reduced dose."""

from collections.abc import Iterator
from itertools import pairwise

from myotis.errors import Fault
from myotis.protocol.contents import Contents
from myotis.protocol.design import Infusion, ReducedDose, Treatment
from myotis.protocol.faults import contradiction, undeclared
from myotis.terms.units import Quantity


def find_treatment_faults(trial: Contents) -> Iterator[Fault]:
    """Every contradiction of the treatments."""
    for treatment in trial.treatments:
        yield from _treatment(treatment, trial)


def _treatment(treatment: Treatment, trial: Contents) -> Iterator[Fault]:
    place = f"treatments.{treatment.id}"
    infused = [other.id for other in trial.treatments if other.infusion is not None]
    if (treatment.infusion is None) == (treatment.imitates is None):
        expected = "a table infusion, or the treatment that it imitates, and not both"
        yield contradiction(place, "it is not said in one way how it is given", expected, "Keep or add one of the two.")
    if treatment.imitates is not None and treatment.imitates not in infused:
        yield undeclared(f"{place}.imitates", "infused treatment", treatment.imitates, infused)
    if treatment.infusion is not None:
        yield from _infusion(treatment.infusion, f"{place}.infusion", trial)


def _infusion(infusion: Infusion, place: str, trial: Contents) -> Iterator[Fault]:
    yield from _quantities(infusion, place)
    fewest, most = infusion.days
    if not 1 <= fewest <= most:
        what, expected = "the days are not in order", "the fewest (at least 1), then the most"
        yield contradiction(f"{place}.days", what, expected, "Write the smaller number first.")
    if infusion.route == "intravenous" and not infusion.rate_steps:
        what, expected = "an intravenous infusion has no rate", "at least one rate step"
        yield contradiction(f"{place}.rate_steps", what, expected, "Add the steps of the rate.")
    if infusion.route == "subcutaneous" and infusion.rate_steps:
        what, expected = "an infusion under the skin has rate steps", "no rate steps"
        yield contradiction(f"{place}.rate_steps", what, expected, "Remove them, or correct the route.")
    timed = [step.lasts is not None for step in infusion.rate_steps]
    if timed and (timed[-1] or not all(timed[:-1])):
        what = "a rate step lacks its duration, or the last one has one"
        expected = "a duration for every step but the last, which runs to the end"
        yield contradiction(f"{place}.rate_steps", what, expected, "Add or remove lasts.")
    rates = [step.rate.number for step in infusion.rate_steps]
    if any(later < earlier for earlier, later in pairwise(rates)):
        what, expected = "the rate falls from one step to the next", "rates that rise"
        yield contradiction(f"{place}.rate_steps", what, expected, "Put the steps in order, or correct a rate.")
    if infusion.risk_rate_cap and rates and infusion.risk_rate_cap.number > max(rates):
        what, expected = "the cap is above every rate and caps nothing", f"at most {max(rates)} mL/kg/min"
        yield contradiction(f"{place}.risk_rate_cap", what, expected, "Lower it, or remove it.")
    if infusion.reduced_dose:
        yield from _reduced(infusion, infusion.reduced_dose, f"{place}.reduced_dose", trial)


def _quantities(infusion: Infusion, place: str) -> Iterator[Fault]:
    quantities: dict[str, Quantity | None] = {
        "dose": infusion.dose, "concentration": infusion.concentration, "risk_rate_cap": infusion.risk_rate_cap,
        "reduced_dose.dose": infusion.reduced_dose.dose if infusion.reduced_dose else None,
        **{f"rate_steps.{position}.rate": step.rate for position, step in enumerate(infusion.rate_steps)},
        **{f"rate_steps.{position}.lasts": step.lasts for position, step in enumerate(infusion.rate_steps)},
    }  # fmt: skip
    for name, quantity in quantities.items():
        if quantity is not None and quantity.number <= 0:
            what, expected = "the quantity is not above 0", f"a positive number of {quantity.unit}"
            yield contradiction(f"{place}.{name}", what, expected, "Correct it.")


def _reduced(infusion: Infusion, reduced: ReducedDose, place: str, trial: Contents) -> Iterator[Fault]:
    if reduced.dose.number >= infusion.dose.number:
        what, expected = "the reduced dose is not lower than the dose", f"less than {infusion.dose}"
        yield contradiction(f"{place}.dose", what, expected, "Correct one of the two.")
    days = {visit.id: visit.day for visit in trial.visits}
    if reduced.from_visit not in days:
        yield undeclared(f"{place}.from_visit", "visit", reduced.from_visit, days)
    elif infusion.every_weeks is None and not any(
        "infusion" in visit.activities and visit.day >= days[reduced.from_visit] for visit in trial.visits
    ):
        what, expected = f"nothing is infused from {reduced.from_visit} on", "a visit with an infusion at or after it"
        yield contradiction(f"{place}.from_visit", what, expected, "Name an earlier visit.")
