import json

import pytest
from adam_frames import draw_datasets
from typer.testing import CliRunner

from myotis.cli.main import app
from myotis.errors import InputError, SettingError
from myotis.exchange.folders import write_datasets


@pytest.fixture
def folder(tmp_path):
    write_datasets(tmp_path / "datasets", draw_datasets(1, n=24))
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=True)


def test_results_and_report_are_written(folder):
    analyzed = run("analyze", folder / "datasets", "--out", folder / "results.csv")
    assert analyzed.exit_code == 0, analyzed.output
    assert analyzed.stdout.startswith("TIS of at least 20 at week 16 without confirmed deterioration: ")
    reported = run("report", folder / "results.csv", "--out", folder / "report.html", "--published", "proderm",
                   "--simulated-seed", 3)  # fmt: skip
    assert reported.exit_code == 0, reported.output
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "from seed 3" in page
    assert "34.97 (16.70 to 53.24)" in page


def test_json_is_one_document_of_rows(folder):
    rows = json.loads(run("analyze", folder / "datasets", "--json").stdout)
    assert {"analysis_id", "statistic", "value", "method"} <= set(rows[0])


def test_results_must_go_somewhere(folder):
    assert run("analyze", folder / "datasets").exit_code == 2


def test_errors_are_left_to_the_command_line_itself(folder):
    assert isinstance(run("analyze", folder / "nothing", "--out", folder / "x.csv").exception, InputError)
    run("analyze", folder / "datasets", "--out", folder / "results.parquet")
    other = run("report", folder / "results.parquet", "--protocol", "reclaiim", "--out", folder / "report.html")
    assert isinstance(other.exception, SettingError)
    assert not (folder / "report.html").exists()
