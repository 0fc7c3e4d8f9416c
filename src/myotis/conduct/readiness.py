"""Whether a subject is ready to be infused, and what premedication hangs on, from what the site recorded."""

from collections import Counter
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

from myotis.conduct.adverse_events import FORM as ADVERSE_EVENT
from myotis.conduct.adverse_events import place_event
from myotis.conduct.doses import INFUSION
from myotis.conduct.study import SubjectFile
from myotis.protocol.trial import Trial
from myotis.rules.readiness import Checks, ReadinessAnswer, Result, compute_readiness

FORM: Final = "readiness"


class Assessed(NamedTuple):
    """The answer, and what it comes from, as JSON."""

    answer: ReadinessAnswer
    inputs: dict[str, Any]


def assess_readiness(trial: Trial, subject: SubjectFile, visit: str, day: int, on: date) -> Assessed | None:
    """Is the subject ready on a day of a cycle? None where the protocol asks for no readiness."""
    asked = trial.conduct.readiness if trial.conduct else None
    if asked is None:
        return None
    form = subject.find(FORM, visit, str(day))
    items = form.items if form else {}
    cycle = [f.items for f in subject.all_of(FORM) if f.key.which[0] == visit and int(f.key.which[1]) <= day]
    demographics = subject.find("demographics")
    # The pregnancy test is one a cycle and risk factors stay; hydration and vital signs are of the day.
    test = next((one["pregnancy_test"] for one in reversed(cycle) if "pregnancy_test" in one), None)
    factors = {name: answer for one in cycle for name, answer in one.get("risk_factors", {}).items()}
    results = {
        limit.analyte: found for limit in asked.results if (found := _find_result(subject, limit.analyte, items))
    }
    checks = Checks(
        can_become_pregnant=demographics.items.get("can_become_pregnant") if demographics else None,
        pregnancy_test_negative=None if test is None else test == "negative",
        well_hydrated=items.get("well_hydrated"),
        vital_signs=frozenset(sign for sign in asked.vital_signs if sign in items),
        results={name: Result(value, (on - day_of).days) for name, (value, day_of) in results.items()},
        risk_factors=factors,
    )
    first = not any(given.key.which[0] != visit for given in subject.all_of(INFUSION))
    inputs = {
        "visit": visit, "day": day, "on": on.isoformat(), "first_cycle": first, "items": items,
        "pregnancy_test": test, "risk_factors": factors,
        "can_become_pregnant": checks.can_become_pregnant,
        "results": {name: [str(value), day_of.isoformat()] for name, (value, day_of) in results.items()},
    }  # fmt: skip
    return Assessed(compute_readiness(asked, checks, first_cycle=first), inputs)


def count_infusional_events(trial: Trial, subject: SubjectFile, before: str) -> list[int]:
    """How many infusional adverse events followed each cycle before the one of a visit, in the order of cycles."""
    starts: dict[str, str] = {}
    for form in subject.all_of(INFUSION):
        visit = form.key.which[0]
        starts[visit] = min(starts.get(visit, form.items["started"]), form.items["started"], key=datetime.fromisoformat)
    cycles = sorted(starts, key=lambda visit: datetime.fromisoformat(starts[visit]))
    events = [form.items for form in subject.all_of(ADVERSE_EVENT)]
    placed = [place_event(trial, subject, items["started"]) for items in events if "started" in items]
    counts = Counter(place.follows.which[0] for place in placed if place.infusional and place.follows)
    earlier = cycles[: cycles.index(before)] if before in cycles else cycles
    return [counts[visit] for visit in earlier]


def _find_result(subject: SubjectFile, analyte: str, items: dict[str, Any]) -> tuple[Decimal, date] | None:
    """The latest result of an analyte with the day of its sample: the laboratory's, or the one given at the check."""
    recorded = [form.items for form in subject.all_of("result") if form.key.which[-1] == analyte]
    recorded += [result for name, result in items.get("results", {}).items() if name == analyte]
    found = sorted(
        (datetime.fromisoformat(one["collected"]), value)
        for one in recorded if (value := _read(one.get("value"))) is not None
    )  # fmt: skip
    return (found[-1][1], found[-1][0].date()) if found else None


def _read(text: Any) -> Decimal | None:
    try:
        return Decimal(text)
    except (InvalidOperation, TypeError, ValueError):
        return None
