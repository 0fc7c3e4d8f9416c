"""TIS and response as the site is told them: when the visit that decides the response is frozen, and not before."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Final

import numpy as np

from myotis.conduct.act import Scene
from myotis.conduct.freezes import is_visit_frozen
from myotis.conduct.roles import Role
from myotis.conduct.study import Form, FormKey, SubjectFile
from myotis.instruments.enzymes import ENZYME_GRID, ULN_GRID
from myotis.instruments.tis import COLUMN_COUNT, PLAIN_SLOTS
from myotis.instruments.tis_rule import CHQ, FIRST_ENZYME
from myotis.log.act import Told
from myotis.protocol.design import Visit
from myotis.protocol.trial import Trial
from myotis.rules.response import RESPONSE
from myotis.score.outcomes import OutcomeRules
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES
from myotis.terms.states import ENDED, OFF_TREATMENT, SubjectState

TO: Final = (Role.INVESTIGATOR, Role.COORDINATOR, Role.MONITOR, Role.DATA_MANAGER, Role.SPONSOR)
"""Who is told. Who rates the subject goes on rating after the response, and isn't (``visibility.py``)."""
TIS_WORD: Final = "tis"
RESPONSE_WORD: Final = "response"
ANSWERS: Final = {YES: "yes", NO: "no"}
COMPLETED: Final = {SubjectState.FIRST_PERIOD_COMPLETED, SubjectState.IN_EXTENSION, SubjectState.COMPLETED}


def tell_response(scene: Scene, name: str, frozen: Iterable[str]) -> Iterator[Told]:
    """TIS by visit and the response, once forms were frozen that complete an assessment visit.

    Nothing before the visit of the response is frozen. Looks at assessments that their authors have signed.
    """
    trial, subject = scene.trial, scene.subject(name)
    touched = {which for text in frozen for which in FormKey.parse(text).which}
    complete = [visit for visit in trial.assessment_visits if is_visit_frozen(subject, visit.id)]
    if trial.response.visit not in {v.id for v in complete} or not touched & {v.id for v in complete}:
        return
    visits = [visit for visit in trial.assessment_visits if visit.day <= complete[-1].day]
    steps = [_read_row(trial, subject, visit) for visit in visits]
    facts = [[_is_completed(subject), _is_rescued(subject)]] * len(visits)
    rules = OutcomeRules.of_trial(trial, trial.tis.settings, [visit.id for visit in visits])
    found = rules.apply(np.array(steps, dtype=np.int64), np.array([0, len(visits)]), np.array(facts, dtype=np.int64))
    inputs = {"visits": [visit.id for visit in visits], "steps": steps, "facts": facts}
    tis = {v.id: None if np.isnan(points) else float(points)
           for v, points in zip(visits[1:], found.scores.tis[1:], strict=True)}  # fmt: skip
    yield Told(TIS_WORD, tis, "instruments.tis", inputs, TO, name)
    row = [visit.id for visit in visits].index(trial.response.visit)
    answer = {"visit": trial.response.visit, "response": ANSWERS.get(int(found.response[row, RESPONSE]), "unknown")}
    yield Told(RESPONSE_WORD, answer, "rules.response", inputs, TO, name)


def _read_row(trial: Trial, subject: SubjectFile, visit: Visit) -> list[int]:
    """The measures of a visit as grid steps in the order of the rule; MISSING where none is recorded and signed."""
    row = [MISSING] * COLUMN_COUNT
    settings = trial.tis.settings
    core_set = _items(subject.find("core_set", visit.id))
    for column, slot in enumerate(PLAIN_SLOTS):
        measure = settings.measure(slot)
        if measure and measure.name in core_set:
            row[column] = measure.grid.step(Fraction(core_set[measure.name]))
    if settings.chq_phs and settings.chq_phs.name in core_set:
        row[CHQ] = settings.chq_phs.grid.step(Fraction(core_set[settings.chq_phs.name]))
    enzymes = _items(subject.find("enzymes", visit.id))
    for place, enzyme in enumerate(settings.enzymes):
        if enzyme in enzymes:
            row[FIRST_ENZYME + 2 * place] = ENZYME_GRID.step(Fraction(enzymes[enzyme]))
            row[FIRST_ENZYME + 2 * place + 1] = ULN_GRID.step(Fraction(enzymes[f"{enzyme}_uln"]))
    return row


def _items(form: Form | None) -> dict[str, str]:
    return form.items if form and form.signed_by_author else {}


def _is_completed(subject: SubjectFile) -> int:
    if subject.standing in COMPLETED:
        return YES
    return NO if subject.state in {*OFF_TREATMENT, *ENDED} else UNKNOWN


def _is_rescued(subject: SubjectFile) -> int:
    """Derivation takes it in the same way: where no rescue was recorded, there was none."""
    return YES if any(form.items.get("purpose") == "rescue" for form in subject.all_of("medication")) else NO
