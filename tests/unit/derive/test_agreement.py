import polars as pl
import pytest
from tiny_snapshot import build_tiny_snapshot

from myotis.derive.datasets import derive_datasets
from myotis.errors import InputError
from myotis.protocol.read import read_trial

TRIAL = read_trial("proderm")
SNAPSHOT = build_tiny_snapshot()


@pytest.mark.parametrize(
    ("domain", "row", "column", "value"),
    [
        ("DM", 2, "ARMCD", None),
        ("DM", 3, "ARMCD", "other"),
        ("DM", 3, "ARM", "Other"),
        ("EX", 4, "EXTRT", "Something else"),
        ("SUPPDM", 2, "QVAL", "grave"),
        ("QS", 2, "STUDYID", "Another"),
    ],
)
def test_what_the_protocol_does_not_have_is_a_fault(domain, row, column, value):
    frame = SNAPSHOT[domain].with_row_index("_row", offset=2)
    changed = pl.when(pl.col("_row") == row).then(pl.lit(value, dtype=pl.String)).otherwise(column).alias(column)
    with pytest.raises(InputError) as error:
        derive_datasets(SNAPSHOT | {domain: frame.with_columns(changed).drop("_row")}, TRIAL)
    (fault,) = error.value.faults
    assert (fault.file, fault.row, fault.column) == (domain, row, column)


def test_a_switch_names_a_planned_visit():
    switch = pl.col("DSDECOD") == "TREATMENT SWITCHED"
    moved = SNAPSHOT["DS"].with_columns(pl.when(switch).then(9.5).otherwise("VISITNUM").alias("VISITNUM"))
    with pytest.raises(InputError, match="visit of the switch"):
        derive_datasets(SNAPSHOT | {"DS": moved}, TRIAL)


def test_other_types_of_the_same_kind_and_further_columns_change_nothing():
    coded = {
        name: frame.with_columns(pl.col(pl.String).cast(pl.Categorical), pl.lit(1).alias("EXTRA"))
        for name, frame in SNAPSHOT.items()
    }
    for name, frame in derive_datasets(coded, TRIAL).items():
        assert frame.equals(derive_datasets(SNAPSHOT, TRIAL)[name])


def test_a_test_that_was_not_done_is_a_missing_value():
    extra = SNAPSHOT["QS"].head(1)
    extra = extra.with_columns(
        QSORRES=pl.lit(None, dtype=pl.String), VISITNUM=pl.lit(12.0), QSSEQ=pl.lit(99, dtype=pl.Int64)
    )
    for name, frame in derive_datasets(SNAPSHOT | {"QS": pl.concat([SNAPSHOT["QS"], extra])}, TRIAL).items():
        assert frame.equals(derive_datasets(SNAPSHOT, TRIAL)[name])
