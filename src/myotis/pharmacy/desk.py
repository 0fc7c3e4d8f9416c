"""The desk of the unblinded world: who may act, what is needed, what is written, what the site is let know."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from myotis.errors import Fault, SettingError
from myotis.log.act import Act, RefusalError, Told, User, find_refusal
from myotis.log.desk import Desk
from myotis.log.entry import Entry
from myotis.log.store import Clock, Entropy, Store
from myotis.log.subject_keys import SubjectKeys
from myotis.pharmacy.act import Means, PharmacyAct, Scene, SubjectAct
from myotis.pharmacy.acts.allocate_by_minimization import AllocateByMinimization
from myotis.pharmacy.acts.open_slot import OpenSlot
from myotis.pharmacy.catalog import ACTS
from myotis.pharmacy.dispensary import Dispensary
from myotis.pharmacy.permissions import may
from myotis.protocol.trial import Trial


class PharmacyWorld:
    """The unblinded world of one trial."""

    def __init__(self, trial: Trial, means: Means) -> None:
        if trial.conduct is None or trial.conduct.preparation is None:
            raise SettingError(
                f"the protocol of {trial.trial.id} does not say how doses are prepared: add [conduct.preparation]"
            )
        self.trial = trial
        self.means = means

    def start(self) -> Dispensary:
        """The dispensary before its first entry."""
        return Dispensary(self.trial, ACTS)

    def refuse(self, state: Dispensary, act: Act, user: User, occurred: datetime, now: datetime) -> RefusalError | None:
        """Who may, and when, before what is needed: each question is asked only where the one before is answered."""
        assert isinstance(act, PharmacyAct), "the acts of this desk are those of the unblinded world"
        scene = self._set_scene(state, user, occurred, now)
        return find_refusal(act, (
            ("role", _find_unauthorized(state, act, user)), ("state", _find_untimely(state, act)),
            ("need", act.find_obstacles(scene)),
        ))  # fmt: skip

    def complete(self, state: Dispensary, act: Act, user: User, occurred: datetime, now: datetime) -> Mapping[str, Any]:
        """What the act itself lets the system add."""
        return act.add_values(self._set_scene(state, user, occurred, now))

    def find_site(self, state: Dispensary, act: Act, user: User) -> str | None:  # noqa: ARG002
        """The pharmacy's log knows no sites."""
        return None

    def name_protocol(self, state: Dispensary, act: Act) -> tuple[str, str]:  # noqa: ARG002
        """The protocol that the desk was opened with."""
        return state.trial.trial.version, state.trial.digest

    def follow(self, state: Dispensary, act: Act, entry: Entry, user: User) -> Iterator[Told]:
        """What the act says that follows from it."""
        assert isinstance(act, PharmacyAct), "the acts of this desk are those of the unblinded world"
        occurred, now = datetime.fromisoformat(entry.occurred), datetime.fromisoformat(entry.recorded)
        yield from act.tell(self._set_scene(state, user, occurred, now), entry)

    def _set_scene(self, state: Dispensary, user: User, occurred: datetime, now: datetime) -> Scene:
        return Scene(state, state.trial, user, occurred, now, self.means)


def open_pharmacy(
    trial: Trial, store: Store, means: Means, *, clock: Clock, entropy: Entropy, keyring: SubjectKeys
) -> Desk[Dispensary]:
    """The desk of the unblinded world over a log of its own.

    Raises SettingError where the protocol has no ``[conduct.preparation]``.
    """
    return Desk(PharmacyWorld(trial, means), store, clock=clock, entropy=entropy, keyring=keyring)


def _find_unauthorized(dispensary: Dispensary, act: PharmacyAct, user: User) -> Iterator[Fault]:
    if not may(act, user.role):
        expected = "a role that may"
        yield Fault(what=f"a user in the role {user.role} may not {act.name.replace('_', ' ')}", expected=expected)
    elif dispensary.opened and not dispensary.holds(user):
        yield Fault(what=f"the user does not hold the role {user.role}", expected="a role that was assigned")


def _find_untimely(dispensary: Dispensary, act: PharmacyAct) -> Iterator[Fault]:
    if dispensary.opened == (act.name == "open_pharmacy"):
        what = "the pharmacy is open already" if dispensary.opened else "the pharmacy is not open"
        yield Fault(what=what, expected="an act for which the pharmacy is open, after it was opened once")
    elif isinstance(act, SubjectAct):
        allocates = isinstance(act, OpenSlot | AllocateByMinimization)
        if (act.subject in dispensary.subjects) == allocates:
            what = "the subject was allocated already" if allocates else "the pharmacy knows no such subject"
            yield Fault(what=what, expected="one allocation a subject, before anything else is asked for it")
