"""``myotis design``: what its commands print, write and refuse."""

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from myotis.cli.design.app import app
from myotis.errors import InputError, SettingError, StatisticsError

RATES = ("proportions", "--rate", 0.6, "--comparator-rate", 0.3)


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def answers(*arguments):
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.exception
    return json.loads(result.stdout)


def test_the_size_of_proderm_by_assumed_rates_under_both_treatments_of_dropout():
    document = answers(*RATES, "--power", 0.8, "--dropout", 0.1, "--dropouts", "both")
    assert [(row["dropouts"], row["subjects"]) for row in document["answers"]] == [
        ("removed", 94), ("as non-responders", 102),
    ]  # fmt: skip
    assert document["estimand"] == "primary"
    assert set(document["from_protocol"]) == {"ratio", "alpha", "test"}


def test_the_power_of_94_with_dropouts_as_nonresponders_is_below_80_percent():
    result = run(*RATES, "--subjects", 94, "--dropout", 0.1, "--dropouts", "nonresponders")
    assert result.exit_code == 0
    assert "(protocol)" in result.stdout
    assert "76.87 %" in result.stdout
    assert "47 + 47" in result.stdout


def test_what_is_left_out_is_the_answer():
    (effect,) = answers("proportions", "--comparator-rate", 0.3, "--subjects", 84, "--power", 0.8)["answers"]
    assert effect["answer"] == "effect"
    assert effect["rate"] == pytest.approx(0.6, abs=2e-4)


def test_strata_exact_and_not():
    strata = [word for text in ("13:0.8:0.6", "28:0.7:0.4", "7:0.5:0.25") for word in ("--stratum", text)]
    (near,) = answers("proportions", *strata, "--subjects", 40)["answers"]
    (exact,) = answers("proportions", *strata, "--subjects", 40, "--exact")["answers"]
    assert exact["method"] == "enumeration of cochran-mantel-haenszel"
    assert exact["power"] == pytest.approx(near["power"], abs=0.03)
    without = [":".join(text.split(":")[::2]) for text in strata[1::2]]
    (effect,) = answers(
        "proportions", *(word for text in without for word in ("--stratum", text)), "--subjects", 94, "--power", 0.8
    )["answers"]
    assert 0.2 < effect["effect"] < 0.35


def test_looks_are_told():
    arguments = (*RATES, "--power", 0.8, "--looks", "0.5,1", "--boundary", "obrien-fleming-type")
    (row,) = answers(*arguments)["answers"]
    assert [round(look["upper"], 3) for look in row["looks"]] == [2.963, 1.969]
    assert "Critical Z" in run(*arguments).stdout


def test_a_table_and_a_figure_of_power_over_sizes(tmp_path):
    table, figure = tmp_path / "power.csv", tmp_path / "power.svg"
    result = run(*RATES, "--rate", 0.55, "--subjects", "40:120:20", "--out", table, "--figure", figure)
    assert result.exit_code == 0, result.exception
    frame = pl.read_csv(table)
    assert frame["subjects"].to_list() == [40, 60, 80, 100, 120] * 2
    assert frame["power"].is_between(0, 1).all()
    assert figure.read_text("utf-8").startswith("<svg xmlns")


def test_means_with_a_covariate_need_fewer():
    adjusted, plain = (
        answers("means", "--sd", 15, "--difference", 8, "--power", 0.9, *more)["answers"][0]["subjects"]
        for more in (("--correlation", 0.5), ("--test", "t-pooled"))
    )
    assert adjusted < plain == 150


def test_a_mixed_model_takes_a_covariance_from_a_file(tmp_path):
    file = tmp_path / "covariance.csv"
    file.write_text("W4,W8\n100,60\n60,120\n")
    (row,) = answers("mixed-model", "--difference", 8, "--covariance", file, "--retention", "1,0.8", "--subjects", 80)[
        "answers"
    ]
    same = ("--sd", "10,10.954451150103322", "--structure", "autoregressive", "--correlation", 0.5477225575051661)
    (built,) = answers("mixed-model", "--difference", 8, *same, "--retention", "1,0.8", "--subjects", 80)["answers"]
    assert row["power"] == pytest.approx(built["power"], abs=1e-9)


def test_every_fault_of_a_covariance_is_told(tmp_path):
    file = tmp_path / "covariance.csv"
    file.write_text("W4,W8\nx,60\n,120\n1,2\n")
    result = run("mixed-model", "--difference", 8, "--covariance", file, "--subjects", 80)
    assert isinstance(result.exception, InputError)
    assert [fault.row for fault in result.exception.faults] == [2, 3, None]


def test_a_time_to_event_tells_its_events():
    (row,) = answers(
        "time-to-event", "--formula", "freedman", "--accrual", 12, "--follow-up", 4, "--comparator-median", 6,
        "--hazard-ratio", 0.5, "--power", 0.8, "--dropout", 0.1, "--dropout-by", 12,
    )["answers"]  # fmt: skip
    assert row["subjects"] % 2 == 0
    assert 60 < row["events"] < 90


def test_precision_and_limits_beyond_a_margin():
    rates = ("precision", "--rate", 0.6, "--comparator-rate", 0.3)
    (size,) = answers(*rates, "--half-width", 0.2, "--interval", "newcombe")["answers"]
    assert size["half_width"] <= 0.2
    (row,) = answers(*rates, "--subjects", "47+48", "--margin", 0.1)["answers"]
    assert (row["n1"], row["n2"], row["method"]) == (47, 48, "wald")
    assert 0.5 < row["excludes"] < 0.6
    assert "Limit above margin" in run(*rates, "--subjects", 94, "--margin", 0.1).stdout


def test_assurance_of_rates_and_of_means():
    rates = ("assurance", "--prior", 12, 8, "--comparator-prior", 9, 21, "--subjects", 94)
    (near,) = answers(*rates)["answers"]
    (exact,) = answers(*rates, "--test", "pearson-chi-square", "--exact")["answers"]
    assert near["assurance"] == pytest.approx(exact["assurance"], abs=0.02)
    (mean,) = answers("assurance", "--difference-prior", 8, 4, "--sd", 15, "--assurance", 0.75, "--test", "z")[
        "answers"
    ]
    assert mean["assurance"] >= 0.75


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("proportions", "--comparator-rate", 0.3, "--power", 0.8), SettingError),
        ((*RATES, "--power", 0.8, "--dropout", 0.1), SettingError),
        ((*RATES, "--power", 0.8, "--test", "barnard"), SettingError),
        ((*RATES, "--power", 0.8, "--figure", "power.svg"), SettingError),
        ((*RATES, "--subjects", "40:60:10", "--figure", "power.png"), InputError),
        ((*RATES, "--power", 0.8, "--estimand", "cdasi"), SettingError),
        (("proportions", "--rate", 0.3, "--comparator-rate", 0.3, "--power", 0.8), StatisticsError),
        (("means", "--sd", 15, "--difference", 8, "--power", 0.9), SettingError),
        (("precision", "--rate", 0.6, "--comparator-rate", 0.3), SettingError),
        (("assurance", "--prior", 12, 8, "--subjects", 94), SettingError),
    ],
)
def test_what_is_refused_says_what_was_expected(arguments, error):
    result = run(*arguments)
    assert isinstance(result.exception, error)
    assert "expected" in str(result.exception)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*RATES, "--stratum", "1:0.8:0.6", "--subjects", 60), "expected --stratum alone"),
        (("proportions", "--comparator-rate", 0.3, "--stratum", "1:0.6", "--subjects", 60, "--power", 0.8),
         "expected --stratum alone"),
        ((*RATES, "--subjects", 60, "--test", "luck"), "expected a --test among pearson-chi-square, "),
        ((*RATES, "--subjects", 60, "--looks", "0.5,1", "--boundary", "haybittle-peto"), "expected --shape"),
        ((*RATES, "--subjects", 60, "--looks", "0.5,1", "--boundary", "wang-tsiatis"), "expected --shape"),
    ],
)  # fmt: skip
def test_what_is_contradictory_or_lacks_something_names_the_option(arguments, said):
    result = run(*arguments)
    assert isinstance(result.exception, SettingError)
    assert said in str(result.exception)


@pytest.mark.parametrize(
    "arguments",
    [
        ("proportions", "--rate", 1.6, "--comparator-rate", 0.3, "--power", 0.8),
        ("mixed-model", "--difference", 8, "--power", 0.8),
        ("time-to-event", "--hazard-ratio", 0.5, "--power", 0.8),
        ("sample-size",),
    ],
)
def test_a_wrong_command_line_ends_with_2(arguments):
    assert run(*arguments).exit_code == 2
