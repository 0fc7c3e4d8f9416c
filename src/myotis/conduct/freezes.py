"""What must be so before a form is frozen, and which visits are."""

from collections.abc import Iterator
from typing import Final

from myotis.conduct.study import Form, FormKey, Study, SubjectFile
from myotis.errors import Fault

EFFICACY: Final = frozenset({"core_set", "enzymes", "cdasi", "sf36"})
"""The forms of efficacy: end points are computed from them, so that they are frozen with their author's signature."""


def find_unready(study: Study, subject: str, form: Form) -> Iterator[Fault]:
    """What is missing before a form can be frozen."""
    for query in study.unsettled_queries(subject, form.key):
        yield Fault(what=f"query {query.number} on {form.key} is {query.status}", expected="closed queries only")
    if form.key.form in EFFICACY and not form.signed_by_author:
        yield Fault(what=f"{form.key} is not signed", expected="the signature of a role that records it")


def list_forms_of_visit(subject: SubjectFile, visit: str) -> list[Form]:
    """The forms that were recorded for a visit."""
    return [form for key, form in subject.forms.items() if visit in key.which]


def is_visit_frozen(subject: SubjectFile, visit: str) -> bool:
    """Are the visit's own form and all of its forms of efficacy frozen? Once the visit's own form is frozen, no form
    is added to it."""
    own = subject.find("visit", visit)
    forms = [form for form in list_forms_of_visit(subject, visit) if form.key.form in EFFICACY]
    return own is not None and own.frozen and all(form.frozen for form in forms)


def name_form(subject: str, key: FormKey) -> str:
    """A form of a trial in words, such as ``101-001 core_set/W4``."""
    return f"{subject} {key}"
