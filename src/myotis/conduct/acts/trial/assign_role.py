"""Assign a role to a person, or revoke it."""

from collections.abc import Iterator
from typing import ClassVar

from myotis.conduct.act import ConductAct, Scene
from myotis.conduct.roles import MACHINES, SITE, Role
from myotis.conduct.study import Study
from myotis.errors import Fault
from myotis.log.entry import Entry


class AssignRole(ConductAct):
    """Let a person act in a role. Roles of a site name it, the others don't."""

    name: ClassVar[str] = "assign_role"
    person: str
    assigned: Role
    at_site: str | None = None

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The role is one for people and has a site where it needs one; efficacy assessors do nothing else."""
        if self.assigned in MACHINES:
            yield Fault(what=f"{self.assigned} is the role of a program", expected="a role for people")
        if (self.assigned in SITE) != (self.at_site is not None):
            yield Fault(what="a site is missing, or there is one too many", expected="a site for roles of a site only")
        elif self.at_site is not None and self.at_site not in scene.study.sites:
            yield Fault(what=f"there is no site {self.at_site}", expected="a site that was added", column="at_site")
        held = {role for role, _ in scene.study.roles.get(self.person, set())}
        if held and Role.EFFICACY_ASSESSOR in held | {self.assigned} and held != {self.assigned}:
            yield Fault(what="an efficacy assessor holds no other role", expected="a person for each of the two")
        if scene.means.works_in_pharmacy is not None and scene.means.works_in_pharmacy(self.person):
            yield Fault(what="the person holds or held a role of the pharmacy", expected="somebody who never did",
                        column="person")  # fmt: skip

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The person holds the role."""
        study.roles.setdefault(entry.get("person"), set()).add((entry.get("assigned"), entry.get("at_site")))


class RevokeRole(ConductAct):
    """Take a role from a person, at once."""

    name: ClassVar[str] = "revoke_role"
    person: str
    revoked: Role
    at_site: str | None = None

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The person holds it, and somebody is left who assigns roles."""
        if (self.revoked, self.at_site) not in scene.study.roles.get(self.person, set()):
            yield Fault(what="the person does not hold the role there", expected="a role that was assigned")
        others = [who for who, held in scene.study.roles.items() if (Role.ADMINISTRATOR, None) in held]
        if self.revoked == Role.ADMINISTRATOR and others == [self.person]:
            yield Fault(what="nobody would be left to assign roles", expected="another administrator first")

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The person no longer holds the role."""
        study.roles[entry.get("person")].discard((entry.get("revoked"), entry.get("at_site")))
