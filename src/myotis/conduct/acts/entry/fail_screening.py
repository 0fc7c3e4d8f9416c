"""A subject fails screening."""

from typing import ClassVar, Literal

from myotis.conduct.act import SubjectAct
from myotis.conduct.study import Study
from myotis.log.entry import Entry


class FailScreening(SubjectAct):
    """The subject does not enter; it may be screened again as often as the protocol says."""

    name: ClassVar[str] = "fail_screening"
    why: Literal["not_eligible", "withdrawal_by_subject", "physician_decision", "lost_to_follow_up", "adverse_event",
                 "recruitment_ended", "other"]  # fmt: skip

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """A screen failure."""
        study.subject_of(entry).move(cls.name)
