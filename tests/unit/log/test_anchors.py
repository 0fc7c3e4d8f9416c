"""Anchors: what they say, their file, and that a change of any of it is told."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from keys import key_of
from log_entries import START, VIENNA, append, draft

from myotis.errors import InputError, SealError
from myotis.log.anchor import Anchor, make_anchor, read_anchor, write_anchor
from myotis.log.store import MemoryStore, StoreError

KEY = key_of("log_keeper")


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    append(store, [draft()], [draft(), draft()])
    return store


def test_what_an_anchor_says(store: MemoryStore) -> None:
    anchor = make_anchor(store, KEY, START.astimezone(VIENNA))
    first, _, last = store.read()
    assert (anchor.log, anchor.entry, anchor.digest) == (first.digest, 2, last.digest)
    assert anchor.at == "2026-03-02T10:30:00.000000+01:00"
    assert anchor.check([key_of("pharmacy").public, KEY.public]) == KEY.public


def test_no_value_is_in_an_anchor(store: MemoryStore) -> None:
    assert "81.5" not in json.dumps(make_anchor(store, KEY, START).signed.document())


def test_its_file(store: MemoryStore, tmp_path: Path) -> None:
    anchor, file = make_anchor(store, KEY, START), tmp_path / "anchor.json"
    write_anchor(file, anchor)
    assert read_anchor(file) == anchor
    with pytest.raises(InputError, match="exists"):
        write_anchor(file, anchor)


def test_what_can_not_be_anchored(store: MemoryStore) -> None:
    with pytest.raises(StoreError, match="no entry"):
        make_anchor(MemoryStore(), KEY, START)
    with pytest.raises(ValueError, match="offset"):
        make_anchor(store, KEY, datetime(2026, 3, 2))  # noqa: DTZ001
    with pytest.raises(SealError, match="expected one of role log_keeper"):
        make_anchor(store, key_of("pharmacy"), START)


@pytest.mark.parametrize("name", ["log", "entry", "digest", "at"])
def test_a_changed_anchor(store: MemoryStore, name: str) -> None:
    document: Any = make_anchor(store, KEY, START).signed.document()
    document["record"][name] = 1 if name == "entry" else document["record"][name].replace("0", "1")
    with pytest.raises(SealError, match="changed since"):
        Anchor.parse(document).check([KEY.public])


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document["record"].pop("at"),
        lambda document: document["record"].update(entry="2"),
        lambda document: document["record"].update(entry=True),
        lambda document: document["record"].update(more=1),
        lambda document: document.update(form="another"),
        lambda document: document.pop("signature"),
    ],
)
def test_files_that_hold_no_anchor(store: MemoryStore, tmp_path: Path, change: Any) -> None:
    document: Any = make_anchor(store, KEY, START).signed.document()
    change(document)
    file = tmp_path / "anchor.json"
    file.write_text(json.dumps(document))
    with pytest.raises(InputError, match=r"anchor\.json"):
        read_anchor(file)
