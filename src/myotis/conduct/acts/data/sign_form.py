"""Sign a form: what it means is said, and the rules of the trial look at signed assessments alone."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from myotis.conduct.act import Scene, SubjectAct, find_stale
from myotis.conduct.edit_checks import records_form
from myotis.conduct.live_rules import tell_deterioration
from myotis.conduct.study import AUTHORED, FormKey, Signature, Study
from myotis.conduct.visibility import sees_form
from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry


class SignForm(SubjectAct):
    """Sign the version of a form that was seen. The desk takes a signature only of who has just shown again who they
    are; how, is the business of whatever the user logs in to.

    Who records such forms signs as their author, and only that makes an assessment count for the rules of the trial;
    others review or approve.
    """

    name: ClassVar[str] = "sign_form"
    form: str
    saw: int
    """The version that is signed."""
    meaning: Literal["authored", "reviewed", "approved"] = "authored"

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """It is the version that stands, and the signer may see it."""
        key = FormKey.parse(self.form)
        form = scene.subject(self.subject).forms.get(key)
        if form and not sees_form(scene.user.role, form):
            yield Fault(what="the form is not this role's to see", expected="a form that the role sees")
            return
        yield from find_stale(form, self.saw, key)
        if form and any(s.by == scene.user.id and s.version == form.version for s in form.signatures):
            yield Fault(what=f"{key} bears this signature already", expected="a form that the user has not signed")
        if form and self.meaning == AUTHORED and not records_form(scene.study, self.subject, form, scene.user.role):
            yield Fault(what=f"{key} is not this role's to record", expected="reviewed or approved", column="meaning")

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """Deterioration, where the form is of the core set."""
        if FormKey.parse(self.form).form == "core_set":
            yield from tell_deterioration(scene, self.subject)

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The signature stands on the form until its next version."""
        form = study.subject_of(entry).forms[FormKey.parse(entry.get("form"))]
        form.signatures.append(
            Signature(entry.by, entry.role, entry.get("meaning"), form.version, entry.number, entry.occurred)
        )
