"""Protocol deviations: their kinds, and those that the system reports by itself."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

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


class Meaning(NamedTuple):
    """What deviation a word of the system is, and whether it is important."""

    category: DeviationCategory
    important: bool


MEANINGS: Final[Mapping[str, Meaning]] = {
    "visit_window": Meaning(DeviationCategory.VISIT_OUT_OF_WINDOW, important=False),
    "switch_missed": Meaning(DeviationCategory.SWITCH_MISSED, important=True),
    "wrong_stratum": Meaning(DeviationCategory.WRONG_STRATUM, important=True),
    "rate_exceeded": Meaning(DeviationCategory.DOSE, important=True),
    "premedicated_too_soon": Meaning(DeviationCategory.FORBIDDEN_MEDICATION, important=False),
}
"""The deviations that the system reports, by its word. Important are those that bear on rights, safety or the results
(ICH E3, section 10.2): a missed switch and a wrong stratum bear on the end point, a rate above the cap on safety. A
visit out of its window (of ``visit_window``, where it is so) isn't by itself."""

VISIT_WINDOW: Final = "visit_window"
TO: Final = (Role.INVESTIGATOR, Role.COORDINATOR, Role.MONITOR, Role.DATA_MANAGER, Role.SPONSOR)


def tell_deviations(scene: Scene, told: Told) -> Iterator[Told]:
    """The deviation that a word of the system amounts to, once for each occasion."""
    yield from _withdraw(scene, told)
    meaning = MEANINGS.get(told.what)
    if meaning is None or told.subject is None or (told.what == VISIT_WINDOW and told.answer["in_window"]):
        return
    items = {"category": meaning.category.value, "important": meaning.important}
    if isinstance(told.answer, dict) and "visit" in told.answer:
        items["visit"] = told.answer["visit"]
    deviations = scene.subject(told.subject).all_of(DEVIATION)
    known = [form.items for form in deviations if not form.items.get(WITHDRAWN)]
    if not any({**before, **items} == before for before in known):
        yield Told(DEVIATION, items, told.rule, told.inputs, TO, told.subject)


def _withdraw(scene: Scene, told: Told) -> Iterator[Told]:
    """A visit that turns out to have been within its window, once its date was corrected, is no deviation."""
    if told.what != VISIT_WINDOW or not told.answer["in_window"] or told.subject is None:
        return
    wrong = {"category": DeviationCategory.VISIT_OUT_OF_WINDOW, "visit": told.answer["visit"]}
    for form in scene.subject(told.subject).all_of(DEVIATION):
        if form.role == SYSTEM.role and {**form.items, **wrong} == form.items and not form.items.get(WITHDRAWN):
            answer = {"number": form.key.which[0]}
            yield Told(DEVIATION_WITHDRAWN, answer, told.rule, told.inputs, TO, told.subject)
