"""Discontinue the study."""

from typing import ClassVar

from myotis.conduct.acts.course.ends import Why
from myotis.conduct.ended_dosing import EndsDosing, cancel_orders
from myotis.conduct.study import Study
from myotis.log.entry import Entry


class DiscontinueStudy(EndsDosing):
    """The subject leaves the study before its end."""

    name: ClassVar[str] = "discontinue_study"
    why: Why

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """Off study."""
        cancel_orders(study, entry)
        study.subject_of(entry).move(cls.name)
