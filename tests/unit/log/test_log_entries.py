"""Entries: their commitments, digests and lines, recomputed here with hashlib and json alone."""

import hashlib
import json
import math
from dataclasses import replace
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

import pytest
from log_entries import START, VIENNA, append, counted, draft, ticking

from myotis.keys.canonical import write_canonical
from myotis.log.entry import Entry, Tombstone, format_time
from myotis.log.store import MemoryStore, StoreError
from myotis.log.values import parse_json, settle_value


def one(**values: Any) -> Entry:
    store = MemoryStore()
    append(store, [draft(**values)])
    return store.read()[0]


def test_line_by_hand() -> None:
    """The digest is SHA-256 of the header as sorted JSON; a commitment that of the salt and the value."""
    line = json.loads(one(weight="81.5 kg", cycle=3).write_line())
    header = json.dumps(line["header"], sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(header.encode()).hexdigest() == line["digest"]
    for name, text in (("weight", '"81.5 kg"'), ("cycle", "3")):
        salt, value = line["values"][name]
        assert json.loads(text) == value
        assert len(bytes.fromhex(salt)) == 16
        assert hashlib.sha256((salt + text).encode()).hexdigest() == line["header"]["commitments"][name]


def test_salts_are_the_bytes_of_entropy() -> None:
    line = json.loads(one(weight="81.5 kg", cycle=3).write_line())
    drawn = counted()(32).hex()
    assert [line["values"][name][0] for name in ("cycle", "weight")] == [drawn[:32], drawn[32:]]


@pytest.mark.parametrize("value", [None, True, 0, -0.0, 1.5, 10**30, "é\ud800\n", [1, [2]], {"a": {}, "b": 1}])
def test_line_gives_the_entry_back(value: Any) -> None:
    entry = one(found=value)
    again = Entry.read_line(entry.write_line())
    assert again == entry
    assert repr(again.get("found")) == repr(value)
    assert entry.write_line().isascii()
    assert entry.write_line().count("\n") == 1


def test_a_value_is_settled_when_it_is_logged() -> None:
    """What comes back is what a file would give back, and nobody changes it any more."""
    cycles = [1, 2]
    store = MemoryStore()
    with store.transaction(ticking(), counted()) as transaction:
        transaction.append(draft(cycles=cycles, pair=(1, 2), by_number={10: "b", 9: "a"}))
        cycles.append(3)
    (entry,) = store.read()
    assert entry.known == {"cycles": [1, 2], "pair": [1, 2], "by_number": {"10": "b", "9": "a"}}
    assert Entry.read_line(entry.write_line()) == entry


def test_enumerations_become_plain() -> None:
    class Level(IntEnum):
        HIGH = 2

    assert type(settle_value(Level.HIGH)) is int


@pytest.mark.parametrize("value", [math.nan, math.inf, object(), {1, 2}, b"bytes", START])
def test_what_json_has_not_is_refused(value: Any) -> None:
    store = MemoryStore()
    with pytest.raises((TypeError, ValueError)), store.transaction(ticking(), counted()) as transaction:
        transaction.append(draft(found=value))
    assert store.read() == []


def test_values_stand_in_the_order_of_their_names() -> None:
    entry = one(weight="81.5 kg", cycle=3)
    assert [*entry.known] == [*Entry.read_line(entry.write_line()).known] == ["cycle", "weight"]


@pytest.mark.parametrize("field", ["act", "by", "role", "site", "subject", "protocol", "protocol_digest", "values"])
def test_what_could_not_be_read_back_is_refused(field: str) -> None:
    wrong: Any = {7: "81.5 kg"} if field == "values" else 0
    store = MemoryStore()
    with pytest.raises(TypeError), store.transaction(ticking(), counted()) as transaction:
        transaction.append(replace(draft(), **{field: wrong}))
    assert store.read() == []


def test_members_of_enumerations_become_texts() -> None:
    class Role(StrEnum):
        RATER = "rater"

    store = MemoryStore()
    append(store, [replace(draft(**{Role.RATER: 1}), role=Role.RATER)])
    (entry,) = store.read()
    assert type(entry.role) is type(next(iter(entry.values))) is str
    assert repr(Entry.read_line(entry.write_line())) == repr(entry)


def test_too_few_random_bytes() -> None:
    store = MemoryStore()
    with pytest.raises(StoreError), store.transaction(ticking(), lambda count: bytes(count - 1)) as transaction:
        transaction.append(draft())
    assert store.read() == []


def test_known_and_get() -> None:
    entry = one(weight="81.5 kg", reason="typed wrong").without("reason", by_entry=4)
    assert entry.known == {"weight": "81.5 kg"}
    assert (entry.get("weight"), entry.get("reason"), entry.get("other", 0)) == ("81.5 kg", None, 0)
    assert entry.values["reason"] == Tombstone(4)
    assert Entry.read_line(entry.write_line()) == entry
    assert "typed wrong" not in entry.write_line()


def break_line(change: Any) -> str:
    parts = json.loads(one().write_line())
    change(parts)
    return json.dumps(parts)


@pytest.mark.parametrize(
    "line",
    [
        "", "x", "{}", "[]", "null", b"\xff", "[" * 100_000, one().write_line()[:-2],
        break_line(lambda parts: parts.pop("digest")),
        break_line(lambda parts: parts["header"].pop("closes")),
        break_line(lambda parts: parts["header"].update(more=1)),
        break_line(lambda parts: parts["header"].update(number=True)),
        break_line(lambda parts: parts["header"].update(number="0")),
        break_line(lambda parts: parts["header"].update(commitments=[])),
        break_line(lambda parts: parts.update(values=[])),
        break_line(lambda parts: parts["values"].update(weight="81.5 kg")),
        break_line(lambda parts: parts["values"].update(weight=["00", "81.5 kg"])),
        break_line(lambda parts: parts["values"].update(weight={"taken_out_by": "1"})),
        break_line(lambda parts: parts["values"].update(weight={"taken_out_by": 1, "more": 1})),
        break_line(lambda parts: parts["values"]["weight"].__setitem__(1, math.nan)),
    ],
)  # fmt: skip
def test_lines_that_are_no_entries(line: str | bytes) -> None:
    with pytest.raises(ValueError, match="not an entry"):
        Entry.read_line(line)


def test_a_digit_of_the_salt_can_not_pass_for_one_of_the_value() -> None:
    """Salt …5 and value 12 have the commitment of a salt without its 5 and the value 512."""
    parts = json.loads(one(dose=12).write_line())
    salt, _ = parts["values"]["dose"]
    parts["values"]["dose"] = [salt[:-1], 512]
    with pytest.raises(ValueError, match="not an entry"):
        Entry.read_line(json.dumps(parts))


def test_times() -> None:
    assert format_time(START.astimezone(VIENNA)) == "2026-03-02T10:30:00.000000+01:00"
    with pytest.raises(ValueError, match="offset"):
        format_time(datetime(2026, 3, 2))  # noqa: DTZ001


def test_canonical_is_one_text() -> None:
    assert write_canonical({"b": [1.0, "ü"], "a": None}) == '{"a":null,"b":[1.0,"\\u00fc"]}'
    assert parse_json(b'{"a": "\xc3\xbc"}') == {"a": "ü"}
    with pytest.raises(ValueError, match="NaN"):
        parse_json("NaN")
