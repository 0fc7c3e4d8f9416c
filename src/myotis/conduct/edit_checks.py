"""Soft edit checks at work: the system raises a query for each doubt, and closes it once the doubt is gone."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from pydantic import ValidationError

from myotis.conduct.act import FormAct, Scene
from myotis.conduct.permissions import may
from myotis.conduct.roles import Role
from myotis.conduct.study import (
    QUERY_CLOSED,
    QUERY_RAISED,
    QUERY_REOPENED,
    Form,
    FormKey,
    Query,
    QueryStatus,
    Study,
    SubjectFile,
)
from myotis.conduct.visibility import sees_form
from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.desk import SYSTEM
from myotis.log.entry import Entry

RULE: Final = "edit_checks"
TO: Final = (Role.INVESTIGATOR, Role.COORDINATOR, Role.EFFICACY_ASSESSOR, Role.LABORATORY, Role.MONITOR,
             Role.DATA_MANAGER)  # fmt: skip
"""Who may be told of a query: of these, whoever sees the form."""


class Doubt(NamedTuple):
    """What an edit check asks about an item. It never holds the value."""

    item: str
    concern: str


def rebuild_act(study: Study, subject: str, form: Form) -> FormAct | None:
    """The act that would record a form as it stands; None where the form comes from another kind of act."""
    act = study.acts.get(form.act)
    if not isinstance(act, type) or not issubclass(act, FormAct):
        return None
    try:
        return act.rebuild(subject, form, form.items)
    except ValidationError:
        # Values were taken out of the form, so that it can't be asked about any more.
        return None


def records_form(study: Study, subject: str, form: Form, role: str) -> bool:
    """Is a form one that a role records?"""
    act = rebuild_act(study, subject, form)
    return role == form.role if act is None else may(act, role)


def find_doubts(scene: Scene, subject: str, form: Form) -> dict[Doubt, Fault]:
    """What the soft edit checks ask about a form as it stands."""
    act = rebuild_act(scene.study, subject, form)
    faults = act.find_doubtful_items(scene) if act else ()
    return {Doubt(fault.column, fault.what): fault for fault in faults}


def tell_queries(scene: Scene, name: str, entry: Entry, corrected: str | None = None) -> Iterator[Told]:
    """The queries of the system that follow from a form that was recorded, or from an item that was corrected.

    Asked are the forms that the entry made or changed; after a correction the other forms of its name too, since checks
    compare them; and every form with a query that still waits. What was answered and closed is not asked again, unless
    the item itself is ``corrected`` to something that is doubtful too.
    """
    subject = scene.subject(name)
    changed = {key for key, form in subject.forms.items() if form.entry == entry.number}
    if not changed:
        return
    for form in _list_asked(scene.study, subject, changed, corrected):
        yield from _tell_about(scene, name, form, corrected if form.key in changed else None)


def _list_asked(study: Study, subject: SubjectFile, changed: set[FormKey], corrected: str | None) -> list[Form]:
    waiting = {query.form for query in study.unsettled_queries(subject.id) if query.role == SYSTEM.role}
    alike = {key.form for key in changed} if corrected else set()
    return [form for key, form in subject.forms.items() if key in changed or key in waiting or key.form in alike]


def _tell_about(scene: Scene, name: str, form: Form, corrected: str | None) -> Iterator[Told]:
    doubts = find_doubts(scene, name, form)
    mine = [q for q in scene.subject(name).queries if q.form == form.key and _is_system(q)]
    to = tuple(role for role in TO if sees_form(role, form))
    inputs = {"form": str(form.key), "version": form.version, "items": form.items}
    for query in mine:
        if not query.settled and Doubt(query.item, query.concern) not in doubts:
            yield Told(QUERY_CLOSED, {"number": query.number}, RULE, inputs, to, name)
        elif query.status == QueryStatus.ANSWERED and query.item == corrected:
            yield Told(QUERY_REOPENED, {"number": query.number}, RULE, inputs, to, name)
    for doubt, fault in doubts.items():
        before = [query for query in mine if Doubt(query.item, query.concern) == doubt]
        if all(query.settled for query in before) and (not before or doubt.item == corrected):
            answer = {"number": len(scene.study.queries) + 1, "form": str(form.key), "item": doubt.item,
                      "concern": doubt.concern, "expected": fault.expected}  # fmt: skip
            yield Told(QUERY_RAISED, answer, RULE, inputs, to, name)


def _is_system(query: Query) -> bool:
    return query.role == SYSTEM.role
