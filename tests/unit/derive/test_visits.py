import polars as pl
import pytest
from tiny_snapshot import build_tiny_snapshot, name

from myotis.derive.visits import build_visits, first_period_visits, read_findings, score_column
from myotis.errors import InputError
from myotis.protocol.read import read_trial

TRIAL = read_trial("proderm")
SNAPSHOT = build_tiny_snapshot()


def with_text(domain, testcd, column, text):
    """The snapshot with another text in the first row of a test."""
    frame = SNAPSHOT[domain].with_row_index("_row")
    row = frame.filter(pl.col(f"{domain}TESTCD") == testcd)["_row"][0]
    changed = pl.when(pl.col("_row") == row).then(pl.lit(text, dtype=pl.String)).otherwise(column).alias(column)
    return SNAPSHOT | {domain: frame.with_columns(changed).drop("_row")}, row + 2


@pytest.mark.parametrize(
    ("domain", "testcd", "column", "text", "what"),
    [
        ("QS", "PHGLOB", "QSORRES", "much", "no number"),
        ("QS", "PHGLOB", "QSORRES", "NaN", "no number"),
        ("QS", "PHGLOB", "QSORRES", "6.50005", "off the grid"),
        ("QS", "PHGLOB", "QSORRES", "-1", "out of range"),
        ("QS", "PHGLOB", "QSORRESU", "inch", "unit is not that of a scale"),
        ("QS", "PHGLOB", "QSORRESU", None, "unit is not that of a scale"),
        ("QS", "HAQDI", "QSORRES", "3.125", "off the grid or too large"),
        ("MK", "MMT8", "MKORRES", "151", "out of range"),
        ("MK", "MMT8", "MKORRES", "120.5", "off the grid"),
        ("LB", "CK", "LBORRES", "<10", "no number"),
        ("LB", "CK", "LBORRES", "-3", "out of range"),
        ("LB", "CK", "LBORNRHI", None, "no ULN"),
        ("LB", "CK", "LBORNRHI", "0", "no ULN"),
        ("LB", "CK", "LBORRESU", "mg", "unit is unknown"),
    ],
)
def test_a_text_that_is_no_measurement_is_named_by_row_and_column(domain, testcd, column, text, what):
    broken, row = with_text(domain, testcd, column, text)
    with pytest.raises(InputError) as error:
        read_findings(broken)
    (fault,) = error.value.faults
    assert (fault.file, fault.row, fault.column) == (domain, row, column)
    assert what in fault.what
    assert "USUBJID=ProDERM-101-A VISITNUM=0" in fault.key


def test_every_fault_is_found_not_the_first():
    broken, _ = with_text("QS", "PHGLOB", "QSORRES", "much")
    also, _ = with_text("LB", "CK", "LBORRES", "lots")
    with pytest.raises(InputError) as error:
        read_findings(broken | {"LB": also["LB"]})
    assert [fault.file for fault in error.value.faults] == ["QS", "LB"]


def test_unscheduled_visits_are_no_rows_and_later_ones_no_baseline():
    late = SNAPSHOT["MK"].filter(USUBJID=name("A"), VISITNUM=0.0)
    late = late.with_columns(
        pl.lit(4.1).alias("VISITNUM"), pl.lit("2020-04-02").alias("MKDTC"), pl.lit("99").alias("MKORRES")
    )
    plain = build_visits(SNAPSHOT, TRIAL)
    assert build_visits(SNAPSHOT | {"MK": pl.concat([SNAPSHOT["MK"], late])}, TRIAL).equals(plain)


def test_completion_and_rescue_are_said_for_the_definition_of_response():
    rescue = SNAPSHOT["DS"].filter(USUBJID=name("B"), DSDECOD="TREATMENT SWITCHED").with_columns(
        pl.lit("RESCUE TREATMENT STARTED").alias("DSDECOD"), pl.lit(9).cast(pl.Int64).alias("DSSEQ")
    )  # fmt: skip
    table = build_visits(SNAPSHOT | {"DS": pl.concat([SNAPSHOT["DS"], rescue])}, TRIAL)
    said = {key[0]: rows for key, rows in table.group_by("subject")}
    assert said[name("B")].sort("visit_number")["rescue"].to_list() == ["no", "no", "yes", "yes", "yes"]
    completed = {subject: set(rows["completed"]) for subject, rows in said.items()}
    assert completed == {name("A"): {"yes"}, name("B"): {"yes"}, name("C"): {"no"}}


def test_the_first_period_ends_with_the_visit_that_opens_the_next():
    assert [visit.id for visit in first_period_visits(TRIAL)] == ["W4", "W8", "W12", "W16"]
    assert first_period_visits(read_trial("reclaiim"))[0].epoch == "double_blind"


def test_columns_of_measures_follow_the_table_of_visits():
    assert score_column("extramuscular") == "extramuscular_cm"
    assert score_column("cdasi_activity") == "cdasi_activity"
