"""Record that a visit was held, or missed."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import StringConstraints

from myotis.conduct.act import FormAct, Scene, find_first_dose, find_planned
from myotis.conduct.roles import Role
from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.rules.windows import compute_deviation, is_in_window
from myotis.terms.states import ENDED
from myotis.terms.study_time import study_day


class RecordVisit(FormAct):
    """A visit: planned, under its id, or unscheduled, under a name of its own such as U1.

    The system says how far from its planned day it was held, and whether within the window.
    """

    name: ClassVar[str] = "record_visit"
    form: ClassVar[str] = "visit"
    keys: ClassVar[tuple[str, ...]] = ("visit",)
    visit: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
    day: date
    """The date of the visit; of a missed one, the planned date."""
    held: Literal["at_site", "remotely", "missed"] = "at_site"

    def find_wrong_items(self, scene: Scene) -> Iterator[Fault]:
        """The date is not in the future, and an unscheduled visit was held."""
        if self.day > scene.now.date():
            yield Fault(what="the visit lies in the future", expected="a date up to today", column="day")
        if find_planned(scene.trial, self.visit) is None:
            if self.held == "missed":
                yield Fault(what="an unscheduled visit can't be missed", expected="a planned visit", column="held")
            if not self.visit.startswith("U"):
                ids = ", ".join(visit.id for visit in scene.trial.visits)
                expected = f"one of {ids}; or U1, U2 … for an unscheduled visit"
                yield Fault(what=f"there is no planned visit {self.visit}", expected=expected, column="visit")

    def find_misplaced(self, scene: Scene) -> Iterator[Fault]:
        """Where the study has ended for the subject, the visit was before that."""
        subject = scene.subject(self.subject)
        if subject.state in ENDED and subject.history and self.day.isoformat() > subject.history[-1][0][:10]:
            expected = "a date up to the end of the study for the subject"
            yield Fault(what="the study had ended for the subject", expected=expected, column="day")

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """How far the visit was from its planned day."""
        yield from self.tell_corrected(scene)

    def tell_corrected(self, scene: Scene) -> Iterator[Told]:
        """The deviation in days, once the first dose has set the calendar."""
        planned, first = find_planned(scene.trial, self.visit), find_first_dose(scene.subject(self.subject))
        if planned is None or first is None or self.held == "missed":
            return
        day = study_day(self.day, first)
        answer = {"visit": self.visit, "days": compute_deviation(planned, day), "in_window": is_in_window(planned, day)}
        to = (Role.INVESTIGATOR, Role.COORDINATOR, Role.MONITOR, Role.DATA_MANAGER)
        yield Told("visit_window", answer, "rules.windows", {"visit": self.visit, "study_day": day}, to, self.subject)
