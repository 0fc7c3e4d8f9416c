"""Report an adverse event: what happened, how severe, whether serious, and whether the treatment may have caused it."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AwareDatetime, Field, PrivateAttr, StringConstraints

from myotis.conduct.act import NumberedFormAct, Scene
from myotis.conduct.acts.safety.say_of_event import tell_event
from myotis.conduct.adverse_events import FATAL, FORM, find_death_doubts, is_before, is_future, keep_report, place_event
from myotis.conduct.study import Form, FormKey, Study
from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry

Term = Annotated[str, StringConstraints(pattern=r"^[^\W\d_][\w ,'/()-]{1,59}$")]
"""A few words on one line; what would tell who the participant is belongs nowhere."""
Moment = Annotated[AwareDatetime | date, Field(union_mode="left_to_right")]
"""A time with its offset from UTC, or a date where the time of day is not known."""
Severity = Literal["mild", "moderate", "severe"]
Criterion = Literal["fatal", "life_threatening", "hospitalization", "disability", "congenital_anomaly", "important"]
"""What makes an event serious (ICH E2A, II.B); ``important``: a medical event that is important otherwise."""
Causality = Literal["related", "not_related"]
"""Whether there is a reasonable possibility that the treatment, whichever it is, caused the event."""
ActionTaken = Literal[
    "DOSE NOT CHANGED", "DOSE REDUCED", "DOSE INCREASED", "DOSE RATE REDUCED", "DRUG INTERRUPTED", "DRUG WITHDRAWN",
    "NOT APPLICABLE", "UNKNOWN",
]  # fmt: skip
"""What was done with the treatment (CDISC, ACN)."""
Outcome = Literal[
    "FATAL", "NOT RECOVERED/NOT RESOLVED", "RECOVERED/RESOLVED", "RECOVERED/RESOLVED WITH SEQUELAE",
    "RECOVERING/RESOLVING", "UNKNOWN",
]  # fmt: skip
"""CDISC, OUT."""
FOLLOWED: frozenset[str] = frozenset(
    {"started", "serious", "criteria", "causality", "special_interest", "outcome", "aware_at"}
)
"""The items that clocks and placement depend on: they change by a follow-up, never by a correction, so that what
follows from the change is said."""


class ReportAdverseEvent(NumberedFormAct):
    """An adverse event. Its seriousness is what it led to, its severity how intense it was.

    ``description`` is in the site's own words; coding them with a dictionary is done elsewhere. The system says whether
    the event is treatment-emergent and infusional, and of a serious one, when the report was due and whether it came in
    time.
    """

    name: ClassVar[str] = "report_adverse_event"
    form: ClassVar[str] = FORM
    free_text: ClassVar[frozenset[str]] = frozenset({"description"})
    term: Term
    description: str | None = None
    started: Moment
    stopped: Moment | None = None
    severity: Severity
    serious: bool
    criteria: tuple[Criterion, ...] = ()
    """The criteria of seriousness that are met; none where the event is not serious."""
    causality: Causality
    """In the investigator's judgment."""
    special_interest: str | None = None
    """The kind of special interest, one of the protocol's; None where it is of none."""
    action_taken: ActionTaken
    outcome: Outcome
    aware_at: AwareDatetime
    """When the site became aware of the event."""
    _followed: frozenset[str] = PrivateAttr(default=frozenset())

    def find_wrong_items(self, scene: Scene) -> Iterator[Fault]:
        """The items don't contradict one another, and a correction leaves alone what only a follow-up changes."""
        yield from self.find_contradictions(scene)
        for name in sorted(self._followed):
            yield Fault(what=f"{name} changes what is due, so it is not corrected", expected="a follow-up of the event",
                        column=name, remedy="Follow up the adverse event.")  # fmt: skip

    def find_contradictions(self, scene: Scene) -> Iterator[Fault]:
        """Items that can't be, alone or together."""
        yield from self._find_wrong_times(scene)
        if self.serious != bool(self.criteria):
            yield Fault(what="serious and its criteria disagree", expected="one criterion or more for a serious event, "
                        "none for another", column="criteria")  # fmt: skip
        if len(set(self.criteria)) != len(self.criteria):
            yield Fault(what="a criterion is named twice", expected="each criterion once", column="criteria")
        if ("fatal" in self.criteria) != (self.outcome == FATAL):
            yield Fault(what="the outcome and the criterion fatal disagree", expected="both fatal, or neither",
                        column="outcome")  # fmt: skip
        kinds = [kind.id for kind in scene.conduct.special_interest]
        if self.special_interest is not None and self.special_interest not in kinds:
            yield Fault(what="no kind of special interest in this trial", expected=", ".join(kinds) or "none",
                        column="special_interest")  # fmt: skip

    def _find_wrong_times(self, scene: Scene) -> Iterator[Fault]:
        for name, moment in (("started", self.started), ("stopped", self.stopped), ("aware_at", self.aware_at)):
            if moment is not None and is_future(moment, scene.now, scene.occurred):
                yield Fault(what=f"{name} lies in the future", expected="a time up to now", column=name)
        if self.stopped is not None and is_before(self.stopped, self.started):
            yield Fault(what="the event stopped before it started", expected="a time after the start", column="stopped")
        if is_before(self.aware_at, self.started):
            yield Fault(what="awareness of the event comes before its start", expected="a time after the start",
                        column="aware_at")  # fmt: skip

    def find_doubtful_items(self, scene: Scene) -> Iterator[Fault]:
        """Items that seldom go together, and a fatal event without a death."""
        subject = scene.subject(self.subject)
        if self.outcome.startswith("RECOVERED") and self.stopped is None:
            yield Fault(what="the event is over, and it is not said since when", expected="the time when it stopped",
                        column="stopped")  # fmt: skip
        if self.outcome in {"NOT RECOVERED/NOT RESOLVED", "RECOVERING/RESOLVING"} and self.stopped is not None:
            yield Fault(what="the event stopped, and its outcome says that it goes on", expected="no time of stopping",
                        column="stopped")  # fmt: skip
        if "fatal" in self.criteria and self.severity != "severe":
            yield Fault(what="a fatal event is not severe", expected="severe", column="severity")
        started = self.model_dump(mode="json")["started"]
        if self.causality == "related" and not place_event(scene.trial, subject, started).emergent:
            yield Fault(what="the event is related to the treatment and began before it", expected="not_related",
                        column="causality")  # fmt: skip
        yield from find_death_doubts(subject, self.outcome)

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:
        """Its place among the infusions, its clock, and who is to look at it."""
        yield from tell_event(scene, entry, self.subject, entry.get("number"))

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """A new form, and the first report of the event."""
        super().apply(study, entry)
        number = entry.get("number")
        keep_report(study, entry, number, study.subject_of(entry).forms[FormKey(FORM, (number,))].items)

    @classmethod
    def rebuild(cls, subject: str, form: Form, items: Mapping[str, Any]) -> Self:
        """The act that would record these items, which knows what of them a correction may not change."""
        act = super().rebuild(subject, form, dict(items))
        act._followed = frozenset(name for name in FOLLOWED if items.get(name) != form.items.get(name))
        return act
