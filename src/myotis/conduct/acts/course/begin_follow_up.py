"""Begin the safety follow-up of a subject off treatment."""

from typing import ClassVar

from myotis.conduct.act import SubjectAct
from myotis.conduct.study import Study
from myotis.log.entry import Entry


class BeginFollowUp(SubjectAct):
    """Safety follow-up of a subject off treatment begins."""

    name: ClassVar[str] = "begin_follow_up"

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """In follow-up."""
        study.subject_of(entry).move(cls.name)
