"""What a user gets to see of the study. What a role may not see is not in it, so that nothing can show it by mistake.

Nobody is shown a slot, a stratum or how full one is, since each may help to guess; roles of a site see their own
subjects; words of the system go to whom they were addressed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from myotis.conduct.outcomes import RESPONSE_WORD, TIS_WORD
from myotis.conduct.roles import Role
from myotis.conduct.study import TAKEN_OUT, Form, QueryStatus, Signature, Study, SubjectFile
from myotis.conduct.visibility import sees_form, sees_kind, sees_state, sees_subject
from myotis.log.act import User
from myotis.log.entry import Entry


@dataclass(frozen=True, slots=True)
class FormView:
    """A form as a user sees it. Somebody's words are sealed: who holds the subject's key opens them."""

    key: str
    version: int
    items: Mapping[str, Any]
    by: str
    occurred: str
    signatures: tuple[Signature, ...]
    frozen: bool
    locked: bool


@dataclass(frozen=True, slots=True)
class QueryView:
    """A data query about a form that the user sees."""

    number: int
    form: str
    item: str
    concern: str
    status: QueryStatus
    answer: str


@dataclass(frozen=True, slots=True)
class WordView:
    """What the system told."""

    what: str
    answer: Any
    rule: str
    recorded: str


@dataclass(frozen=True, slots=True)
class SubjectView:
    """A subject as a user sees it; ``state`` is None for roles from which it is kept."""

    id: str
    site: str
    state: str | None
    forms: tuple[FormView, ...]
    told: tuple[WordView, ...]
    queries: tuple[QueryView, ...]


@dataclass(frozen=True, slots=True)
class View:
    """A study as a user sees it."""

    subjects: tuple[SubjectView, ...]
    locked: bool

    def subject(self, name: str) -> SubjectView | None:
        """The subject of a name; None where there is none, or the user does not see it."""
        return next((subject for subject in self.subjects if subject.id == name), None)


def view_study(study: Study, user: User) -> View:
    """The study as a user sees it; nothing for who does not hold the role that they act in."""
    if not study.holds(user):
        return View((), study.locked)
    seen = [subject for name, subject in study.subjects.items() if sees_subject(study, user, name)]
    return View(tuple(_view_subject(study, user.role, subject) for subject in seen), study.locked)


def _view_subject(study: Study, role: str, subject: SubjectFile) -> SubjectView:
    queries = [
        QueryView(q.number, str(q.form), q.item, q.concern, q.status, q.answer)
        for q in subject.queries
        if sees_kind(role, q.form.form)
    ]
    return SubjectView(
        subject.id, subject.site, subject.state.value if sees_state(role) else None,
        tuple(_view_form(form) for form in subject.forms.values() if sees_form(role, form)),
        tuple(_view_word(entry) for entry in subject.told if _hears(study, role, entry)),
        tuple(queries),
    )  # fmt: skip


def _view_form(form: Form) -> FormView:
    items = form.items | dict.fromkeys(form.taken_out, TAKEN_OUT)
    return FormView(str(form.key), form.version, items, form.by, form.occurred, tuple(form.signatures), form.frozen,
                    form.locked)  # fmt: skip


def _view_word(entry: Entry) -> WordView:
    return WordView(entry.get("what"), entry.get("answer"), entry.get("rule"), entry.recorded)


def _hears(study: Study, role: str, entry: Entry) -> bool:
    """Was the word addressed to the role? Who rates subjects hears of TIS and response once the trial is locked: after
    the visit of the response they go on rating the same subjects, and could be swayed."""
    if role == Role.EFFICACY_ASSESSOR and entry.get("what") in {TIS_WORD, RESPONSE_WORD}:
        return study.locked
    return role in (entry.get("to") or ())
