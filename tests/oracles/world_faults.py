"""What can go wrong with a trial of two logs, beside what ``act_faults`` tries: processes killed between any two calls
to the system, keyring included, files that may not grow, clocks that are wrong at each start, several mails at once,
one side or all of it out of reach. Random bytes come from the system, as they do live.

Each trial begins with copies of the same files, does the plan of ``file_worlds``, acknowledges each step that returned,
lets the fault happen, and then opens both logs anew. Somebody does what the logs don't have, mail included. *Lost* is
what was acknowledged and is missing, then or in the end; *twice*, what stands there more often than in a trial without
a fault; *altered*, a log that its check finds fault with, or two logs and a list that don't agree.

Children are forked, so this runs in a process without threads: python tests/oracles/act_faults.py prints the trials as
JSON, with an argument that says how densely to try (1: densely).
"""

import json
import os
import random
import resource
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from file_worlds import (
    DAY,
    LOGS,
    MORNING,
    PLAIN,
    TRIAL,
    FileWorlds,
    Plan,
    begin_folder,
    begin_subjects,
    count_all,
    find_disagreements,
    name_entries,
    order_of,
    sealed_list,
    slot_opener,
    visit_of,
)
from keys import key_of
from log_faults import Trials, die_before, in_a_child, kill_oneself

from myotis.conduct.acts.entry.randomize_subject import RandomizeSubject
from myotis.conduct.roles import Role
from myotis.log.act import RefusalError
from myotis.log.check import check_log
from myotis.log.store import StoreError
from myotis.pharmacy.acts.break_code import BreakCode
from myotis.pharmacy.cards import make_cards, open_card, render_card_index, write_cards
from myotis.pharmacy.code_break import break_code, break_code_alone
from myotis.pharmacy.roles import Role as PharmacyRole
from myotis.randomize.unseal import open_slot
from myotis.simulate.driven.clock import at_hour
from myotis.simulate.driven.people import find_pharmacist
from myotis.simulate.subject import Subject

PLAN = Plan()
SUBJECTS = 4
NOON = at_hour(DAY, 12, 40)
Tell = Callable[[int], object]


@cache
def template() -> Path:
    """The files that every trial of the plan begins with; gone with the process."""
    folder = Path(tempfile.mkdtemp())
    begin_folder(folder, SUBJECTS)
    return folder


@cache
def expected() -> Counter[str]:
    """How often each thing stands in the logs when nothing goes wrong."""
    with trial_folder() as folder:
        worlds = FileWorlds(folder)
        PLAN.carry_out(worlds, lambda _: None, worlds.clock.move_to)
        assert list(find_disagreements(worlds)) == []
        return count_all(worlds)


@contextmanager
def trial_folder() -> Iterator[Path]:
    """A folder with copies of these files."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(template(), folder, dirs_exist_ok=True)
        yield Path(folder)


def do_plan(folder: Path, tell: Tell, **options) -> None:
    """Both systems start, and the plan is done, as far as the logs don't have it."""
    worlds = FileWorlds(folder, **options)
    PLAN.carry_out(worlds, tell, worlds.clock.move_to)


def judge(trials: Trials, folder: Path, acknowledged: set[int]) -> None:
    """Look at what a fault left behind, then let both systems start again and finish, and look again."""
    trials.times += 1
    there = FileWorlds(folder)
    trials.lost += sum(bool(PLAN.steps[n].leaves) and not PLAN.is_done(there, PLAN.steps[n]) for n in acknowledged)
    do_plan(folder, lambda _: None)
    judge_end(trials, folder)


def judge_end(trials: Trials, folder: Path) -> None:
    """Look at the logs of a plan that was done."""
    worlds = FileWorlds(folder)
    found = count_all(worlds)
    trials.lost += (expected() - found).total()
    trials.twice += (found - expected()).total()
    trials.altered += is_altered(folder) or bool(list(find_disagreements(worlds)))


def is_altered(folder: Path) -> bool:
    """Does the check find anything in either log?"""
    return any(check_log((folder / name).read_bytes().splitlines(keepends=True)) for name in LOGS)


# Processes that are killed -------------------------------------------------------------------------------------------


@dataclass
class Writes:
    """Counts the writes to both logs, and does something else in place of the one of a number."""

    at: int = -1
    part: int = 0
    """So many bytes of it are written before."""
    then: Callable[[], object] = field(default=lambda: None)
    sizes: list[int] = field(default_factory=list)

    def __call__(self, file: int, data: bytes) -> int:
        self.sizes.append(len(data))
        if len(self.sizes) - 1 != self.at:
            return os.write(file, data)
        part = data[: self.part]
        written = os.write(file, part) if part else 0
        self.then()
        return written


@cache
def list_writes() -> tuple[int, ...]:
    """The sizes of all writes of the plan."""
    writes = Writes()
    with trial_folder() as folder:
        do_plan(folder, lambda _: None, write=writes)
    return tuple(writes.sizes)


def kill_between_calls(stride: int) -> Trials:
    """Kill the process before its n-th call to the system: also while the keyring is written, or a lock is held."""
    trials = Trials("the process is killed between two calls to the system", "at calls all over the plan")
    for number in range(0, 10**6, stride):

        def work(tell: Tell, folder: Path, number: int = number) -> None:
            worlds = FileWorlds(folder, sync=True, write=lambda file, data: os.write(file, data))  # noqa: PLW0108 (as it will be)
            die_before(number)
            PLAN.carry_out(worlds, tell, worlds.clock.move_to)

        with trial_folder() as folder:
            acknowledged, status = in_a_child(lambda tell, f=folder, w=work: w(tell, f))
            judge(trials, folder, acknowledged)
        if status == 0:
            return trials
    raise AssertionError("the plan has no end")


def tear_the_last_line(density: int) -> Trials:
    """Cut the last act of either log, or let its rest be zeros, and start again."""
    trials = Trials("a torn last line in either log", "the last act cut at bytes all over it, or its rest zeros")
    for number, size in enumerate(list_writes()):
        if number % density:
            continue
        for part in (1, size // 2, size - 1):
            for zeros in (False, True):
                with trial_folder() as folder:
                    torn = Writes(number, part, kill_oneself)
                    acknowledged, _ = in_a_child(lambda tell, f=folder, w=torn: do_plan(f, tell, write=w))
                    if zeros:
                        name = max(LOGS, key=lambda one, f=folder: is_torn(f / one))
                        with (folder / name).open("ab") as file:
                            file.write(bytes(size - part))
                    judge(trials, folder, acknowledged)
    return trials


def is_torn(path: Path) -> bool:
    """Does the file end within a line?"""
    return not path.read_bytes().endswith(b"\n")


def limit_the_files(density: int) -> Trials:
    """The system's own limit on the size of a file: no log can grow further."""
    trials = Trials("files that may not grow (RLIMIT_FSIZE)", "the system cuts the write, at sizes all over the plan")
    first = min((template() / name).stat().st_size for name in LOGS)
    with trial_folder() as folder:
        do_plan(folder, lambda _: None)
        last = max((folder / name).stat().st_size for name in LOGS)
    for size in range(first, last, 499 * density):
        with trial_folder() as folder:

            def work(tell: Tell, folder: Path = folder, size: int = size) -> None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
                do_plan(folder, tell)

            acknowledged, status = in_a_child(work)
            assert status != 0
            judge(trials, folder, acknowledged)
    return trials


# Clocks --------------------------------------------------------------------------------------------------------------


class JumpingClock:
    """A clock that is slow by up to two hours, another time after each act, and right when it has to be. (With more, a
    bag is past its use before it is infused, and the site refuses it.)"""

    def __init__(self, seed: int) -> None:
        self.now = MORNING
        self.draw = random.Random(seed)  # noqa: S311
        self.wrong = timedelta()
        self.is_right = False

    def __call__(self) -> datetime:
        return self.now if self.is_right else self.now - self.wrong

    def move_to(self, when: datetime) -> datetime:
        """Move the right time on, and be wrong by another amount."""
        self.now = max(self.now, when)
        self.wrong = timedelta(seconds=self.draw.uniform(0, 7200) * self.draw.choice((0, 1)))
        return self.now

    def move(self, minutes: float) -> datetime:
        """Move the right time on."""
        self.now += timedelta(minutes=minutes)
        return self.now


def turn_the_clock_back(rounds: int) -> Trials:
    """Clocks that go back between acts and over a restart after each of some steps."""
    trials = Trials(
        "a clock that goes back over starts",
        "by up to two hours, each act after another start; what is refused is done again later",
    )
    for seed in range(rounds):
        with trial_folder() as folder:
            clock = JumpingClock(seed)
            for number in range(len(PLAN.steps)):
                worlds = FileWorlds(folder, clock=clock)
                try:
                    _do_up_to(worlds, number, clock.move_to)
                except (RefusalError, AssertionError):  # the mail asserts that nothing is refused
                    clock.is_right = True
                    _do_up_to(worlds, number, clock.move_to)
                    clock.is_right = False
            judge_end(trials, folder)
            for store in FileWorlds(folder).stores:
                times = [entry.recorded for entry in store.read()]
                trials.altered += times != sorted(times)
                trials.times += sum(entry.clock is not None for entry in store.read())
    return trials


def _do_up_to(worlds: FileWorlds, number: int, clock: Callable[[datetime], object]) -> None:
    for step in PLAN.steps[: number + 1]:
        clock(MORNING + timedelta(minutes=step.minutes))
        if not PLAN.is_done(worlds, step):
            step.do(worlds)


# Several at once -----------------------------------------------------------------------------------------------------


def carry_mail_at_once(processes: int, count: int, *, sync: bool) -> Trials:
    """Processes that randomize and order from one list into one log, while each of them carries all mail."""
    trials = Trials(
        f"{processes} processes carry the mail at once",
        "each randomizes and orders, and after each act brings what is there, in both directions",
        times=count,
    )
    subjects = begin_subjects(count)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        begin_folder(folder, count)

        def work(turn: int) -> None:
            worlds = FileWorlds(folder, sync=sync)
            mine = subjects[turn::processes]
            for subject in mine:
                randomize_and_order(worlds, subject)
                worlds.exchange_mail()
            worlds.clock.move_to(NOON)
            for subject in mine:
                worlds.dispensing.make_bag(order_of(worlds, subject), 1)
                worlds.exchange_mail()

        run_each(work, range(processes))
        worlds = FileWorlds(folder)
        for subject in subjects:
            judge_dealt_with(trials, worlds, subject, ("open_slot", "take_order"))
        heard = name_entries(worlds.stores[0].read())
        trials.lost += sum(heard[f"receive_notice {subject.name} bag_ready"] < 1 for subject in subjects)
        trials.twice += sum(heard[f"receive_notice {subject.name} bag_ready"] > 1 for subject in subjects)
        trials.altered += is_altered(folder) + len(list(find_disagreements(worlds)))
    return trials


def randomize_and_order(worlds: FileWorlds, subject: Subject) -> None:
    """A subject is randomized, and its first dose ordered."""
    worlds.site.act(RandomizeSubject(subject=subject.name), Role.COORDINATOR, subject)
    worlds.site.order_dose(subject, visit_of(worlds), reduced=False)


def run_each(work: Callable[[int], object], turns: Sequence[int]) -> None:
    """A process for each turn, all at once; all have to succeed."""
    children = []
    for turn in turns:
        child = os.fork()
        if child == 0:
            try:
                work(turn)
                os._exit(0)
            except BaseException:
                os._exit(1)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * len(turns)


# One side is down ----------------------------------------------------------------------------------------------------


@contextmanager
def taken_away(path: Path) -> Iterator[None]:
    """A file that is out of reach: nothing is read from its place or written to it."""
    away = path.with_name("away")
    path.rename(away)
    path.mkdir()
    try:
        yield
    finally:
        path.rmdir()
        away.rename(path)


def arm_label(arm: str) -> str:
    """The label of an arm."""
    return next(one.label for one in TRIAL.arms if one.id == arm)


def take_the_pharmacy_down(rounds: int) -> Trials:
    """The pharmacy's log is out of reach: the site goes on, the code is broken without it; then it comes back."""
    trials = Trials(
        "the pharmacy is down",
        "the site randomizes, orders and asks meanwhile; each code is broken with the sealed list and its key alone",
    )
    for count in range(1, rounds + 1):
        subjects = begin_subjects(count + 3)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            begin_folder(folder, len(subjects))
            worlds = FileWorlds(folder)
            assert worlds.pharmacy.state.opened
            with taken_away(folder / LOGS[1]):
                for subject in subjects:
                    randomize_and_order(worlds, subject)
                    trials.lost += not refuses_mail(worlds)
                for subject in subjects:
                    trials.altered += not breaks_alone(worlds, subject)
            worlds.exchange_mail()
            record_afterwards(worlds, subjects)
            for subject in subjects:
                judge_dealt_with(trials, worlds, subject, ("open_slot", "take_order", "break_code"))
                trials.lost += not worlds.site.file(subject).code_broken
            trials.times += len(subjects)
            trials.altered += is_altered(folder) + len(list(find_disagreements(FileWorlds(folder))))
    return trials


def refuses_mail(worlds: FileWorlds) -> bool:
    """Does the mail say that the pharmacy is out of reach?"""
    try:
        worlds.exchange_mail()
    except StoreError:
        return True
    return False


def breaks_alone(worlds: FileWorlds, subject: Subject) -> bool:
    """Is the arm of the list shown, with the key of code break alone?"""
    slot = worlds.site.file(subject).slot
    key = key_of("code_break")
    shown = break_code_alone(TRIAL, subject.name, slot, lambda one: open_slot(sealed_list(), one, key))
    return shown.arm == arm_label(plain_arm(slot))


def plain_arm(slot: str) -> str:
    """The arm that the list had in a slot before it was sealed."""
    place = sealed_list().find_place(slot)
    return PLAIN.arms_by_stratum[place.stratum][place.position - 1]


def record_afterwards(worlds: FileWorlds, subjects: Sequence[Subject], means: str = "key_alone") -> None:
    """The pharmacy records the code breaks, and the site hears of them."""
    desk = find_pharmacist(PharmacyRole.CODE_BREAK_DESK)
    for subject in subjects:
        act = BreakCode(subject=subject.name, asked_by="investigator", told=("investigator",), by_means_of=means)
        opens = slot_opener("code_break")
        assert break_code(worlds.pharmacy, act, desk, open_sealed=opens, reason="an emergency").sealed_list_agrees
    worlds.exchange_mail()


def judge_dealt_with(trials: Trials, worlds: FileWorlds, subject: Subject, acts: Sequence[str]) -> None:
    """Was each thing of a subject dealt with once by the pharmacy?"""
    done = name_entries(worlds.stores[1].read())
    for act in acts:
        trials.lost += done[f"{act} {subject.name}"] == 0
        trials.twice += done[f"{act} {subject.name}"] > 1


def take_all_down() -> Trials:
    """The site's system is down and the pharmacy's too: printed cards, the printed index and the key are left."""
    trials = Trials("every system is down", "each card of a printed list is opened with the code-break key alone")
    key = key_of("code_break")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "logs").mkdir()
        begin_folder(folder / "logs", SUBJECTS)
        worlds = FileWorlds(folder / "logs")
        for subject in begin_subjects(SUBJECTS):
            worlds.site.act(RandomizeSubject(subject=subject.name), Role.COORDINATOR, subject)
        worlds.exchange_mail()
        pages = write_cards(folder / "cards", TRIAL.trial.id, make_cards(sealed_list()))
        index = render_card_index(worlds.pharmacy.state)
        slots = {subject.name: worlds.site.file(subject).slot for subject in begin_subjects(SUBJECTS)}
        shutil.rmtree(folder / "logs")
        for page in pages:
            slot = page.stem.removeprefix("card-")
            trials.altered += open_card(page.read_text(encoding="utf-8"), key) != plain_arm(slot)
        trials.lost += sum(f"<td>{name}</td><td>{slot}</td>" not in index for name, slot in slots.items())
        trials.times = len(pages)
    return trials


def try_world_faults(density: int) -> list[Trials]:
    """All faults; a density of 1 tries them at every write and with 200 subjects, more at every so many."""
    dense = density == 1
    count = 200 if dense else 12
    return [
        kill_between_calls(1 if dense else 10 * density), tear_the_last_line(density), limit_the_files(density),
        turn_the_clock_back(20 if dense else 1), carry_mail_at_once(2, count, sync=dense),
        carry_mail_at_once(8, count, sync=dense), take_the_pharmacy_down(20 if dense else 2), take_all_down(),
    ]  # fmt: skip


def main() -> None:
    """Print the trials as JSON."""
    try:
        print(json.dumps([asdict(trials) for trials in try_world_faults(int(sys.argv[1]))]))
    finally:
        shutil.rmtree(template())


if __name__ == "__main__":
    main()
