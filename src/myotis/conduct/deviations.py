"""Protocol deviations: their kinds, and those that the system reports by itself."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from myotis.conduct.act import Scene
from myotis.conduct.roles import Role
from myotis.conduct.study import DEVIATION, DEVIATION_WITHDRAWN, WITHDRAWN
from myotis.log.act import Told
from myotis.log.desk import SYSTEM


class DeviationCategory(StrEnum):
    """What was not as the protocol says."""

    CONSENT = "consent"
    """Something was done before consent was given, or without a new consent where one was asked for."""
    ELIGIBILITY = "eligibility"
    """A subject entered who did not meet the criteria."""
    WRONG_STRATUM = "wrong_stratum"
    VISIT_OUT_OF_WINDOW = "visit_out_of_window"
    MISSED_ASSESSMENT = "missed_assessment"
    DOSE = "dose"
    """Another dose, rate or time than planned."""
    SWITCH_MISSED = "switch_missed"
    """Deterioration was confirmed in time, and seen too late to switch."""
    FORBIDDEN_MEDICATION = "forbidden_medication"
    SAFETY_REPORTING = "safety_reporting"
    """An event was reported too late, or not at all."""
    BLINDING = "blinding"
    """Somebody learned, or could have learned, a treatment."""
    HANDLING = "handling"
    """The product was stored or handled in another way than it must be."""
    OTHER = "other"


IMPORTANT: Final = frozenset({DeviationCategory.WRONG_STRATUM, DeviationCategory.SWITCH_MISSED, DeviationCategory.DOSE})
"""The kinds that are important when the system reports them: they bear on the end point or, as a rate above the cap, on
safety. A visit out of its window is not by itself (ICH E3, section 10.2: important are deviations that bear on rights,
safety or the study's results)."""

TO: Final = (Role.INVESTIGATOR, Role.COORDINATOR, Role.MONITOR, Role.DATA_MANAGER, Role.SPONSOR)


def tell_deviations(scene: Scene, told: Told) -> Iterator[Told]:
    """The deviation that a word of the system amounts to, once for each occasion."""
    yield from _withdraw(scene, told)
    category = _find_category(told)
    if category is None or told.subject is None:
        return
    items = {"category": category.value, "important": category in IMPORTANT}
    if isinstance(told.answer, dict) and "visit" in told.answer:
        items["visit"] = told.answer["visit"]
    deviations = scene.subject(told.subject).all_of(DEVIATION)
    known = [form.items for form in deviations if not form.items.get(WITHDRAWN)]
    if not any({**before, **items} == before for before in known):
        yield Told(DEVIATION, items, told.rule, told.inputs, TO, told.subject)


def _withdraw(scene: Scene, told: Told) -> Iterator[Told]:
    """A visit that turns out to have been within its window, once its date was corrected, is no deviation."""
    if told.what != "visit_window" or not told.answer["in_window"] or told.subject is None:
        return
    wrong = {"category": DeviationCategory.VISIT_OUT_OF_WINDOW, "visit": told.answer["visit"]}
    for form in scene.subject(told.subject).all_of(DEVIATION):
        if form.role == SYSTEM.role and {**form.items, **wrong} == form.items and not form.items.get(WITHDRAWN):
            answer = {"number": form.key.which[0]}
            yield Told(DEVIATION_WITHDRAWN, answer, told.rule, told.inputs, TO, told.subject)


def _find_category(told: Told) -> DeviationCategory | None:
    match told.what:
        case "visit_window" if not told.answer["in_window"]:
            return DeviationCategory.VISIT_OUT_OF_WINDOW
        case "switch_missed":
            return DeviationCategory.SWITCH_MISSED
        case "wrong_stratum":
            return DeviationCategory.WRONG_STRATUM
        case "rate_exceeded":
            return DeviationCategory.DOSE
        case "premedicated_too_soon":
            return DeviationCategory.FORBIDDEN_MEDICATION
        case _:
            return None
