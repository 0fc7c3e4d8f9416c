"""Record what a participant had before."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, ClassVar

from pydantic import StringConstraints

from myotis.conduct.act import NumberedFormAct, Scene
from myotis.errors import Fault

Term = Annotated[str, StringConstraints(pattern=r"^[^\W\d_][\w ,'/()+-]{0,59}$")]
"""A few words on one line; what would tell who the participant is belongs nowhere."""
PartialDate = Annotated[str, StringConstraints(pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")]
"""A date as far as it is known: a year, a month, or a day (ISO 8601)."""


class RecordHistory(NumberedFormAct):
    """A disease or procedure of the past, or one that goes on."""

    name: ClassVar[str] = "record_history"
    form: ClassVar[str] = "history"
    free_text: ClassVar[frozenset[str]] = frozenset({"words"})
    term: Term
    words: str | None = None
    started: PartialDate | None = None
    stopped: PartialDate | None = None
    ongoing: bool

    def find_wrong_items(self, scene: Scene) -> Iterator[Fault]:
        """Dates follow one another, have been, and agree with whether it goes on."""
        yield from find_wrong_dates(self.started, self.stopped, scene.now.date())
        if self.ongoing and self.stopped is not None:
            yield Fault(what="it goes on, and has stopped", expected="one of the two", column="stopped")


def find_wrong_dates(started: str | None, stopped: str | None, today: date) -> Iterator[Fault]:
    """Partial dates that can't be: in the future, or the second before the first as far as both are known."""
    for name, text in (("started", started), ("stopped", stopped)):
        if text is not None and text > today.isoformat()[: len(text)]:
            yield Fault(what=f"{name} lies in the future", expected="a date up to today", column=name)
    if started is not None and stopped is not None:
        known = min(len(started), len(stopped))
        if stopped[:known] < started[:known]:
            yield Fault(what="it stopped before it started", expected="a later date", column="stopped")
