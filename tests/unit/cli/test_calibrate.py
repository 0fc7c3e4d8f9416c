import json

import polars as pl
import pytest
from typer.testing import CliRunner

from myotis.cli.main import app
from myotis.datasets.calibration import CALIBRATED_FIGURES, CALIBRATED_PARAMETERS
from myotis.errors import InputError, SettingError
from myotis.simulate.course import ASSUMED, read_course, read_course_text
from myotis.simulate.scenarios import read_scenario

PUBLISHED = """
group = "IVIg"
comparator = "placebo"

[[changes]]
id = "haq-week16"
label = "HAQ, change to week 16"
measure = "haq"
week = 16
group = { mean = "-0.80", sd = "0.60", n = 10 }
comparator = { mean = "-0.10", sd = "0.40", n = 10 }
"""

DECLARED = """
schema_version = 1
title = "A small calibration"
fitted = ["changes.haq-week16.*.mean"]
held_out = ["changes.haq-week16.*.sd"]

[left_out]
"changes.haq-week16.*.n" = "of a trial of another size"

[[parameters]]
id = "haq"
label = "HAQ on IVIg"
places = ["measures.haq.recovery.octagam_10"]
scale = "plain"
sd = 0.2

[[parameters]]
id = "uln"
label = "ULN of CK, which HAQ knows nothing of"
places = ["enzymes.ck.uln_site_sd"]
scale = "log"
sd = 0.1
"""


def run(*arguments):
    return CliRunner().invoke(app, ["calibrate", *(str(argument) for argument in arguments)], catch_exceptions=True)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calibrate")
    _, text = read_course_text("proderm", ASSUMED)
    written = {
        "published": PUBLISHED,
        "declaration": DECLARED,
        "course": text.replace("subjects = 95", "subjects = 16"),
    }
    for name, content in written.items():
        (folder / f"{name}.toml").write_text(content, "utf-8")
    return folder, [part for name in written for part in (f"--{name}", folder / f"{name}.toml")]


@pytest.fixture(scope="module")
def calibrated(files):
    folder, named = files
    out = folder / "out"
    ran = run(*named, "--out", out, "--draws", 2, "--seed", 3, "--scenarios", 2)
    assert ran.exit_code == 0, ran.output
    return out, ran.stdout


def test_it_says_what_was_fitted_and_held_out_and_what_the_figures_say(calibrated):
    out, printed = calibrated
    lines = printed.splitlines()
    assert lines[0] == "Fitted: 2 figures, 2 inside the simulated 95 % range"
    assert lines[1].startswith("Held out: 2 figures, ")
    assert lines[2].startswith("Parameters: 2, of which the figures say")
    assert lines[2].endswith("and next to nothing of 1")
    assert lines[-2:] == [f"The course: {out / 'course.toml'}", f"The page: {out / 'calibration.html'}"]


def test_the_course_can_be_read_and_has_moved_toward_the_published_figures(calibrated):
    out, _ = calibrated
    fitted = read_course(out / "course.toml")
    assert fitted.measures["haq"].recovery["octagam_10"] > 0.55  # 0.49 was assumed, and more recovery is published
    assert fitted.enzymes["ck"].uln_site_sd == pytest.approx(0.05, rel=0.02)
    assert fitted.provenance["measures.haq.recovery.octagam_10"].note == "fitted; 0.49 was assumed"


def test_draws_are_scenarios_of_the_fitted_course_on_either_side_of_it(calibrated):
    out, _ = calibrated
    fitted = read_course(out / "course.toml")
    drawn = [read_scenario(str(out / f"scenario-draw-{number}.toml"), "proderm", fitted) for number in (1, 2)]
    assert [one.id for one in drawn] == ["draw_1", "draw_2"]
    low, high = sorted(one.course.measures["haq"].recovery["octagam_10"] for one in drawn)
    middle = fitted.measures["haq"].recovery["octagam_10"]
    assert low < middle < high
    assert low + high == pytest.approx(2 * middle, abs=3e-4)
    assert drawn[0].course.measures["mmt8"] == fitted.measures["mmt8"]


def test_the_tables_are_what_they_say_and_the_page_needs_nothing_else(calibrated):
    out, _ = calibrated
    assert CALIBRATED_FIGURES.check(pl.read_parquet(out / "figures.parquet")) == []
    assert CALIBRATED_PARAMETERS.check(pl.read_parquet(out / "parameters.parquet")) == []
    page = (out / "calibration.html").read_text("utf-8")
    assert page.count("<svg") == 1
    assert "HAQ, change to week 16: IVIg, mean" in page
    assert "http" not in page


def test_json_is_the_table_of_figures(files, calibrated):
    folder, named = files
    out, _ = calibrated
    ran = run(*named, "--out", folder / "again", "--draws", 2, "--seed", 3, "--workers", 1, "--json")
    assert ran.exit_code == 0
    assert json.loads(ran.stdout) == json.loads(pl.read_parquet(out / "figures.parquet").write_json())


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("declaration", "haq-week16.*.mean", "nothing", "names no figure"),
        ("declaration", "enzymes.ck.uln_site_sd", "enzymes.ck.nothing", "has no number"),
        ("published", "week = 16", "", "week"),
        ("published", "week = 16", "week = 17", "week 17"),
        ("published", 'measure = "haq"', 'measure = "sf36"', "sf36"),
        ("course", "subjects = 16", "subjects = 1", "subjects"),
    ],
)
def test_files_that_do_not_fit_are_refused_and_nothing_is_written(files, tmp_path, name, old, new, told):
    folder, named = files
    path = tmp_path / f"{name}.toml"
    path.write_text((folder / f"{name}.toml").read_text("utf-8").replace(old, new, 1), "utf-8")
    changed = [path if part == folder / f"{name}.toml" else part for part in named]
    ran = run(*changed, "--out", tmp_path / "out", "--draws", 1)
    assert isinstance(ran.exception, InputError | SettingError)
    assert told in str(ran.exception)
    assert not (tmp_path / "out").exists()
