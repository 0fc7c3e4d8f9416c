import polars as pl
import pytest

from myotis.datasets.sdtm import FINDINGS, SDTM, TESTS, check_snapshot, find_test
from myotis.protocol.read import read_trial
from myotis.simulate.trial import simulate_trial

SNAPSHOT = simulate_trial(read_trial("proderm"), seed=5, subjects=4)


def test_tests_have_codes_that_fit_the_format_and_are_unique():
    codes = [(test.domain, test.testcd) for test in TESTS]
    assert len(set(codes)) == len(codes)
    assert all(len(code) <= 8 and code[0].isalpha() and code.isalnum() and code.isupper() for _, code in codes)
    assert {domain for domain, _ in codes} <= set(FINDINGS)
    assert all(len(test.test) <= 40 for test in TESTS)


def test_labels_and_names_fit_transport_files():
    for table in SDTM.values():
        assert all(len(column.name) <= 8 and len(column.label.encode()) <= 40 for column in table.columns)


def test_an_unknown_measure_has_no_test():
    with pytest.raises(KeyError):
        find_test("mood")


def test_a_simulated_snapshot_has_no_fault():
    assert check_snapshot(SNAPSHOT) == []


def test_an_absent_table_is_a_fault():
    faults = check_snapshot({name: frame for name, frame in SNAPSHOT.items() if name not in {"EX", "LB"}})
    assert [fault.file for fault in faults] == ["EX", "LB"]


def test_dates_and_subjects_are_checked_in_every_table():
    broken = dict(SNAPSHOT)
    first = pl.int_range(pl.len()) == 0
    broken["QS"] = SNAPSHOT["QS"].with_columns(
        pl.when(first).then(pl.lit("2017-02-30")).otherwise("QSDTC").alias("QSDTC")
    )
    broken["SV"] = SNAPSHOT["SV"].with_columns(
        pl.when(first).then(pl.lit("ProDERM-X")).otherwise("USUBJID").alias("USUBJID")
    )
    assert [(fault.file, fault.row, fault.column) for fault in check_snapshot(broken)] == [
        ("SV", 2, "USUBJID"),
        ("QS", 2, "QSDTC"),
    ]


def test_faults_name_no_value():
    broken = SNAPSHOT | {"QS": SNAPSHOT["QS"].with_columns(pl.lit("secret").alias("QSDTC"))}
    assert not any("secret" in str(fault) for fault in check_snapshot(broken))
