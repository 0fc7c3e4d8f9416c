"""How a driven trial ends: queries are answered and closed, every form is frozen, the trial is locked."""

from collections.abc import Iterable

from myotis.conduct.acts.data.answer_query import AnswerQuery
from myotis.conduct.acts.data.close_query import CloseQuery
from myotis.conduct.acts.data.freeze_form import FreezeForm
from myotis.conduct.acts.data.lock_trial import LockTrial
from myotis.conduct.permissions import MAY
from myotis.conduct.roles import Role
from myotis.conduct.visibility import sees_kind
from myotis.simulate.driven.people import find_person
from myotis.simulate.driven.site import SitePeople
from myotis.simulate.subject import Subject


def close_data(site: SitePeople, subjects: Iterable[Subject]) -> None:
    """Close the data of every subject, and lock the trial."""
    for subject in subjects:
        _settle_queries(site, subject)
        forms = {str(form.key): form.version for form in site.file(subject).forms.values() if not form.frozen}
        site.act(FreezeForm(subject=subject.name, forms=forms), Role.DATA_MANAGER, subject)
    site.worlds.clock.move(1)
    site.worlds.conduct.carry_out(LockTrial(), find_person(Role.DATA_MANAGER))


def _settle_queries(site: SitePeople, subject: Subject) -> None:
    """What the edit checks asked about is as it was recorded: virtual sites make no mistakes."""
    for query in site.worlds.conduct.state.unsettled_queries(subject.name):
        role = next(role for role in sorted(MAY["answer_query"]) if sees_kind(role, query.form.form))
        answer = AnswerQuery(subject=subject.name, query=query.number, answer="confirmed")
        site.act(answer, Role(role), subject)
        site.act(CloseQuery(subject=subject.name, query=query.number), Role.DATA_MANAGER, subject)
