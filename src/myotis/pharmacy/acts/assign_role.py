"""Assign a role to a person, or revoke it."""

from collections.abc import Iterator
from typing import ClassVar

from myotis.errors import Fault
from myotis.log.entry import Entry
from myotis.pharmacy.act import PharmacyAct, Scene
from myotis.pharmacy.acts.open_pharmacy import find_blinded
from myotis.pharmacy.dispensary import Dispensary
from myotis.pharmacy.roles import MACHINES, Role


class AssignRole(PharmacyAct):
    """Let a person act in a role of the pharmacy."""

    name: ClassVar[str] = "assign_role"
    person: str
    assigned: Role

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The role is one for people, and the person does not act in the blinded world."""
        if self.assigned in MACHINES:
            yield Fault(what=f"{self.assigned} is the role of a program", expected="a role for people")
        yield from find_blinded(scene, self.person)

    @classmethod
    def apply(cls, dispensary: Dispensary, entry: Entry) -> None:
        """The person holds the role."""
        dispensary.roles.setdefault(entry.get("person"), set()).add(entry.get("assigned"))


class RevokeRole(PharmacyAct):
    """Take a role from a person, at once."""

    name: ClassVar[str] = "revoke_role"
    person: str
    revoked: Role

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The person holds it, and somebody is left who assigns roles."""
        if self.revoked not in scene.dispensary.roles.get(self.person, set()):
            yield Fault(what="the person does not hold the role", expected="a role that was assigned")
        others = [who for who, held in scene.dispensary.roles.items() if Role.ADMINISTRATOR in held]
        if self.revoked == Role.ADMINISTRATOR and others == [self.person]:
            yield Fault(what="nobody would be left to assign roles", expected="another administrator first")

    @classmethod
    def apply(cls, dispensary: Dispensary, entry: Entry) -> None:
        """The person no longer holds the role."""
        dispensary.roles[entry.get("person")].discard(entry.get("revoked"))
