"""Taking a value out, and destroying the key of a subject's free text."""

import json
import multiprocessing
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from keys import stream
from log_entries import append, counted, draft, ticking

from myotis.errors import SealError
from myotis.log.check import check_log
from myotis.log.entry import Entry, Tombstone
from myotis.log.file import FileStore
from myotis.log.redact import take_out_value
from myotis.log.store import MemoryStore, Store, StoreError
from myotis.log.subject_keys import FileSubjectKeys, MemorySubjectKeys, SubjectKeys, open_for_subject, seal_for_subject

WORDS = "fell over her neighbor Max"


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore() if request.param == "memory" else FileStore(tmp_path / "log.jsonl", sync=False)


def take_out(store: Store, number: int, name: str, **more: Any) -> Entry:
    about = {"by": "dora", "role": "data manager", "protocol": "ProDERM", "protocol_digest": "d" * 64}
    about |= {"reason": "names somebody else", "clock": ticking(), "entropy": counted(f"{number} {name}")}
    return take_out_value(store, number, name, **(about | more))


def lines_of(store: Store) -> list[str]:
    return [entry.write_line() for entry in store.read()]


def test_a_value_is_gone_and_the_log_holds_together(store: Store) -> None:
    append(store, [draft(note=WORDS, weight="81.5 kg")], [draft()])
    entry = take_out(store, 0, "note")
    assert entry == store.read()[2]
    assert entry.known == {"entry": 0, "value": "note", "reason": "names somebody else"}
    assert (entry.act, entry.by, entry.site, entry.subject) == ("take_out_value", "dora", "01", "01-001")
    assert store.read()[0].values["note"] == Tombstone(2)
    assert "Max" not in "".join(lines_of(store))
    assert check_log(lines_of(store)) == []


def test_two_values_of_one_entry(store: Store) -> None:
    append(store, [draft(note=WORDS, weight="81.5 kg")])
    take_out(store, 0, "note")
    take_out(store, 0, "weight")
    assert store.read()[0].known == {}
    assert check_log(lines_of(store)) == []


def test_a_value_is_taken_out_once(store: Store) -> None:
    append(store, [draft(note=WORDS)])
    take_out(store, 0, "note")
    for number, name in ((0, "note"), (0, "other"), (7, "note"), (-1, "note")):
        with pytest.raises(StoreError):
            take_out(store, number, name)
    assert len(store.read()) == 2


def test_which_value_was_taken_out_stays_known(store: Store) -> None:
    """The reason can be taken out, where it says too much; what ties it to its tombstone can't."""
    append(store, [draft(note=WORDS)])
    take_out(store, 0, "note", reason="says Max")
    for name in ("entry", "value"):
        with pytest.raises(StoreError, match="only its reason"):
            take_out(store, 1, name)
    take_out(store, 1, "reason")
    assert store.read()[1].known == {"entry": 0, "value": "note"}
    assert check_log(lines_of(store)) == []


@pytest.fixture(params=["memory", "file"])
def keys(request: pytest.FixtureRequest, tmp_path: Path) -> SubjectKeys:
    return MemorySubjectKeys() if request.param == "memory" else FileSubjectKeys(tmp_path / "keys.json")


def test_a_key_a_subject(keys: SubjectKeys) -> None:
    entropy = stream("keys")
    assert keys.find("01-001") is None
    first, second = keys.find_or_make("01-001", entropy), keys.find_or_make("01-002", entropy)
    assert first != second
    assert len(first) == len(second) == 32
    assert keys.find_or_make("01-001", entropy) == keys.find("01-001") == first


def test_a_destroyed_key_makes_every_text_of_the_subject_unreadable(keys: SubjectKeys, store: Store) -> None:
    entropy = stream("texts")
    for subject in ("01-001", "01-002", "01-001"):
        sealed = seal_for_subject(keys, subject, WORDS, "report", entropy)
        append(store, [draft(narrative=sealed, subject=subject)], entropy=entropy)
    assert "Max" not in "".join(lines_of(store))

    def read() -> list[str | None]:
        values = (entry.known for entry in store.read())
        return [open_for_subject(keys, known["subject"], known["narrative"], "report") for known in values]

    assert read() == [WORDS] * 3
    before = lines_of(store)
    keys.destroy("01-001")
    keys.destroy("01-001")
    assert read() == [None, WORDS, None]
    assert lines_of(store) == before
    assert check_log(before) == []
    with pytest.raises(SealError, match="destroyed"):
        seal_for_subject(keys, "01-001", WORDS, "report", entropy)
    keys.destroy("01-003")
    with pytest.raises(SealError, match="destroyed"):
        keys.find_or_make("01-003", entropy)


@pytest.mark.parametrize("elsewhere", [("01-002", "report"), ("01-001", "note")])
def test_a_sealed_text_can_not_be_moved(keys: SubjectKeys, elsewhere: tuple[str, str]) -> None:
    entropy = stream("texts")
    sealed = seal_for_subject(keys, "01-001", WORDS, "report", entropy)
    keys.find_or_make("01-002", entropy)
    with pytest.raises(SealError):
        open_for_subject(keys, elsewhere[0], sealed, elsewhere[1])


def test_the_keyring_is_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    key = FileSubjectKeys(path).find_or_make("01-001", stream("keys"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text()) == {"01-001": key.hex()}
    FileSubjectKeys(path).destroy("01-001")
    assert key.hex() not in path.read_text()
    assert FileSubjectKeys(path).find("01-001") is None


@pytest.mark.parametrize("text", ["", "[]", '{"01-001": 1}', '{"01-001": "00"}', '{"01-001": "' + "g" * 64 + '"}'])
def test_no_keyring(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    acts: list[Callable[[FileSubjectKeys], object]] = [
        lambda keys: keys.find("01-001"),
        lambda keys: keys.find_or_make("01-001", stream("keys")),
        lambda keys: keys.destroy("01-001"),
    ]
    for act in acts:
        with pytest.raises(StoreError, match="not a keyring"):
            act(FileSubjectKeys(path))
    assert path.read_text() == text


def test_no_folder_for_the_keyring(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no key was made or destroyed"):
        FileSubjectKeys(tmp_path / "none" / "keys.json").find_or_make("01-001", stream("keys"))


def make_many(path: Path, name: str) -> None:
    for number in range(20):
        FileSubjectKeys(path).find_or_make(f"{name}-{number}", stream(name))


def test_processes_do_not_lose_one_anothers_keys(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=make_many, args=(path, name)) for name in ("a", "b")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(json.loads(path.read_text())) == 40
