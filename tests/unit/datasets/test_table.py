"""A table finds every fault, and says where: rows, keys and columns counted by hand."""

from datetime import date

import polars as pl
import pytest

from myotis.datasets.table import Column, Table

VISITS = Table(
    name="visits",
    label="Visits",
    key=("subject", "visit"),
    columns=(
        Column(name="subject", label="Subject", kind="text", required=True),
        Column(name="visit", label="Week", kind="integer", minimum=0, required=True),
        Column(name="haq", label="HAQ-DI", kind="number", minimum=0, maximum=3, unit="points"),
        Column(name="sex", label="Sex", kind="text", codelist=("F", "M")),
        Column(name="day", label="Date", kind="date"),
        Column(name="note", label="Note", kind="text", optional=True),
    ),
)
FRAME = pl.DataFrame(
    {
        "subject": ["S01", "S01", None, "S02", "S01", "S03"],
        "visit": [0, 4, 0, -4, 4, None],
        "haq": [1.5, 3.5, None, float("nan"), float("inf"), -0.5],
        "sex": ["F", "female", "M", None, "f", "M"],
        "day": [date(2024, 3, 1), None, None, None, None, None],
        "other": ["passes", "through", "", "", "", ""],
    }
)


def places(faults):
    return [(fault.row, fault.key, fault.column, fault.what) for fault in faults]


def test_every_fault_is_found_with_its_row_key_and_column():
    again = "subject=S01 visit=4"
    assert places(VISITS.check(FRAME)) == [
        (4, "subject=None visit=0", "subject", "the value is missing"),
        (7, "subject=S03 visit=None", "visit", "the value is missing"),
        (5, "subject=S02 visit=-4", "visit", "the number is too low"),
        (5, "subject=S02 visit=-4", "haq", "the number is not finite"),
        (6, again, "haq", "the number is not finite"),
        (7, "subject=S03 visit=None", "haq", "the number is too low"),
        (3, again, "haq", "the number is too high"),
        (3, again, "sex", "the value is not in the codelist"),
        (6, again, "sex", "the value is not in the codelist"),
        (6, again, "", "visits has this row already"),
    ]


def test_faults_carry_no_values():
    said = "\n".join(str(fault) for fault in VISITS.check(FRAME))
    assert "female" not in said
    assert "3.5" not in said
    assert (
        "row 3, subject=S01 visit=4, column haq: the number is too high; expected a number from 0 to 3 points" in said
    )
    assert "expected one of F, M" in said
    assert "expected one row for each subject, visit" in said


def test_a_frame_without_faults():
    good = pl.DataFrame(
        {"subject": ["S01", "S01"], "visit": [0, 4], "haq": [1, 2], "sex": ["F", None], "day": [None, None]}
    )
    assert VISITS.check(good) == []
    assert VISITS.check(VISITS.empty()) == []


def test_columns_that_are_absent_or_of_the_wrong_type():
    frame = pl.DataFrame({"subject": [1, 2], "haq": ["1", "2"], "sex": [None, None], "day": ["2024-03-01", ""]})
    assert places(VISITS.check(frame)) == [
        (None, "", "subject", "visits: the column is of type Int64"),
        (None, "", "visit", "visits: the column is absent"),
        (None, "", "haq", "visits: the column is of type String"),
        (None, "", "day", "visits: the column is of type String"),
    ]


@pytest.mark.parametrize("dtype", [pl.Null, pl.Float64, pl.String])
def test_a_required_column_without_any_value_is_missing_whatever_its_type(dtype):
    frame = pl.DataFrame({"subject": ["S01"], "haq": [1.0], "sex": ["F"], "day": [None]})
    frame = frame.with_columns(pl.lit(None, dtype=dtype).alias("visit"))
    assert places(VISITS.check(frame)) == [(2, "subject=S01 visit=None", "visit", "the value is missing")]


def test_a_key_that_occurs_three_times_is_two_faults():
    frame = VISITS.empty().vstack(
        pl.DataFrame(
            {
                "subject": ["S1"] * 3,
                "visit": [0] * 3,
                "haq": [1.0] * 3,
                "sex": ["F"] * 3,
                "day": [None] * 3,
                "note": ["", "a", "b"],
            },
            schema=VISITS.empty().schema,
        )
    )
    assert [fault.row for fault in VISITS.check(frame)] == [3, 4]


@pytest.mark.parametrize("dtype", [pl.Categorical, pl.Enum(["F", "M", "U"])])
def test_codelists_of_categories(dtype):
    frame = VISITS.empty().select("subject", "visit", "haq", "day").clear(2)
    frame = frame.with_columns(
        subject=pl.Series(["a", "b"]), visit=pl.Series([0, 0]), sex=pl.Series(["F", "U"], dtype=dtype)
    )
    assert [(fault.row, fault.column) for fault in VISITS.check(frame)] == [(3, "sex")]


def test_the_empty_table_has_the_types_of_its_columns():
    types = [pl.String, pl.Int64, pl.Float64, pl.String, pl.Date, pl.String]
    assert list(VISITS.empty().schema.items()) == list(zip([c.name for c in VISITS.columns], types, strict=True))


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({}, "a whole number"),
        ({"minimum": 1}, "a whole number of at least 1"),
        ({"maximum": 9, "unit": "days"}, "a whole number of at most 9 days"),
        ({"minimum": 1, "maximum": 9.5}, "a whole number from 1 to 9.5"),
    ],
)
def test_what_a_column_takes_in_words(limits, said):
    assert Column(name="c", label="C", kind="integer", **limits).takes == said


def test_a_column_by_name():
    assert VISITS.column("haq").unit == "points"
    with pytest.raises(KeyError, match="visits has no column vas"):
        VISITS.column("vas")


@pytest.mark.parametrize("key", [("subject",), ("week",)])
def test_a_table_that_contradicts_itself_is_refused(key):
    once = Column(name="subject", label="Subject", kind="text")
    columns = (once, once) if key == ("subject",) else (once,)
    with pytest.raises(ValueError, match="a column is declared twice, or a key is no column"):
        Table(name="t", label="T", columns=columns, key=key)


def test_a_column_of_any_other_name_is_no_hindrance():
    table = Table(
        name="T", label="T", key=("ID",), columns=(Column(name="ID", label="ID", kind="text", required=True),)
    )
    frame = pl.DataFrame({"_row": [7, 8], "ID": ["a", None]})
    assert [(fault.row, fault.column) for fault in table.check(frame)] == [(3, "ID")]


def test_faults_are_found_where_the_key_is_absent():
    columns = (
        Column(name="ID", label="ID", kind="text"),
        Column(name="SEX", label="Sex", kind="text", codelist=("F",)),
    )
    faults = Table(name="T", label="T", key=("ID",), columns=columns).check(pl.DataFrame({"SEX": ["F", "X"]}))
    assert [(fault.row, fault.column, fault.key) for fault in faults] == [(None, "ID", ""), (3, "SEX", "")]


@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical])
def test_a_required_text_of_blanks_is_missing(dtype):
    table = Table(
        name="T",
        label="T",
        key=("visit",),
        columns=(
            Column(name="visit", label="Visit", kind="integer"),
            Column(name="subject", label="Subject", kind="text", required=True),
            Column(name="note", label="Note", kind="text"),
        ),
    )
    frame = pl.DataFrame({"visit": [0, 4, 8, 12], "subject": ["S1", "", "  ", None], "note": ["", "", "", ""]})
    faults = table.check(frame.with_columns(pl.col("subject").cast(dtype)))
    assert [(fault.row, fault.column, fault.what) for fault in faults] == [
        (row, "subject", "the value is missing") for row in (3, 4, 5)
    ]
