"""``myotis check LOG``: what it prints and how it ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from keys import key_of
from log_entries import START, append, counted, draft, write_example
from typer.testing import CliRunner, Result

from myotis.cli.check import check
from myotis.errors import InputError
from myotis.keys.files import write_public_key
from myotis.log.anchor import make_anchor, write_anchor
from myotis.log.file import FileStore

app = typer.Typer()
app.command()(check)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "conduct.jsonl"
    append(FileStore(file), [draft()], [draft(), draft(weight="82 kg")])
    return file


@pytest.fixture
def anchored(log: Path) -> list[object]:
    """The log grows after it was anchored; the options that name anchor and key."""
    key = key_of("log_keeper")
    anchor, public = log.parent / "anchor.json", log.parent / "keeper.json"
    write_anchor(anchor, make_anchor(FileStore(log), key, START))
    write_public_key(public, key.public)
    append(FileStore(log), [draft()], entropy=counted("more"))
    return ["--anchor", anchor, "--key", public]


def change(log: Path, old: str, new: str) -> None:
    text = log.read_text()
    assert old in text
    log.write_text(text.replace(old, new))


def test_an_unaltered_log(log: Path) -> None:
    result = run(log)
    assert result.exit_code == 0
    first, entries, digest, anchor = result.stdout.splitlines()
    assert first == f"{log}: the log is unaltered"
    assert entries == "entries  3, 2026-03-02T09:30:00.000000+00:00 to 2026-03-02T09:30:01.000000+00:00"
    assert digest == f"digest   {FileStore(log).read()[-1].digest}"
    assert "no anchor was given" in anchor


def test_an_altered_log(log: Path) -> None:
    change(log, "82 kg", "92 kg")
    result = run(log)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{log}: the log is not as it was written, 1 finding",
        f"{log}, line 3, entry 2: the value 'weight' or the commitment to it was changed",
    ]


def test_findings_as_json(log: Path) -> None:
    change(log, "82 kg", "92 kg")
    result = run(log, "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["unaltered"] is False
    assert document["findings"] == [
        {"line": 3, "entry": 2, "what": "the value 'weight' or the commitment to it was changed"}
    ]
    assert "92 kg" not in result.stdout


def test_with_an_anchor(log: Path, anchored: list[object]) -> None:
    result = run(log, *anchored)
    assert result.exit_code == 0
    assert "anchor   goes on from entry 2, anchored 2026-03-02T09:30:00" in result.stdout
    document = json.loads(run(log, *anchored, "--json").stdout)
    assert document["anchors"][0]["signed_by"] == key_of("log_keeper").public.key_id
    assert document["unaltered"] is True


def test_a_cut_log_with_an_anchor(log: Path, anchored: list[object]) -> None:
    log.write_bytes(log.read_bytes().splitlines(keepends=True)[0])
    assert run(log).exit_code == 0
    result = run(log, *anchored)
    assert result.exit_code == 1
    assert "line 2: the end is missing: the log had entry 2" in result.stdout


def test_an_empty_log(log: Path) -> None:
    log.write_bytes(b"")
    result = run(log)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1] == "entries  0"


def test_a_log_whose_first_line_was_cut_off(log: Path) -> None:
    for text in (b'{"d', b'{"digest":"00'):
        log.write_bytes(text)
        result = run(log)
        assert result.exit_code == 1
        assert "line 1: the line was cut off" in result.stdout


@pytest.mark.parametrize("text", ["subject,visit\nS01,4\n", "{}\n", "\n", "\0"])
def test_no_log(log: Path, text: str) -> None:
    log.write_text(text)
    result = run(log)
    assert isinstance(result.exception, InputError)
    assert "not a log" in str(result.exception)


def test_no_file(tmp_path: Path) -> None:
    for path in (tmp_path / "none.jsonl", tmp_path):
        result = run(path)
        assert isinstance(result.exception, InputError)
        assert "can't be read" in str(result.exception)


def test_checking_leaves_nothing_behind(log: Path) -> None:
    Path(f"{log}.lock").unlink()
    before = sorted(log.parent.iterdir())
    run(log)
    assert sorted(log.parent.iterdir()) == before


@pytest.mark.parametrize(
    "wrong", [["--sources"], ["--schema"], ["--against", "proderm"], ["--anchor", "a.json"], ["--key", "k"]]
)
def test_what_does_not_go_together(log: Path, wrong: list[str]) -> None:
    assert run(log, *wrong).exit_code == 2


def test_anchors_are_for_logs() -> None:
    assert run("--anchor", "a.json", "--key", "k.json").exit_code == 2


def test_the_example_in_the_documentation(tmp_path: Path) -> None:
    """It is what the program beside the tests writes."""
    write_example(tmp_path)
    shipped = Path(__file__).resolve().parents[3] / "docs" / "examples" / "log"
    for name in ("conduct.jsonl", "anchor.json", "keeper.json"):
        assert (shipped / name).read_text() == (tmp_path / name).read_text()


def test_how_the_command_ends(log: Path) -> None:
    """The whole program: 0 unaltered, 1 altered, 3 no log."""

    def end() -> int:
        program = [sys.executable, "-m", "myotis", "check", str(log)]
        return subprocess.run(program, check=False, capture_output=True).returncode  # noqa: S603

    statuses = [end()]
    change(log, "82 kg", "92 kg")
    statuses.append(end())
    log.write_text("subject,visit\n")
    assert [*statuses, end()] == [0, 1, 3]
