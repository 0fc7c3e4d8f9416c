"""Screen a subject again who failed screening."""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from myotis.conduct.act import Scene, SubjectAct
from myotis.conduct.acts.entry.screen_subject import FORM as SCREENING
from myotis.conduct.amendments import find_wrong_information, put_in_force
from myotis.conduct.study import FormKey, Study, record_form
from myotis.errors import Fault
from myotis.log.entry import Entry


class RescreenSubject(SubjectAct):
    """The participant consents again, and is screened from the beginning: facts are asked anew, and those of before
    stay in the log."""

    name: ClassVar[str] = "rescreen_subject"
    consent_version: str
    """The version of the information that was signed, which may be the one of before."""
    signed_by: Literal["participant", "representative"] = "participant"

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The protocol allows one more screening."""
        allowed = scene.conduct.entry.rescreenings
        if scene.subject(self.subject).rescreenings >= allowed:
            yield Fault(what="the subject can't be screened again", expected=f"{allowed} further screenings at most")
        yield from find_wrong_information(scene.study, scene.subject(self.subject).site, self.consent_version)

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """The number of the consent."""
        return {"number": str(len(scene.subject(self.subject).all_of("consent")) + 1)}

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """One more consent, no facts, in screening."""
        subject = study.subject_of(entry)
        subject.rescreenings += 1
        record_form(study, entry, "consent", ("number",))
        if FormKey(SCREENING) in subject.forms:
            record_form(study, entry, SCREENING, ()).items = {}
        subject.move(cls.name)
        put_in_force(study, subject)
