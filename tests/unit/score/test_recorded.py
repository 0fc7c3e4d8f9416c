"""Values as users record them. Expected steps are written by hand from the grids: 0.01 mm, 1/168,000, 0.001."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from myotis.errors import Fault
from myotis.instruments.tis_levels import Slot
from myotis.score.columns import find_layout
from myotis.score.recorded import HaqReading, Recorded, read_recorded
from myotis.terms.missing import MISSING


def read(columns: dict[str, object], haq: HaqReading = "as_recorded", **schema: pl.DataType) -> Recorded:
    given = {"subject": "S1", "visit": "4"} | columns
    height = max(len(values) for values in given.values() if isinstance(values, list))
    full = {name: values if isinstance(values, list) else [values] * height for name, values in given.items()}
    frame = pl.DataFrame(full, schema_overrides=schema)
    frame = frame.with_columns(pl.int_range(2, height + 2).alias("_row"))
    return read_recorded(frame, find_layout(frame.columns, allow_absent=True), haq=haq)


def brief(faults: list[Fault]) -> list[tuple[int | None, str, str]]:
    return [(fault.row, fault.column, fault.what) for fault in faults]


@pytest.mark.parametrize(
    ("text", "steps"),
    [("6.5", 6500), (" 6.50 ", 6500), ("1e1", 10_000), ("+0.1", 100), (".5", 500), ("7", 7000), ("0.001", 1),
     ("\u00a03", 3000), ("", MISSING), ("  ", MISSING), ("NA", MISSING), (" . ", MISSING), (None, MISSING)],
)  # fmt: skip
def test_texts_become_steps(text: str | None, steps: int) -> None:
    recorded = read({"physician_global_cm": ["0", text]})
    assert recorded.steps["physician_global"].tolist() == [0, steps]
    assert recorded.faults == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("1,5", "the number has a decimal comma"),
        ("abc", "this is no number"),
        ("nan", "this is no number"),
        ("NaN", "this is no number"),
        ("<0.5", "this is no number"),
        ("5 cm", "this is no number"),
        ("0x1", "this is no number"),
        ("1_0", "this is no number"),
        ("n/a", "this is no number"),
        ("inf", "the number is not finite"),
        ("-Infinity", "the number is not finite"),
        ("1e999", "the number is not finite"),
        ("10.1", "the number is out of range"),
        ("65", "the number is out of range"),
        ("-0.1", "the number is out of range"),
        ("1e300", "the number is out of range"),
        ("10.00001", "the number is out of range"),
        ("0.0001", "the number is off the measure's grid"),
        ("5.00000001", "the number is off the measure's grid"),
    ],
)
def test_what_is_no_recorded_number(text: str, what: str) -> None:
    recorded = read({"physician_global_cm": ["1.0", text]})
    assert brief(recorded.faults) == [(3, "physician_global_cm", what)]
    assert recorded.steps["physician_global"].tolist() == [1000, MISSING]
    assert text not in str(recorded.faults[0]).split(";")[0]


def test_remedies() -> None:
    recorded = read({"physician_global_cm": ["65", "1,5"], "ck_xuln": ["1", "0.12345678"], "haq": ["1.6667", "4"]})
    faults = recorded.faults
    assert [fault.remedy for fault in faults] == [
        "If it was recorded in millimeters, call the column physician_global_mm",
        "Give all the decimals of the score, or three",
        "Write a decimal point",
        "Give ck and ck_uln instead, or round the multiple to 6 decimals",
        "",
    ]


def test_faults_name_row_and_key_in_order_of_rows() -> None:
    recorded = read({"subject": ["A", "B", "A"], "mmt8": ["151", "x", "150.5"], "haq": ["4", "1", "inf"]})
    assert [(fault.row, fault.key, fault.column) for fault in recorded.faults] == [
        (2, "subject=A visit=4", "mmt8"),
        (2, "subject=A visit=4", "haq"),
        (3, "subject=B visit=4", "mmt8"),
        (4, "subject=A visit=4", "mmt8"),
        (4, "subject=A visit=4", "haq"),
    ]


def test_subject_and_visit_are_texts_and_must_be_there() -> None:
    recorded = read({"subject": [" S1 ", None, "NA"], "visit": ["Week 4", " ", "8"], "haq": ["1", "1", "1"]})
    assert recorded.subject.to_list() == ["S1", None, None]
    assert recorded.visit.to_list() == ["Week 4", None, "8"]
    found = [(fault.row, fault.key, fault.column) for fault in recorded.faults]
    assert found == [(3, "", "subject"), (3, "", "visit"), (4, "visit=8", "subject")]


def test_numbers_name_subjects_and_visits_without_a_point() -> None:
    recorded = read({"subject": [1.0, 10.5], "visit": [0.0, 4.0], "haq": ["1", "1"]})
    assert (recorded.subject.to_list(), recorded.visit.to_list()) == (["1", "10.5"], ["0", "4"])


def test_millimeters_and_centimeters_are_the_same_steps() -> None:
    recorded = read({"physician_global_mm": ["65", "0.5", "100"], "patient_global_cm": ["6.5", "0.05", "10"]})
    assert recorded.steps["physician_global"].tolist() == [6500, 50, 10_000]
    assert recorded.steps["patient_global"].tolist() == [6500, 50, 10_000]
    assert brief(read({"physician_global_mm": ["100.1"]}).faults)[0][2] == "the number is out of range"


def test_haq_holds_eighths_sevenths_sixths_and_three_decimals() -> None:
    texts = ["1.625", str(13 / 7), str(13 / 6), "0.001", "3"]
    expected = [273_000, 312_000, 364_000, 168, 504_000]
    recorded = read({"haq": texts})
    assert (recorded.steps["haq"].tolist(), recorded.faults) == (expected, [])


def test_a_rounded_haq_is_kept_with_a_warning_or_read_as_its_fraction() -> None:
    kept = read({"haq": ["1.5", "1.62", "0.88", None]})
    assert kept.steps["haq"].tolist() == [252_000, 272_160, 147_840, MISSING]
    (warning,) = kept.warnings
    assert (warning.row, warning.column) == (3, "haq")
    assert "1 further rows" in warning.what
    read_as = read({"haq": ["1.5", "1.62", "0.88", None]}, haq="as_fraction")
    assert read_as.steps["haq"].tolist() == [252_000, 273_000, 147_000, MISSING]
    assert read_as.warnings == []


def test_numeric_columns() -> None:
    recorded = read({"haq": [1.625, None], "mmt8": [150, 0], "physician_global_cm": [0.1, 0.3]})
    assert recorded.steps["haq"].tolist() == [273_000, MISSING]
    assert recorded.steps["mmt8"].tolist() == [150, 0]
    assert recorded.faults == []


def test_single_precision_is_read_as_it_was_meant() -> None:
    recorded = read({"physician_global_cm": [0.1, None, 6.7]}, physician_global_cm=pl.Float32())
    assert recorded.steps["physician_global"].tolist() == [100, MISSING, 6700]
    assert recorded.faults == []


def test_numeric_columns_have_faults_too() -> None:
    recorded = read({"physician_global_cm": [float("nan"), float("inf"), -1.0, None]})
    assert [(row, what) for row, _, what in brief(recorded.faults)] == [
        (2, "this is no number"),
        (3, "the number is not finite"),
        (4, "the number is out of range"),
    ]


def test_columns_of_other_types() -> None:
    recorded = read({"haq": [date(2024, 1, 1), None], "mmt8": [None, None], "physician_global_cm": [True, False]})
    assert brief(recorded.faults) == [
        (2, "haq", "this is no number"),
        (2, "physician_global_cm", "this is no number"),
        (3, "physician_global_cm", "this is no number"),
    ]
    assert recorded.steps["mmt8"].tolist() == [MISSING, MISSING]
    exact = read({"haq": ["1.5"], "mmt8": ["7"]}, mmt8=pl.Categorical())
    assert (exact.steps["mmt8"].tolist(), exact.faults) == ([7], [])


def test_enzymes_with_their_limits() -> None:
    recorded = read({"ck": ["523.5", "0", None], "ck_uln": ["171", "0.001", None]})
    value, uln = recorded.enzyme("ck")
    assert (value.tolist(), uln.tolist()) == ([523_500, 0, MISSING], [171_000, 1, MISSING])
    assert recorded.faults == []
    assert np.all(recorded.enzyme("alt")[0] == MISSING)


def test_limits_missing_zero_and_wrong() -> None:
    recorded = read({"ck": ["5", "5", "5", "5", None, "-1"], "ck_uln": [None, "0", "-1", "x", None, "2"]})
    assert brief(recorded.faults) == [
        (2, "ck_uln", "the ULN is missing where there is a value"),
        (3, "ck_uln", "the number is out of range"),
        (4, "ck_uln", "the number is out of range"),
        (5, "ck_uln", "this is no number"),
        (7, "ck", "the number is out of range"),
    ]


def test_multiples_of_the_limit_are_values_over_a_limit_of_one() -> None:
    recorded = read({"ldh_xuln": ["2.5", "0.333333", None]})
    value, uln = recorded.enzyme("ldh")
    assert (value.tolist(), uln.tolist()) == ([2_500_000, 333_333, MISSING], [1_000_000, 1_000_000, MISSING])


def test_units_of_value_and_limit() -> None:
    units = ["U/L", "ukat/L", "\u00b5kat/L", "\u03bckat / l", "mg/dL", "U/L", None]
    limits = ["u/l", "\u00b5kat/L", "ukat/l", "IU/L", "U/L", None, None]
    recorded = read({"ck": ["5"] * 6 + [None], "ck_uln": "2", "ck_unit": units, "ck_uln_unit": limits})
    assert brief(recorded.faults) == [
        (5, "ck_uln_unit", "value and ULN have different units"),
        (6, "ck_unit", "the unit is unknown"),
        (7, "ck_uln_unit", "the unit is missing where there is a value"),
    ]
    assert brief(read({"ck": ["5"], "ck_uln": "2", "ck_unit": "mol"}).faults) == [(2, "ck_unit", "the unit is unknown")]


def test_an_enzyme_far_beyond_its_limit_is_odd() -> None:
    recorded = read({"ck": ["2000", "1999", None], "ck_uln": ["2", "2", None], "ast_xuln": ["1", "1000", None]})
    assert [(warning.row, warning.column) for warning in recorded.warnings] == [(2, "ck"), (3, "ast_xuln")]
    assert recorded.faults == []


def test_slots() -> None:
    recorded = read({"mmt8_unilateral": ["80", "81"], "cdasi_activity": ["100", "101"]})
    assert recorded.slot(Slot.STRENGTH).tolist() == [80, MISSING]
    assert recorded.slot(Slot.FUNCTION).tolist() == [MISSING, MISSING]
    assert [column for _, column, _ in brief(recorded.faults)] == ["mmt8_unilateral", "cdasi_activity"]
