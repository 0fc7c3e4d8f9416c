"""Who appears in both logs: nobody may, since whoever knows a treatment given must not see, treat or rate a subject."""

from collections.abc import Iterable
from typing import Final

from myotis.log.desk import SYSTEM
from myotis.log.entry import Entry

NAMES_A_PERSON: Final = ("person", "administrator")
"""The values of entries that name somebody who is given a role."""
LINK: Final = "_link"
"""How the roles of programs end that carry words from one world to the other."""


def find_people(entries: Iterable[Entry]) -> set[str]:
    """Everybody who acted in a log or was ever given a role in it, revoked or not: what was seen stays known.

    Programs are nobody: the system, and roles whose names end in ``_link``.
    """
    people = set()
    for entry in entries:
        if entry.role != SYSTEM.role and not entry.role.endswith(LINK):
            people.add(entry.by)
        people |= {entry.get(name) for name in NAMES_A_PERSON if isinstance(entry.get(name), str)}
    return people


def find_shared_people(conduct_entries: Iterable[Entry], pharmacy_entries: Iterable[Entry]) -> list[str]:
    """The people who appear in both logs, in the order of their names; none where the worlds are kept apart.

    >>> from myotis.log.entry import Entry
    >>> def entry(by, role, **values):
    ...     return Entry(number=0, previous="", act="assign_role", by=by, role=role, site=None, subject=None,
    ...                  occurred="", recorded="", clock=None, protocol="1", protocol_digest="", closes=True,
    ...                  commitments={}, values={name: ("", value) for name, value in values.items()})
    >>> site = [entry("ann", "administrator", person="ivo"), entry("system", "system")]
    >>> find_shared_people(site, [entry("eve", "administrator", person="ivo"), entry("system", "system")])
    ['ivo']
    """
    return sorted(find_people(conduct_entries) & find_people(pharmacy_entries))
