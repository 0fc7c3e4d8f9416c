"""What was given: EX, SE and the arms of DM from what the site recorded and what the pharmacy reveals.

A snapshot of a log has EC, where treatments are masked. With ARMS and GIVEN it becomes an unblinded one; without them
everybody is in one arm on a treatment called blinded, and the protocol that goes with it compares nothing.
"""

from collections.abc import Mapping
from typing import Final

import polars as pl

from myotis.datasets.sdtm import EX
from myotis.datasets.sdtm_conduct import CONDUCT_TABLES
from myotis.datasets.sdtm_safety import SUPPEX
from myotis.datasets.table import Table
from myotis.datasets.treatments import TREATMENT_TABLES
from myotis.derive.se import derive_se
from myotis.errors import Fault, InputError
from myotis.protocol.blinded import BLINDED_ARM, BLINDED_TREATMENT, pool_arms
from myotis.protocol.trial import Trial
from myotis.rules.dose import ML_PER_L, find_infusion

DATE_LENGTH: Final = 10
"""Of a date and time in ISO 8601, its date."""


def take_treatments(sdtm: Mapping[str, pl.DataFrame], trial: Trial) -> tuple[dict[str, pl.DataFrame], Trial]:
    """The tables of a snapshot with EX, SE and the arms of DM, and the protocol that they are analyzed with.

    A snapshot that has EX already is left as it is. Raises InputError with every fault of EC, ARMS and GIVEN: bags
    that GIVEN does not know, treatments that the protocol does not have, and whatever their columns do not take.
    """
    tables = dict(sdtm)
    if "EX" in tables or "EC" not in tables:
        return tables, trial
    revealed = "ARMS" in tables and "GIVEN" in tables
    _check(tables, trial, revealed=revealed)
    if not revealed:
        trial = pool_arms(trial)
        tables["GIVEN"] = tables["EC"].select(
            "STUDYID", "USUBJID", LABEL="ECREFID", TREATMENT=pl.lit(BLINDED_TREATMENT.label)
        )
    tables["EX"], tables["SUPPEX"] = _build_exposure(tables, trial)
    tables["DM"] = _add_arms(tables, blinded=not revealed)
    if revealed and "SE" in tables:
        tables["SE"] = derive_se(tables["SE"], tables["EX"], trial)
    return tables, trial


def _check(tables: Mapping[str, pl.DataFrame], trial: Trial, *, revealed: bool) -> None:
    asked: dict[str, Table] = {name: CONDUCT_TABLES[name] for name in ("EC", "SUPPEC") if name in tables}
    asked |= TREATMENT_TABLES if revealed else {}
    faults = [fault.inside(name) for name, table in asked.items() for fault in table.check(tables[name])]
    if faults:
        raise InputError(faults)
    if revealed:
        known = {treatment.label for treatment in trial.treatments}
        unknown = tables["GIVEN"].filter(~pl.col("TREATMENT").is_in(list(known)))
        bags = tables["EC"].join(
            tables["GIVEN"], left_on=["USUBJID", "ECREFID"], right_on=["USUBJID", "LABEL"], how="anti"
        )
        faults += [
            Fault(what="the treatment is not one of the protocol", expected=", ".join(sorted(known)), file="GIVEN",
                  key=f"USUBJID={subject}", column="TREATMENT")
            for subject in unknown["USUBJID"]
        ]  # fmt: skip
        faults += [
            Fault(what="the pharmacy's tables do not know the bag", expected="a row of GIVEN for each bag", file="EC",
                  key=f"USUBJID={subject}", column="ECREFID")
            for subject in bags["USUBJID"]
        ]  # fmt: skip
    if faults:
        raise InputError(faults)


def _build_exposure(tables: Mapping[str, pl.DataFrame], trial: Trial) -> tuple[pl.DataFrame, pl.DataFrame]:
    """EX, one row a cycle and treatment, and the highest rate of each in SUPPEX."""
    given = tables["GIVEN"].select("USUBJID", ECREFID="LABEL", EXTRT="TREATMENT")
    rates = tables["SUPPEC"].select(
        "USUBJID", ECSEQ=pl.col("IDVARVAL").cast(pl.Int64), rate=pl.col("QVAL").cast(pl.Float64)
    )
    bags = tables["EC"].join(given, on=["USUBJID", "ECREFID"]).join(rates, on=["USUBJID", "ECSEQ"], how="left")
    strength = pl.col("EXTRT").replace_strict(_grams_per_ml(trial), return_dtype=pl.Float64)
    cycles = (
        bags.group_by("STUDYID", "USUBJID", "VISITNUM", "VISIT", "EXTRT")
        .agg(
            EXVAMT=pl.col("ECDOSE").sum(), rate=pl.col("rate").max(),
            EXSTDTC=pl.col("ECSTDTC").str.head(DATE_LENGTH).min(),
            EXENDTC=pl.col("ECENDTC").str.head(DATE_LENGTH).max(),
        )
        .sort("USUBJID", "EXSTDTC", "VISITNUM", "EXTRT")
        .with_columns(EXSEQ=pl.int_range(1, pl.len() + 1).over("USUBJID"), DOMAIN=pl.lit("EX"))
        .with_columns(
            EXDOSE=(pl.col("EXVAMT") * strength).round(1),
            EXDOSU=pl.lit("g"), EXVAMTU=pl.lit("mL"),
        )
    )  # fmt: skip
    qualifiers = cycles.drop_nulls("rate").select(
        "STUDYID", "USUBJID", RDOMAIN=pl.lit("EX"), IDVAR=pl.lit("EXSEQ"), IDVARVAL=pl.col("EXSEQ").cast(pl.String),
        QNAM=pl.lit("MAXRATE"), QLABEL=pl.lit("Highest Infusion Rate (mL/kg/min)"), QVAL=pl.col("rate").cast(pl.String),
        QORIG=pl.lit("CRF"),
    )  # fmt: skip
    return cycles.select(column.name for column in EX.columns), qualifiers.select(c.name for c in SUPPEX.columns)


def _grams_per_ml(trial: Trial) -> dict[str, float | None]:
    """What a milliliter of each treatment holds of the active substance; 0 for a placebo, null where it is blinded."""
    grams: dict[str, float | None] = {}
    for treatment in trial.treatments:
        infusion = find_infusion(trial, treatment.id)
        active = float(infusion.concentration.number) / ML_PER_L if infusion else None
        grams[treatment.label] = 0.0 if treatment.imitates else active
    return grams


def _add_arms(tables: Mapping[str, pl.DataFrame], *, blinded: bool) -> pl.DataFrame:
    subjects = tables["DM"].drop("ARMCD", "ARM")
    if blinded:
        arm = pl.lit(BLINDED_ARM.id).alias("ARMCD"), pl.lit(BLINDED_ARM.label).alias("ARM")
        return subjects.with_columns(arm).select(tables["DM"].columns)
    arms = tables["ARMS"].group_by("USUBJID", maintain_order=True).agg(pl.col("ARMCD", "ARM").first())
    return subjects.join(arms, on="USUBJID", how="left", maintain_order="left").select(tables["DM"].columns)
