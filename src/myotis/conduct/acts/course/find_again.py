"""Find a subject again who was lost."""

from typing import ClassVar

from myotis.conduct.act import SubjectAct
from myotis.conduct.study import Study
from myotis.log.entry import Entry


class FindAgain(SubjectAct):
    """A subject who was lost is in contact again: it is followed for safety, and not treated any more."""

    name: ClassVar[str] = "find_again"

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """In follow-up."""
        study.subject_of(entry).move(cls.name)
