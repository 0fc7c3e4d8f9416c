"""Drafts, clocks and random bytes for tests of logs: the same ones every time."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

from myotis.log.entry import Draft, Entry
from myotis.log.store import Clock, Entropy, Store

START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
VIENNA = timezone(timedelta(hours=1))


def draft(act: str = "record_weight", occurred: datetime = START, **values: Any) -> Draft:
    return Draft(
        act=act, by="ines", role="investigator", occurred=occurred, values=values or {"weight": "81.5 kg"},
        protocol="ProDERM, as published 2022", protocol_digest="d" * 64, site="01", subject="01-001",
    )  # fmt: skip


def ticking(start: datetime = START) -> Clock:
    """A clock that shows a second more each time."""
    shown = iter(range(1_000_000))
    return lambda: start + timedelta(seconds=next(shown))


def counted(name: str = "") -> Entropy:
    """Bytes that look random and are the same each time; never the same ones twice."""
    drawn = iter(range(1_000_000))

    def entropy(count: int) -> bytes:
        blocks = (sha256(f"{name}/{next(drawn)}".encode()).digest() for _ in range(-(-count // 32)))
        return b"".join(blocks)[:count]

    return entropy


def append(store: Store, *acts: Sequence[Draft], clock: Clock | None = None, entropy: Entropy | None = None) -> None:
    """Each act, a sequence of drafts, in a transaction of its own."""
    clock, entropy = clock or ticking(), entropy or counted()
    for drafts in acts:
        with store.transaction(clock, entropy) as transaction:
            for one in drafts:
                transaction.append(one)


def read_file(path: Path) -> Sequence[Entry]:
    """The entries of a file by themselves, without the store."""
    return [Entry.read_line(line) for line in path.read_bytes().splitlines()]


def failing_after(count: int, fail: Callable[[], None], write: Callable[[int, bytes], int]) -> Callable[..., int]:
    """A ``write`` that gets ``count`` bytes through, over all of its calls, and then fails."""
    left = [count]

    def write_some(file: int, data: bytes) -> int:
        part = data[: left[0]]
        written = write(file, part) if part else 0
        left[0] -= written
        if len(part) < len(data):
            fail()
        return written

    return write_some


def write_example(folder: Path) -> None:
    """The log of docs/examples/log with its anchor and the public key of who signed it; all of it is made up."""
    from keys import key_of

    from myotis.keys.files import write_public_key
    from myotis.log.anchor import make_anchor, write_anchor
    from myotis.log.file import FileStore
    from myotis.log.redact import take_out_value

    clock, entropy, store = ticking(), counted("example"), FileStore(folder / "conduct.jsonl")
    acts = [
        [draft("give_consent", version="2.0")],
        [draft(visit="BL", weight="81.5 kg")],
        [
            draft(visit="W04", weight="82.0 kg", remark="came with her neighbor, Max Example"),
            draft("tell", dose="164 g"),
        ],
    ]
    append(store, *acts, clock=clock, entropy=entropy)
    take_out_value(
        store, 2, "remark", reason="names somebody who takes no part in the trial", by="dora", role="data_manager",
        protocol="ProDERM, as published 2022", protocol_digest="d" * 64, clock=clock, entropy=entropy,
    )  # fmt: skip
    key = key_of("log_keeper", "Data management")
    write_anchor(folder / "anchor.json", make_anchor(store, key, clock()))
    write_public_key(folder / "keeper.json", key.public)
    (folder / "conduct.jsonl.lock").unlink()
