"""Laws of logs: any change is found; a log in memory and one in a file behave alike."""

import os
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from keys import key_of
from log_entries import START, append, counted, draft, failing_after, ticking

from myotis.log.anchor import make_anchor
from myotis.log.check import check_log
from myotis.log.entry import Entry
from myotis.log.file import FileStore
from myotis.log.redact import take_out_value
from myotis.log.store import MemoryStore, Store, StoreError

ABOUT = {"by": "dora", "role": "data manager", "protocol": "ProDERM", "protocol_digest": "d" * 64}


def make_log() -> bytes:
    """Entries of five transactions with values of each kind, one value taken out."""
    store = MemoryStore()
    append(store, [draft(note="ü\n")], [draft(n=1, x=-0.5), draft(yes=True, none=None)], [draft(d={"b": [1], "a": ""})])
    take_out_value(store, 0, "note", reason="a name", clock=ticking(), entropy=counted("b"), **ABOUT)
    append(store, [draft(), draft()], entropy=counted("c"))
    return "".join(entry.write_line() for entry in store.read()).encode()


LOG = make_log()
LINES = LOG.splitlines(keepends=True)
CLOSED = [number for number, line in enumerate(LINES, start=1) if Entry.read_line(line).closes]


def is_found(log: bytes) -> bool:
    return bool(check_log(log.splitlines(keepends=True)))


def is_split_alike(log: bytes) -> bool:
    """Lines as a file gives them: Python's file iteration ends lines at \\n alone."""
    with tempfile.TemporaryFile() as file:
        file.write(log)
        file.seek(0)
        return bool(check_log(file))


def test_the_log_itself_is_unaltered() -> None:
    assert not is_found(LOG)
    assert not is_split_alike(LOG)


@pytest.mark.parametrize("flip", [0x01, 0x04, 0x20, 0x80])
def test_a_flipped_bit_of_every_byte_is_found(flip: int) -> None:
    """Of the two last transactions, wholly: a bit of each byte, one at a time."""
    start = sum(map(len, LINES[:3]))
    head = LINES[:3]
    missed = []
    for place in range(start, len(LOG)):
        changed = bytearray(LOG)
        changed[place] ^= flip
        if not check_log([*head, *bytes(changed[start:]).splitlines(keepends=True)]):
            missed.append(place)
    assert missed == []


@given(place=st.integers(0, len(LOG) - 1), byte=st.integers(0, 255))
@settings(max_examples=300)
def test_any_changed_byte_is_found(place: int, byte: int) -> None:
    assume(LOG[place] != byte)
    assert is_split_alike(LOG[:place] + bytes([byte]) + LOG[place + 1 :])


@given(place=st.integers(0, len(LOG)), some=st.binary(min_size=1, max_size=3))
@settings(max_examples=200)
def test_any_inserted_byte_is_found(place: int, some: bytes) -> None:
    assert is_split_alike(LOG[:place] + some + LOG[place:])


@given(place=st.integers(0, len(LOG) - 1), count=st.integers(1, 50))
@settings(max_examples=200)
def test_any_removed_byte_is_found(place: int, count: int) -> None:
    cut = LOG[:place] + LOG[place + count :]
    assume(cut not in (b"".join(LINES[:end]) for end in (0, *CLOSED)))
    assert is_split_alike(cut)


@given(st.integers(0, len(LOG) - 1))
@settings(max_examples=300)
def test_any_cut_is_found_but_that_of_whole_transactions(size: int) -> None:
    """And with an anchor, that one too."""
    at_an_end = size == 0 or LOG[:size] in [b"".join(LINES[:end]) for end in CLOSED]
    answered = size == 0 or size >= sum(map(len, LINES[:5])) or size < len(LINES[0])  # who took the value out is there
    assert is_found(LOG[:size]) == (not at_an_end or not answered)
    key = key_of("log_keeper")
    anchor = make_anchor(MemoryStore([Entry.read_line(line) for line in LINES]), key, START)
    assert check_log(LOG[:size].splitlines(keepends=True), [anchor], [key.public])
    assert not check_log(LINES, [anchor], [key.public])


@given(st.data())
@settings(max_examples=200)
def test_any_line_removed_repeated_or_moved_is_found(data: st.DataObject) -> None:
    lines = [*LINES]
    one = data.draw(st.integers(0, len(lines) - 2))
    how = data.draw(st.sampled_from(["remove", "repeat", "move", "swap"]))
    other = data.draw(st.integers(0, len(lines) - 1))
    if how == "remove":
        del lines[one]
    elif how == "repeat":
        lines.insert(other, lines[one])
    elif how == "move":
        lines.insert(other, lines.pop(one))
    else:
        lines[one], lines[other] = lines[other], lines[one]
    assume(lines != LINES)
    assert check_log(lines)


@given(st.lists(st.integers(0, len(LINES) - 1), max_size=8))
@settings(max_examples=300)
def test_no_other_choice_of_the_lines_passes(numbers: list[int]) -> None:
    """Of all sequences of its lines, only its own beginnings up to an end of a transaction are logs."""
    passes = not check_log([LINES[number] for number in numbers])
    begins = numbers == [*range(len(numbers))] and len(numbers) in (0, *CLOSED)
    assert passes == (begins and (len(numbers) in (0,) or len(numbers) >= 5))


Values = st.dictionaries(
    st.text(max_size=3),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
        max_leaves=4,
    ),
    max_size=3,
)
Step = st.one_of(
    st.tuples(st.just("append"), st.lists(Values, max_size=3)),
    st.tuples(st.just("raise"), st.lists(Values, max_size=2)),
    st.tuples(st.just("take out"), st.tuples(st.integers(-1, 6), st.text(max_size=1))),
    st.tuples(st.just("not JSON"), st.none()),
    st.tuples(st.just("read"), st.integers(0, 5)),
    st.tuples(st.just("reopen"), st.none()),
)


def take_a_step(store: Store, kind: str, what: Any, number: int) -> Any:
    """What a step answers: what was read, or the name of the error."""
    clock = ticking(START + timedelta(seconds=(number * 7) % 5))
    entropy = counted(str(number))
    try:
        if kind == "read":
            return list(store.read(what))
        with store.transaction(clock, entropy) as transaction:
            if kind == "take out":
                target, name = what
                names = [*transaction.kept[target].values] if 0 <= target < len(transaction.kept) else []
                transaction.take_out(target, names[0] if names else name, transaction.append(draft("take_out_value")))
            elif kind == "not JSON":
                transaction.append(draft(found=object()))
            else:
                for values in what:
                    transaction.append(draft(**{f"v{name}": value for name, value in values.items()}))
            if kind == "raise":
                [].index(None)
    except (ValueError, TypeError, StoreError) as error:
        return type(error).__name__, str(error) if isinstance(error, StoreError) else ""
    return "kept"


@given(st.lists(Step, max_size=8))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_log_in_memory_and_one_in_a_file_behave_alike(steps: list[tuple[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.jsonl"
        memory, file = MemoryStore(), FileStore(path, sync=False)
        for number, (kind, what) in enumerate(steps):
            if kind == "reopen":
                file = FileStore(path, sync=False)
            else:
                assert take_a_step(memory, kind, what, number) == take_a_step(file, kind, what, number)
            assert [[*entry.known] for entry in memory.read()] == [[*entry.known] for entry in file.read()]
        assert list(memory.read()) == list(file.read()) == list(FileStore(path).read())
        written = "".join(entry.write_line() for entry in memory.read()).encode()
        assert written == (path.read_bytes() if path.exists() else b"")


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 6000)), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_failures_of_the_disk_leave_what_the_memory_holds(acts: list[tuple[int, int]]) -> None:
    """Each act on a disk with so many bytes left; one that doesn't fit leaves nothing, and the next ones go on."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.jsonl"
        memory = MemoryStore()
        for number, (count, room) in enumerate(acts):
            store = FileStore(path, sync=False, write=failing_after(room, lambda: None, os.write))
            drafts = [draft(weight=f"{number} kg")] * count
            try:
                append(store, drafts, entropy=counted(str(number)))
            except StoreError:
                pass
            else:
                append(memory, drafts, entropy=counted(str(number)))
            assert list(store.read()) == list(memory.read())
        assert not check_log(path.read_bytes().splitlines(keepends=True))
