"""Record that an amendment is approved for a site."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from myotis.conduct.act import ConductAct, Scene
from myotis.conduct.acts.trial.apply_amendment import TO
from myotis.conduct.amendments import count_consented, put_in_force
from myotis.conduct.study import Study
from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.terms.states import ON_STUDY


class ApproveAmendment(ConductAct):
    """An amendment is approved for a site, and with it those before."""

    name: ClassVar[str] = "approve_amendment"
    amendment: str
    """The id of the amendment."""
    at_site: str
    approved_on: date

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """There are such an amendment and such a site, and it is news."""
        study, number = scene.study, find_number(scene.study, self.amendment)
        if self.at_site not in study.sites:
            yield Fault(what="there is no such site", expected="a site that was added", column="at_site")
        if number is None:
            yield Fault(what="there is no such amendment", expected="an amendment that was applied", column="amendment")
        elif number <= study.approvals.get(self.at_site, 0):
            yield Fault(what="the amendment is approved for the site already", expected="a new approval")
        if self.approved_on > scene.now.date():
            yield Fault(what="the approval lies in the future", expected="a date up to today", column="approved_on")

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """Who is asked for a new consent."""
        study, number = scene.study, find_number(scene.study, self.amendment)
        assert number is not None, "without it there was an obstacle"
        asked = study.amendments[number - 1].consent_version
        waiting = [
            name for name, subject in sorted(study.subjects.items())
            if asked and subject.site == self.at_site and subject.state in ON_STUDY
            and count_consented(study, subject) < number
        ]  # fmt: skip
        answer = {"amendment": self.amendment, "site": self.at_site, "consent_version": asked, "to_consent": waiting}
        yield Told("amendment_approved", answer, "protocol.amendment", answer, TO)

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """What applies on approval is in force at the site."""
        number = find_number(study, entry.get("amendment"))
        assert number is not None, "without it there was an obstacle"
        study.approvals[entry.get("at_site")] = number
        for subject in study.subjects.values():
            if subject.site == entry.get("at_site"):
                put_in_force(study, subject)


def find_number(study: Study, amendment: str) -> int | None:
    """The number of an amendment in the order of their application, from 1; None where there is none of the id."""
    return next((n for n, one in enumerate(study.amendments, start=1) if one.amendment.id == amendment), None)
