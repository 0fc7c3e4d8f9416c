"""``myotis check``: what it prints and how it ends."""

import json
from pathlib import Path

import pytest
import typer
from protocol_files import shipped_text
from typer.testing import CliRunner, Result

from myotis.cli.check import check
from myotis.errors import InputError
from myotis.protocol.read import read_trial
from myotis.protocol.schema import protocol_schema

app = typer.Typer()
app.command()(check)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def amended(tmp_path: Path) -> str:
    file = tmp_path / "amended.toml"
    file.write_text(shipped_text("proderm").replace("tis_at_least = 20", "tis_at_least = 40"), "utf-8")
    return str(file)


def test_summary_of_the_default_trial() -> None:
    result = run()
    assert result.exit_code == 0
    first, *rest = result.stdout.splitlines()
    assert first == "ProDERM, as published 2022: the protocol is valid"
    assert [line.split()[0] for line in rest] == ["digest", "visits", "response", "sources"]
    assert "TIS of at least 20 at W16, no confirmed deterioration" in result.stdout


def test_summary_as_json() -> None:
    summary = json.loads(run("--protocol", "reclaiim", "--json").stdout)
    assert summary["trial"] == "RECLAIIM"
    assert summary["digest"] == read_trial("reclaiim").digest
    assert summary["response"] == "TIS of at least 20 at W25 and at W17 or W21, period completed, no rescue treatment"
    assert sum(summary["sources"].values()) == len(list(read_trial("reclaiim").list_facts()))


def test_changes(amended: str) -> None:
    result = run("--protocol", amended, "--against", "proderm")
    assert result.exit_code == 0
    assert "~ response.tis_at_least: 20 -> 40" in result.stdout.splitlines()


def test_changes_as_json(amended: str) -> None:
    document = json.loads(run("--protocol", amended, "--against", "proderm", "--json").stdout)
    assert document["changes"] == [{"place": "response.tis_at_least", "before": "20", "after": "40"}]
    assert document["before"]["digest"] != document["after"]["digest"]


PILOT = Path(__file__).parents[3] / "docs/examples"
AMENDMENT = [
    "--protocol", str(PILOT / "pilot-2.toml"), "--against", str(PILOT / "pilot.toml"),
    "--amendment", str(PILOT / "pilot-amendment.toml"),
]  # fmt: skip


def test_changes_with_when_they_apply() -> None:
    result = run(*AMENDMENT)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert "~ visits.W6.window_days: -3, 3 -> -5, 5 [on site approval]" in lines
    assert "~ response.tis_at_least: 20 -> 40 [on reconsent]" in lines
    assert "~ trial.version: 1.0 -> 2.0" in lines


def test_changes_with_when_they_apply_as_json() -> None:
    changes = {change["place"]: change for change in json.loads(run(*AMENDMENT, "--json").stdout)["changes"]}
    assert changes["response.tis_at_least"]["applies"] == "on_reconsent"
    assert "applies" not in changes["trial.version"]


def test_an_amendment_needs_the_protocol_that_it_amends() -> None:
    assert run("--amendment", str(PILOT / "pilot-amendment.toml")).exit_code == 2


def test_no_changes() -> None:
    result = run("--against", "proderm")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "no difference"


def test_sources() -> None:
    result = run("--sources")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    counts = dict(line.split(": ", 1) for line in lines[-4:])
    assert list(counts) == [
        "Instruments",
        "Trial ProDERM",
        "Published results of ProDERM",
        "Assumed course of a virtual ProDERM",
    ]
    assert all(f" {status}" in counts["Trial ProDERM"] for status in ("verified", "derived", "recalled", "assumed"))
    assert any("Aldolase: range" in line and "recalled" in line for line in lines)
    assert any(line.split()[:2] == ["response.visit", "W16"] for line in lines)


def test_sources_as_json() -> None:
    document = json.loads(run("--sources", "--json").stdout)
    by_part: dict[str, list[str]] = {}
    for fact in document["facts"]:
        by_part.setdefault(fact["of"], []).append(fact["status"])
    assert document["counts"] == {
        part: {status: statuses.count(status) for status in document["counts"][part]}
        for part, statuses in by_part.items()
    }
    assert {"of", "what", "value", "status", "reference", "note"} == set(document["facts"][0])


def test_sources_of_a_file_are_those_of_its_protocol(amended: str) -> None:
    assert set(json.loads(run("--sources", "--json", "--protocol", amended).stdout)["counts"]) == {
        "Instruments",
        "Trial ProDERM",
    }


def test_schema() -> None:
    assert json.loads(run("--schema").stdout) == protocol_schema()


@pytest.mark.parametrize("options", [["--schema", "--sources"], ["--sources", "--against", "proderm"]])
def test_questions_exclude_one_another(options: list[str]) -> None:
    assert run(*options).exit_code == 2


def test_bad_file_is_left_to_the_command_line(tmp_path: Path) -> None:
    result = run("--protocol", str(tmp_path / "absent.toml"))
    assert isinstance(result.exception, InputError)
    assert result.stdout == ""
