"""Contradictions of the conduct: entry, analytes, readiness, premedication, reporting, the extension gate, bags."""

from collections.abc import Iterator, Mapping

from myotis.errors import Fault
from myotis.protocol.check_gate import find_gate_faults
from myotis.protocol.conduct import Conduct, Preparation, Readiness, Reporting, ResultLimit
from myotis.protocol.contents import Contents
from myotis.protocol.faults import contradiction, undeclared
from myotis.terms.units import Quantity


def find_conduct_faults(trial: Contents) -> Iterator[Fault]:
    """Every contradiction of the conduct; none where the protocol has no such table."""
    conduct = trial.conduct
    if conduct is None:
        return
    yield from _adjudicated(conduct, trial)
    if conduct.readiness:
        yield from _readiness(conduct.readiness, conduct, trial)
    yield from _premedication(conduct, trial)
    yield from _reporting(conduct.reporting)
    if conduct.preparation:
        yield from _preparation(conduct.preparation, trial)
    yield from find_gate_faults(conduct.extension_gate, trial)


def _adjudicated(conduct: Conduct, trial: Contents) -> Iterator[Fault]:
    place, names = "conduct.entry.adjudicated_facts", conduct.entry.adjudicated_facts
    asked = {condition.fact for criterion in trial.eligibility for group in criterion.require for condition in group.of}
    declared = [fact.id for fact in trial.facts]
    for name in dict.fromkeys(names):
        if name not in declared:
            yield undeclared(place, "fact", name, declared)
        elif name not in asked:
            what, expected = f"no criterion asks for {name}", "a fact on which eligibility depends"
            yield contradiction(place, what, expected, "Remove it, or add the criterion.")
        if names.count(name) > 1:
            yield contradiction(place, f"{name} is named twice", "each fact once", "Remove one of the two.")


def _readiness(readiness: Readiness, conduct: Conduct, trial: Contents) -> Iterator[Fault]:
    place = "conduct.readiness"
    if not any("infusion" in visit.activities for visit in trial.visits):
        what, expected = "nothing is infused at any visit", "a visit with the activity infusion"
        yield contradiction(place, what, expected, "Remove the table, or give a visit the activity.")
    if len(set(readiness.vital_signs)) < len(readiness.vital_signs):
        what, expected = "a vital sign is named twice", "each one once"
        yield contradiction(f"{place}.vital_signs", what, expected, "Remove one of the two.")
    yield from _results(readiness.results, conduct)
    yield from _risks(readiness, trial)


def _results(results: tuple[ResultLimit, ...], conduct: Conduct) -> Iterator[Fault]:
    analytes = {analyte.id: analyte for analyte in conduct.analytes}
    names = [limit.analyte for limit in results]
    for limit in results:
        place = f"conduct.readiness.results.{limit.analyte}"
        if limit.analyte not in analytes:
            yield undeclared(f"{place}.analyte", "analyte", limit.analyte, analytes)
            continue
        if names.count(limit.analyte) > 1:
            what = "the analyte is limited twice"
            yield contradiction(place, what, "one limit for each analyte", "Remove one of the two.")
        yield from _limit(limit, analytes[limit.analyte].unit, place)
        if analytes[limit.analyte].visible_to != "site":
            what, expected = "the site would check what it may not see", "an analyte that is visible to the site"
            yield contradiction(place, what, expected, "Remove the limit, or make the analyte visible.")


def _limit(limit: ResultLimit, unit: str, place: str) -> Iterator[Fault]:
    if (limit.at_least is None) == (limit.at_most is None):
        what, expected = "it is not said in one way what the result must be", "at_least or at_most, and not both"
        yield contradiction(place, what, expected, "Keep or add one of the two.")
    for name, quantity in (("at_least", limit.at_least), ("at_most", limit.at_most)):
        if quantity is not None and quantity.unit != unit:
            what = f"the limit is in {quantity.unit}, the analyte in {unit}"
            yield contradiction(f"{place}.{name}", what, f"a limit in {unit}", "Convert one of the two.")
    yield from _positive({"at_least": limit.at_least, "at_most": limit.at_most, "within": limit.within}, place)


def _risks(readiness: Readiness, trial: Contents) -> Iterator[Fault]:
    place = "conduct.readiness.risk_factors"
    infusions = {t.id: t.infusion for t in trial.treatments if t.infusion and t.infusion.route == "intravenous"}
    uncapped = [name for name, infusion in infusions.items() if infusion.risk_rate_cap is None]
    if readiness.risk_factors and (uncapped or not infusions):
        what = f"{' and '.join(uncapped) or 'no infusion into a vein'} has no rate for subjects at risk"
        expected = "a risk_rate_cap in each infusion into a vein"
        yield contradiction(place, what, expected, "Add the cap, or remove the risk factors.")
    if not readiness.risk_factors and len(uncapped) < len(infusions):
        what, expected = "a rate is capped for subjects at risk, and nobody is", "the risk factors that the cap is for"
        yield contradiction(place, what, expected, "Add them, or remove risk_rate_cap.")


def _premedication(conduct: Conduct, trial: Contents) -> Iterator[Fault]:
    place, premedication = "conduct.premedication", conduct.premedication
    if premedication is None:
        return
    if premedication.consecutive and premedication.after_events < 2:
        what, expected = "fewer than two events can't be consecutive", "at least 2 events, or consecutive = false"
        yield contradiction(f"{place}.consecutive", what, expected, "Correct one of the two.")
    if premedication.after_events and trial.plan.safety is None:
        what, expected = "it waits for infusional events, which are not defined", "a table [plan.safety]"
        yield contradiction(f"{place}.after_events", what, expected, "Define them, or write 0.")


def _reporting(reporting: Reporting) -> Iterator[Fault]:
    place = "conduct.reporting"
    soon, late = reporting.fatal_or_life_threatening, reporting.other_serious
    yield from _positive({"site": reporting.site, "fatal_or_life_threatening": soon, "other_serious": late}, place)
    if soon.number > late.number:
        what, expected = "the gravest events are reported last", f"at most {late}"
        yield contradiction(f"{place}.fatal_or_life_threatening", what, expected, "Exchange the two.")


def _preparation(preparation: Preparation, trial: Contents) -> Iterator[Fault]:
    place, sizes = "conduct.preparation", preparation.vial_sizes
    if not any(treatment.infusion for treatment in trial.treatments):
        what, expected = "nothing is infused that could be prepared", "a treatment with a table infusion"
        yield contradiction(place, what, expected, "Remove the table, or say how the treatment is given.")
    if len({size.number for size in sizes}) < len(sizes):
        what, expected = "a size is named twice", "each size once"
        yield contradiction(f"{place}.vial_sizes", what, expected, "Remove one of the two.")
    times: dict[str, Quantity | None] = {
        "beyond_use": preparation.beyond_use, "earliest_release": preparation.earliest_release
    }  # fmt: skip
    yield from _positive(times | {f"vial_sizes.{position}": size for position, size in enumerate(sizes)}, place)
    if preparation.earliest_release.number > preparation.beyond_use.number:
        what, expected = "a bag could be released that is not used in time", f"at most {preparation.beyond_use}"
        yield contradiction(f"{place}.earliest_release", what, expected, "Release it later.")


def _positive(quantities: Mapping[str, Quantity | None], place: str) -> Iterator[Fault]:
    for name, quantity in quantities.items():
        if quantity is not None and quantity.number <= 0:
            what, expected = "the quantity is not above 0", f"a positive number of {quantity.unit}"
            yield contradiction(f"{place}.{name}", what, expected, "Correct it.")
