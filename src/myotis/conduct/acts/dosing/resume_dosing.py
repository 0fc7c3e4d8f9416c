"""Resume dosing, of a subject, at a site or in the trial."""

from typing import ClassVar

from myotis.conduct.acts.dosing.hold_dosing import HoldingAct, set_held
from myotis.conduct.study import Study
from myotis.log.entry import Entry


class ResumeDosing(HoldingAct):
    """Dosing goes on; the subject is where it was, or where what happened meanwhile has moved it."""

    name: ClassVar[str] = "resume_dosing"

    def is_done(self, study: Study) -> bool:
        """The site, or the trial, is not held."""
        return {"trial": not study.held, "site": study.sites.get(self.site or "") == "open"}.get(self.scope, False)

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """Resumed."""
        set_held(study, entry, held=False)
