"""Hold dosing, of a subject, at a site or in the trial."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from myotis.conduct.act import ConductAct, Scene
from myotis.conduct.roles import Role
from myotis.conduct.study import TRIAL, Hold, Study
from myotis.errors import Fault
from myotis.log.entry import Entry

Scope = Literal["subject", "site", "trial"]


class HoldingAct(ConductAct):
    """What holding and resuming have in common.

    Investigators act for subjects of theirs, the sponsor for a site or all. A hold of a site or of the trial leaves
    each subject in its state.
    """

    scope: Scope
    subject: str | None = None
    site: str | None = None

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The scope is the user's, and names what it is about."""
        if (self.scope == "subject") != (scene.user.role == Role.INVESTIGATOR):
            expected = "a subject for an investigator, a site or the trial for the sponsor"
            yield Fault(what=f"the scope {self.scope} is not this role's", expected=expected, column="scope")
        named = {"subject": self.subject, "site": self.site}
        if {name for name, value in named.items() if value is not None} != {self.scope} - {"trial"}:
            yield Fault(what="it is not said whose dosing it is", expected=f"what {self.scope} means and nothing else",
                        column="scope")  # fmt: skip
        elif self.site is not None and self.site not in scene.study.sites:
            yield Fault(what="there is no such site", expected="a site that was added", column="site")
        elif self.is_done(scene.study):
            yield Fault(what="it is so already", expected="a change", column="scope")

    def is_done(self, study: Study) -> bool:
        """Is the site, or the trial, already as it would be? The table of states knows of subjects."""
        raise NotImplementedError


class HoldDosing(HoldingAct):
    """No dose is given until dosing is resumed."""

    name: ClassVar[str] = "hold_dosing"
    why: Literal["adverse_event", "laboratory_result", "infection", "pregnancy", "supply", "safety_signal", "other"]

    def is_done(self, study: Study) -> bool:
        """The site, or the trial, is held."""
        return study.held if self.scope == "trial" else study.sites.get(self.site or "") == "held"

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """Held."""
        set_held(study, entry, held=True)


def set_held(study: Study, entry: Entry, *, held: bool) -> None:
    """Dosing is held from the time of an entry on, or goes on."""
    scope = entry.get("scope")
    if scope == "subject":
        subject = study.subject_of(entry)
        subject.move(entry.act, "subject" if held else subject.standing.value)
        return
    of = TRIAL if scope == "trial" else entry.get("site")
    if scope == "trial":
        study.held = held
    else:
        study.sites[of] = "held" if held else "open"
    holds = study.dosing_holds.setdefault(of, [])
    if held:
        holds.append(Hold(entry.occurred))
    else:
        holds[-1].until = entry.occurred
