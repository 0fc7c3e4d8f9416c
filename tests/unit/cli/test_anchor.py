"""``myotis anchor``: the anchor that it writes, and when it writes none."""

from pathlib import Path

import pytest
import typer
from keys import key_of, stream
from log_entries import append, counted, draft
from typer.testing import CliRunner, Result

from myotis.cli.anchor import anchor
from myotis.errors import InputError, SealError
from myotis.keys.files import write_private_key, write_public_key
from myotis.log.anchor import read_anchor
from myotis.log.check import check_log
from myotis.log.file import FileStore
from myotis.log.store import StoreError

PASSPHRASE = "a long enough sentence"  # noqa: S105 (of a key that only tests have)

app = typer.Typer()
app.command()(anchor)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A log, two private keys and their passphrase."""
    append(FileStore(tmp_path / "conduct.jsonl"), [draft()], [draft(), draft(weight="82 kg")])
    for role in ("log_keeper", "pharmacy"):
        write_private_key(tmp_path / f"{role}.json", key_of(role), PASSPHRASE, stream(role))
    (tmp_path / "passphrase.txt").write_text(PASSPHRASE + "\n")
    return tmp_path


def run(folder: Path, key: str = "log_keeper") -> Result:
    words = ("conduct.jsonl", "--key", f"{key}.json", "--out", "anchor.json", "--passphrase-file", "passphrase.txt")
    return CliRunner().invoke(app, [word if word.startswith("--") else str(folder / word) for word in words])


def test_an_anchor(folder: Path) -> None:
    result = run(folder)
    assert result.exit_code == 0
    log = folder / "conduct.jsonl"
    assert result.stdout.splitlines()[0] == f"{log}: anchored at entry 2: {folder / 'anchor.json'}"
    made = read_anchor(folder / "anchor.json")
    assert made.check([key_of("log_keeper").public]).role == "log_keeper"
    append(FileStore(log), [draft()], entropy=counted("more"))
    lines = log.read_bytes().splitlines(keepends=True)
    keys = [key_of("log_keeper").public]
    assert check_log(lines, [made], keys) == []
    assert check_log(lines[:1], [made], keys) != []


def test_an_altered_log_is_not_anchored(folder: Path) -> None:
    log = folder / "conduct.jsonl"
    log.write_text(log.read_text().replace("82 kg", "92 kg"))
    result = run(folder)
    assert result.exit_code == 1
    assert "line 3, entry 2" in result.stdout
    assert not (folder / "anchor.json").exists()


def test_what_is_refused(folder: Path) -> None:
    assert isinstance(run(folder, "pharmacy").exception, SealError)
    write_public_key(folder / "public.json", key_of("log_keeper").public)
    assert isinstance(run(folder, "public").exception, InputError)
    (folder / "conduct.jsonl").write_bytes(b"")
    assert isinstance(run(folder).exception, StoreError)
    assert not (folder / "anchor.json").exists()


def test_an_anchor_is_not_written_over(folder: Path) -> None:
    run(folder)
    before = (folder / "anchor.json").read_bytes()
    assert isinstance(run(folder).exception, InputError)
    assert (folder / "anchor.json").read_bytes() == before
