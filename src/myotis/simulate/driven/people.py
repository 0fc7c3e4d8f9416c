"""The people of a driven trial: one for each role, at each site where the role has one."""

from collections.abc import Iterable, Iterator

from myotis.conduct.acts.trial.add_site import AddSite
from myotis.conduct.acts.trial.assign_role import AssignRole
from myotis.conduct.acts.trial.open_trial import OpenTrial
from myotis.conduct.roles import MACHINES, SITE, Role
from myotis.conduct.study import Study
from myotis.log.act import Act, User
from myotis.log.desk import Desk
from myotis.pharmacy.acts.assign_role import AssignRole as AssignPharmacyRole
from myotis.pharmacy.acts.open_pharmacy import OpenPharmacy
from myotis.pharmacy.dispensary import Dispensary
from myotis.pharmacy.roles import MACHINES as PHARMACY_MACHINES
from myotis.pharmacy.roles import Role as PharmacyRole

SECOND = "second"
"""Who checks what another pharmacist prepared."""


def find_person(role: Role, site: str | None = None) -> User:
    """The one person in a role of the blinded world."""
    at = site if role in SITE else None
    return User(f"{role.value}-{at}" if at else role.value, role.value, at)


def find_pharmacist(role: PharmacyRole, *, second: bool = False) -> User:
    """The one person in a role of the pharmacy, or the second one."""
    name = f"pharmacy-{role.value}"
    return User(f"{name}-{SECOND}" if second else name, role.value)


def open_both(conduct: Desk[Study], pharmacy: Desk[Dispensary], sites: Iterable[str]) -> None:
    """Open the trial and its pharmacy, and give everybody their roles."""
    for act, role in _opening(conduct.state, list(sites)):
        conduct.carry_out(act, find_person(role))
    administrator = find_pharmacist(PharmacyRole.ADMINISTRATOR)
    pharmacy.carry_out(OpenPharmacy(protocol_digest=pharmacy.state.trial.digest), administrator)
    for assigned in PharmacyRole:
        if assigned not in PHARMACY_MACHINES and assigned != PharmacyRole.ADMINISTRATOR:
            for second in (False, True):
                person = find_pharmacist(assigned, second=second).id
                pharmacy.carry_out(AssignPharmacyRole(person=person, assigned=assigned), administrator)


def _opening(study: Study, sites: list[str]) -> Iterator[tuple[Act, Role]]:
    yield (
        OpenTrial(protocol_digest=study.trial.digest, administrator=find_person(Role.ADMINISTRATOR).id), Role.SPONSOR
    )  # fmt: skip
    for site in sites:
        yield AddSite(site=site), Role.SPONSOR
    for role in Role:
        if role not in MACHINES and role not in {Role.ADMINISTRATOR, Role.SPONSOR}:
            places: list[str | None] = [*sites] if role in SITE else [None]
            for place in places:
                act = AssignRole(person=find_person(role, place).id, assigned=role, at_site=place)
                yield act, Role.ADMINISTRATOR
