"""Freeze forms, singly or all of a visit."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from myotis.conduct.act import Scene, SubjectAct, find_stale
from myotis.conduct.freezes import find_unready, list_forms_of_visit
from myotis.conduct.outcomes import tell_response
from myotis.conduct.study import FormKey, Study
from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry


class FreezeForm(SubjectAct):
    """Freeze forms as they stand: none is corrected or queried until it is unfrozen.

    With ``visit``, the forms must be all that were recorded for it, and its own: nothing is added to a visit whose own
    form is frozen.
    """

    name: ClassVar[str] = "freeze_form"
    forms: Mapping[str, int]
    """The forms, such as ``core_set/W4``, each with the version that was seen."""
    visit: str | None = None

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The forms are as they were seen, not frozen yet, without queries, and signed where they are of efficacy."""
        if not self.forms:
            yield Fault(what="no form is named", expected="one form or more", column="forms")
        subject = scene.subject(self.subject)
        for text, version in self.forms.items():
            key = FormKey.parse(text)
            form = subject.forms.get(key)
            yield from find_stale(form, version, key)
            if form and form.frozen:
                yield Fault(what=f"{key} is frozen already", expected="a form that is open", column="forms")
            elif form:
                yield from find_unready(scene.study, self.subject, form)
        if self.visit is not None:
            yield from self._find_left_out(scene)

    def _find_left_out(self, scene: Scene) -> Iterator[Fault]:
        there = {str(f.key) for f in list_forms_of_visit(scene.subject(self.subject), self.visit or "") if not f.frozen}
        for text in sorted(there - set(self.forms)):
            yield Fault(what=f"{text} is left out", expected="every form of the visit", column="forms")
        for text in sorted(set(self.forms) - there):
            yield Fault(what=f"{text} is no open form of {self.visit}", expected="forms of the visit", column="forms")

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """TIS and response, once the visit that decides the response is frozen."""
        yield from tell_response(scene, self.subject, self.forms)

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The forms are frozen."""
        for text in entry.get("forms", {}):
            study.subject_of(entry).forms[FormKey.parse(text)].frozen = True
