"""Open the trial."""

from collections.abc import Iterator
from typing import ClassVar

from myotis.conduct.act import ConductAct, Scene
from myotis.conduct.roles import Role
from myotis.conduct.study import Study
from myotis.errors import Fault
from myotis.log.entry import Entry

LOG_FORMAT = 1


class OpenTrial(ConductAct):
    """Open the trial under its protocol; names the first administrator, who assigns all other roles."""

    name: ClassVar[str] = "open_trial"
    protocol_digest: str
    """The digest of the protocol, as whoever opens the trial read it (``myotis check``)."""
    administrator: str
    """Who assigns roles."""
    log_format: int = LOG_FORMAT

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """It is this protocol that is opened."""
        if self.protocol_digest != scene.trial.digest:
            yield Fault(what="the protocol has another digest", expected=scene.trial.digest, column="protocol_digest",
                        remedy="Compare the protocol files (myotis check --against).")  # fmt: skip

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The trial is open, its opener and its administrator hold their roles."""
        study.opened = True
        study.roles.setdefault(entry.by, set()).add((entry.role, entry.site))
        study.roles.setdefault(entry.get("administrator"), set()).add((Role.ADMINISTRATOR, None))
