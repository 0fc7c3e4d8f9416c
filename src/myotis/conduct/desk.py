"""The desk of the blinded world: who may act, when, what is needed, what is written, what the system says."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from myotis.conduct.act import ConductAct, Means, Scene, SubjectAct
from myotis.conduct.acts.catalog import ACTS
from myotis.conduct.acts.data.correct_value import CorrectValue
from myotis.conduct.deviations import tell_deviations
from myotis.conduct.edit_checks import tell_queries
from myotis.conduct.permissions import may
from myotis.conduct.policies import AFTER_LOCK, is_possible
from myotis.conduct.study import Study
from myotis.conduct.visibility import sees_subject
from myotis.errors import Fault, SettingError
from myotis.log.act import Act, RefusalError, Told, User, find_refusal
from myotis.log.desk import Desk
from myotis.log.entry import Entry
from myotis.log.store import Clock, Entropy, Store
from myotis.log.subject_keys import SubjectKeys
from myotis.protocol.trial import Trial


class ConductWorld:
    """The blinded world of one trial. ``protocols`` are those that amendments lead to: entries name them by digest."""

    def __init__(self, trial: Trial, means: Means, protocols: Iterable[Trial] = ()) -> None:
        if trial.conduct is None:
            raise SettingError(f"the protocol of {trial.trial.id} does not say how it is conducted: add [conduct]")
        self.trial = trial
        self.means = means
        self.protocols = tuple(protocols)

    def start(self) -> Study:
        """The study before its first entry."""
        return Study(self.trial, ACTS, self.protocols)

    def refuse(self, state: Study, act: Act, user: User, occurred: datetime, now: datetime) -> RefusalError | None:
        """Who may, and when, before what is needed: each question is asked only where the one before is answered."""
        assert isinstance(act, ConductAct), "the acts of this desk are those of the blinded world"
        scene = self._set_scene(state, act, user, occurred, now)
        return find_refusal(act, (
            ("role", _find_unauthorized(state, act, user)), ("state", _find_untimely(state, act)),
            ("need", act.find_obstacles(scene)),
        ))  # fmt: skip

    def complete(self, state: Study, act: Act, user: User, occurred: datetime, now: datetime) -> Mapping[str, Any]:
        """What the act itself lets the system add."""
        return act.add_values(self._set_scene(state, act, user, occurred, now))

    def find_site(self, state: Study, act: Act, user: User) -> str | None:
        """The site of the subject, else that of the user."""
        found = state.subjects.get(act.about or "")
        return found.site if found else user.site

    def name_protocol(self, state: Study, act: Act) -> tuple[str, str]:
        """The protocol in force for the subject."""
        trial = state.trial_for(act.about)
        return trial.trial.version, trial.digest

    def follow(self, state: Study, act: Act, entry: Entry, user: User) -> Iterator[Told]:
        """What the act says that follows from it, the deviations in that, and the queries that are raised."""
        assert isinstance(act, ConductAct), "the acts of this desk are those of the blinded world"
        occurred, now = datetime.fromisoformat(entry.occurred), datetime.fromisoformat(entry.recorded)
        scene = self._set_scene(state, act, user, occurred, now)
        for told in act.tell(scene, entry):
            yield told
            yield from tell_deviations(scene, told)
        if isinstance(act, SubjectAct):
            corrected = act.item if isinstance(act, CorrectValue) else None
            yield from tell_queries(scene, act.subject, entry, corrected)

    def _set_scene(self, state: Study, act: Act, user: User, occurred: datetime, now: datetime) -> Scene:
        return Scene(state, state.trial_for(act.about), user, occurred, now, self.means)


def open_desk(
    trial: Trial, store: Store, means: Means, *, clock: Clock, entropy: Entropy, keyring: SubjectKeys,
    protocols: Iterable[Trial] = (),
) -> Desk[Study]:  # fmt: skip
    """The desk of the blinded world over a log. Raises SettingError where the protocol has no ``[conduct]``.

    ``protocols``: those that amendments lead to. A log that was amended can't be read without them.
    """
    return Desk(ConductWorld(trial, means, protocols), store, clock=clock, entropy=entropy, keyring=keyring)


def _find_unauthorized(study: Study, act: ConductAct, user: User) -> Iterator[Fault]:
    if not may(act, user.role):
        expected = "a role that may"
        yield Fault(what=f"a user in the role {user.role} may not {act.name.replace('_', ' ')}", expected=expected)
    elif study.opened and not study.holds(user):
        yield Fault(what=f"the user does not hold the role {user.role} there", expected="a role that was assigned")
    elif act.about in study.subjects and not sees_subject(study, user, act.about):
        yield Fault(what="the subject is of another site", expected="a subject of the user's site")


def _find_untimely(study: Study, act: ConductAct) -> Iterator[Fault]:
    if study.opened == (act.name == "open_trial"):
        what = "the trial is open already" if study.opened else "the trial is not open"
        yield Fault(what=what, expected="an act for which the trial is open, after it was opened once")
    elif study.locked and act.name not in AFTER_LOCK:
        yield Fault(what="the trial is locked", expected="an act that is still possible then")
    elif act.about is not None:
        subject = study.subjects.get(act.about)
        if subject is None and act.name != "give_consent":
            yield Fault(what="there is no such subject", expected="a subject who has given consent")
        elif not is_possible(act, subject):
            state = subject.state if subject else "none"
            yield Fault(what=f"a subject in the state {state} does not allow it", expected="another state")
