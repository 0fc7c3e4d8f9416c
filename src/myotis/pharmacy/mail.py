"""Mail between the two worlds: requests are taken from the blinded log, notices are brought to it.

Each takes effect once, whenever either side stops: a request is known by the number of its entry, a notice by its id.
"""

from collections.abc import Callable
from typing import NamedTuple

from pydantic import ValidationError

from myotis.errors import Fault
from myotis.log.act import RefusalError
from myotis.log.desk import SYSTEM, Desk
from myotis.log.messages import Request, read_requests
from myotis.log.store import Store
from myotis.pharmacy.acts.confirm_delivery import ConfirmDelivery
from myotis.pharmacy.catalog import read_request
from myotis.pharmacy.dispensary import Dispensary, Notice, pending_notices


class Refused(NamedTuple):
    """A request that could not be dealt with, and why. It is tried again with the next mail."""

    request: Request
    faults: tuple[Fault, ...]


class Undelivered(NamedTuple):
    """A notice that the blinded log did not take, and why."""

    notice: Notice
    faults: tuple[Fault, ...]


class Mail:
    """The mail of one pharmacy. What it has read is only a help: a new one begins from the logs and does the same."""

    def __init__(self, pharmacy: Desk[Dispensary], conduct: Store) -> None:
        self.pharmacy = pharmacy
        self.conduct = conduct
        self._start = 0
        self._waiting: list[Request] = []

    def take_requests(self) -> list[Refused]:
        """Deal with every request of the blinded log that was not dealt with, in the order of asking.

        The answer are those that can't be dealt with now. One of them does not hold up the others, but for those that
        need what it was to bring.
        """
        arrived = list(read_requests(self.conduct, self._start))
        if arrived:
            self._start = arrived[-1].number + 1
        self._waiting += arrived  # before the first is dealt with: should the pharmacy's log fail, all go on waiting
        refused = [found for request in self._waiting if (found := self._deal_with(request))]
        self._waiting = [found.request for found in refused]
        return refused

    def _deal_with(self, request: Request) -> Refused | None:
        if request.number in self.pharmacy.state.taken:
            return self._find_mistaken(request)
        try:
            self.pharmacy.carry_out(read_request(request), SYSTEM)
        except RefusalError as error:
            if request.number in self.pharmacy.state.taken:  # meanwhile, by another mail
                return self._find_mistaken(request)
            return Refused(request, error.faults)
        except ValidationError as error:
            places = [".".join(str(part) for part in details["loc"]) for details in error.errors()]
            what = f"the request {request.word} has fields that it should not have"
            return Refused(request, tuple(Fault(what=what, expected="declared fields", column=one) for one in places))
        return None

    def _find_mistaken(self, request: Request) -> Refused | None:
        """A request under a number under which another one was dealt with: the blinded log is not the one it was."""
        if self.pharmacy.state.taken[request.number] in {None, request.digest}:
            return None
        what = f"entry {request.number} of the blinded log was another request when it was dealt with"
        expected = "the log that was read before, not an older copy of it that others went on with"
        remedy = "Compare the log with its anchors, and do by hand what was asked."
        return Refused(request, (Fault(what=what, expected=expected, remedy=remedy),))

    def deliver_notices(self, deliver: Callable[[Notice], None]) -> list[Undelivered]:
        """Bring every pending notice to the blinded log. The answer are those that it refused; they stay pending.

        ``deliver`` puts the notice into the blinded log, or finds that the log has one of its id and does nothing. So
        a notice that was delivered when this stopped is confirmed the next time.
        """
        undelivered = []
        for notice in pending_notices(self.pharmacy.state):
            try:
                deliver(notice)
                self.pharmacy.carry_out(ConfirmDelivery(notice=notice.id), SYSTEM)
            except RefusalError as error:
                if notice.id in self.pharmacy.state.pending:  # or else another mail brought it meanwhile
                    undelivered.append(Undelivered(notice, error.faults))
        return undelivered
