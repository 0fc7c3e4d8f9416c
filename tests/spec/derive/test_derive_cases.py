"""Worked cases: a snapshot small enough to derive on paper (tests/oracles/tiny_snapshot.py)."""

from datetime import date

import polars as pl
import pytest
from tiny_snapshot import DAY_1, build_tiny_snapshot, name

from myotis.datasets.adam import ADCSM, ADSL, ADTIS
from myotis.datasets.sdtm import check_snapshot
from myotis.derive.datasets import derive_datasets
from myotis.protocol.read import read_trial

TRIAL = read_trial("proderm")
SNAPSHOT = build_tiny_snapshot()
DATASETS = derive_datasets(SNAPSHOT, TRIAL)


def adsl(letter):
    return DATASETS["ADSL"].filter(USUBJID=name(letter)).row(0, named=True)


def adtis(letter, parameter):
    rows = DATASETS["ADTIS"].filter(USUBJID=name(letter), PARAMCD=parameter)
    return dict(rows.select("AVISITN", pl.coalesce(pl.col("AVAL").cast(pl.String), "AVALC")).iter_rows())


def adcsm(letter, parameter, derivation=None):
    rows = DATASETS["ADCSM"].filter(pl.col("DTYPE").eq_missing(derivation), USUBJID=name(letter), PARAMCD=parameter)
    return {row["AVISITN"]: (row["AVAL"], row["BASE"], row["CHG"]) for row in rows.iter_rows(named=True)}


def test_the_snapshot_and_what_comes_of_it_have_no_fault():
    assert check_snapshot(SNAPSHOT) == []
    for table in (ADSL, ADTIS, ADCSM):
        assert table.check(DATASETS[table.name]) == []
        assert DATASETS[table.name].columns == [column.name for column in table.columns]


def test_adsl_has_the_randomized_subjects():
    assert DATASETS["ADSL"]["USUBJID"].to_list() == [name(letter) for letter in "ABCD"]


def test_adsl_of_a_subject_who_goes_as_planned():
    assert adsl("A") == {
        "STUDYID": "ProDERM", "USUBJID": "ProDERM-101-A", "SUBJID": "101-A", "SITEID": "101", "AGE": 50, "SEX": "F",
        "WEIGHTBL": 70.0, "ARMCD": "ivig", "TRT01P": "IVIG", "TRT01A": "IVIG", "STRATAR": "moderate",
        "RANDDT": date(2020, 3, 2), "TRTSDT": date(2020, 3, 2), "FASFL": "Y", "SAFFL": "Y", "PPROTFL": "Y",
        "FPCOMPFL": "Y", "SWITCHFL": "N", "SWITCHVS": None, "EXTFL": "Y", "EOSSTT": "ONGOING", "DCSREAS": None,
        "DCSVISIT": None, "MAXTIS": 82.5,
    }  # fmt: skip


def test_what_a_baseline_still_allows():
    # A: 6.5, 6 and 4 cm (40 % exactly is not more than 40 %): 20, 10, 15; HAQ 1.5 is 50 %: 10; MMT 20 of 150 is 13.3 %:
    # 20; CK 10 x ULN to nothing is 66.7 %: 7.5. Worked: 20 + 10 + 20 + 10 + 15 + 7.5 = 82.5.
    assert adsl("A")["MAXTIS"] == 82.5


def test_adsl_of_the_others():
    fields = ("SAFFL", "PPROTFL", "FPCOMPFL", "SWITCHFL", "SWITCHVS", "EXTFL", "EOSSTT", "DCSREAS", "DCSVISIT")
    said = {letter: tuple(adsl(letter)[field] for field in fields) for letter in "BCD"}
    assert said == {
        "B": ("Y", "N", "Y", "Y", "Week 8", "N", "DISCONTINUED", "WITHDRAWAL BY SUBJECT", "Week 16"),
        "C": ("Y", "N", "N", "N", None, "N", "DISCONTINUED", "ADVERSE EVENT", "Week 8"),
        "D": ("N", "N", "N", "N", None, "N", "DISCONTINUED", "WITHDRAWAL BY SUBJECT", None),
    }
    assert [adsl(letter)["TRT01A"] for letter in "BCD"] == ["Placebo", "Placebo", None]
    assert (adsl("D")["TRTSDT"], adsl("D")["RANDDT"], adsl("D")["MAXTIS"]) == (None, DAY_1, None)


def test_adtis_of_the_published_vector():
    expected = {"TIS": "60.0", "TISCAT": "major", "DETER": "none", "RESP": "yes", "PHGPTS": "17.5", "PTGPTS": "5.0",
                "MMTPTS": "10.0", "HAQPTS": "7.5", "EXMPTS": "12.5", "ENZPTS": "7.5"}  # fmt: skip
    assert {code: adtis("A", code)[16] for code in expected} == expected
    days = DATASETS["ADTIS"].filter(USUBJID=name("A"), PARAMCD="TIS")["ADY"].to_list()
    assert days == [16 * 7 + 1]


def test_deterioration_is_confirmed_at_the_second_visit_and_stays():
    assert adtis("B", "DETER") == {4: "suspected", 8: "confirmed", 12: "confirmed", 16: "confirmed"}
    # 3 cm (30 %): 17.5; 2 cm: 5; HAQ 0.5 (16.7 %): 7.5; MMT 20 (13.3 %): 20; 1 cm: 7.5; CK: 0. Enough, but for DETER.
    assert adtis("B", "TIS")[16] == "57.5"
    assert adtis("B", "RESP")[16] == "no"


def test_a_missing_measure_is_not_zero():
    # C at week 4 is vector M (20 points, by the patient's 1 mm not 22.5); at week 8 the HAQ is missing.
    assert adtis("C", "TIS") == {4: "20.0", 8: None}
    assert (adtis("C", "TISLOW")[8], adtis("C", "TISHIGH")[8]) == ("15.0", "25.0")
    reasons = DATASETS["ADTIS"].filter(USUBJID=name("C"), AVISITN=8).filter(pl.col("REASNE").is_not_null())
    assert dict(reasons.select("PARAMCD", "REASNE").iter_rows()) == dict.fromkeys(("TIS", "TISCAT", "RESP"), "haq")


def test_nobody_without_a_visit_has_rows():
    assert DATASETS["ADTIS"].filter(USUBJID=name("D")).height == 0
    assert DATASETS["ADCSM"].filter(USUBJID=name("D")).height == 0


def test_observed_values_stay_after_a_switch_and_the_last_before_it_is_carried_beside_them():
    assert adcsm("B", "CDASIA") == {
        0: (20.0, 20.0, None), 4: (24.0, 20.0, 4.0), 8: (26.0, 20.0, 6.0), 12: (10.0, 20.0, -10.0),
        16: (8.0, 20.0, -12.0),
    }  # fmt: skip
    assert adcsm("B", "CDASIA", "LOCF") == {12: (26.0, 20.0, 6.0), 16: (26.0, 20.0, 6.0)}


def test_the_last_observation_is_carried_forward_after_early_termination():
    assert adcsm("C", "CDASIA") == {0: (15.0, 15.0, None), 8: (12.0, 15.0, -3.0)}
    assert adcsm("C", "CDASIA", "LOCF") == {12: (12.0, 15.0, -3.0), 16: (12.0, 15.0, -3.0)}


def test_a_visit_missed_by_a_subject_who_stays_is_not_filled():
    assert adcsm("A", "CDASIA", "LOCF") == {}
    assert set(adcsm("A", "CDASIA")) == {0, 16}


def test_only_what_an_estimand_carries_forward_is_carried():
    assert DATASETS["ADCSM"].filter(DTYPE="LOCF")["PARAMCD"].unique().to_list() == ["CDASIA"]


def test_the_enzyme_followed_is_a_multiple_of_its_limit():
    assert adcsm("A", "ENZXULN") == {0: (10.0, 10.0, None), 16: (2.0, 10.0, -8.0)}


def test_the_baseline_is_the_last_value_up_to_the_first_dose():
    screening = {"VISITNUM": -3.0, "VISIT": "Screening", "QSDTC": "2020-02-20"}
    early = SNAPSHOT["QS"].filter(USUBJID=name("A"), VISITNUM=0.0).with_columns(
        *(pl.lit(value).alias(column) for column, value in screening.items()), pl.lit("9").alias("QSORRES")
    )  # fmt: skip
    early = early.filter(pl.col("QSTESTCD") != "HAQDI").select(SNAPSHOT["QS"].columns)
    without = SNAPSHOT["QS"].filter(
        ~((pl.col("USUBJID") == name("A")) & (pl.col("VISITNUM") == 0) & (pl.col("QSTESTCD") == "PTGLOB"))
    )
    changed = derive_datasets(SNAPSHOT | {"QS": pl.concat([early, without])}, TRIAL)["ADCSM"]
    bases = changed.filter(USUBJID=name("A"), ABLFL="Y")
    assert dict(bases.select("PARAMCD", "AVAL").iter_rows()) | {"PHGLOB": 6.5, "PTGLOB": 9.0} == dict(
        bases.select("PARAMCD", "AVAL").iter_rows()
    )


@pytest.mark.parametrize(("unit", "factor"), [("mm", 10), ("cm", 1)])
def test_a_scale_in_millimeters_is_the_same_scale(unit, factor):
    in_unit = (pl.col("QSORRES").cast(pl.Float64) * factor).cast(pl.String)
    scale = pl.col("QSTESTCD") == "PHGLOB"
    changed = SNAPSHOT["QS"].with_columns(
        pl.when(scale).then(in_unit).otherwise("QSORRES").alias("QSORRES"),
        pl.when(scale).then(pl.lit(unit)).otherwise("QSORRESU").alias("QSORRESU"),
    )
    for key, frame in derive_datasets(SNAPSHOT | {"QS": changed}, TRIAL).items():
        assert frame.equals(DATASETS[key])


def test_adcsm_names_the_enzyme_that_is_followed_and_its_limit_beside_its_values_alone():
    rows = DATASETS["ADCSM"].filter(USUBJID=name("A"))
    told = {row["PARAMCD"]: (row["ENZYME"], row["ANRHI"]) for row in rows.filter(AVISITN=16).iter_rows(named=True)}
    assert told.pop("ENZXULN") == ("ck", 200.0)
    assert set(told.values()) == {(None, None)}
