"""The conduct of a trial as a part of its page."""

from collections.abc import Iterator

from _generate.markdown import table
from myotis.protocol.conduct import Conduct, ExtensionGate, GateCase, Readiness
from myotis.protocol.trial import Trial

AND = "; "
WHO = {"site": "the site", "safety_physician": "an unblinded safety physician"}
PREGNANCY = {
    "each_cycle": "negative before each cycle",
    "first_cycle": "negative before the first cycle",
    "not_asked": "not asked",
}
DETERIORATION = {
    None: "",
    "none": "not confirmed",
    "confirmed": "confirmed",
    "confirmed_again": "confirmed by visits after the switch alone",
    "confirmed_at_gate": "confirmed at this visit and not before",
}


def conduct_parts(trial: Trial, conduct: Conduct) -> Iterator[str]:
    """The parts of the section, as Markdown."""
    yield table(("Point", "As this trial has it"), _points(trial, conduct))
    analytes = [(analyte.label, analyte.unit, WHO[analyte.visible_to]) for analyte in conduct.analytes]
    yield table(("Analyte", "Unit", "Seen by"), analytes)
    if conduct.readiness:
        yield "Before each infusion:\n\n" + table(("Item", "What is asked"), _readiness(trial, conduct.readiness))
    if conduct.extension_gate:
        yield _gate(trial, conduct.extension_gate)


def _points(trial: Trial, conduct: Conduct) -> Iterator[tuple[str, str]]:
    labels = {fact.id: fact.label for fact in trial.facts}
    if conduct.entry.adjudicated_facts:
        yield "Decided by a committee", AND.join(labels[fact] for fact in conduct.entry.adjudicated_facts)
    yield "A screen failure may be screened again", _times(conduct.entry.rescreenings)
    reporting = conduct.reporting
    yield "Serious adverse events, site to sponsor", f"within {reporting.site}"
    yield (
        "Unexpected, related, fatal or life-threatening: sponsor to authorities",
        (f"first within {reporting.fatal_or_life_threatening}, in full within {reporting.other_serious}"),
    )
    yield "Unexpected, related, otherwise serious: sponsor to authorities", f"within {reporting.other_serious}"
    kinds = (kind.label + (" (adjudicated)" if kind.adjudicated else "") for kind in conduct.special_interest)
    yield "Of special interest", AND.join(kinds) or "none"
    if conduct.premedication:
        count = conduct.premedication.after_events
        consecutive = "consecutive " if conduct.premedication.consecutive else ""
        yield "Premedication", f"after {count} {consecutive}infusional adverse events" if count else "always allowed"
    if conduct.preparation:
        sizes = ", ".join(str(size) for size in conduct.preparation.vial_sizes)
        yield "Vials of the active product", sizes
        yield "A dose may be used", f"for {conduct.preparation.beyond_use} after its preparation"
        yield "A dose may be released", f"{conduct.preparation.earliest_release} before the infusion at the earliest"


def _readiness(trial: Trial, readiness: Readiness) -> Iterator[tuple[str, str]]:
    labels = {analyte.id: analyte.label for analyte in trial.conduct.analytes} if trial.conduct else {}
    yield "Pregnancy test, where pregnancy is possible", PREGNANCY[readiness.pregnancy_test]
    yield "Hydration", "well hydrated" if readiness.hydration else "not asked"
    yield "Vital signs", ", ".join(readiness.vital_signs) or "none"
    for limit in readiness.results:
        value = f"at least {limit.at_least}" if limit.at_least else f"at most {limit.at_most}"
        yield labels[limit.analyte], f"{value}, not older than {limit.within}"
    for kind in ("thrombotic", "renal"):
        names = AND.join(factor.label for factor in readiness.risk_factors if factor.kind == kind)
        yield f"Risk factors, {kind}: any lowers the highest rate", names or "none"


def _gate(trial: Trial, gate: ExtensionGate) -> str:
    treatments = {treatment.id: treatment.label for treatment in trial.treatments}
    rows = [
        (
            case.label,
            treatments.get(case.started_on or "", ""),
            _yes(case),
            DETERIORATION[case.deterioration],
            case.then,
        )
        for case in gate.cases
    ]
    intro = (
        f"At {gate.visit} it is decided who enters the extension and is given {treatments[gate.treatment]}. "
        "The first case that fits holds; what a case leaves open it does not ask."
    )
    headings = ("Case", "Began on", "Switched", "Deterioration", "Then")
    return f"{intro}\n\n{table(headings, rows)}"


def _yes(case: GateCase) -> str:
    return {None: "", True: "yes", False: "no"}[case.switched]


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")
