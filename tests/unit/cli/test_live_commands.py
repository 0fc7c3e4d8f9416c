"""The commands over the logs of a trial: snapshot, reveal, and the copy for the DSMB."""

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from myotis.cli.main import app
from myotis.errors import InputError
from myotis.log.file import FileStore
from myotis.protocol.read import read_trial
from myotis.simulate.driven.trial import drive_trial

LOGS = ("conduct.jsonl", "pharmacy.jsonl")


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """Both logs of a trial with three virtual subjects."""
    folder = tmp_path_factory.mktemp("logs")
    drive_trial(
        read_trial("proderm"), seed=4, subjects=3, stores=tuple(FileStore(folder / log, sync=False) for log in LOGS)
    )
    return [folder / log for log in LOGS]


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def test_a_snapshot_has_its_tables_and_says_where_it_comes_from(logs, tmp_path):
    done = run("snapshot", logs[0], "--out", tmp_path / "snap")
    assert done.exit_code == 0
    manifest = json.loads((tmp_path / "snap" / "snapshot.json").read_text())
    assert manifest["locked"] is True
    assert manifest["digest"] in done.stdout
    assert manifest["rows"]["DM"] == pl.read_parquet(tmp_path / "snap" / "dm.parquet").height == 3
    again = run("snapshot", logs[0], "--out", tmp_path / "again", "--json")
    assert json.loads(again.stdout)["digest"] == manifest["digest"]


def test_a_moment_without_an_offset_and_an_altered_log_are_refused(logs, tmp_path):
    assert run("snapshot", logs[0], "--out", tmp_path / "x", "--as-of", "2018-01-01").exit_code == 2
    altered = tmp_path / "altered.jsonl"
    altered.write_text(logs[0].read_text().replace('"sex"', '"sax"', 1))
    with pytest.raises(InputError, match="row"):
        run("snapshot", altered, "--out", tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_revealed_treatments_unblind_the_snapshot(logs, tmp_path):
    run("snapshot", logs[0], "--out", tmp_path)
    blinded = run("derive", tmp_path, "--out", tmp_path / "blinded")
    assert "ADSL: 3 rows" in blinded.stdout
    done = run("randomize", "reveal", *logs, "--out", tmp_path, "--json")
    assert json.loads(done.stdout) == {"subjects": 3, "disagreements": []}
    run("derive", tmp_path, "--out", tmp_path / "open", "--sdtm")
    arms = {name: set(pl.read_parquet(tmp_path / name / "adsl.parquet")["TRT01P"]) for name in ("blinded", "open")}
    assert arms == {"blinded": {"All arms (blinded)"}, "open": {"IVIG", "Placebo"}}
    assert pl.read_parquet(tmp_path / "open" / "se.parquet").height >= 6  # two elements a subject at least


def test_only_the_statistician_of_the_dsmb_opens_the_copy(logs, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("a long passphrase\n")
    for holder in ("dsmb", "pharmacy"):
        key = ("--holder", holder, "--out", tmp_path / f"{holder}.key", "--passphrase-file", secret)
        run("randomize", "keys", "make", holder, *key)
    to = ("--for", "dsmb", "--as-of", "2017-06-01T00:00+00:00", "--user", "pharmacy-dsmb_statistician")
    copy = tmp_path / "copy"
    wrong = run("randomize", "reveal", *logs, *to, "--key", tmp_path / "pharmacy.pub", "--out", copy)
    assert wrong.exit_code == 2
    done = run("randomize", "reveal", *logs, *to, "--key", tmp_path / "dsmb.pub", "--out", copy)
    assert done.exit_code == 0
    assert "ivig" not in copy.read_text().lower()
    opened = run("randomize", "open-copy", copy, "--key", tmp_path / "dsmb.key", "--out", tmp_path / "opened",
                 "--passphrase-file", secret)  # fmt: skip
    assert opened.exit_code == 0
    everything = run("randomize", "reveal", *logs, "--out", tmp_path / "all", "--as-of", "2017-06-01T00:00+00:00")
    assert everything.exit_code == 0
    for name in ("arms", "given"):
        files = [tmp_path / folder / f"{name}.parquet" for folder in ("opened", "all")]
        assert pl.read_parquet(files[0]).equals(pl.read_parquet(files[1]))
    last = FileStore(logs[1]).read()[-1]
    assert (last.act, last.by) == ("seal_for_dsmb", "pharmacy-dsmb_statistician")
