"""Report a protocol deviation."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from myotis.conduct.act import NumberedFormAct, Scene
from myotis.conduct.deviations import DeviationCategory
from myotis.conduct.study import DEVIATION
from myotis.errors import Fault


class ReportDeviation(NumberedFormAct):
    """Something was not as the protocol says. Visits out of their window, a missed switch and a wrong stratum the
    system reports by itself."""

    name: ClassVar[str] = "report_deviation"
    form: ClassVar[str] = DEVIATION
    free_text: ClassVar[frozenset[str]] = frozenset({"description"})
    category: DeviationCategory
    important: bool
    """Whether it may bear on the subject's rights and safety, or on the reliability of the results (ICH E3, E6)."""
    day: date
    """When it happened."""
    visit: str | None = None
    description: str = ""

    def find_wrong_items(self, scene: Scene) -> Iterator[Fault]:
        """It has happened, at a visit that is recorded if at any, and what fits no category is described."""
        if self.day > scene.now.date():
            yield Fault(what="the deviation lies in the future", expected="a date up to today", column="day")
        if self.visit is not None and scene.subject(self.subject).find("visit", self.visit) is None:
            yield Fault(what=f"the visit {self.visit} is not recorded", expected="a visit that was recorded",
                        column="visit")  # fmt: skip
        if self.category == DeviationCategory.OTHER and not self.description.strip():
            yield Fault(what="it is not said what happened", expected="a description", column="description")
