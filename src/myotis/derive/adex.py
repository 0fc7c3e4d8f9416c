"""ADEX: every infusion cycle with its treatment, epoch, highest rate and the time at risk that follows it."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from myotis.datasets.adam_safety import ADEX
from myotis.datasets.sdtm_safety import MAXIMAL_RATE
from myotis.protocol.trial import Trial
from myotis.terms.study_time import elapsed_days

DATE: Final = "%Y-%m-%d"
_CYCLE: Final = ["USUBJID", "EXSEQ"]


def derive_adex(sdtm: Mapping[str, pl.DataFrame], adsl: pl.DataFrame, trial: Trial) -> pl.DataFrame:
    """ADEX from a snapshot and ADSL, by subject and date; subjects who are not in ADSL fall out.

    A cycle belongs to the epoch of its visit, else to that of its day. Its time at risk begins on its first day and
    ends the day before the next cycle, with the last known contact or death, or where the plan's emergent period is
    over, whatever is first; it counts the first and the last day. A rate that was not recorded is null.
    """
    start, end = pl.col("EXSTDTC").str.to_date(DATE), pl.col("EXENDTC").str.to_date(DATE)
    known = adsl.select("STUDYID", "USUBJID", "TRT01P", "SAFFL", "TRTSDT")
    cycles = (
        sdtm["EX"].with_columns(ASTDT=start, AENDT=end)
        .drop("STUDYID").join(known, on="USUBJID").sort("USUBJID", "ASTDT", "EXSEQ")
        .join(_find_rates(sdtm), on=_CYCLE, how="left", maintain_order="left")
        .join(_find_last_contacts(sdtm), on="USUBJID", how="left", maintain_order="left")
    )  # fmt: skip
    before_next = pl.col("ASTDT").shift(-1).over("USUBJID") - pl.duration(days=1)
    limits = [pl.max_horizontal("last_contact", "AENDT"), before_next]
    if trial.plan.safety and trial.plan.safety.emergent:
        limits.append(pl.col("AENDT") + pl.duration(days=int(trial.plan.safety.emergent.number)))
    return cycles.with_columns(
        TRTA=pl.col("EXTRT"), EPOCH=_find_epoch(trial), AVISIT=pl.col("VISIT"), DOSE=pl.col("EXDOSE"),
        VOLUME=pl.col("EXVAMT"), RISKENDT=pl.max_horizontal(pl.min_horizontal(limits), "ASTDT"),
    ).with_columns(
        RISKDUR=(pl.col("RISKENDT") - pl.col("ASTDT")).dt.total_days() + 1,
    ).select(column.name for column in ADEX.columns)  # fmt: skip


def _find_epoch(trial: Trial) -> pl.Expr:
    labels = {epoch.id: epoch.label for epoch in trial.epochs}
    of_visit = {float(visit.number): labels[visit.epoch] for visit in trial.visits}
    elapsed = (pl.col("ASTDT") - pl.col("TRTSDT")).dt.total_days()
    of_day = pl.lit(trial.epochs[0].label)
    for epoch in trial.epochs[1:]:
        of_day = pl.when(elapsed >= elapsed_days(epoch.first_day)).then(pl.lit(epoch.label)).otherwise(of_day)
    return pl.coalesce(pl.col("VISITNUM").replace_strict(of_visit, default=None, return_dtype=pl.String), of_day)


def _find_rates(sdtm: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    rows = sdtm["SUPPEX"].filter(pl.col("QNAM") == MAXIMAL_RATE)
    return rows.select(
        "USUBJID",
        EXSEQ=pl.col("IDVARVAL").cast(pl.Int64, strict=False),
        MAXRATE=pl.col("QVAL").cast(pl.Float64, strict=False),
    )


def _find_last_contacts(sdtm: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The date of the last visit or of the last entry of DS, which holds the end of the study, by subject."""
    dated = [
        sdtm[name].select("USUBJID", when=pl.col(column).str.to_date(DATE))
        for name, column in (("SV", "SVSTDTC"), ("DS", "DSSTDTC"))
    ]
    return pl.concat(dated).group_by("USUBJID").agg(last_contact=pl.col("when").max())
