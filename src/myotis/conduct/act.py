"""The acts of the blinded world: what they are given to decide on, and what most of them have in common."""

from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime
from typing import Any, ClassVar, NamedTuple, Self

from pydantic import PrivateAttr

from myotis.conduct.study import Form, FormKey, Study, SubjectFile, record_form
from myotis.errors import Fault
from myotis.log.act import Act, Told, User
from myotis.log.desk import SEALED
from myotis.log.entry import Entry
from myotis.protocol.conduct import Conduct
from myotis.protocol.design import Visit
from myotis.protocol.trial import Trial


class Means(NamedTuple):
    """What the site's system can do without being able to look: it has no key that opens anything.

    ``take_slot``: the next free slot of a stratum, given those that were taken; raises an error where there is none,
    or None where slots are not taken here (the pharmacy allocates). ``seal_result``: a result sealed to the safety
    physician; None where the trial has no such results. ``works_in_pharmacy``: does a person hold, or did they ever
    hold, a role of the pharmacy (``log/separation.py``)? None where the other log is out of reach.
    """

    take_slot: Callable[[str, Collection[str]], str] | None = None
    seal_result: Callable[[str, str], str] | None = None
    works_in_pharmacy: Callable[[str], bool] | None = None


class Scene(NamedTuple):
    """What an act is given: the study as it stands, who acts, and when. ``trial`` is the protocol in force."""

    study: Study
    trial: Trial
    user: User
    occurred: datetime
    now: datetime
    means: "Means"

    def subject(self, name: str) -> SubjectFile:
        """The subject of a name; the desk has seen to it that there is one."""
        return self.study.subjects[name]

    @property
    def conduct(self) -> Conduct:
        """How the trial is conducted; the desk opens no trial whose protocol does not say."""
        assert self.trial.conduct is not None, "a trial is opened with [conduct] only"
        return self.trial.conduct


class ConductAct(Act):
    """An act of the blinded world."""

    @property
    def permission(self) -> str:
        """The row of the table of permissions: the act's name, with the kind of form where that matters."""
        return self.name


class SubjectAct(ConductAct):
    """An act about a subject."""

    subject: str
    """The subject's identifier."""


class FormAct(SubjectAct):
    """An act that records a form of a subject: its fields are the items, those named in ``keys`` say which form.

    Recorded once; what changes later is corrected (``correct_value``) or followed up by an act of its own.
    """

    form: ClassVar[str]

    def key(self, scene: Scene) -> FormKey:  # noqa: ARG002
        """Which form."""
        return FormKey(self.form, tuple(str(getattr(self, name)) for name in self.keys))

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The form has its place and is not recorded yet, and its items are what it takes."""
        if self.key(scene) in scene.subject(self.subject).forms:
            remedy = "Correct the value instead."
            yield Fault(what=f"{self.key(scene)} is recorded already", expected="a new form", remedy=remedy)
        yield from self.find_misplaced(scene)
        yield from self.find_wrong_items(scene)

    def find_misplaced(self, scene: Scene) -> Iterator[Fault]:  # noqa: ARG002
        """What keeps the form from being recorded here and now."""
        yield from ()

    def find_wrong_items(self, scene: Scene) -> Iterator[Fault]:  # noqa: ARG002
        """The hard edit checks: items that can't be. A correction is asked them too."""
        yield from ()

    def find_doubtful_items(self, scene: Scene) -> Iterator[Fault]:  # noqa: ARG002
        """The soft edit checks: items that may be, and are asked about. The system raises a query for each."""
        yield from ()

    def tell_corrected(self, scene: Scene) -> Iterator[Told]:  # noqa: ARG002
        """What the system says once an item of the form was corrected; the act is what would record it now."""
        yield from ()

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """A new form, or a new version of it."""
        record_form(study, entry, cls.form, cls.keys)

    @classmethod
    def rebuild(cls, subject: str, form: Form, items: dict[str, Any]) -> Self:
        """The act that would record these items under the key of a form. Raises pydantic's ValidationError."""
        keys = dict(zip(cls.keys, form.key.which, strict=True))
        fields = {name: _stand_in(value) for name, value in items.items() if name in cls.model_fields}
        return cls.model_validate({"subject": subject, **{k: v for k, v in keys.items() if k in cls.model_fields},
                                   **fields})  # fmt: skip


def _stand_in(value: Any) -> Any:
    """What stands for a sealed text where only its presence matters."""
    return "sealed" if isinstance(value, dict) and SEALED in value else value


class VisitFormAct(FormAct):
    """A form of a visit. The visit is planned, or unscheduled under a name of its own such as ``U1``."""

    keys: ClassVar[tuple[str, ...]] = ("visit",)
    activity: ClassVar[str | None] = None
    """The activity of the schedule that the form belongs to; None where it may be recorded at any visit."""
    visit: str
    """The id of the visit."""

    def find_misplaced(self, scene: Scene) -> Iterator[Fault]:
        """The visit was held and is open, and the form belongs to it."""
        visit = scene.subject(self.subject).find("visit", self.visit)
        if visit is None:
            remedy = "Record the visit first."
            yield Fault(what=f"the visit {self.visit} is not recorded", expected="a visit that was held", remedy=remedy)
        elif visit.frozen:
            remedy = "Ask the data manager to unfreeze it."
            yield Fault(what=f"the visit {self.visit} is frozen", expected="a visit that is open", remedy=remedy)
        elif visit.items.get("held") == "missed":
            remedy = "Correct how the visit was held, if it was."
            yield Fault(what=f"the visit {self.visit} was missed", expected="a visit that was held", remedy=remedy)
        planned = find_planned(scene.trial, self.visit)
        if planned and self.activity and self.activity not in planned.activities:
            yield Fault(what=f"{self.visit} has no {self.activity}", expected="a visit of the schedule that has it",
                        remedy="Record it as an unscheduled visit.")  # fmt: skip


class NumberedFormAct(FormAct):
    """A form of which a subject has any number; the system numbers them from 1."""

    keys: ClassVar[tuple[str, ...]] = ("number",)

    def key(self, scene: Scene) -> FormKey:
        """The next number."""
        return FormKey(self.form, (str(len(scene.subject(self.subject).all_of(self.form)) + 1),))

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """The number."""
        return {"number": self.key(scene).which[0]}


class LastingForm(FormAct):
    """A form with items that others have acted on, so that no correction changes them, but an act of its own."""

    lasting: ClassVar[frozenset[str] | None] = None
    """The items that stay; None where all do."""
    instead: ClassVar[str]
    """What to do instead of a correction."""
    _changed: frozenset[str] = PrivateAttr(default=frozenset())

    def find_wrong_items(self, scene: Scene) -> Iterator[Fault]:
        """A correction leaves them alone."""
        yield from super().find_wrong_items(scene)
        for name in sorted(self._changed):
            yield Fault(what=f"{name} was acted on, so it is not corrected", expected="the item as it stands",
                        column=name, remedy=self.instead)  # fmt: skip

    @classmethod
    def rebuild(cls, subject: str, form: Form, items: dict[str, Any]) -> Self:
        """The act that would record these items, which knows what of them a correction may not change."""
        act = super().rebuild(subject, form, items)
        changed = {name for name in {*items, *form.items} if items.get(name) != form.items.get(name)}
        act._changed = frozenset(changed if cls.lasting is None else changed & cls.lasting)
        return act


def find_planned(trial: Trial, visit: str) -> Visit | None:
    """The planned visit of an id; None for an unscheduled one."""
    return next((planned for planned in trial.visits if planned.id == visit), None)


def find_stale(form: Form | None, saw: int, key: FormKey) -> Iterator[Fault]:
    """The form is there, and its version is the one that the user saw."""
    if form is None:
        yield Fault(what=f"{key} is not recorded", expected="a form that is recorded", remedy="Look again.")
    elif form.version != saw:
        what = f"{key} has changed since version {saw}"
        yield Fault(what=what, expected=f"version {form.version}", remedy="Look at it as it stands, and act again.")


def find_first_dose(subject: SubjectFile) -> date | None:
    """The day of the first dose, which is study day 1; None before it."""
    days = [
        datetime.fromisoformat(form.items["started"]).date()
        for name in ("infusion", "dispensing") for form in subject.all_of(name) if "started" in form.items
    ]  # fmt: skip
    return min(days, default=None)
