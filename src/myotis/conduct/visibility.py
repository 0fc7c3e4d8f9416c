"""Who sees what. What somebody may not see is not hidden on a page: it is not in what the desk returns."""

from collections.abc import Mapping
from typing import Final

from myotis.conduct.roles import MACHINES, SITE, Role
from myotis.conduct.study import Form, Study
from myotis.log.act import User

R = Role

EVERYBODY: Final = frozenset(Role) - {R.EFFICACY_ASSESSOR, R.LABORATORY, R.ADMINISTRATOR} - MACHINES
"""Everybody who looks after subjects or their data. Administrators and programs see none of it."""
EFFICACY: Final = EVERYBODY | {R.EFFICACY_ASSESSOR}

SEES: Final[Mapping[str, frozenset[Role]]] = {
    "visit": EFFICACY,
    "core_set": EFFICACY,
    "cdasi": EFFICACY,
    "sf36": EVERYBODY,
    "weight": EVERYBODY,
    "result": EVERYBODY | {R.LABORATORY},
    "restricted_result": frozenset({R.SAFETY_PHYSICIAN}),
    "guess": frozenset({R.DATA_MANAGER}),
}
"""Who sees the forms of a name; those that are not named, everybody but efficacy assessors and laboratories: adverse
events, infusions and laboratory values could tell an assessor the treatment."""


def sees_subject(study: Study, user: User, subject: str) -> bool:
    """Does a user see a subject at all? Roles of a site see those of their site."""
    return user.role not in SITE or study.subjects[subject].site == user.site


def sees_kind(role: str, name: str) -> bool:
    """Does a role see the forms of a name?"""
    return role in SEES.get(name, EVERYBODY)


def sees_form(role: str, form: Form) -> bool:
    """Does a role see the forms of this kind?"""
    return sees_kind(role, form.key.form)


def sees_state(role: str) -> bool:
    """Does a role see where a subject stands? An indicated switch would tell assessors what the rules made of their
    ratings; laboratories need not know."""
    return role in EVERYBODY
