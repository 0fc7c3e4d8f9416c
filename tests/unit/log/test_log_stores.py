"""What both stores promise: whole transactions, links, times that never go back, values that can be taken out."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from log_entries import START, VIENNA, append, counted, draft, ticking

from myotis.log.entry import Tombstone
from myotis.log.file import FileStore
from myotis.log.store import MemoryStore, Store, StoreError


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore() if request.param == "memory" else FileStore(tmp_path / "log.jsonl", sync=False)


def test_an_empty_log(store: Store) -> None:
    assert list(store.read()) == []
    assert list(store.read(5)) == []


def test_entries_are_numbered_and_linked(store: Store) -> None:
    append(store, [draft()], [draft("screen", age=50), draft("enroll", arm_asked="no")])
    first, second, third = store.read()
    assert [entry.number for entry in (first, second, third)] == [0, 1, 2]
    assert [first.previous, second.previous, third.previous] == ["", first.digest, second.digest]
    assert [first.closes, second.closes, third.closes] == [True, False, True]
    assert list(store.read(2)) == [third]
    assert (second.act, second.site, second.subject, second.by) == ("screen", "01", "01-001", "ines")


def test_nothing_is_kept_of_an_act_that_raises(store: Store) -> None:
    append(store, [draft()])

    def fail() -> None:
        with store.transaction(ticking(), counted("b")) as transaction:
            transaction.append(draft(weight="82 kg"))
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert len(store.read()) == 1
    append(store, [draft()], entropy=counted("c"))
    assert [entry.number for entry in store.read()] == [0, 1]


def test_an_act_without_entries_leaves_nothing(store: Store) -> None:
    append(store, [])
    assert list(store.read()) == []


def test_what_was_said_and_what_the_clock_showed(store: Store) -> None:
    """The time of the event keeps its offset; the time of the entry is UTC and never goes back."""
    shown = iter([START, START - timedelta(hours=1), START + timedelta(seconds=1)])
    drafts = [draft(occurred=START.astimezone(VIENNA))]
    append(store, drafts, drafts, drafts, clock=lambda: next(shown))
    first, second, third = store.read()
    assert first.occurred == "2026-03-02T10:30:00.000000+01:00"
    assert (first.recorded, first.clock) == ("2026-03-02T09:30:00.000000+00:00", None)
    assert (second.recorded, second.clock) == (first.recorded, "2026-03-02T08:30:00.000000+00:00")
    assert (third.recorded, third.clock) == ("2026-03-02T09:30:01.000000+00:00", None)


def test_a_transaction_sees_the_log_before_it(store: Store) -> None:
    append(store, [draft()])
    with store.transaction(ticking(), counted("b")) as transaction:
        transaction.append(draft())
        assert [len(transaction.kept), len(store.read())] == [1, 1]


def test_transactions_do_not_nest(store: Store) -> None:
    def nest() -> None:
        with store.transaction(ticking(), counted()) as transaction:
            transaction.append(draft())
            append(store, [draft()])

    with pytest.raises(StoreError, match="inside another"):
        nest()
    assert list(store.read()) == []
    append(store, [draft()])
    assert len(store.read()) == 1


def test_threads_take_turns(store: Store) -> None:
    def work(name: str) -> None:
        for _ in range(10):
            with store.transaction(ticking(), counted(name)) as transaction:
                transaction.append(draft(next=len(transaction.kept)))

    threads = [threading.Thread(target=work, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [entry.get("next") for entry in store.read()] == list(range(40))


def test_a_value_is_taken_out_with_the_entry_that_says_why(store: Store) -> None:
    append(store, [draft(weight="81.5 kg", note="a name")], [draft()])
    digests = [entry.digest for entry in store.read()]
    with store.transaction(ticking(), counted("b")) as transaction:
        why = transaction.append(draft("take_out_value", entry=0, value="note"))
        transaction.take_out(0, "note", why)
    bereft, _, last = store.read()
    assert bereft.values["note"] == Tombstone(2)
    assert bereft.get("weight") == "81.5 kg"
    assert [entry.digest for entry in store.read()][:2] == digests
    assert last.previous == digests[1]


def test_nothing_is_taken_out_by_an_act_that_raises(store: Store) -> None:
    append(store, [draft(note="a name")])

    def fail() -> None:
        with store.transaction(ticking(), counted("b")) as transaction:
            transaction.take_out(0, "note", transaction.append(draft()))
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    (entry,) = store.read()
    assert entry.get("note") == "a name"


@pytest.mark.parametrize(("number", "name"), [(2, "weight"), (-1, "weight"), (0, "other"), (0, "gone")])
def test_what_is_not_there_can_not_be_taken_out(store: Store, number: int, name: str) -> None:
    append(store, [draft(note="a name", gone="x")])
    with store.transaction(ticking(), counted("b")) as transaction:
        transaction.take_out(0, "gone", transaction.append(draft()))
    with pytest.raises(StoreError), store.transaction(ticking(), counted("c")) as transaction:
        transaction.take_out(number, name, transaction.append(draft()))
    assert len(store.read()) == 2


def test_two_values_of_one_entry_in_one_act(store: Store) -> None:
    append(store, [draft(note="a name", weight="81.5 kg", visit="W04")])
    with store.transaction(ticking(), counted("b")) as transaction:
        for name in ("note", "weight"):
            transaction.take_out(0, name, transaction.append(draft("take_out_value", entry=0, value=name)))
    assert store.read()[0].known == {"visit": "W04"}
