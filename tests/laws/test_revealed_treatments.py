"""Law: a blinded snapshot and the pharmacy's tables hold together what an open snapshot holds; alone, the blinded
snapshot tells no treatment, on any road to the report."""

import polars as pl
import pytest

from myotis.analyze.trial import analyze_trial
from myotis.datasets.sdtm_conduct import EC, SUPPEC
from myotis.datasets.treatments import ARMS, GIVEN
from myotis.derive.datasets import derive_datasets
from myotis.errors import InputError
from myotis.protocol.read import read_trial
from myotis.report.html import render_report
from myotis.report.text import render_primary_result
from myotis.simulate.trial import simulate_trial

TRIAL = read_trial("proderm")
DAYS = 2


@pytest.fixture(scope="module")
def opened():
    return simulate_trial(TRIAL, seed=5, subjects=40)


def blind(opened):
    """The snapshot with two bags in the place of each cycle, its treatment masked; and what the pharmacy knows."""
    cycles = opened["EX"].join(
        opened["SUPPEX"].select("USUBJID", "QVAL", EXSEQ=pl.col("IDVARVAL").cast(pl.Int64)), on=["USUBJID", "EXSEQ"]
    )
    bags = pl.concat([cycles.with_columns(bag=pl.lit(day)) for day in range(DAYS)]).sort("USUBJID", "EXSEQ", "bag")
    bags = bags.with_columns(
        ECSEQ=pl.int_range(1, pl.len() + 1).over("USUBJID"),
        ECREFID=pl.concat_str("USUBJID", "EXSEQ", "bag", separator="."),
        DOMAIN=pl.lit("EC"), ECTRT=pl.lit("MASKED"), ECMOOD=pl.lit("PERFORMED"), ECDOSE=pl.col("EXVAMT") / DAYS,
        ECDOSU=pl.lit("mL"), EPOCH=pl.lit(None, dtype=pl.String),
        ECSTDTC=pl.when(pl.col("bag") == 0).then("EXSTDTC").otherwise("EXENDTC") + "T09:00+00:00",
        ECENDTC=pl.when(pl.col("bag") == 0).then("EXSTDTC").otherwise("EXENDTC") + "T15:00+00:00",
    )  # fmt: skip
    rates = bags.select(
        "STUDYID", "USUBJID", RDOMAIN=pl.lit("EC"), IDVAR=pl.lit("ECSEQ"), IDVARVAL=pl.col("ECSEQ").cast(pl.String),
        QNAM=pl.lit("MAXRATE"), QLABEL=pl.lit("Rate"), QVAL="QVAL", QORIG=pl.lit("CRF"),
    )  # fmt: skip
    given = bags.select("STUDYID", "USUBJID", "VISITNUM", "VISIT", LABEL="ECREFID", TREATMENT="EXTRT")
    epochs = pl.DataFrame({"EPOCH": [epoch.label for epoch in TRIAL.epochs[1:]]})
    arms = opened["DM"].select("STUDYID", "USUBJID", "ARMCD", "ARM").join(epochs, how="cross").with_columns(
        ACTARMCD="ARMCD", ACTARM="ARM", ACTTRT=pl.lit(None, dtype=pl.String)
    )  # fmt: skip
    tables = {name: frame for name, frame in opened.items() if name not in {"EX", "SUPPEX"}}
    nothing = pl.lit(None, dtype=pl.String)
    tables["DM"] = tables["DM"].with_columns(ARMCD=nothing, ARM=nothing)
    tables["EC"] = bags.select(column.name for column in EC.columns)
    tables["SUPPEC"] = rates.select(column.name for column in SUPPEC.columns)
    revealed = {
        "ARMS": arms.select(column.name for column in ARMS.columns),
        "GIVEN": given.select(column.name for column in GIVEN.columns),
    }
    return tables, revealed


def test_revealed_treatments_give_the_datasets_of_the_open_snapshot(opened):
    blinded, revealed = blind(opened)
    expected = derive_datasets(opened, TRIAL)
    found = derive_datasets({**blinded, **revealed}, TRIAL)
    for name, frame in expected.items():
        # The dose is worked out from the whole milliliters that were recorded, so its last digit may differ.
        assert found[name].drop("DOSE", strict=False).equals(frame.drop("DOSE", strict=False)), name


def test_the_dose_follows_from_the_volume_and_is_0_for_placebo(opened):
    blinded, revealed = blind(opened)
    doses = derive_datasets({**blinded, **revealed}, TRIAL)["ADEX"]
    active = doses.filter(pl.col("TRTA").str.contains("Immune"))
    assert ((active["DOSE"] - active["VOLUME"] / 10).abs() < 0.051).all()  # 100 g/L
    assert set(doses.filter(pl.col("TRTA").str.contains("Placebo"))["DOSE"]) == {0.0}


def test_without_the_pharmacys_tables_nothing_tells_a_treatment(opened):
    blinded, _ = blind(opened)
    datasets = derive_datasets(blinded, TRIAL)
    results = analyze_trial(datasets, TRIAL)
    page = render_report(results, TRIAL)
    told = [frame.write_json() for frame in (*datasets.values(), results)]
    for arm, treatment in zip(TRIAL.arms, TRIAL.treatments, strict=True):
        for text in (*told, page.replace(TRIAL.trial.title, "")):
            assert f'"{arm.id}"' not in text
            assert treatment.label not in text
            assert f">{arm.label}<" not in text
    assert "Blinded." in page
    assert render_primary_result(results, TRIAL) == "Treatments are not revealed: nothing is compared."
    randomized = results.filter(pl.col("analysis_id") == "flow", pl.col("parameter") == "randomized")
    assert dict(randomized.select("group", "value").rows()) == {"All arms (blinded)": 40.0, "Total": 40.0}


def test_bags_and_treatments_that_do_not_fit_are_named(opened):
    blinded, revealed = blind(opened)
    wrong = revealed["GIVEN"].with_columns(
        TREATMENT=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("Syrup")).otherwise("TREATMENT")
    )
    with pytest.raises(InputError) as raised:
        derive_datasets({**blinded, **revealed, "GIVEN": wrong.slice(0, 100)}, TRIAL)
    told = {(fault.file, fault.column) for fault in raised.value.faults}
    assert told == {("GIVEN", "TREATMENT"), ("EC", "ECREFID")}
