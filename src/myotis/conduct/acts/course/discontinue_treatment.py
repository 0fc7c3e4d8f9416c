"""Discontinue treatment."""

from typing import ClassVar

from myotis.conduct.acts.course.ends import Why
from myotis.conduct.ended_dosing import EndsDosing, cancel_orders
from myotis.conduct.study import Study
from myotis.log.entry import Entry


class DiscontinueTreatment(EndsDosing):
    """The subject is dosed no more. Off treatment is not off study: it is still seen."""

    name: ClassVar[str] = "discontinue_treatment"
    why: Why

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """Off treatment; open orders are cancelled."""
        cancel_orders(study, entry)
        study.subject_of(entry).move(cls.name)
