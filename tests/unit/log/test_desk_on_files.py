"""A live trial on files: the log, and apart from it the keys of its free text."""

from pathlib import Path

from live_trial import LiveTrial

from myotis.conduct.acts.data.report_deviation import ReportDeviation
from myotis.conduct.roles import Role
from myotis.log.check import check_log
from myotis.log.file import FileStore
from myotis.log.store import MemoryStore
from myotis.log.subject_keys import FileSubjectKeys, open_for_subject

WORDS = "her neighbor Max Example took the sheet home"


def test_the_same_acts_give_the_same_log(tmp_path: Path) -> None:
    path = tmp_path / "conduct.jsonl"
    store = MemoryStore()
    for kept in (store, FileStore(path, sync=False)):
        LiveTrial(store=kept).enroll()
    assert path.read_text() == "".join(entry.write_line() for entry in store.read())
    assert check_log(path.read_bytes().splitlines(keepends=True)) == []


def test_another_desk_goes_on_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "conduct.jsonl"
    one, other = (LiveTrial(store=FileStore(path, sync=False)) for _ in range(2))
    one.enroll("101-001")
    other.clock.move(minutes=1)
    other.enroll("101-002")
    one.clock.move(minutes=2)
    one.enroll("102-001")
    names = ["101-001", "101-002", "102-001"]
    assert sorted(one.desk.state.subjects) == sorted(other.desk.state.subjects) == names
    assert check_log(path.read_bytes().splitlines(keepends=True)) == []


def test_a_destroyed_key_erases_words_and_leaves_the_log(tmp_path: Path) -> None:
    path, keys = tmp_path / "conduct.jsonl", FileSubjectKeys(tmp_path / "keys.json")
    live = LiveTrial(store=FileStore(path, sync=False), keys=keys)  # type: ignore[arg-type]
    live.consent()
    deviation = {"category": "other", "important": False, "day": live.today, "description": WORDS}
    live.act(ReportDeviation(subject="101-001", **deviation), Role.MONITOR)
    (entry,) = (entry for entry in live.store.read() if entry.act == "report_deviation")
    sealed = entry.get("description")

    def read() -> str | None:
        return open_for_subject(FileSubjectKeys(tmp_path / "keys.json"), "101-001", sealed["sealed"], sealed["as"])

    assert "Max" not in path.read_text()
    assert read() == WORDS
    before = path.read_bytes()
    keys.destroy("101-001")
    assert read() is None
    assert path.read_bytes() == before
    assert check_log(before.splitlines(keepends=True)) == []
    again = LiveTrial(store=FileStore(path, sync=False), keys=keys)  # type: ignore[arg-type]
    assert "101-001" in again.desk.state.subjects
