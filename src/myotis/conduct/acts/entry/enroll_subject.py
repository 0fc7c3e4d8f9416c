"""Enroll a subject who is eligible."""

from collections.abc import Iterator
from typing import ClassVar

from myotis.conduct.act import Scene, SubjectAct
from myotis.conduct.acts.entry.screen_subject import tell_eligibility
from myotis.conduct.study import Study
from myotis.errors import Fault
from myotis.log.entry import Entry


class EnrollSubject(SubjectAct):
    """The investigator takes a subject into the trial; every criterion was answered and met."""

    name: ClassVar[str] = "enroll_subject"

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The subject is eligible by every criterion."""
        found = tell_eligibility(scene, self.subject).answer
        if found["eligible"] != "yes":
            wanted = {"inclusion": "yes", "exclusion": "no"}
            short = [c.id for c in scene.trial.eligibility if found["criteria"][c.id] != wanted[c.kind]]
            yield Fault(what=f"criteria that are not met or not answered: {', '.join(short)}",
                        expected="every inclusion criterion met and no exclusion criterion")  # fmt: skip

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """Enrolled."""
        study.subject_of(entry).move(cls.name)
