import json

import polars as pl
import pytest
from typer.testing import CliRunner

from myotis.cli.main import app
from myotis.datasets.characteristics import CHARACTERISTICS
from myotis.errors import InputError, SettingError

FEW = ("simulate", "--trials", "100", "--grid", "subjects=10,16", "--analysis", "primary", "--seed", "3")


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("simulated") / "out"
    ran = run(*FEW, "--scenario", "as_assumed", "--scenario", "skin", "--out", out)
    assert ran.exit_code == 0, ran.output
    return out, ran.stdout


def test_it_prints_a_line_for_each_design_and_analysis_and_writes_the_page(folder):
    out, printed = folder
    lines = printed.splitlines()
    assert [line.partition(": power ")[0] for line in lines[:4]] == [
        f"{scenario}, planned_{size}, primary" for scenario in ("as_assumed", "skin") for size in (10, 16)
    ]
    assert lines[-1] == f"The page: {out / 'simulation.html'}"
    page = (out / "simulation.html").read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "Skin-predominant" in page
    assert page.count("<svg") == 2  # a curve over subjects for each scenario
    assert "http" not in page


def test_the_characteristics_are_a_table_with_an_error_for_every_number(folder):
    out, _ = folder
    found = pl.read_parquet(out / "characteristics.parquet")
    assert CHARACTERISTICS.check(found) == []
    assert found["mc_error"].null_count() == 0
    assert set(found["trials"]) == {2048}


def test_json_is_the_same_table_and_a_second_run_computes_nothing(folder):
    out, _ = folder
    before = {file: file.stat().st_mtime_ns for file in out.glob("results-*")}
    ran = run(*FEW, "--scenario", "as_assumed", "--scenario", "skin", "--out", out, "--json")
    assert ran.exit_code == 0
    assert json.loads(ran.stdout) == json.loads(pl.read_parquet(out / "characteristics.parquet").write_json())
    assert {file: file.stat().st_mtime_ns for file in out.glob("results-*")} == before


@pytest.mark.parametrize("grid", ["subjects", "=3", "subjects=", "subjects=3,,4"])
def test_a_grid_without_values_is_a_wrong_command_line(tmp_path, grid):
    assert run("simulate", "--grid", grid, "--out", tmp_path / "out").exit_code == 2
    assert not (tmp_path / "out").exists()


def test_a_place_of_the_grid_is_named_once(tmp_path):
    ran = run("simulate", "--grid", "subjects=60", "--grid", "subjects=94", "--out", tmp_path / "out")
    assert ran.exit_code == 2
    assert "subjects is named twice" in ran.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--scenario", "luck"), "there is no scenario luck"),
        (("--analysis", "luck"), "there is no analysis luck"),
        (("--course", "luck.toml"), "can't be read"),
        (("--compare", "luck.toml"), "can't be read"),
        (("--grid", "luck=3"), "luck"),
        (("--grid", "flares.size=[1.0,2.0],[1.0]"), "flares.size"),
        (("--scenario", "skin", "--scenario", "skin"), "skin is there twice"),
        (("--analysis", "primary", "--analysis", "primary"), "primary is there twice"),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(tmp_path, arguments, said):
    ran = run("simulate", *arguments, "--out", tmp_path / "out")
    assert isinstance(ran.exception, InputError | SettingError)
    assert said in str(ran.exception)
    assert not (tmp_path / "out").exists()
