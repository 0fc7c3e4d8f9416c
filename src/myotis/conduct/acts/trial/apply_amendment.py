"""Apply an amendment of the protocol."""

from collections.abc import Iterator
from typing import ClassVar, Final

from myotis.conduct.act import ConductAct, Scene
from myotis.conduct.amendments import find_affected, find_conflicts, find_latest, put_in_force
from myotis.conduct.roles import Role
from myotis.conduct.study import AppliedAmendment, Study
from myotis.errors import Fault, SettingError
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.protocol.amendment import Amendment, find_amendment_faults

TO: Final = (Role.INVESTIGATOR, Role.COORDINATOR, Role.MONITOR, Role.DATA_MANAGER, Role.SPONSOR)


class ApplyAmendment(ConductAct):
    """Apply an amendment to the protocol that stands. What applies immediately is in force for every subject at once.

    The entry holds the amendment and names both protocols by their digests; the desk is handed the protocols. Who is
    affected is listed first (``amendments.find_affected``): the act names the subjects that its user saw there. What
    was recorded keeps the version that it was recorded under.
    """

    name: ClassVar[str] = "apply_amendment"
    amendment: Amendment
    consent_version: str | None = None
    """The version of the information that asks for a new consent; needed where a change applies on a new consent."""
    saw_affected: tuple[str, ...]
    """The subjects whom any of the changes concerns, as they were listed."""

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """It leads from the protocol that stands to one that the desk has, and nothing contradicts itself."""
        study, before = scene.study, find_latest(scene.study)
        after = study.protocols.get(self.amendment.after)
        if any(one.amendment.id == self.amendment.id for one in study.amendments):
            yield Fault(what=f"{self.amendment.id} was applied already", expected="a new amendment", column="amendment")
        if after is None or after.conduct is None:
            yield Fault(what="the desk does not have the amended protocol", expected=self.amendment.after,
                        column="amendment", remedy="Open the desk with it, with its [conduct].")  # fmt: skip
            return
        faults = find_amendment_faults(self.amendment, before, after)
        yield from faults
        if faults:
            return
        yield from find_conflicts(study, AppliedAmendment(self.amendment, after, self.consent_version))
        asks = "on_reconsent" in self.amendment.changes.values()
        known = {form.items["consent_version"] for one in study.subjects.values() for form in one.all_of("consent")}
        if asks != (self.consent_version is not None) or self.consent_version in known:
            yield Fault(what="the information for participants does not fit", column="consent_version",
                        expected="a new version where a change applies on a new consent, none else")  # fmt: skip
        if set(self.saw_affected) != list_all_affected(study, self.amendment):
            yield Fault(what="other subjects are affected than were seen", expected="the list as it stands now",
                        column="saw_affected", remedy="Look at the list, and act again.")  # fmt: skip

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """Everybody hears of it."""
        answer = {"amendment": self.amendment.id, "changes": dict(self.amendment.changes),
                  "affected": sorted(self.saw_affected)}  # fmt: skip
        yield Told("amendment_applied", answer, "protocol.amendment", self.amendment.after, TO)

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """In force as far as it applies. Raises SettingError where the amended protocol was not handed over."""
        amendment = Amendment.model_validate(entry.get("amendment"))
        after = study.protocols.get(amendment.after)
        if after is None:
            raise SettingError(
                f"the log is amended to a protocol that was not given, with the digest {amendment.after}"
            )
        study.amendments.append(AppliedAmendment(amendment, after, entry.get("consent_version")))
        for subject in study.subjects.values():
            put_in_force(study, subject)


def list_all_affected(study: Study, amendment: Amendment) -> set[str]:
    """Every subject whom any change of an amendment concerns."""
    return {name for affected in find_affected(study, amendment) for name in affected.subjects}
