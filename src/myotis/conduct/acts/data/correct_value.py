"""Correct a value: the old one stays in the log, the reason stands beside it, signatures on the form fall."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from pydantic import Field, ValidationError

from myotis.conduct.act import FormAct, Scene, SubjectAct, find_stale
from myotis.conduct.edit_checks import rebuild_act
from myotis.conduct.permissions import may
from myotis.conduct.study import Form, FormKey, Study
from myotis.conduct.visibility import sees_form
from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry, Tombstone


class CorrectValue(SubjectAct):
    """Change one item of a form. ``value`` is the new value as JSON; None removes the item."""

    name: ClassVar[str] = "correct_value"
    needs_reason: ClassVar[bool] = True
    form: str
    """The form, such as ``core_set/W4``."""
    item: str
    value: Annotated[Any, Field(repr=False)] = None
    saw: int
    """The version of the form that the user saw."""

    @property
    def sealed_fields(self) -> frozenset[str]:
        """A corrected text of somebody's words is sealed as the first was; only texts can be."""
        return frozenset({"value"} if self.item in SEALED_ITEMS and isinstance(self.value, str) else ())

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The form is as the user saw it, open, theirs to record, and takes the value."""
        key = FormKey.parse(self.form)
        form = scene.subject(self.subject).forms.get(key)
        yield from find_stale(form, self.saw, key)
        if form is None:
            return
        if form.frozen or form.locked:
            yield Fault(what=f"{key} is frozen", expected="a form that is open", remedy="Ask the data manager.")
        act = scene.study.acts.get(form.act)
        if not isinstance(act, type) or not issubclass(act, FormAct):
            yield Fault(what=f"{key} is not corrected value by value", expected="a form", remedy="Record it anew.")
            return
        try:
            corrected = act.rebuild(self.subject, form, change(form.items, self.item, self.value))
        except ValidationError as error:
            for details in error.errors():
                yield Fault(what="the value does not fit the form", expected=details["msg"], column=self.item)
            return
        if not (sees_form(scene.user.role, form) and may(corrected, scene.user.role)):
            yield Fault(what=f"{key} is not this role's to record", expected="a role that records it")
        yield from self._find_odd_value(form, corrected)
        if self.item not in form.items and self.item not in act.model_fields and "results" not in act.model_fields:
            yield Fault(what=f"{key} has no item {self.item}", expected="an item of the form", column="item")
        yield from corrected.find_wrong_items(scene)

    def _find_odd_value(self, form: Form, corrected: FormAct) -> Iterator[Fault]:
        """The value is another one, written as the form itself writes it."""
        if form.items.get(self.item) == self.value:
            yield Fault(what="the value is the one that stands", expected="another value", column=self.item)
        written = corrected.model_dump(mode="json", exclude_none=True)
        if self.item in written and written[self.item] != self.value and self.item not in self.sealed_fields:
            what = "the value is not written as the form writes it"
            yield Fault(what=what, expected=f"a {type(written[self.item]).__name__}", column=self.item)

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """What the corrected form says anew."""
        form = scene.subject(self.subject).forms[FormKey.parse(self.form)]
        corrected = rebuild_act(scene.study, self.subject, form)
        if corrected is not None:
            yield from corrected.tell_corrected(scene)

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """A new version of the form, unsigned."""
        form = study.subject_of(entry).forms[FormKey.parse(entry.get("form"))]
        form.items = change(form.items, entry.get("item"), entry.get("value"))
        form.taken_out = form.taken_out - {entry.get("item")} | _find_taken_out(entry)
        form.version += 1
        form.entry = entry.number


def _find_taken_out(entry: Entry) -> frozenset[str]:
    return frozenset({entry.get("item")} if isinstance(entry.values.get("value"), Tombstone) else ())


SEALED_ITEMS = frozenset({"words", "description", "narrative"})
"""The items, of any form, that hold somebody's words."""


def change(items: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """Items with one of them changed, or without it where the new value is None."""
    rest = {key: item for key, item in items.items() if key != name}
    return rest if value is None else {**rest, name: value}
