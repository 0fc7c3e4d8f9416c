"""Transfer a subject to another site."""

from collections.abc import Iterator
from typing import ClassVar

from myotis.conduct.act import Scene, SubjectAct
from myotis.conduct.amendments import put_in_force
from myotis.conduct.doses import list_open_orders
from myotis.conduct.study import Study
from myotis.errors import Fault
from myotis.log.entry import Entry


class TransferSubject(SubjectAct):
    """The subject goes on at another site, and its whole record goes along: the new site sees it, the old one no
    longer. Its identifier stays."""

    name: ClassVar[str] = "transfer_subject"
    to_site: str

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """There is such a site, another one, and no dose is under way at the old one."""
        subject = scene.subject(self.subject)
        if self.to_site not in scene.study.sites or self.to_site == subject.site:
            yield Fault(what="the site is not another one of the trial", expected="another site that was added",
                        column="to_site")  # fmt: skip
        if list_open_orders(subject):
            yield Fault(what="a dose is ordered at the old site", expected="no open order",
                        remedy="Cancel it first.")  # fmt: skip

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """At the new site, under the protocol that is approved there."""
        subject = study.subject_of(entry)
        subject.site = entry.get("to_site")
        put_in_force(study, subject)
