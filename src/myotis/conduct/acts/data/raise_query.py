"""Raise a data query."""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from myotis.conduct.act import Scene, SubjectAct
from myotis.conduct.study import FormKey, Query, Study
from myotis.conduct.visibility import sees_kind
from myotis.errors import Fault
from myotis.log.entry import Entry


class RaiseQuery(SubjectAct):
    """Ask the site about a form, or an item of it, that is missing or doubtful. The system numbers queries.

    What the matter is, is coded; a few words may be added.
    """

    name: ClassVar[str] = "raise_query"
    free_text: ClassVar[frozenset[str]] = frozenset({"words"})
    form: str
    """The form, such as ``core_set/W4``."""
    item: str = ""
    """The item; empty where the whole form is meant."""
    concern: Literal["missing", "inconsistent", "differs_from_source", "implausible", "unclear"]
    words: str = ""

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The role sees such forms; the form is there and open, unless it is asked for because it is missing."""
        key = FormKey.parse(self.form)
        form = scene.subject(self.subject).forms.get(key)
        if not sees_kind(scene.user.role, key.form):
            yield Fault(what="the form is not this role's to see", expected="a form that the role sees", column="form")
            return
        if form is None:
            if self.concern != "missing" or self.item:
                yield Fault(what=f"{key} is not recorded", expected="a form that is recorded", column="form",
                            remedy="Ask for the whole form, as missing.")  # fmt: skip
            return
        if form.frozen:
            yield Fault(what=f"{key} is frozen", expected="a form that is open", remedy="Unfreeze it first.")
        if self.concern == "missing" and (not self.item or self.item in form.items):
            yield Fault(what="what is asked for is there", expected="an item that the form has not", column="item")
        elif self.concern != "missing" and self.item and self.item not in form.items:
            yield Fault(what=f"{key} has no item {self.item}", expected="an item of the form", column="item")

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """The number, and the version of the form that is asked about."""
        form = scene.subject(self.subject).forms.get(FormKey.parse(self.form))
        return {"number": len(scene.study.queries) + 1, "version": form.version if form else 0}

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The query is open."""
        number = entry.get("number")
        study.add_query(Query(
            number, study.subject_of(entry).id, FormKey.parse(entry.get("form")), entry.get("item", ""),
            entry.get("concern"), entry.by, entry.role, entry.get("version"),
        ))  # fmt: skip
