"""Unfreeze a form."""

from collections.abc import Iterator
from typing import ClassVar

from myotis.conduct.act import Scene, SubjectAct
from myotis.conduct.study import FormKey, Study
from myotis.errors import Fault
from myotis.log.entry import Entry


class UnfreezeForm(SubjectAct):
    """Open a frozen form again, for a correction that must be. Not once the trial is locked."""

    name: ClassVar[str] = "unfreeze_form"
    needs_reason: ClassVar[bool] = True
    form: str

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The form is frozen."""
        form = scene.subject(self.subject).forms.get(FormKey.parse(self.form))
        if form is None or not form.frozen:
            yield Fault(what="the form is not frozen", expected="a form that is frozen", column="form")

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The form is open."""
        study.subject_of(entry).forms[FormKey.parse(entry.get("form"))].frozen = False
