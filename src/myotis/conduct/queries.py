"""What the acts on data queries ask: is there such a query, may the role know of it, and how far has it come?"""

from collections.abc import Generator

from myotis.conduct.act import Scene
from myotis.conduct.study import Query, QueryStatus
from myotis.conduct.visibility import sees_form, sees_kind
from myotis.errors import Fault


def find_query(scene: Scene, subject: str, number: int, status: QueryStatus) -> Generator[Fault, None, Query | None]:
    """The query of a number about a subject; tells where there is none, or it stands elsewhere."""
    found = scene.study.queries.get(number)
    if found is None or found.subject != subject or not _sees(scene, found):
        yield Fault(what=f"there is no query {number} about the subject", expected="a query's number", column="query")
        return None
    if found.status != status:
        yield Fault(what=f"the query is {found.status}", expected=f"a query that is {status}", column="query")
    return found


def _sees(scene: Scene, query: Query) -> bool:
    form = scene.subject(query.subject).forms.get(query.form)
    return sees_form(scene.user.role, form) if form else sees_kind(scene.user.role, query.form.form)
