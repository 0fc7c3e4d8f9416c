"""A desk: where acts are carried out, one after the other, over one log.

An act, its reason and what the system says of it are one transaction. What the log holds is folded into a state as it
grows, by this desk's own acts and by those of others that share the log.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Generic, Protocol, TypeVar

from myotis.errors import Fault
from myotis.keys.canonical import digest_value
from myotis.log.act import Act, Receipt, RefusalError, Told, User
from myotis.log.check import TAKE_OUT
from myotis.log.entry import Draft, Entry
from myotis.log.store import Clock, Entropy, Store, Transaction
from myotis.log.subject_keys import SubjectKeys, seal_for_subject

SYSTEM: Final = User("system", "system")
TELL: Final = "tell"
REASON: Final = "reason"
SEALED: Final = "sealed"


class State(Protocol):
    """What a log amounts to."""

    def apply(self, entry: Entry) -> None:
        """Take in the next entry."""
        ...


StateT = TypeVar("StateT", bound=State)


class World(Protocol[StateT]):
    """The rules of one log: what it begins with, who may act and when, and what follows from an act."""

    def start(self) -> StateT:
        """The state of an empty log."""
        ...

    def refuse(self, state: StateT, act: Act, user: User, occurred: datetime, now: datetime) -> RefusalError | None:
        """Why an act is not carried out; None where nothing stands in its way."""
        ...

    def complete(self, state: StateT, act: Act, user: User, occurred: datetime, now: datetime) -> Mapping[str, Any]:
        """What the system adds to the values of the entry."""
        ...

    def find_site(self, state: StateT, act: Act, user: User) -> str | None:
        """The site at which the act takes place."""
        ...

    def name_protocol(self, state: StateT, act: Act) -> tuple[str, str]:
        """The version and the digest of the protocol that is in force for the act."""
        ...

    def follow(self, state: StateT, act: Act, entry: Entry, user: User) -> Iterator[Told]:
        """What the system says, once the state has taken in the entry. Later words may build on earlier ones."""
        ...


class Desk(Generic[StateT]):
    """Acts over a log. Clock, entropy and keys come from outside."""

    def __init__(
        self, world: World[StateT], store: Store, *, clock: Clock, entropy: Entropy, keyring: SubjectKeys
    ) -> None:
        self.world = world
        self.store = store
        self.clock = clock
        self.entropy = entropy
        self.keyring = keyring
        self._state: StateT | None = None
        self._seen = 0

    @property
    def state(self) -> StateT:
        """What the log amounts to now."""
        return self._catch_up(self.store.read)

    def carry_out(self, act: Act, user: User, *, occurred: datetime | None = None, reason: str = "") -> Receipt:
        """Carry out an act, or raise RefusalError with everything that stands in its way and write nothing.

        ``occurred`` is when it took place, with its offset from UTC (now, if not said); ``reason`` why, where the act
        needs one. Raises StoreError where the log can't be written.
        """
        with self.store.transaction(self.clock, self.entropy) as transaction:
            state = self._catch_up(lambda start: transaction.kept[start:])
            now = self.clock()
            when = occurred or now
            if refusal := _find_unfit(act, when, now, reason) or self.world.refuse(state, act, user, when, now):
                raise refusal
            # From here on the state runs ahead of the log: should the transaction fail, it is folded anew.
            seen, self._state = self._seen, None
            entry, told = self._write(transaction, state, act, user, when, now, reason)
            count = len(transaction.drafted)
        self._state, self._seen = state, seen + count
        return Receipt(entry.number, tuple(one for one in told if user.role in one.to))

    def _catch_up(self, read: Callable[[int], Sequence[Entry]]) -> StateT:
        # Should an entry not be taken in, no half-folded state is left: the next time the whole log is folded anew.
        state, self._state = self._state, None
        entries = read(self._seen) if state is not None else ()
        if state is None or any(entry.act == TAKE_OUT for entry in entries):
            # What was taken out of the log is to be forgotten here too: the whole log is folded anew.
            state, self._seen, entries = self.world.start(), 0, read(0)
        for entry in entries:
            state.apply(entry)
        self._state = state
        self._seen += len(entries)
        return state

    def _write(
        self, transaction: Transaction, state: StateT, act: Act, user: User, when: datetime, now: datetime, reason: str
    ) -> tuple[Entry, list[Told]]:
        version, digest = self.world.name_protocol(state, act)
        site = self.world.find_site(state, act, user)
        values = act.model_dump(mode="json", exclude={"subject"}, exclude_none=True)
        values |= self.world.complete(state, act, user, when, now)
        if reason:
            values[REASON] = reason
        # Protocol of the moment before the act: an act that changes it is done under the old one.
        draft = Draft(
            act=act.name, by=user.id, role=user.role, occurred=when, values=self._seal(act, values), protocol=version,
            protocol_digest=digest, site=site, subject=act.about,
        )  # fmt: skip
        entry = transaction.append(draft)
        state.apply(entry)
        told = []
        for one in self.world.follow(state, act, entry, user):
            values = {"what": one.what, "answer": one.answer, "rule": one.rule, "inputs": digest_value(one.inputs),
                      "to": list(one.to), "about": entry.number}  # fmt: skip
            said = transaction.append(
                Draft(
                    act=TELL,
                    by=SYSTEM.id,
                    role=SYSTEM.role,
                    occurred=now,
                    values=values,
                    protocol=version,
                    protocol_digest=digest,
                    site=site,
                    subject=one.subject,
                )
            )
            state.apply(said)
            told.append(one)
        return entry, told

    def _seal(self, act: Act, values: dict[str, Any]) -> dict[str, Any]:
        words = {name for name in (*act.sealed_fields, REASON) if values.get(name)}
        if act.about is None or not words:
            return values
        contexts = {name: f"{act.name}/{name}" for name in sorted(words)}
        return values | {
            name: {
                SEALED: seal_for_subject(self.keyring, act.about, values[name], context, self.entropy), "as": context
            }
            for name, context in contexts.items()
        }  # fmt: skip


def _find_unfit(act: Act, when: datetime, now: datetime, reason: str) -> RefusalError | None:
    faults = []
    if when.tzinfo is None:
        faults.append(Fault(what="the time has no offset from UTC", expected="a time such as 2024-03-01T09:15+01:00"))
    elif when > now:
        faults.append(Fault(what="the time lies in the future", expected="a time up to now", remedy="Correct it."))
    if reason and not act.takes_reason:
        expected, remedy = "no reason in free text", "Give a coded one, where the act has a field for it."
        faults.append(Fault(what="the act takes no reason", expected=expected, remedy=remedy, column=REASON))
    if act.needs_reason and not reason.strip():
        faults.append(Fault(what="no reason is given", expected="why, in a few words", column=REASON))
    return RefusalError(act.name, "need", faults) if faults else None
