"""Close a data query, or open it again."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from myotis.conduct.act import Scene, SubjectAct
from myotis.conduct.queries import find_query
from myotis.conduct.roles import Role
from myotis.conduct.study import QueryStatus, Study
from myotis.errors import Fault
from myotis.log.entry import Entry


class CloseQuery(SubjectAct):
    """Accept an answer, which closes the query; reject it, which opens the query again; or withdraw an open query.

    Who raised a query in a role deals with it, and the data manager with every one.
    """

    name: ClassVar[str] = "close_query"
    free_text: ClassVar[frozenset[str]] = frozenset({"words"})
    query: int
    """The number of the query."""
    verdict: Literal["accepted", "rejected", "withdrawn"] = "accepted"
    words: str = ""

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """An answer is accepted or rejected, an open query withdrawn, by the role that raised it or a data manager."""
        status = QueryStatus.OPEN if self.verdict == "withdrawn" else QueryStatus.ANSWERED
        found = yield from find_query(scene, self.subject, self.query, status)
        if found and scene.user.role not in {found.role, Role.DATA_MANAGER}:
            expected = "a user in the role that raised it, or a data manager"
            yield Fault(what="the query was raised in another role", expected=expected, column="query")

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """Closed, or open again."""
        rejected = entry.get("verdict") == "rejected"
        study.queries[entry.get("query")].status = QueryStatus.OPEN if rejected else QueryStatus.CLOSED
