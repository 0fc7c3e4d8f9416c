"""The order of visits by protocol, list and numbers; expected positions by hand."""

import polars as pl
import pytest

from myotis.errors import SettingError
from myotis.protocol.read import read_trial
from myotis.score.schedule import BEFORE_BASELINE, Schedule
from myotis.terms.missing import MISSING

PRODERM, RECLAIIM = read_trial("proderm"), read_trial("reclaiim")


def positions(schedule: Schedule, names: list[str | None]) -> list[int | str]:
    words = {MISSING: "unknown", BEFORE_BASELINE: "before"}
    found = schedule.find_positions(pl.Series("visit", names, dtype=pl.String))
    return [words.get(position, position) for position in found.tolist()]


@pytest.mark.parametrize("name", ["16", "W16", "w16", "Week 16", "WEEK 16", "16.0"])
def test_every_name_of_a_visit(name: str) -> None:
    assert positions(Schedule.of_trial(PRODERM, None), ["0", name]) == [0, 4]


def test_the_scheduled_assessments_of_the_protocol() -> None:
    schedule = Schedule.of_trial(PRODERM, None)
    assert schedule.ids == ("W0", "W4", "W8", "W12", "W16", "W28", "W40")
    names = ["-3", "SCR", "Screening", "0", "4", "8", "12", "16", "28", "40", "20", "36", "99", "", None]
    expected = ["before"] * 3 + list(range(7)) + ["unknown"] * 5
    assert positions(schedule, names) == expected
    assert schedule.expected.startswith("one of ")
    assert "week 40" in schedule.expected


def test_no_visits_at_all() -> None:
    assert positions(Schedule.of_trial(PRODERM, None), []) == []


def test_another_baseline_of_the_protocol() -> None:
    for name in ("16", "W16", "Week 16", " w16 ", "16.0"):
        schedule = Schedule.of_trial(PRODERM, name)
        assert positions(schedule, ["SCR", "0", "12", "16", "20", "28", "40"]) == [
            "before", "before", "before", 0, "unknown", 1, 2,
        ]  # fmt: skip


@pytest.mark.parametrize("name", ["W20", "20", "SCR"])
def test_a_baseline_without_the_core_set_is_refused(name: str) -> None:
    with pytest.raises(SettingError, match="core set is not assessed"):
        Schedule.of_trial(PRODERM, name)


def test_a_baseline_that_is_no_visit_is_refused() -> None:
    with pytest.raises(SettingError, match="no visit of the protocol"):
        Schedule.of_trial(PRODERM, "W99")


def test_a_list_is_the_order() -> None:
    schedule = Schedule.of_list(["0", " 4 ", "8", "Unscheduled A"], PRODERM, None)
    assert schedule.ids == ("W0", "W4", "W8", "unscheduled a")
    names = ["8", "4", "0", "UNSCHEDULED A", "4.0", "16", "W4"]
    assert positions(schedule, names) == [2, 1, 0, 3, 1, "unknown", "unknown"]


@pytest.mark.parametrize("listed", [["0.0", "4.0"], ["0", "4"]])
def test_a_listed_number_may_have_a_point(listed: list[str]) -> None:
    assert positions(Schedule.of_list(listed, PRODERM, None), ["0", "4", "4.0", "0.0"]) == [0, 1, 1, 0]


def test_a_name_may_end_like_a_number_with_a_point() -> None:
    assert positions(Schedule.of_list(["V1.0", "V2.0"], PRODERM, "v1.0"), ["V2.0", "v1"]) == [1, 0]


def test_listed_visits_before_the_baseline_are_not_scored() -> None:
    schedule = Schedule.of_list(["screening", "0", "4"], PRODERM, None)
    assert positions(schedule, ["screening", "0", "4"]) == ["before", 0, 1]
    assert positions(Schedule.of_list(["a", "b", "c"], PRODERM, "B"), ["a", "b", "c"]) == ["before", 0, 1]


def test_the_baseline_of_a_list_has_every_name_of_its_visit() -> None:
    for listed, baseline in ((["0", "4"], "W0"), (["W0", "W4"], "0"), (["week 0", "week 4"], None)):
        assert positions(Schedule.of_list(listed, PRODERM, baseline), listed) == [0, 1]


def test_listed_visits_are_those_of_the_protocol_whatever_they_are_called() -> None:
    for listed in (["1", "17", "25"], ["w1", "w17", "w25"], ["Week 1", "Week 17", "Week 25"]):
        assert Schedule.of_list(listed, RECLAIIM, None).ids == ("W1", "W17", "W25")


@pytest.mark.parametrize(
    "listed", [["0", "4", "4"], ["0", "w4", "W4"], ["0", ""], [""], ["0", "4", "4.0"], ["0", "4", "W4"]]
)
def test_a_list_names_each_visit_once(listed: list[str]) -> None:
    with pytest.raises(SettingError, match="twice, or has an empty name"):
        Schedule.of_list(listed, PRODERM, None)


@pytest.mark.parametrize(("listed", "baseline"), [(["4", "8"], None), (["0", "4"], "8"), (["0", "4"], "")])
def test_the_baseline_must_be_listed(listed: list[str], baseline: str | None) -> None:
    with pytest.raises(SettingError, match="baseline is not in the list"):
        Schedule.of_list(listed, PRODERM, baseline)


def test_numbers() -> None:
    schedule = Schedule.of_numbers(PRODERM, None)
    names = ["0", "4.0", "4", "-3", "2.5", "1e1", "0.0004", "-0.001", "inf", "nan", "Week 4", "1e300", "", None]
    assert positions(schedule, names) == [0, 4000, 4000, "before", 2500, 10_000, 0, "before"] + ["unknown"] * 6
    assert (schedule.ids, schedule.expected) == ((), "a number")


@pytest.mark.parametrize(("baseline", "at"), [("4", 0), ("-3", 7000), ("2.5", 1500), (" 4.0 ", 0)])
def test_numbers_from_another_baseline(baseline: str, at: int) -> None:
    assert positions(Schedule.of_numbers(PRODERM, baseline), ["4"]) == [at]


@pytest.mark.parametrize("baseline", ["W0", "", "nan", "inf", "-Infinity"])
def test_the_baseline_of_numbers_is_a_number(baseline: str) -> None:
    with pytest.raises(SettingError, match="the baseline is a number"):
        Schedule.of_numbers(PRODERM, baseline)
