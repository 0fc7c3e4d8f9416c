"""Complete the first period, and ask the pharmacy whether the subject goes on."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from myotis.conduct.act import Scene
from myotis.conduct.ended_dosing import EndsDosing, cancel_orders
from myotis.conduct.freezes import EFFICACY, list_forms_of_visit
from myotis.conduct.live_rules import follow_course
from myotis.conduct.study import Study, SubjectFile
from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.log.messages import PHARMACY, RequestWord
from myotis.protocol.trial import Trial
from myotis.terms.missing import MISSING


class CompleteFirstPeriod(EndsDosing):
    """The subject has completed the first period. Where the trial has a gate into the extension, its efficacy forms are
    signed and frozen first, so that nobody rates while knowing the answer; the pharmacy is asked with what the rules
    make of them. What is left of the first period's orders is cancelled."""

    name: ClassVar[str] = "complete_first_period"

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The visit of the gate is recorded, and its efficacy is there, signed and frozen."""
        gate, subject = scene.conduct.extension_gate, scene.subject(self.subject)
        if gate is None:
            return
        visit = subject.find("visit", gate.visit)
        if visit is None:
            yield Fault(
                what=f"the visit {gate.visit} is not recorded", expected="the visit of the gate, held or missed"
            )
            return
        forms = [form for form in list_forms_of_visit(subject, gate.visit) if form.key.form in EFFICACY]
        if visit.items["held"] != "missed" and not any(form.key.form == "core_set" for form in forms):
            yield Fault(what=f"the core set at {gate.visit} is not recorded", expected="the assessments of the gate")
        for form in forms:
            if not form.signed_by_author:
                yield Fault(what=f"{form.key} is not signed", expected="the signature of its author")
            if not form.frozen:
                yield Fault(what=f"{form.key} is not frozen", expected="a frozen form",
                            remedy="Ask the data manager to freeze it.")  # fmt: skip

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:
        """The pharmacy is asked, where the trial has a gate."""
        yield from super().tell(scene, entry)
        gate, subject = scene.conduct.extension_gate, scene.subject(self.subject)
        if gate is None:
            return
        since = subject.switches_at
        asked: Mapping[str, Any] = {
            "visit": gate.visit, "deterioration": find_statuses(scene.trial, subject, gate.visit),
            "since_switch": find_statuses(scene.trial, subject, gate.visit, since=since) if since else {},
        }  # fmt: skip
        yield Told(RequestWord.DECIDE_EXTENSION, asked, "rules.deterioration", asked, (PHARMACY,), self.subject)

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """Completed."""
        cancel_orders(study, entry)
        study.subject_of(entry).move(cls.name)


def find_statuses(trial: Trial, subject: SubjectFile, last: str, *, since: str | None = None) -> dict[str, int]:
    """The deterioration status of each visit up to one, as ``rules/deterioration.py`` numbers it; what can't be
    evaluated is left out."""
    course = follow_course(trial, subject, since=since)
    if course is None:
        return {}
    known = zip(course.visits, course.status, strict=True)
    return {v.id: status for v, status in known if status != MISSING and v.day <= trial.visit(last).day}
