"""What can go wrong with the acts of a live trial, tried: between its two logs, at once, without a pharmacy.

A trial is driven once, and every act with its moment kept as a plan. The plan is then carried out over logs in files,
disturbed, and gone on with by somebody who does only what the logs don't have. Clock and random bytes are those of the
undisturbed trial, so both logs must be the same as its logs at every moment, byte by byte.

Children are forked, so this runs in a process without threads: python tests/oracles/act_faults.py prints the trials as
JSON, with an argument that says how many writes to go on between faults (1: every write), and how many subjects to
randomize.
"""

import errno
import hashlib
import json
import os
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import cycle, pairwise
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from unittest.mock import patch

from log_faults import Trials, in_children, kill_oneself

from myotis.conduct.acts.entry.randomize_subject import RandomizeSubject
from myotis.conduct.roles import Role
from myotis.log.act import Act, User
from myotis.log.check import check_log
from myotis.log.desk import SYSTEM
from myotis.log.entry import Entry
from myotis.log.file import FileStore
from myotis.log.store import StoreError
from myotis.log.subject_keys import MemorySubjectKeys
from myotis.pharmacy.acts.break_code import BreakCode
from myotis.pharmacy.code_break import break_code, break_code_alone
from myotis.pharmacy.roles import Role as PharmacyRole
from myotis.protocol.read import read_trial
from myotis.randomize.lists import AllocationList
from myotis.randomize.sealed import SealedList
from myotis.randomize.unseal import open_slot
from myotis.simulate.driven import trial as driving
from myotis.simulate.driven import worlds as joined
from myotis.simulate.driven.clock import VirtualClock, VirtualEntropy
from myotis.simulate.driven.people import find_person, find_pharmacist
from myotis.simulate.driven.worlds import Worlds

SEED = 3
CONDUCT, PHARMACY, MAIL = "conduct", "pharmacy", "mail"
SIDES = (CONDUCT, PHARMACY)
TRIAL = read_trial("proderm")
BY_MAIL = {(SYSTEM.id, SYSTEM.role), (find_person(Role.PHARMACY_LINK).id, Role.PHARMACY_LINK.value)}


class Step(NamedTuple):
    """An act of somebody in one of the worlds, or an exchange of mail, and the moment of it."""

    where: str
    now: datetime
    act: Act | None = None
    user: User | None = None
    more: dict[str, Any] | None = None


class Plan(NamedTuple):
    """A driven trial as steps, with the list that it was allocated by."""

    steps: tuple[Step, ...]
    plain: AllocationList
    sealed: SealedList


def make_plan(subjects: int) -> Plan:
    """Drive a trial and keep what was done."""
    steps: list[Step] = []
    made: list[tuple[AllocationList, SealedList]] = []
    random_bytes: dict[str, SameBytes] = {}

    class Recorded(Worlds):
        def __init__(self, trial: Any, plain: Any, stores: Any, clock: Any, seed: Any) -> None:
            super().__init__(trial, plain, stores, clock, seed)
            made.append((plain, self.sealed))
            self.by_mail = False
            for where, desk in ((CONDUCT, self.conduct), (PHARMACY, self.pharmacy)):
                desk.carry_out = self._keep(where, desk.carry_out)  # type: ignore[method-assign]

        def _keep(self, where: str, carry_out: Callable[..., Any]) -> Callable[..., Any]:
            def keep(act: Act, user: User, **more: Any) -> Any:
                if not self.by_mail:
                    note(Step(where, self.clock(), act, user, more))
                return carry_out(act, user, **more)

            return keep

        def exchange_mail(self) -> None:
            note(Step(MAIL, self.clock()))
            self.by_mail = True
            super().exchange_mail()
            self.by_mail = False

    def note(step: Step) -> None:
        steps.append(step)
        for one in random_bytes.values():
            one.forget()

    with folder_for_logs() as folder, patch.object(driving, "Worlds", Recorded):
        paths = {side: folder / f"{side}.jsonl" for side in SIDES}
        random_bytes |= {side: SameBytes(path) for side, path in paths.items()}
        stores = FileStore(paths[CONDUCT], sync=False), FileStore(paths[PHARMACY], sync=False)
        with same_randomness(random_bytes):
            driving.drive_trial(TRIAL, seed=SEED, subjects=subjects, stores=stores)
    return Plan(tuple(steps), *made[0])


def stop_before_randomization(plan: Plan) -> Plan:
    """The steps of each subject that come before it is randomized, and what opens the trial."""
    begun: set[str] = set()
    kept = []
    for step in plan.steps:
        about = step.act.about if step.act else None
        if isinstance(step.act, RandomizeSubject):
            begun.add(step.act.subject)
        elif step.act and (not begun if about is None else about not in begun):
            kept.append(step)
    return plan._replace(steps=tuple(kept))


class SameBytes:
    """Entropy that depends on how long the log is and on nothing before: somebody who goes on draws the same bytes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = self.count = 0

    def __call__(self, length: int) -> bytes:
        size = self.path.stat().st_size if self.path.exists() else 0
        self.count = self.count + 1 if size == self.size else 0
        self.size = size
        return hashlib.shake_256(f"{self.path.name} {size} {self.count}".encode()).digest(length)

    def forget(self) -> None:
        """Begin anew, as a process that was started again."""
        self.size = -1


class SameKeys(MemorySubjectKeys):
    """A keyring that always has the same keys, as one on a disk of its own has."""

    def find_or_make(self, subject: str, entropy: Any) -> bytes:  # noqa: ARG002
        return super().find_or_make(subject, lambda length: hashlib.shake_256(subject.encode()).digest(length))


@contextmanager
def same_randomness(entropy: dict[str, SameBytes]) -> Iterator[None]:
    """Worlds that are made in the block draw from this entropy, and have the same keys."""
    with (
        patch.object(joined, "VirtualEntropy", lambda name, seed: entropy.get(name) or VirtualEntropy(name, seed)),
        patch.object(joined, "MemorySubjectKeys", SameKeys),
    ):
        yield


@contextmanager
def folder_for_logs() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


class Site:
    """Both worlds over files in a folder, opened by somebody who goes on with the plan."""

    def __init__(
        self, plan: Plan, folder: Path, write: Callable[[int, bytes], int] = os.write, *, sync: bool = False
    ) -> None:
        self.plan = plan
        self.paths = {side: folder / f"{side}.jsonl" for side in SIDES}
        self.stores = {side: FileStore(self.paths[side], sync=sync, write=write) for side in SIDES}
        self.entropy = {side: SameBytes(self.paths[side]) for side in SIDES}
        self.clock = VirtualClock(plan.steps[0].now)
        with same_randomness(self.entropy), patch.object(joined, "_seal", lambda *_: plan.sealed):
            self.worlds = Worlds(TRIAL, plan.plain, (self.stores[CONDUCT], self.stores[PHARMACY]), self.clock, SEED)
        self.desks: dict[str, Any] = {CONDUCT: self.worlds.conduct, PHARMACY: self.worlds.pharmacy}

    def find_start(self) -> int:
        """The first step that the logs don't have: all before the last one that they have were done."""
        done = {side: count_acts(self.stores[side].read()) for side in SIDES}
        seen: Counter[str] = Counter()
        start = 0
        for position, step in enumerate(self.plan.steps):
            seen[step.where] += 1
            if step.where != MAIL and seen[step.where] <= done[step.where]:
                start = position + 1
        return start

    def go_on(self, tell: Callable[[int], object] = lambda _: None) -> None:
        """Do what the logs don't have, and say after each step that it was done."""
        for position in range(self.find_start(), len(self.plan.steps)):
            self.take(position)
            tell(position)

    def take(self, position: int) -> None:
        step = self.plan.steps[position]
        self.clock.now = step.now
        for entropy in self.entropy.values():
            entropy.forget()
        if step.where == MAIL:
            self.worlds.exchange_mail()
        else:
            self.desks[step.where].carry_out(step.act, step.user, **(step.more or {}))


def count_acts(entries: Sequence[Entry]) -> int:
    """How many acts of people a log has."""
    return sum((entry.by, entry.role) not in BY_MAIL for entry in entries)


def read_plainly(path: Path) -> list[Entry]:
    """The whole lines of a file, without the store."""
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    return [Entry.read_line(line) for line in lines if line.endswith(b"\n")]


def count_twice(paths: dict[str, Path]) -> int:
    """How many requests the pharmacy dealt with more than once, and how many notices the site took more than once."""
    taken = [entry.get("request") for entry in read_plainly(paths[PHARMACY])]
    notices = [entry.get("id") for entry in read_plainly(paths[CONDUCT]) if entry.act == "receive_notice"]
    found = [number for number in taken if isinstance(number, int)], notices
    return sum(len(numbers) - len(set(numbers)) for numbers in found)


def judge(trials: Trials, plan: Plan, paths: dict[str, Path], undisturbed: dict[str, bytes], acknowledged: int) -> None:
    """Look at what a fault left behind: both logs are beginnings of the undisturbed ones, with all acknowledged."""
    for side, path in paths.items():
        data = path.read_bytes() if path.exists() else b""
        trials.altered += not undisturbed[side].startswith(data)
        wanted = sum(step.where == side for step in plan.steps[: acknowledged + 1])
        trials.lost += max(0, wanted - count_acts(read_plainly(path)))
    trials.twice += count_twice(paths)


def judge_finished(trials: Trials, paths: dict[str, Path], undisturbed: dict[str, bytes]) -> None:
    """At the end both logs are the undisturbed ones, and hold together."""
    for side, path in paths.items():
        data = path.read_bytes()
        trials.altered += data != undisturbed[side] or bool(check_log(data.splitlines(keepends=True)))


def carry_out_undisturbed(plan: Plan) -> dict[str, bytes]:
    """Both logs of the plan when nothing happens."""
    with folder_for_logs() as folder:
        site = Site(plan, folder)
        site.go_on()
        return {side: path.read_bytes() for side, path in site.paths.items()}


def disturb(position: str, after: int, fail: Callable[[], None]) -> Callable[[int, bytes], int]:
    """A write that fails once, after so many writes: before it, with half of it done, or when it is done."""
    left = [after]

    def write(file: int, data: bytes) -> int:
        left[0] -= 1
        if left[0] != -1:
            return os.write(file, data)
        part = {"before": 0, "half": len(data) // 2, "after": len(data)}[position]
        written = os.write(file, data[:part])
        fail()
        return written

    return write


def kill_at_each_write(plan: Plan, undisturbed: dict[str, bytes], stride: int) -> Trials:
    """Kill whoever carries out the plan at a write; another goes on and is killed at the next one, to the end."""
    trials = Trials(
        "whoever carries out acts and mail is killed (SIGKILL) at a write, to either log",
        "at the writes of a subject's life: before, in the middle and after; another goes on",
    )
    positions = cycle(("before", "half", "after"))
    with folder_for_logs() as folder:
        paths = {side: folder / f"{side}.jsonl" for side in SIDES}
        for _ in range(10**5):
            write = disturb(next(positions), stride - 1, kill_oneself)
            acknowledged, status = in_a_child(lambda tell, write=write: Site(plan, folder, write).go_on(tell))
            assert status in {0, -signal.SIGKILL}, f"the plan could not be gone on with: {status}"
            judge(trials, plan, paths, undisturbed, acknowledged)
            if status == 0:
                judge_finished(trials, paths, undisturbed)
                return trials
            trials.times += 1
    raise AssertionError("the plan has no end")


def in_a_child(work: Callable[[Callable[[int], object]], object]) -> tuple[int, int]:
    """Do work in a process of its own: the last step that it acknowledged (-1: none), and how it ended."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(out)
            work(lambda step: os.write(into, step.to_bytes(4, "big")))
            os._exit(0)
        except BaseException as error:
            print(error, file=sys.stderr)
            os._exit(1)
    os.close(into)
    told = b""
    while part := os.read(out, 4096):
        told += part
    os.close(out)
    last = int.from_bytes(told[-4:], "big") if told else -1
    return last, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def fill_the_disk(plan: Plan, undisturbed: dict[str, bytes], stride: int) -> Trials:
    """A disk that is full at a write, of which half was done; the same process tries again with room."""
    trials = Trials(
        "a full disk (ENOSPC) under either log",
        "in the middle of the writes of a subject's life; the same process tries again",
    )

    def fail() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    writes = [disturb("half", stride - 1, fail)]

    def write(file: int, data: bytes) -> int:
        return writes[0](file, data)

    with folder_for_logs() as folder:
        site = Site(plan, folder, write)
        position = 0
        while position < len(plan.steps):
            try:
                site.take(position)
            except StoreError:
                judge(trials, plan, site.paths, undisturbed, position - 1)
                trials.times += 1
                writes[0] = disturb("half", stride, fail)  # one write with room, so that it goes on
            else:
                position += 1
        judge_finished(trials, site.paths, undisturbed)
    return trials


def find_candidates(plan: Plan) -> list[str]:
    """Who waits to be randomized."""
    return sorted({step.act.about for step in plan.steps if step.act and step.act.about})


def randomize(site: Site, subjects: Sequence[str], read_clock: Callable[[], datetime]) -> None:
    """Randomize subjects, one after the other."""
    for subject in subjects:
        site.clock.now = read_clock()
        user = find_person(Role.COORDINATOR, site.worlds.conduct.state.subjects[subject].site)
        site.worlds.conduct.carry_out(RandomizeSubject(subject=subject), user)


def judge_slots(trials: Trials, site: Site, subjects: Sequence[str]) -> None:
    """Slots go in the order of the list, none twice and none skipped; the pharmacy opens each as it was drawn."""
    entries = [entry for entry in read_plainly(site.paths[CONDUCT]) if entry.act == "randomize_subject"]
    trials.lost += len(set(subjects) - {entry.subject for entry in entries})
    slots: dict[str, list[str]] = {}
    for entry in entries:
        slots.setdefault("/".join(entry.get("stratum")) or "all", []).append(entry.get("slot"))
    taken = [slot for found in slots.values() for slot in found]
    trials.twice += len(taken) - len(set(taken)) + len(entries) - len({entry.subject for entry in entries})
    for stratum, found in slots.items():
        trials.altered += found != list(site.plan.sealed.ids_by_stratum[stratum][: len(found)])
    site.worlds.exchange_mail()
    site.worlds.exchange_mail()
    trials.twice += count_twice(site.paths)
    cards = site.worlds.pharmacy.state.subjects
    for entry in entries:
        stratum = "/".join(entry.get("stratum")) or "all"
        drawn = site.plan.plain.arms_by_stratum[stratum][slots[stratum].index(entry.get("slot"))]
        trials.altered += cards[str(entry.subject)].arm != drawn
    trials.altered += sum(bool(check_log(path.read_bytes().splitlines(keepends=True))) for path in site.paths.values())


def randomize_at_once(plan: Plan, processes: int, *, sync: bool) -> Trials:
    """Processes that all randomize as fast as they can, from one list, into one log."""
    subjects = find_candidates(plan)
    trials = Trials(
        f"{processes} processes randomize at once",
        "from one sealed list: slots in their order, none twice or skipped, and each subject gets the arm as drawn",
        times=len(subjects),
    )
    later = plan.steps[-1].now + timedelta(days=1)
    with folder_for_logs() as folder:
        Site(plan, folder).go_on()
        shares = iter([subjects[number::processes] for number in range(processes)])
        mine = {number: next(shares) for number in range(processes)}

        def work() -> None:
            site = Site(plan, folder, sync=sync)
            for entropy in (CONDUCT, PHARMACY):
                site.desks[entropy].entropy = os.urandom
            randomize(site, mine[take_number(folder)], lambda: later)

        in_children(processes, work)
        site = Site(plan, folder)
        site.clock.now = later
        judge_slots(trials, site, subjects)
    return trials


def take_number(folder: Path) -> int:
    """A number that no other process has: children of one parent do the same work, each with its own share."""
    for number in range(10**3):
        try:
            os.close(os.open(folder / f"number-{number}", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            continue
        return number
    raise AssertionError("too many processes")


def turn_the_clock_back(plan: Plan) -> Trials:
    """Randomize while the clock jumps by up to a day: the order of the log and of the slots is that of the acts."""
    subjects = find_candidates(plan)
    jumps = Random(20261128)  # noqa: S311
    shown: list[datetime] = []
    later = plan.steps[-1].now + timedelta(days=2)

    def read_clock() -> datetime:
        shown.append(later + timedelta(seconds=jumps.uniform(-86400, 86400)))
        return shown[-1]

    with folder_for_logs() as folder:
        site = Site(plan, folder)
        site.go_on()
        randomize(site, subjects, read_clock)
        back = sum(after < before for before, after in pairwise(shown))
        trials = Trials(
            "a clock that goes back while subjects are randomized", "by up to two days between acts", times=back
        )
        recorded = [entry.recorded for entry in read_plainly(site.paths[CONDUCT])]
        trials.altered += recorded != sorted(recorded)
        site.clock.now = max(shown)
        judge_slots(trials, site, subjects)
    return trials


def lose_the_pharmacy(plan: Plan) -> Trials:
    """The pharmacy's log takes nothing: sites go on, a code is broken with the list and its key, requests wait."""
    subjects = find_candidates(plan)
    trials = Trials(
        "the pharmacy is out of reach",
        "sites randomize all the same; a code is broken by the list and its key alone; requests wait, and then each "
        "is dealt with once",
        times=len(subjects),
    )
    later = plan.steps[-1].now + timedelta(days=1)
    with folder_for_logs() as folder:
        Site(plan, folder).go_on()
        away = [True]

        def write(file: int, data: bytes) -> int:
            if away[0] and os.path.samestat(os.fstat(file), (folder / f"{PHARMACY}.jsonl").stat()):
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return os.write(file, data)

        site = Site(plan, folder, write)
        site.clock.now = later
        before = site.paths[PHARMACY].read_bytes()
        for subject in subjects:
            randomize(site, [subject], lambda: later)
            try:
                site.worlds.exchange_mail()
            except StoreError:
                continue
            raise AssertionError("the pharmacy was to be out of reach")
        entries = [entry for entry in read_plainly(site.paths[CONDUCT]) if entry.act == "randomize_subject"]
        opened = {str(entry.subject): break_alone(site, entry) for entry in entries}
        trials.altered += before != site.paths[PHARMACY].read_bytes()
        away[0] = False
        judge_slots(trials, site, subjects)
        names = {arm.id: arm.label for arm in TRIAL.arms}
        cards = site.worlds.pharmacy.state.subjects
        trials.altered += sum(names[str(cards[subject].arm)] != arm for subject, arm in opened.items())
        away[0] = True
        trials.altered += sum(shows_without_a_record(site, subject) for subject in subjects)
    return trials


def break_alone(site: Site, entry: Entry) -> str:
    """The arm as randomized, by the sealed list and the key of code break."""
    key = site.worlds.keys["code_break"]
    shown = break_code_alone(
        TRIAL, str(entry.subject), entry.get("slot"), lambda slot: open_slot(site.plan.sealed, slot, key)
    )
    return shown.arm


def shows_without_a_record(site: Site, subject: str) -> bool:
    """Whether a code break that can't be recorded shows something."""
    act = BreakCode(subject=subject, asked_by="an investigator", told=("an investigator",))
    before = site.paths[PHARMACY].read_bytes()
    user = find_pharmacist(PharmacyRole.CODE_BREAK_DESK)
    try:
        break_code(site.worlds.pharmacy, act, user, open_sealed=None, reason="the system of the site is down")
    except StoreError:
        return before != site.paths[PHARMACY].read_bytes()
    return True


def try_act_faults(stride: int, subjects: int) -> list[Trials]:
    """All faults, at every so many writes, and with so many subjects to randomize."""
    life = make_plan(1)
    undisturbed = carry_out_undisturbed(life)
    waiting = stop_before_randomization(make_plan(subjects))
    return [
        kill_at_each_write(life, undisturbed, stride), fill_the_disk(life, undisturbed, stride),
        randomize_at_once(waiting, 2, sync=stride == 1), randomize_at_once(waiting, 8, sync=stride == 1),
        turn_the_clock_back(waiting), lose_the_pharmacy(waiting),
    ]  # fmt: skip


if __name__ == "__main__":
    print(json.dumps([asdict(trials) for trials in try_act_faults(int(sys.argv[1]), int(sys.argv[2]))]))
