"""``myotis randomize make`` and ``assess``: what they print, write and refuse."""

import csv
import json
import os
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from myotis.cli.randomize.app import app
from myotis.errors import InputError, SettingError
from myotis.randomize.lists import read_list

SALT = 'salt = "00112233445566778899aabbccddeeff"\n'
HEAD = f'schema_version = 1\ntitle = "Test"\n{SALT}places_per_stratum = 40\n'


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def read_rows(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text("utf-8").splitlines()))


@pytest.fixture
def blocks(tmp_path: Path) -> Path:
    file = tmp_path / "blocks.toml"
    file.write_text(HEAD + "[permuted_blocks]\nblock_sizes = [2, 4]\n", "utf-8")
    return file


@pytest.fixture
def simple(tmp_path: Path) -> Path:
    file = tmp_path / "simple.toml"
    file.write_text(HEAD + "[simple]\n", "utf-8")
    return file


def test_a_live_list_is_new_each_time_and_says_nothing_of_arms(blocks, tmp_path):
    made = [run("make", blocks, "--out", tmp_path / f"{number}.json") for number in (1, 2)]
    assert [result.exit_code for result in made] == [0, 0]
    assert "usable live    yes" in made[0].stdout
    first, second = (read_list(tmp_path / f"{number}.json") for number in (1, 2))
    assert len(first.entropy) == 64
    assert first.entropy != second.entropy
    assert first.arms_by_stratum != second.arms_by_stratum
    assert "placebo" not in made[0].stdout
    assert first.entropy[:8] not in made[0].stdout


def test_a_named_list_is_the_same_each_time(blocks, tmp_path):
    for number in (1, 2):
        result = run("make", blocks, "--out", tmp_path / f"{number}.json", "--seed", "demo")
        assert "usable live    no" in result.stdout
    assert (tmp_path / "1.json").read_bytes() == (tmp_path / "2.json").read_bytes()


def test_json_says_what_was_made_without_the_list(blocks, tmp_path):
    document = json.loads(run("make", blocks, "--out", tmp_path / "l.json", "--json").stdout)
    assert document["places"] == {"mild": 40, "moderate": 40, "severe": 40}
    assert document["usable_live"] is True
    assert {"entropy", "arms_by_stratum"}.isdisjoint(document)


def test_nothing_is_overwritten(blocks, tmp_path):
    out = tmp_path / "l.json"
    run("make", blocks, "--out", out)
    before = out.read_bytes()
    result = run("make", blocks, "--out", out)
    assert isinstance(result.exception, InputError)
    assert out.read_bytes() == before


def test_a_fault_names_the_file_and_nothing_is_written(tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text(HEAD + "[permuted_blocks]\nblock_sizes = [3, 5]\n", "utf-8")
    result = run("make", bad, "--out", tmp_path / "l.json")
    assert isinstance(result.exception, InputError)
    assert [(fault.file, fault.key) for fault in result.exception.faults] == [
        ("bad.toml", "permuted_blocks.block_sizes.0"), ("bad.toml", "permuted_blocks.block_sizes.1"),
    ]  # fmt: skip
    assert not (tmp_path / "l.json").exists()


def test_a_live_list_without_a_salt_is_refused_with_one_that_can_be_pasted(blocks, tmp_path):
    blocks.write_text(blocks.read_text("utf-8").replace(SALT, ""), "utf-8")
    told = []
    for _ in range(2):
        result = run("make", blocks, "--out", tmp_path / "l.json")
        assert isinstance(result.exception, InputError)
        ((file, key, remedy),) = [(fault.file, fault.key, fault.remedy) for fault in result.exception.faults]
        assert (file, key) == ("blocks.toml", "salt")
        told.append(remedy[remedy.index("salt = ") :])
    assert told[0] != told[1]
    assert not (tmp_path / "l.json").exists()
    assert run("make", blocks, "--out", tmp_path / "demo.json", "--seed", "demo").exit_code == 0
    blocks.write_text(HEAD.replace(SALT, told[0] + "\n") + "[permuted_blocks]\nblock_sizes = [2, 4]\n", "utf-8")
    assert run("make", blocks, "--out", tmp_path / "l.json").exit_code == 0


def test_procedures_stand_side_by_side(blocks, simple, tmp_path):
    out = tmp_path / "assessed"
    result = run("assess", blocks, simple, "--length", 8, "--out", out)
    assert result.exit_code == 0
    heading = next(line for line in result.stdout.splitlines() if "simple" in line)
    assert "blocks of 2, 4" in heading
    assert "50.0 %" in next(line for line in result.stdout.splitlines() if "Best guesses" in line)
    rows = read_rows(out / "assessment.csv")
    assert {row["procedure"] for row in rows} == {"blocks of 2, 4", "simple"}
    assert len(rows) == 20
    places = read_rows(out / "places.csv")
    assert [row["place"] for row in places] == [str(place) for place in (*range(1, 9), *range(1, 9))]
    assert (out / "assessment.svg").read_text("utf-8").startswith("<svg xmlns=")


def test_an_assessment_as_json(simple):
    document = json.loads(run("assess", simple, "--length", 4, "--trend-size", 0, "--json").stdout)
    (assessment,) = document["assessments"]
    assert document["settings"]["trend_size"] == 0
    assert assessment["measures"]["best_guesses"] == {"value": 0.5, "mc_error": 0.0}
    assert assessment["by_place"]["loss"] == [1, 1, 1, 1]
    # Without a trend the level, but for the two lists of 16 that have an empty arm.
    assert assessment["measures"]["error_rate_linear"]["value"] == pytest.approx(0.05 * 14 / 16)


def test_a_list_is_assessed_and_only_its_owner_ever_reads_it(blocks, tmp_path, monkeypatch):
    made, out = tmp_path / "l.json", tmp_path / "assessed"
    run("make", blocks, "--out", made, "--seed", "demo")
    out.mkdir()
    (out / "places.csv").touch(0o644)
    created = watch_new_files(monkeypatch)
    result = run("assess", blocks, "--list", made, "--out", out, "--json")
    assessments = json.loads(result.stdout)["assessments"]
    assert [one["stratum"] for one in assessments] == ["mild", "moderate", "severe"]
    assert all("by_place" not in one for one in assessments)
    assert {stat.S_IMODE(file.stat().st_mode) for file in out.iterdir()} == {0o600}
    assert [modes for name, modes in created if str(out) in name] == [0o600] * 3


def test_an_assessment_of_procedures_tells_no_list_and_is_everybodys(blocks, tmp_path, monkeypatch):
    created = watch_new_files(monkeypatch)
    run("assess", blocks, "--length", 8, "--out", tmp_path / "assessed")
    assert [modes for name, modes in created if "assessed" in name] == [0o666] * 3


def watch_new_files(monkeypatch):
    """The names and permissions with which files are created from now on."""
    created: list[tuple[str, int]] = []
    truly = os.open

    def watched(path, flags, mode=0o777, **others):
        if flags & os.O_CREAT:
            created.append((str(path), mode))
        return truly(path, flags, mode, **others)

    monkeypatch.setattr(os, "open", watched)
    return created


def test_a_list_of_another_specification_is_refused(blocks, simple, tmp_path):
    made = tmp_path / "l.json"
    run("make", blocks, "--out", made, "--seed", "demo")
    assert isinstance(run("assess", simple, "--list", made).exception, SettingError)
    assert run("assess", blocks, simple, "--list", made).exit_code == 2
    assert run("assess", blocks, "--list", made, "--length", 8).exit_code == 2


def test_the_faults_of_all_specifications_come_at_once(blocks, tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text(HEAD + "[urn]\n", "utf-8")
    odd = tmp_path / "odd.toml"
    odd.write_text(HEAD + "[permuted_blocks]\nblock_sizes = [3]\n", "utf-8")
    result = run("assess", bad, blocks, odd, tmp_path / "none.toml")
    assert isinstance(result.exception, InputError)
    assert {fault.file for fault in result.exception.faults} == {"bad.toml", "odd.toml", "none.toml"}
