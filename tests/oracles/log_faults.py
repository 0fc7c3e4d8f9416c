"""What can go wrong with a log in a file, tried: processes that are killed, a full disk, a clock that goes back.

Each trial does the acts of a plan, acknowledges each act that returned, lets the fault happen, and then looks at the
file with the check and with readers of its own. An act that was acknowledged and is not in the log is *lost*; one
whose entries stand in it more often than planned is *twice*. After each fault the plan is done again by somebody who
does only what the log doesn't have: the log must then hold each act once, and be unaltered by its check.

Children are forked, so this runs in a process without threads: python tests/oracles/log_faults.py prints the trials as
JSON, with an argument that says how many bytes to go on between trials (1: every byte).
"""

import errno
import fcntl
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import NoReturn

from log_entries import START, counted, draft, failing_after, ticking

from myotis.log.check import check_log
from myotis.log.entry import Entry
from myotis.log.file import FileStore
from myotis.log.redact import take_out_value
from myotis.log.store import StoreError

PLAN = (1, 3, 0, 2)
"""How many entries each act has; 0 takes a value out of the first one."""
TAKE_OUT = PLAN.index(0)
ABOUT = {"by": "dora", "role": "data manager", "protocol": "ProDERM", "protocol_digest": "d" * 64}
SYSTEM_CALLS = (
    "open", "close", "stat", "fstat", "pread", "fsync", "ftruncate", "replace", "fchown", "fchmod", "write", "unlink",
)  # fmt: skip


@dataclass
class Trials:
    """How a fault was tried, how often, and what came of it."""

    fault: str
    tried: str
    times: int = 0
    lost: int = 0
    twice: int = 0
    altered: int = 0
    """Trials after which the check found something."""


def carry_out(store: FileStore, acknowledge: Callable[[int], object]) -> None:
    """Do what the plan has and the log hasn't."""
    for act, count in enumerate(PLAN):
        if count_entries(store.read())[act] == 0:
            entropy = counted(f"{act} {os.getpid()}")
            if act == TAKE_OUT:
                take_out_value(store, 0, "note", reason="a name", clock=ticking(), entropy=entropy, **ABOUT)
            else:
                with store.transaction(ticking(), entropy) as transaction:
                    for part in range(count):
                        transaction.append(draft(number=act, part=part, note="a name"))
        acknowledge(act)


def count_entries(entries: list[Entry]) -> Counter[int]:
    """How many entries each act of the plan has in a log."""
    return Counter(TAKE_OUT if entry.act == "take_out_value" else entry.get("number") for entry in entries)


def judge(trials: Trials, path: Path, acknowledged: set[int]) -> None:
    """Look at what a fault left behind, then let somebody finish the plan, and look again."""
    trials.times += 1
    there = count_entries(FileStore(path).read())
    trials.lost += sum(there[act] < max(PLAN[act], 1) for act in acknowledged)
    trials.twice += sum(count > max(PLAN[act], 1) for act, count in there.items())
    carry_out(FileStore(path, sync=False), lambda _: None)
    lines = path.read_bytes().splitlines(keepends=True)
    finished = count_entries([Entry.read_line(line) for line in lines])
    trials.lost += sum(finished[act] < max(count, 1) for act, count in enumerate(PLAN))
    trials.twice += sum(finished[act] > max(count, 1) for act, count in enumerate(PLAN))
    trials.altered += bool(check_log(lines)) or any(b"a name" in line for line in lines[:1])


def in_a_child(work: Callable[[Callable[[int], object]], object]) -> tuple[set[int], int]:
    """Do work in a process of its own: the acts that it acknowledged, and how it ended (minus the signal)."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        write = os.write
        try:
            os.close(out)
            work(lambda act: write(into, bytes([act])))
            os._exit(0)
        except BaseException:
            os._exit(1)
    os.close(into)
    acknowledged = set()
    while part := os.read(out, 100):
        acknowledged |= set(part)
    os.close(out)
    return acknowledged, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def kill_oneself() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


@contextmanager
def folder_for_a_log() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "log.jsonl"


def kill_in_writes(stride: int) -> Trials:
    """Kill a process when it has written so many bytes of the plan, for all numbers of bytes up to the last."""
    trials = Trials("a process is killed (SIGKILL) in a write", "after each byte of four acts, one takes a value out")
    for room in range(0, 10**6, stride):
        with folder_for_a_log() as path:
            store = FileStore(path, sync=False, write=failing_after(room, kill_oneself, os.write))
            acknowledged, status = in_a_child(partial(carry_out, store))
            judge(trials, path, acknowledged)
        if status != -signal.SIGKILL:
            assert acknowledged == set(range(len(PLAN)))
            return trials
    raise AssertionError("the plan has no end")


def die_before(number: int) -> None:
    """Let this process be killed before its n-th call to the system from now on."""
    left = [number]

    def wrap(module: object, name: str) -> None:
        call = getattr(module, name)

        def counting(*arguments: object, **more: object) -> object:
            if left[0] == 0:
                kill_oneself()
            left[0] -= 1
            return call(*arguments, **more)

        setattr(module, name, counting)

    for name in SYSTEM_CALLS:
        wrap(os, name)
    wrap(fcntl, "flock")


def kill_between_calls(stride: int) -> Trials:
    """Kill a process before its n-th call to the system, for all n."""
    trials = Trials("a process is killed between two calls to the system", "before each call that four acts make")

    for number in range(0, 10**5, stride):

        def work(tell: Callable[[int], object], path: Path, number: int = number) -> None:
            die_before(number)
            carry_out(FileStore(path, write=os.write), tell)

        with folder_for_a_log() as path:
            acknowledged, status = in_a_child(lambda tell: work(tell, path))
            judge(trials, path, acknowledged)
        if status == 0:
            return trials
    raise AssertionError("the plan has no end")


def tear_the_last_line(stride: int) -> Trials:
    """Cut each number of bytes off the last act, or let them be zeros, as after a loss of power before the flush."""
    trials = Trials("a torn last line", "the last act cut at each byte, and its rest zeros, the others acknowledged")
    with folder_for_a_log() as path:
        carry_out(FileStore(path, sync=False), lambda _: None)
        whole = path.read_bytes()
    last = sum(len(line) + 1 for line in whole.splitlines()[: -PLAN[-1]])
    for size in range(last, len(whole), stride):
        for rest in (0, len(whole) - size):
            with folder_for_a_log() as path:
                path.write_bytes(whole[:size] + bytes(rest))
                judge(trials, path, set(range(len(PLAN) - 1)))
    return trials


def fill_the_disk(stride: int) -> Trials:
    """A disk that takes so many bytes, for each number; the writer goes on when it has room again."""
    trials = Trials("a full disk (ENOSPC)", "at each byte of four acts; the same process goes on with room again")
    for room in range(0, 10**6, stride):
        with folder_for_a_log() as path:

            def fail() -> NoReturn:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

            limited = [failing_after(room, fail, os.write)]
            store = FileStore(path, sync=False, write=lambda file, data, limited=limited: limited[0](file, data))
            acknowledged: set[int] = set()
            try:
                carry_out(store, acknowledged.add)
            except StoreError:
                judge_kept(trials, path, acknowledged)
            else:
                return trials
            limited[0] = os.write
            carry_out(store, acknowledged.add)
            judge(trials, path, acknowledged)
    raise AssertionError("the plan has no end")


def judge_kept(trials: Trials, path: Path, acknowledged: set[int]) -> None:
    """After an error the file holds whole acts only, and just those that were acknowledged."""
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    trials.altered += bool(check_log(lines))
    there = set(count_entries([Entry.read_line(line) for line in lines]))
    trials.lost += len(acknowledged - there)
    trials.twice += len(there - acknowledged)


def limit_the_file(stride: int) -> Trials:
    """The system's own limit on the size of a file: it takes a part of a write and says so."""
    trials = Trials("a file that may not grow (RLIMIT_FSIZE)", "the system cuts the write, at each size of the file")
    for size in range(0, 10**6, stride):
        with folder_for_a_log() as path:

            def work(tell: Callable[[int], object], path: Path = path, size: int = size) -> None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
                carry_out(FileStore(path, sync=False), tell)

            acknowledged, status = in_a_child(work)
            if status == 0:
                return trials
            judge_kept(trials, path, acknowledged)
            judge(trials, path, acknowledged)
    raise AssertionError("the plan has no end")


def fill_a_file_system(stride: int) -> Trials | None:
    """A real file system of 64 kB, filled act by act until it takes no more; None where nothing may be mounted."""
    trials = Trials(
        "a real file system of 64 kB that is full", "acts of three entries until it refuses, then room again"
    )
    with tempfile.TemporaryDirectory() as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]
        try:
            subprocess.run(mount, check=True, capture_output=True)  # noqa: S603
        except (OSError, subprocess.CalledProcessError):
            return None
        try:
            for ballast in range(0, 40_000, max(1000, stride)):
                fill_once(trials, Path(folder), ballast)
        finally:
            subprocess.run(["umount", folder], check=True)  # noqa: S603, S607
    return trials


def fill_once(trials: Trials, folder: Path, ballast: int) -> None:
    path, heavy = folder / "log.jsonl", folder / "ballast"
    heavy.write_bytes(bytes(ballast))
    store, done = FileStore(path), 0
    try:
        while True:
            take_numbers(store, 1, 3)
            done += 1
    except StoreError:
        pass
    judge_numbers(trials, path, 3 * done)
    heavy.unlink()
    if ballast >= 8192:  # it has room for another act
        take_numbers(store, 1, 3)
        judge_numbers(trials, path, 3 * (done + 1))
    trials.times += 1
    for file in folder.iterdir():
        file.unlink()


def take_numbers(store: FileStore, acts: int, each: int = 1) -> None:
    """Acts that each take the next number, or the next ones, of a pool."""
    for _ in range(acts):
        with store.transaction(ticking(), os.urandom) as transaction:
            for _ in range(each):
                transaction.append(draft(next=len(transaction.kept) + len(transaction.drafted)))


def judge_numbers(trials: Trials, path: Path, expected: int) -> None:
    """Are there just the numbers from 0 on, each once, in their order?"""
    lines = path.read_bytes().splitlines(keepends=True)
    taken = [Entry.read_line(line).get("next") for line in lines]
    trials.lost += len(set(range(expected)) - set(taken))
    trials.twice += len(taken) - len(set(taken)) + len(set(taken) - set(range(expected)))
    trials.altered += bool(check_log(lines)) or taken != sorted(taken)


def run_at_once(processes: int, acts: int, *, sync: bool) -> Trials:
    """Processes that all take numbers from one log as fast as they can."""
    trials = Trials(
        f"{processes} processes at once",
        f"{processes * acts} acts, each takes the next number: consecutive, none skipped",
        times=processes * acts,
    )
    with folder_for_a_log() as path:
        in_children(processes, lambda: take_numbers(FileStore(path, sync=sync), acts))
        judge_numbers(trials, path, processes * acts)
    return trials


def take_out_at_once(processes: int, acts: int, *, sync: bool) -> Trials:
    """Processes that write and take values out, each of which puts another file in the place of the log."""
    trials = Trials(
        f"{processes} processes take values out",
        "at once, each act behind another that they write",
        times=processes * acts,
    )

    def write_and_take_out(path: Path) -> None:
        store = FileStore(path, sync=sync)
        for _ in range(acts):
            with store.transaction(ticking(), os.urandom) as transaction:
                entry = transaction.append(draft(note="a name", mark=f"{os.getpid()}/{len(transaction.kept)}"))
            take_out_value(store, entry.number, "note", reason="a name", clock=ticking(), entropy=os.urandom, **ABOUT)

    with folder_for_a_log() as path:
        in_children(processes, lambda: write_and_take_out(path))
        lines = path.read_bytes().splitlines(keepends=True)
        marks = [entry.get("mark") for entry in map(Entry.read_line, lines) if entry.act != "take_out_value"]
        trials.lost = processes * acts - len(set(marks)) + abs(len(lines) - 2 * len(marks))
        trials.twice = len(marks) - len(set(marks))
        left = any(b'"a name"]' in line for line in lines if b'"note":[' in line)
        trials.altered = int(bool(check_log(lines)) or left)
    return trials


def in_children(processes: int, work: Callable[[], object]) -> None:
    """Do the same work in so many processes at once; all have to succeed."""
    children = []
    for _ in range(processes):
        child = os.fork()
        if child == 0:
            try:
                work()
                os._exit(0)
            except BaseException:
                os._exit(1)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * processes


def kill_at_random(kills: int, processes: int = 3) -> Trials:
    """Processes that write at once, and one of them killed again and again at any moment, in place of which another
    begins."""
    trials = Trials("one of three processes is killed at any moment", "while all write; another takes its place")
    moments = random.Random(20261128)  # noqa: S311
    with folder_for_a_log() as path:
        heard = path.parent / "acknowledged"
        living = [begin_worker(path, heard, f"w{number}") for number in range(processes)]
        for kill in range(kills):
            wait_for_more(heard)
            time.sleep(moments.uniform(0.0, 0.01))
            victim = living.pop(moments.randrange(processes))
            os.kill(victim, signal.SIGKILL)
            os.waitpid(victim, 0)
            living.append(begin_worker(path, heard, f"w{processes + kill}"))
        for child in living:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        trials.times = kills + processes
        acknowledged = [line for line in heard.read_text().split("\n") if line]
        take_numbers(FileStore(path), 1)
        lines = path.read_bytes().splitlines(keepends=True)
        there = Counter(Entry.read_line(line).get("mark") for line in lines[:-1])
        trials.lost = len(set(acknowledged) - set(there))
        trials.twice = sum(count > 2 for count in there.values())
        trials.altered = int(bool(check_log(lines)) or any(count == 1 for count in there.values()))
        assert len(acknowledged) >= kills
    return trials


def wait_for_more(heard: Path) -> None:
    """Wait until one more act was acknowledged, so that each kill falls among writes."""
    before = heard.stat().st_size if heard.exists() else 0
    for _ in range(10_000):
        if heard.exists() and heard.stat().st_size > before:
            return
        time.sleep(0.001)
    raise AssertionError("nobody writes")


def begin_worker(path: Path, heard: Path, name: str) -> int:
    """A process that writes acts of two entries, and says of each that it returned."""
    child = os.fork()
    if child:
        return child
    try:
        store = FileStore(path, sync=False)
        tell = os.open(heard, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        for number in range(10**6):
            with store.transaction(ticking(), os.urandom) as transaction:
                for _ in range(2):
                    transaction.append(draft(mark=f"{name}/{number}"))
            os.write(tell, f"{name}/{number}\n".encode())
    finally:
        os._exit(1)


def turn_the_clock_back(acts: int) -> Trials:
    """A clock that jumps by up to a day either way at each act."""
    trials = Trials("a clock that goes back", "by up to a day at any act; the times of entries never do, and say so")
    jumps = random.Random(20261128)  # noqa: S311
    shown = [START + timedelta(seconds=jumps.uniform(-86400, 86400)) for _ in range(acts)]
    with folder_for_a_log() as path:
        store = FileStore(path, sync=False)
        for number, when in enumerate(shown):
            with store.transaction(lambda when=when: when, counted(str(number))) as transaction:
                transaction.append(draft(next=number))
        judge_numbers(trials, path, acts)
        entries = [Entry.read_line(line) for line in path.read_bytes().splitlines()]
    latest = ""
    for when, entry in zip(shown, entries, strict=True):
        text = when.isoformat(timespec="microseconds")
        latest = max(latest, text)
        kept = entry.recorded == latest and entry.clock == (None if text == latest else text)
        trials.altered += not kept
    trials.times = sum(entry.clock is not None for entry in entries)
    return trials


def try_faults(stride: int) -> list[Trials]:
    """All faults, each tried at every so many bytes; at every one, what is written at once goes to the disk too."""
    sync = stride == 1
    tried = [
        kill_in_writes(stride), kill_between_calls(min(stride, 7)), kill_at_random(200 if stride == 1 else 20),
        tear_the_last_line(stride), fill_the_disk(stride), limit_the_file(stride), fill_a_file_system(stride),
        turn_the_clock_back(1000), run_at_once(2, 100, sync=sync), run_at_once(8, 25, sync=sync),
        take_out_at_once(4, 25 if sync else 5, sync=sync),
    ]  # fmt: skip
    return [trials for trials in tried if trials is not None]


if __name__ == "__main__":
    print(json.dumps([asdict(trials) for trials in try_faults(int(sys.argv[1]))]))
