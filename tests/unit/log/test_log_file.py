"""The log in a file: torn tails, lines that are no entries, other processes, a disk that is full."""

import errno
import os
import stat
from pathlib import Path
from typing import NoReturn

import pytest
from log_entries import append, counted, draft, failing_after, read_file, ticking

from myotis.log import disk
from myotis.log.file import FileStore
from myotis.log.store import StoreError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "conduct.jsonl"


def full() -> NoReturn:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_line_an_entry(path: Path) -> None:
    store = FileStore(path)
    append(store, [draft()], [draft("screen", age=50), draft()])
    assert read_file(path) == list(store.read()) == list(FileStore(path).read())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(file.name for file in path.parent.iterdir()) == ["conduct.jsonl", "conduct.jsonl.lock"]


def test_reading_makes_no_file(path: Path) -> None:
    assert list(FileStore(path).read()) == []
    assert list(FileStore(path.parent / "none" / "log.jsonl").read()) == []
    assert list(path.parent.iterdir()) == []


def test_no_folder_to_write_to(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file"):
        append(FileStore(tmp_path / "none" / "log.jsonl"), [draft()])


def test_a_transaction_is_one_write(path: Path) -> None:
    writes = []
    store = FileStore(path, write=lambda file, data: writes.append(data) or os.write(file, data))
    append(store, [draft(), draft(), draft()], [draft()])
    assert [data.count(b"\n") for data in writes] == [3, 1]


def test_what_another_store_added_is_read(path: Path) -> None:
    here, there = FileStore(path), FileStore(path)
    append(here, [draft()])
    append(there, [draft()], entropy=counted("b"))
    append(here, [draft()], entropy=counted("c"))
    assert [len(store.read()) for store in (here, there)] == [3, 3]
    assert here.read() == there.read() == read_file(path)


def test_reading_takes_only_what_is_new(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = FileStore(path), FileStore(path)
    append(here, [draft()])
    assert len(there.read()) == 1
    append(here, [draft()], entropy=counted("b"))
    read = []
    monkeypatch.setattr(os, "pread", lambda *order, pread=os.pread: read.append(order[1:]) or pread(*order))
    first = len(path.read_bytes().splitlines(keepends=True)[0])
    assert len(there.read()) == 2
    assert len(there.read()) == 2
    assert read == [(path.stat().st_size - first, first)]


def test_reading_goes_on_where_the_system_gives_less(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system gives no more than 2 GB at once; what it holds back is no torn tail."""
    append(FileStore(path), *[[draft()]] * 5)
    monkeypatch.setattr(os, "pread", lambda file, size, start, pread=os.pread: pread(file, min(size, 100), start))
    append(FileStore(path), [draft()])
    assert len(read_file(path)) == 6


@pytest.mark.parametrize("cut", ["in the last line", "at its end", "between the lines", "nearly all"])
def test_a_torn_tail_is_never_read_and_is_dropped(path: Path, cut: str) -> None:
    append(FileStore(path), [draft()])
    kept = path.read_bytes()
    append(FileStore(path), [draft(), draft(weight="82 kg")], entropy=counted("b"))
    both = path.read_bytes()
    second = both.index(b"\n", len(kept)) + 1
    size = {"in the last line": second + 9, "at its end": len(both) - 1, "between the lines": second}
    path.write_bytes(both[: size.get(cut, len(kept) + 1)])
    torn = path.read_bytes()
    assert len(FileStore(path).read()) == 1
    assert path.read_bytes() == torn
    append(FileStore(path), [draft()], entropy=counted("c"))
    assert path.read_bytes().startswith(kept)
    assert [entry.number for entry in read_file(path)] == [0, 1]


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_line_that_is_no_entry_is_told(path: Path, line: int) -> None:
    """No torn tail: the line has its end. Nothing is written until somebody has looked."""
    append(FileStore(path), [draft()], [draft()])
    lines = path.read_bytes().splitlines(keepends=True)
    lines.insert(line, b"\0\0\0\n")
    path.write_bytes(b"".join(lines))
    for act in (lambda store: store.read(), lambda store: append(store, [draft()])):
        with pytest.raises(StoreError, match=f"line {line + 1}: the line is not an entry.*myotis check"):
            act(FileStore(path))
    assert path.read_bytes() == b"".join(lines)


def test_entries_that_do_not_follow_are_told(path: Path) -> None:
    append(FileStore(path), [draft()], [draft()], [draft()])
    first, second, third = path.read_bytes().splitlines(keepends=True)
    for lines in ([first, third], [second], [first, first], [first, third, second]):
        path.write_bytes(b"".join(lines))
        with pytest.raises(StoreError, match="doesn't follow"):
            FileStore(path).read()


def test_another_log_in_the_place_of_the_one_that_was_read(path: Path, tmp_path: Path) -> None:
    store = FileStore(path)
    append(store, [draft()], [draft()])
    other = FileStore(tmp_path / "other.jsonl")
    append(other, [draft()], [draft()], [draft()], entropy=counted("b"))
    (tmp_path / "other.jsonl").replace(path)
    with pytest.raises(StoreError, match="another log"):
        store.read()
    with pytest.raises(StoreError, match="another log"):
        append(store, [draft()])


def test_a_log_that_lost_its_end_or_is_gone(path: Path) -> None:
    store = FileStore(path)
    append(store, [draft()], [draft()])
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    with pytest.raises(StoreError, match="shorter"):
        store.read()
    path.unlink()
    for act in (store.read, lambda: append(store, [draft()])):
        with pytest.raises(StoreError, match="gone"):
            act()
    assert not path.exists()


def test_a_value_taken_out_by_another_process_is_noticed(path: Path) -> None:
    here, there = FileStore(path), FileStore(path)
    append(here, [draft(note="a name")])
    assert there.read()[0].get("note") == "a name"
    with here.transaction(ticking(), counted("b")) as transaction:
        transaction.take_out(0, "note", transaction.append(draft()))
    assert b"a name" not in path.read_bytes()
    assert there.read()[0].get("note") is None
    append(there, [draft()], entropy=counted("c"))
    assert here.read() == there.read() == read_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_mode_and_owner_stay_when_a_value_is_taken_out(path: Path) -> None:
    store = FileStore(path)
    append(store, [draft(note="a name")])
    path.chmod(0o640)
    with store.transaction(ticking(), counted("b")) as transaction:
        transaction.take_out(0, "note", transaction.append(draft()))
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_disk_that_is_full_at_any_byte(path: Path) -> None:
    append(FileStore(path), [draft()])
    kept = path.read_bytes()
    size = len(kept)
    for room in range(0, 2 * size, 97):
        for write in (failing_after(room, full, os.write), failing_after(room, lambda: None, os.write)):
            store = FileStore(path, write=write)
            with pytest.raises(StoreError, match="No space left on device; nothing was kept"):
                append(store, [draft(), draft(weight="82 kg")], entropy=counted("b"))
            assert path.read_bytes() == kept
            assert len(store.read()) == 1


def test_a_disk_that_is_full_while_a_value_is_taken_out(path: Path) -> None:
    append(FileStore(path), [draft(note="a name")])
    kept = path.read_bytes()
    for room in range(0, 2 * len(kept), 97):
        store = FileStore(path, write=failing_after(room, full, os.write))
        with pytest.raises(StoreError, match="nothing was kept"), store.transaction(ticking(), counted()) as act:
            act.take_out(0, "note", act.append(draft()))
        assert path.read_bytes() == kept
        assert not Path(f"{path}.new").exists()


def test_a_disk_that_does_not_say_it_has_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(FileStore(path), [draft()])
    kept = path.read_bytes()
    store = FileStore(path)
    store.read()

    def broken(_: int) -> NoReturn:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(StoreError, match="Input/output error; nothing was kept"):
        append(store, [draft()])
    assert path.read_bytes() == kept
    monkeypatch.setattr(os, "ftruncate", lambda *_: broken(0))
    with pytest.raises(StoreError, match="may yet be in the log"):
        append(store, [draft()])


def test_the_folder_does_not_say_it_has_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileStore(path)
    append(store, [draft(note="a name")])
    monkeypatch.setattr(disk, "flush_folder", lambda _: full())
    with pytest.raises(StoreError, match="loss of power"), store.transaction(ticking(), counted("b")) as transaction:
        transaction.take_out(0, "note", transaction.append(draft()))
    assert len(store.read()) == 2


def test_an_interruption_in_the_middle_of_a_write_is_taken_back(path: Path) -> None:
    append(FileStore(path), [draft()])
    kept = path.read_bytes()

    def interrupt(file: int, data: bytes) -> NoReturn:
        os.write(file, data)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        append(FileStore(path, write=interrupt), [draft()])
    assert path.read_bytes() == kept


def test_a_lock_that_was_removed_meanwhile(path: Path) -> None:
    """Who holds the lock of a file that is gone is alone with nobody; a new one is made."""
    with disk.lock_beside(str(path)):
        Path(f"{path}.lock").unlink()
    with disk.lock_beside(str(path)):
        assert Path(f"{path}.lock").exists()


def test_a_link_and_the_file_have_one_lock(path: Path) -> None:
    link = path.parent / "folder" / "link.jsonl"
    link.parent.mkdir()
    link.symlink_to(path)
    append(FileStore(link), [draft(note="a name")])
    with FileStore(link).transaction(ticking(), counted("b")) as transaction:
        transaction.take_out(0, "note", transaction.append(draft()))
    assert link.is_symlink()
    assert len(read_file(path)) == 2
