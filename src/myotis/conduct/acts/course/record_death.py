"""Record that a participant has died."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from myotis.conduct.act import FormAct, Scene
from myotis.conduct.adverse_events import has_fatal_event
from myotis.conduct.ended_dosing import EndsDosing, cancel_orders
from myotis.conduct.study import Study
from myotis.errors import Fault
from myotis.log.entry import Entry


class RecordDeath(EndsDosing, FormAct):
    """The death, and its cause as far as it is known. The fatal adverse event is a report of its own."""

    name: ClassVar[str] = "record_death"
    form: ClassVar[str] = "death"
    free_text: ClassVar[frozenset[str]] = frozenset({"words"})
    day: date
    cause: Literal["adverse_event", "disease_under_study", "other_disease", "accident", "unknown"]
    words: str | None = None
    """The cause in the site's words."""
    autopsy: Literal["done", "not_done", "unknown"] = "unknown"

    def find_wrong_items(self, scene: Scene) -> Iterator[Fault]:
        """The day has been, and no visit was held after it."""
        if self.day > scene.now.date():
            yield Fault(what="the death lies in the future", expected="a date up to today", column="day")
        visits = scene.subject(self.subject).all_of("visit")
        held = [visit for visit in visits if visit.items["held"] != "missed"]
        if any(visit.items["day"] > self.day.isoformat() for visit in held):
            yield Fault(what="a visit was held after the death", expected="a later date", column="day")

    def find_doubtful_items(self, scene: Scene) -> Iterator[Fault]:
        """No adverse event says that it was fatal."""
        if not has_fatal_event(scene.subject(self.subject)):
            yield Fault(what="no adverse event with the outcome fatal is reported", column="cause",
                        expected="the serious adverse event that led to death", remedy="Report it.")  # fmt: skip

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The form, and the end."""
        super().apply(study, entry)
        cancel_orders(study, entry)
        study.subject_of(entry).move(cls.name)
