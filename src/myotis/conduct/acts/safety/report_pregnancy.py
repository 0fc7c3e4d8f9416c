"""Report a pregnancy of a subject or of a subject's partner, and later what came of it."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, ClassVar, Final, Literal

from pydantic import AwareDatetime

from myotis.conduct.act import NumberedFormAct, Scene, find_stale
from myotis.conduct.acts.safety.say_of_event import tell_due
from myotis.conduct.adverse_events import is_before, is_future
from myotis.conduct.clocks import Report
from myotis.conduct.study import FormKey, Study, record_form
from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry

CLOCK: Final = ("important",)
"""A pregnancy is no adverse event; that its report is due as soon as that of a serious one is our choice, and usual."""


class ReportPregnancy(NumberedFormAct):
    """A pregnancy. A later report of the same one names it in ``follows`` and says everything as it then stands."""

    name: ClassVar[str] = "report_pregnancy"
    form: ClassVar[str] = "pregnancy"
    follows: int | None = None
    """The number of the pregnancy that was reported before; None for a new one."""
    saw: int = 0
    """The version of it that the user saw."""
    whose: Literal["subject", "partner"]
    estimated_delivery: date | None = None
    """None where it is not known yet."""
    outcome: Literal[
        "ongoing", "live_birth", "stillbirth", "spontaneous_abortion", "induced_abortion", "ectopic", "unknown"
    ] = "ongoing"
    congenital_anomaly: bool | None = None
    """Of a child; None where there is none yet, or it is not known."""
    ended: date | None = None
    aware_at: AwareDatetime
    """When the site became aware of what it reports."""

    def key(self, scene: Scene) -> FormKey:
        """The pregnancy that is followed up, or the next number."""
        return super().key(scene) if self.follows is None else FormKey(self.form, (str(self.follows),))

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The pregnancy that is followed up is as the user saw it."""
        if self.follows is not None:
            key = self.key(scene)
            yield from find_stale(scene.subject(self.subject).forms.get(key), self.saw, key)
        yield from self.find_wrong_items(scene)

    def find_wrong_items(self, scene: Scene) -> Iterator[Fault]:
        """Outcome, date and anomaly agree, and times have been."""
        for name, moment in (("aware_at", self.aware_at), ("ended", self.ended)):
            if moment is not None and is_future(moment, scene.now, scene.occurred):
                yield Fault(what=f"{name} lies in the future", expected="a time up to now", column=name)
        if self.outcome == "ongoing" and self.ended is not None:
            yield Fault(what="an ongoing pregnancy has ended", expected="no date", column="ended")
        if self.outcome in {"ongoing", "unknown"} and self.congenital_anomaly is not None:
            yield Fault(what="the pregnancy has no outcome, and an anomaly is answered", expected="no answer",
                        column="congenital_anomaly")  # fmt: skip
        if self.ended is not None and is_before(self.aware_at, self.ended):
            yield Fault(what="awareness comes before the outcome", expected="a time after it", column="aware_at")

    def find_doubtful_items(self, scene: Scene) -> Iterator[Fault]:
        """A subject who is pregnant can become so."""
        form = scene.subject(self.subject).find("demographics")
        if self.whose == "subject" and form and not form.items.get("can_become_pregnant"):
            yield Fault(what="the subject is pregnant, and is recorded as unable to become so", column="whose",
                        expected="demographics that agree")  # fmt: skip

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:
        """When the report was due, and whether it came in time."""
        received = datetime.fromisoformat(entry.recorded)
        report = Report(entry.number, self.aware_at, received, criteria=CLOCK, related=False)
        yield from tell_due(scene, entry, self.subject, f"{self.form}/{entry.get('number')}", report)

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """The number."""
        return {"number": self.key(scene).which[0]}

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """A new form, or a new version."""
        form = record_form(study, entry, cls.form, cls.keys)
        form.items.pop("follows", None)
