"""A desk of the blinded world that is listened to: whatever comes out of it is kept, to be searched and compared."""

import traceback
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import myotis
from myotis.conduct.study import Study
from myotis.conduct.view import view_study
from myotis.log.act import Act, Receipt, User
from myotis.log.desk import Desk

SOURCES = Path(myotis.__file__).parent
"""Where Myotis is. The variables of its callers, the tests too, know everything and are left out."""


class Heard(NamedTuple):
    """Something that came out of a desk: how long the log was before, which kind of thing, who heard it, the text.

    ``inside`` is the traceback of an error with the values of its variables, as a program that reports crashes would
    write it down. It has addresses of memory, so it is searched and not compared.
    """

    at: int
    kind: str
    by: str
    text: str
    inside: str = ""


class WatchedDesk(Desk[Study]):
    """A desk that keeps every receipt, refusal and view."""

    def __init__(self, desk: Desk[Study]) -> None:
        super().__init__(desk.world, desk.store, clock=desk.clock, entropy=desk.entropy, keyring=desk.keyring)
        self.heard: list[Heard] = []

    def carry_out(self, act: Act, user: User, *, occurred: datetime | None = None, reason: str = "") -> Receipt:
        """As a desk does, and keep what comes back."""
        at = len(self.store.read())
        try:
            receipt = super().carry_out(act, user, occurred=occurred, reason=reason)
        except Exception as error:
            self.keep_error(error, user, at)
            raise
        self.heard.append(Heard(at, "receipt", user.id, f"{act.name} {receipt}"))
        return receipt

    def keep_error(self, error: Exception, user: User, at: int | None = None) -> None:
        """Keep what an error shows, and what it would show to a program that reports crashes."""
        report = traceback.TracebackException.from_exception(error, capture_locals=True)
        report.stack = traceback.StackSummary.from_list(
            frame for frame in report.stack if Path(frame.filename).is_relative_to(SOURCES)
        )
        faults = getattr(error, "faults", ())
        text = f"{type(error).__name__} {getattr(error, 'kind', '')} {error} {faults!r}"
        where = len(self.store.read()) if at is None else at
        self.heard.append(Heard(where, "error", user.id, text, "".join(report.format())))

    def look(self) -> None:
        """Let everybody look at the study, in each of their roles."""
        at, study = len(self.store.read()), self.state
        for user in self._list_users():
            self.heard.append(Heard(at, "view", user.id, f"{view_study(study, user)!r}"))

    def _list_users(self) -> Iterator[User]:
        for person, roles in self.state.roles.items():
            for role, site in sorted(roles, key=str):
                yield User(person, role, site)
