"""Declare a subject lost to follow-up."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from myotis.conduct.act import Scene
from myotis.conduct.ended_dosing import EndsDosing, cancel_orders
from myotis.conduct.study import Study
from myotis.errors import Fault
from myotis.log.entry import Entry


class DeclareLost(EndsDosing):
    """Nobody reaches the subject any more."""

    name: ClassVar[str] = "declare_lost"
    last_contact: date
    attempts: Annotated[int, Field(ge=1)]
    """How often it was tried since."""

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The last contact has been, and no visit was held after it."""
        if self.last_contact > scene.now.date():
            yield Fault(what="the last contact lies in the future", expected="a date up to today",
                        column="last_contact")  # fmt: skip
        visits = scene.subject(self.subject).all_of("visit")
        if any(v.items["held"] != "missed" and v.items["day"] > self.last_contact.isoformat() for v in visits):
            yield Fault(what="a visit was held after the last contact", expected="the date of the last visit or later",
                        column="last_contact")  # fmt: skip

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """Lost."""
        cancel_orders(study, entry)
        study.subject_of(entry).move(cls.name)
