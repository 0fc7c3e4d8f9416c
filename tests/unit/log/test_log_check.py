"""The check of a log: each kind of change is found, where it is, and no value is shown."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from keys import key_of
from log_entries import START, append, counted, draft, ticking

from myotis.keys.records import SignedRecord
from myotis.log.anchor import KIND, Anchor, make_anchor
from myotis.log.check import check_log
from myotis.log.entry import Entry
from myotis.log.redact import take_out_value
from myotis.log.store import MemoryStore

NAME = "a name of somebody"
Lines = list[str]


def make_store() -> MemoryStore:
    """Transactions of 1, 2, 1 and 2 entries; a value is taken out of entry 1 by entry 6."""
    store = MemoryStore()
    append(store, [draft(note=NAME)], [draft(note=NAME, weight="81.5 kg"), draft()], [draft(n=1.5)], [draft(), draft()])
    take_out_value(
        store, 1, "note", reason="names somebody", by="dora", role="data manager", protocol="ProDERM",
        protocol_digest="d" * 64, clock=ticking(START + timedelta(hours=1)), entropy=counted("b"),
    )  # fmt: skip
    return store


@pytest.fixture
def lines() -> Lines:
    return [entry.write_line() for entry in make_store().read()]


def edit(line: str, change: Callable[[dict[str, Any]], Any]) -> str:
    """A line changed by somebody who knows how entries are written, but not their digests."""
    parts = json.loads(line)
    change(parts)
    return json.dumps(parts, sort_keys=True, separators=(",", ":")) + "\n"


def forge(line: str, change: Callable[[dict[str, Any]], Any], previous: str | None = None) -> str:
    """A line changed by somebody who computes digests anew."""

    def with_digest(parts: dict[str, Any]) -> None:
        change(parts)
        if previous is not None:
            parts["header"]["previous"] = previous
        header = json.dumps(parts["header"], sort_keys=True, separators=(",", ":"))
        parts["digest"] = hashlib.sha256(header.encode()).hexdigest()

    return edit(line, with_digest)


def told(lines: Lines, *more: Any) -> list[str]:
    found = [str(finding) for finding in check_log(lines, *more)]
    assert not any(NAME in finding for finding in found)
    return found


def test_an_unaltered_log(lines: Lines) -> None:
    assert len(lines) == 7
    assert told(lines) == []
    assert told([line.encode() for line in lines]) == []
    assert told([]) == []


@pytest.mark.parametrize("line", range(7))
def test_a_changed_header(lines: Lines, line: int) -> None:
    lines[line] = edit(lines[line], lambda parts: parts["header"].update(by="somebody else"))
    assert told(lines) == [f"line {line + 1}, entry {line}: the header or the digest was changed"]


def test_a_changed_value(lines: Lines) -> None:
    lines[1] = edit(lines[1], lambda parts: parts["values"]["weight"].__setitem__(1, "91.5 kg"))
    assert told(lines) == ["line 2, entry 1: the value 'weight' or the commitment to it was changed"]


def test_a_changed_salt(lines: Lines) -> None:
    lines[1] = edit(lines[1], lambda parts: parts["values"]["weight"].__setitem__(0, "0" * 32))
    assert told(lines) == ["line 2, entry 1: the value 'weight' or the commitment to it was changed"]


def test_a_changed_commitment(lines: Lines) -> None:
    lines[1] = edit(lines[1], lambda parts: parts["header"]["commitments"].update(weight="0" * 64))
    assert told(lines) == [
        "line 2, entry 1: the header or the digest was changed",
        "line 2, entry 1: the value 'weight' or the commitment to it was changed",
    ]


def test_a_changed_digest(lines: Lines) -> None:
    lines[3] = edit(lines[3], lambda parts: parts.update(digest="0" * 64))
    assert told(lines) == [
        "line 4, entry 3: the header or the digest was changed",
        "line 5, entry 4: it isn't chained to the entry before it: one of the two was written anew",
    ]


def test_an_entry_written_anew(lines: Lines) -> None:
    lines[3] = forge(lines[3], lambda parts: parts["header"].update(by="somebody else"))
    assert told(lines) == ["line 5, entry 4: it isn't chained to the entry before it: one of the two was written anew"]


def test_a_value_removed_or_inserted(lines: Lines) -> None:
    lines[1] = edit(lines[1], lambda parts: parts["values"].pop("weight"))
    lines[2] = edit(lines[2], lambda parts: parts["values"].update(more=["0" * 32, 1]))
    assert told(lines) == [
        "line 2, entry 1: the value 'weight' was removed",
        "line 3, entry 2: the value 'more' was inserted",
    ]


@pytest.mark.parametrize(
    "respell",
    [
        lambda line: line.replace('"number":3', '"number": 3'),
        lambda line: line.replace(",1.5]", ",1.50]"),
        lambda line: line.replace("ProDERM", "Pro\\u0044ERM"),
        lambda line: line.replace("\n", "\r\n"),
        lambda line: line.replace('{"digest"', '{"digest":"0","digest"'),
        lambda line: line.replace('"values"', '"more":1,"values"'),
    ],
)
def test_the_same_said_in_another_way(lines: Lines, respell: Callable[[str], str]) -> None:
    lines[3], before = respell(lines[3]), lines[3]
    assert lines[3] != before
    assert told(lines) == ["line 4, entry 3: the line says the same in another way than it was written"]


def test_removed_entries(lines: Lines) -> None:
    assert told(lines[:2] + lines[3:]) == ["line 3, entry 3: entry 2 is missing before it"]
    assert told(lines[:2] + lines[5:]) == ["line 3, entry 5: entries 2 to 4 are missing before it"]
    assert told(lines[1:]) == ["line 1, entry 1: entry 0 is missing before it"]


def test_an_inserted_entry(lines: Lines) -> None:
    other = MemoryStore()
    append(other, [draft()], [draft(weight="70 kg")], [draft()], [draft()], entropy=counted("other"))
    line = other.read()[3].write_line()
    found = told([*lines[:4], line, *lines[4:]])
    assert found == ["line 5, entry 3: an entry of this number stands in line 4 already: one was repeated or inserted"]
    assert told([*lines[:4], "more\n", *lines[4:]]) == ["line 5: the line is not an entry"]
    assert told([*lines[:4], "\n", *lines[4:]]) == ["line 5: the line is not an entry"]


def test_a_repeated_entry(lines: Lines) -> None:
    found = told([*lines[:5], lines[3], *lines[5:]])
    assert found == ["line 6, entry 3: an entry of this number stands in line 4 already: one was repeated or inserted"]


def test_moved_entries(lines: Lines) -> None:
    lines[3], lines[5] = lines[5], lines[3]
    found = told(lines)
    assert "line 4, entry 5: entry 3 belongs here and stands in line 6: they were moved" in found


def test_a_cut_end(lines: Lines) -> None:
    assert told([*lines[:6], lines[6][:40]]) == [
        "line 2, entry 1: the value 'note' was taken out, and no later entry says who did it and why",
        "line 7: the line was cut off",
    ]
    assert told([*lines[:6], lines[6][:-1]]) == ["line 7, entry 6: the line was cut off"]
    store = MemoryStore()
    append(store, [draft()], [draft(), draft()])
    cut = [entry.write_line() for entry in store.read()[:2]]
    assert told(cut) == ["line 3: the last transaction has no end: it was cut off, or never ended"]


def test_whole_transactions_cut_off_are_seen_only_from_an_anchor() -> None:
    key = key_of("log_keeper")
    store = MemoryStore()
    append(store, [draft()], [draft()], [draft()])
    assert told([entry.write_line() for entry in store.read()[:2]]) == []
    whole = [entry.write_line() for entry in store.read()]
    anchor = make_anchor(store, key, START + timedelta(days=1))
    assert told(whole, [anchor], [key.public]) == []
    assert told(whole[:2], [anchor], [key.public]) == [
        "line 3: the end is missing: the log had entry 2 when it was anchored at 2026-03-03T09:30:00.000000+00:00"
    ]
    assert told([], [anchor], [key.public])[0].startswith("line 1: the end is missing")
    append(store, [draft()], entropy=counted("later"))
    assert told([entry.write_line() for entry in store.read()], [anchor], [key.public]) == []


def test_a_rest_written_anew_is_seen_only_from_an_anchor(lines: Lines) -> None:
    """Nobody can see from a log alone that all of its end was written anew; an anchor shows where it begins."""
    key = key_of("log_keeper")
    anchor = make_anchor(make_store(), key, START)
    previous, forged = "", []
    for number, line in enumerate(lines):
        by = "somebody else" if number >= 4 else "ines"
        forged.append(forge(line, lambda parts, by=by: parts["header"].update(by=by), previous))
        previous = Entry.read_line(forged[-1]).digest
    assert told(forged) == []
    assert told(forged, [anchor], [key.public]) == [
        "line 7, entry 6: this is not the entry that was anchored at 2026-03-02T09:30:00.000000+00:00: "
        "it or some before it were written anew"
    ]


def test_another_log(lines: Lines) -> None:
    key = key_of("log_keeper")
    other = MemoryStore()
    append(other, [draft()], entropy=counted("other"))
    anchor = make_anchor(other, key, START)
    (found,) = told(lines, [anchor], [key.public])
    assert found.startswith("line 1, entry 0: this is another log than the one that was anchored")


def test_an_anchor_that_was_changed_or_is_signed_by_somebody_else(lines: Lines) -> None:
    key, other = key_of("log_keeper"), key_of("log_keeper", "Somebody")
    anchor = make_anchor(make_store(), key, START)
    changed = {**anchor.signed.document(), "record": {**anchor.signed.record, "entry": 2}}
    for some, keys in ((anchor, [other.public]), (anchor, []), (Anchor.parse(changed), [key.public])):
        (found,) = told(lines, [some], keys)
        assert "the anchor of 2026-03-02T09:30:00.000000+00:00 is none" in found
    as_other_kind = SignedRecord.sign(key, "approval", dict(anchor.signed.record))
    document = {**as_other_kind.document(), "form": anchor.signed.document()["form"]}
    assert "is none" in told(lines, [Anchor.parse(document)], [key.public])[0]
    assert KIND == "anchor of a log"


def test_a_tombstone_that_nobody_answers_for(lines: Lines) -> None:
    lines[3] = edit(lines[3], lambda parts: parts["values"].update(n={"taken_out_by": 6}))
    what = "the value 'n' was taken out, and no later entry says who did it and why"
    assert told(lines) == [f"line 4, entry 3: {what}"]
    lines[3] = edit(lines[3], lambda parts: parts["values"].update(n={"taken_out_by": 99}))
    assert told(lines) == [f"line 4, entry 3: {what}"]


def test_a_tombstone_that_names_another_entry(lines: Lines) -> None:
    lines[1] = edit(lines[1], lambda parts: parts["values"].update(note={"taken_out_by": 5}))
    assert told(lines) == [
        "line 2, entry 1: the value 'note' was taken out, and no later entry says who did it and why",
        "line 7, entry 6: it says that a value was taken out, and that value is still there",
    ]


def test_a_tombstone_that_an_earlier_entry_answers_for() -> None:
    """Nobody takes out what is not there yet."""
    store = MemoryStore()
    append(store, [draft("take_out_value", entry=1, value="note")], [draft(note=NAME)])
    lines = [store.read()[0].write_line(), store.read()[1].without("note", 0).write_line()]
    assert told(lines) == [
        "line 2, entry 1: the value 'note' was taken out, and no later entry says who did it and why"
    ]


def test_a_value_that_came_back(lines: Lines) -> None:
    """Who has a copy of the value with its salt can put it back; the chain still holds, and the check tells."""
    store = MemoryStore()
    append(store, [draft(note=NAME)], [draft(note=NAME, weight="81.5 kg"), draft()])
    lines[1] = store.read()[1].write_line()
    assert told(lines) == ["line 7, entry 6: it says that a value was taken out, and that value is still there"]


def test_times_that_go_back(lines: Lines) -> None:
    previous, forged = "", []
    for number, line in enumerate(lines):
        recorded = "2026-03-02T09:29:00.000000+00:00" if number == 4 else json.loads(line)["header"]["recorded"]
        forged.append(forge(line, lambda parts, r=recorded: parts["header"].update(recorded=r), previous))
        previous = Entry.read_line(forged[-1]).digest
    assert told(forged) == ["line 5, entry 4: it was recorded before the entry above it"]


def test_no_log_at_all() -> None:
    assert told(["subject,visit\n", "S01,4\n"]) == [
        "line 1: the line is not an entry",
        "line 2: the line is not an entry",
    ]
    deep = '{"digest":"","header":{},"values":' + "[" * 50_000 + "]" * 50_000 + "}\n"
    assert told([deep]) == ["line 1: the line is not an entry"]
    assert check_log([b"\xff\xfe\n"])[0].entry is None
