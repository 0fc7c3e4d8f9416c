"""Answer a data query."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from myotis.conduct.act import Scene, SubjectAct
from myotis.conduct.queries import find_query
from myotis.conduct.study import QueryStatus, Study
from myotis.errors import Fault
from myotis.log.entry import Entry


class AnswerQuery(SubjectAct):
    """Answer an open query: the value was confirmed or corrected, or can't be had, or is explained."""

    name: ClassVar[str] = "answer_query"
    free_text: ClassVar[frozenset[str]] = frozenset({"words"})
    query: int
    """The number of the query."""
    answer: Literal["confirmed", "corrected", "not_available", "explained"]
    words: str = ""

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """It is open, about a form that the role sees, and what is said to be corrected was."""
        found = yield from find_query(scene, self.subject, self.query, QueryStatus.OPEN)
        if found is None:
            return
        form = scene.subject(self.subject).forms.get(found.form)
        if self.answer == "corrected" and (form is None or form.version <= found.version):
            yield Fault(what=f"{found.form} has not changed since the query", expected="a form that was corrected",
                        column="answer", remedy="Correct the value first.")  # fmt: skip
        if self.answer == "confirmed" and form is None:
            yield Fault(what=f"{found.form} is not recorded", expected="a form that is recorded", column="answer")
        if self.answer == "explained" and not self.words.strip():
            yield Fault(what="there is no explanation", expected="a few words", column="words")

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The query is answered, and waits for whoever closes it."""
        query = study.queries[entry.get("query")]
        query.status, query.answer = QueryStatus.ANSWERED, entry.get("answer")
