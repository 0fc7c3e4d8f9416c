"""Break the code of a subject: who saw its treatment, when and why. What was seen is in no entry of this act."""

import re
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.log.messages import UNASKED, NoticeWord
from myotis.pharmacy.act import Scene, SubjectAct
from myotis.pharmacy.dispensary import CodeBreak, Dispensary


class BreakCode(SubjectAct):
    """Record that the code is broken for an investigator. Use ``code_break.break_code``, which records and shows.

    ``asked`` is the id of the request in the blinded log, where the reason stands; without it (the site's system is
    down) the reason is given here. Nobody's approval is asked.
    """

    name: ClassVar[str] = "break_code"
    asked: str | None = None
    asked_by: str
    """Who asks, and has shown who they are."""
    told: Annotated[tuple[str, ...], Field(min_length=1)]
    """Who is told the treatment."""
    by_means_of: Literal["desk", "key_alone", "card"] = "desk"
    """``key_alone`` and ``card``: it was shown while this log was out of reach, and is recorded afterwards."""

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The request is of this subject, and was not answered."""
        if self.asked in scene.dispensary.answered:
            yield Fault(
                what="the request was answered, and what was shown is not shown again", expected="a new request"
            )
        elif scene.dispensary.code_requests.get(self.asked or "", self.subject) != self.subject:
            yield Fault(what="the request is about another subject", expected="the subject of the request")
        elif self.asked is not None and not re.fullmatch(rf"{re.escape(self.subject)}/code-break/\d+", self.asked):
            # It travels to the site, so that it must be able to say nothing else.
            yield Fault(what="this is no request of the blinded log", expected="its id there, or none", column="asked")

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """The site's log keeps that the code is broken."""
        yield scene.notify(NoticeWord.CODE_BROKEN, self.subject, request=self.asked or UNASKED)

    @classmethod
    def apply(cls, dispensary: Dispensary, entry: Entry) -> None:
        """The request is answered."""
        keep_code_break(dispensary, entry)
        if asked := entry.get("asked"):
            dispensary.answered.add(asked)
            dispensary.code_requests.pop(asked, None)


class UnblindForReport(SubjectAct):
    """Unblind a subject for an expedited report to authorities. The site hears that the report is received, whatever
    the arm. Use ``code_break.unblind_for_report``, which records and shows."""

    name: ClassVar[str] = "unblind_for_report"
    needs_reason: ClassVar[bool] = True
    report: str
    """What the report is called in both worlds, such as the number of the adverse event."""

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """Received."""
        yield scene.notify(NoticeWord.RECEIVED, self.subject, report=self.report)

    @classmethod
    def apply(cls, dispensary: Dispensary, entry: Entry) -> None:
        """It is kept who knows."""
        keep_code_break(dispensary, entry)


def keep_code_break(dispensary: Dispensary, entry: Entry) -> None:
    """Keep that a subject's treatment was shown."""
    told = tuple(entry.get("told") or (entry.by,))
    dispensary.code_breaks.append(
        CodeBreak(str(entry.subject), entry.act, entry.by, told, entry.occurred, entry.number)
    )
