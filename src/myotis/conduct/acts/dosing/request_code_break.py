"""Ask for a subject's code to be broken."""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from myotis.conduct.act import LastingForm, NumberedFormAct, Scene
from myotis.conduct.roles import Role
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.log.messages import PHARMACY, RequestWord

CODE_BREAK = "code_break"
TO = (Role.INVESTIGATOR, Role.SPONSOR, Role.MONITOR)


class RequestCodeBreak(LastingForm, NumberedFormAct):
    """The investigator needs to know a treatment, and says why; nobody approves it. What comes back is shown elsewhere,
    once, and never in this log: only that it was asked for and done."""

    name: ClassVar[str] = "request_code_break"
    form: ClassVar[str] = CODE_BREAK
    needs_reason: ClassVar[bool] = True
    instead: ClassVar[str] = "Ask again."
    why: Literal["medical_emergency", "pregnancy", "overdose", "other"]

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """The number, and the name of the request."""
        number = self.key(scene).which[0]
        return {"number": number, "request": f"{self.subject}/code-break/{number}"}

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """The desk of code breaks is asked; the sponsor hears that it was."""
        asked = {"request": entry.get("request")}
        yield Told(RequestWord.BREAK_CODE, asked, "conduct", asked, (PHARMACY,), self.subject)
        yield Told("code_break_requested", asked, "conduct", asked, TO, self.subject)
