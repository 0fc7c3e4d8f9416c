"""ADSL: one row a randomized subject, with its treatment, stratum, analysis sets and how it went on."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from myotis.datasets.adam import ADSL
from myotis.datasets.sdtm import COMPLETED, DISPOSITION, ENTERED_EXTENSION, SWITCHED, WEIGHT
from myotis.derive.visits import MEASURES, find_first_doses, find_randomized, first_period, score_column
from myotis.instruments.tis import PLAIN_SLOTS, compute_max_attainable_tis
from myotis.protocol.trial import Trial
from myotis.randomize.strata import BETWEEN_LEVELS

SETS: Final = {
    "randomized": pl.lit(value=True),
    "treated": pl.col("TRTSDT").is_not_null(),
    "completed_as_planned": (pl.col("FPCOMPFL") == "Y")
    & (pl.col("SWITCHFL") == "N")
    & (pl.col("TRT01A") == pl.col("TRT01P")).fill_null(value=False),
}
"""Which randomized subjects belong to an analysis set, by the definition that the plan names."""


def derive_adsl(sdtm: Mapping[str, pl.DataFrame], visits: pl.DataFrame, trial: Trial) -> pl.DataFrame:
    """ADSL from a snapshot and its table of visits (``build_visits``), one row a randomized subject, by USUBJID.

    ``TRT01A`` is the treatment of the first dose, ``STRATAR`` the levels as randomized, ``DCSVISIT`` the last
    planned visit that was held, ``MAXTIS`` the highest TIS that the baseline still allows (null without a baseline). An
    analysis set that the plan does not define has no subjects.

    >>> from myotis.derive.visits import build_visits
    >>> from myotis.protocol.read import read_trial
    >>> from myotis.simulate.trial import simulate_trial
    >>> trial = read_trial("proderm")
    >>> sdtm = simulate_trial(trial, seed=1, subjects=4)
    >>> derive_adsl(sdtm, build_visits(sdtm, trial), trial)["FASFL"].to_list()
    ['Y', 'Y', 'Y', 'Y']
    """
    dm = sdtm["DM"].with_columns(pl.col("USUBJID").alias("subject"))
    frame = dm.join(find_randomized(sdtm).rename({"randomized": "RANDDT"}), on="subject")
    parts = [
        find_first_doses(sdtm).rename({"first_dose": "TRTSDT"}),
        _find_actual_arm(sdtm, trial),
        _find_strata(sdtm),
        _find_weight(sdtm),
        _find_disposition(sdtm, trial),
        _find_switch(sdtm, trial),
        _find_last_visit(sdtm, trial),
        _find_max_tis(visits, trial),
    ]
    for part in parts:
        frame = frame.join(part, on="subject", how="left")
    frame = frame.with_columns(
        pl.col("ARM").alias("TRT01P"),
        *(_flag(pl.col(name)).alias(name) for name in ("FPCOMPFL", "EXTFL")),
        _flag(pl.col("SWITCHVS").is_not_null()).alias("SWITCHFL"),
        pl.col("EOSSTT").fill_null("ONGOING"),
        pl.when(pl.col("EOSSTT") == "DISCONTINUED").then("last_visit").alias("DCSVISIT"),
    ).with_columns(_analysis_sets(trial))
    return frame.select(column.name for column in ADSL.columns).sort("USUBJID")


def _flag(condition: pl.Expr) -> pl.Expr:
    return pl.when(condition.fill_null(value=False)).then(pl.lit("Y")).otherwise(pl.lit("N"))


def _analysis_sets(trial: Trial) -> list[pl.Expr]:
    members = {group.flag: SETS[group.subjects] for group in trial.plan.analysis_sets}
    nobody = pl.lit(value=False)
    return [_flag(members.get(flag, nobody)).alias(flag) for flag in ("FASFL", "SAFFL", "PPROTFL")]


def _find_actual_arm(sdtm: Mapping[str, pl.DataFrame], trial: Trial) -> pl.DataFrame:
    labels = {treatment.id: treatment.label for treatment in trial.treatments}
    arms = {labels[arm.treatment]: arm.label for arm in trial.arms}
    first = sdtm["EX"].sort("EXSTDTC", "EXSEQ").group_by(pl.col("USUBJID").alias("subject")).first()
    return first.select(
        "subject", pl.col("EXTRT").replace_strict(arms, default=None, return_dtype=pl.String).alias("TRT01A")
    )


def _find_strata(sdtm: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    rows = sdtm["SUPPDM"].filter(pl.col("QNAM").str.contains(r"^STRAT\d+R$")).sort("QNAM")
    return rows.group_by(pl.col("USUBJID").alias("subject"), maintain_order=True).agg(
        pl.col("QVAL").str.join(BETWEEN_LEVELS).alias("STRATAR")
    )


def _find_weight(sdtm: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The last weight on or before the day of the first dose; the last of all where no dose was given."""
    when = pl.col("VSDTC").str.to_date("%Y-%m-%d")
    rows = (
        sdtm["VS"].filter(pl.col("VSTESTCD") == WEIGHT).with_columns(pl.col("USUBJID").alias("subject"))
        .join(find_first_doses(sdtm), on="subject", how="left")
        .filter(pl.col("first_dose").is_null() | (when <= pl.col("first_dose")))
    )  # fmt: skip
    weight = pl.col("VSORRES").cast(pl.Float64, strict=False)
    return rows.sort("VSDTC", "VISITNUM").group_by("subject").agg(weight.last().alias("WEIGHTBL"))


def _find_disposition(sdtm: Mapping[str, pl.DataFrame], trial: Trial) -> pl.DataFrame:
    """Completion of the first period, entry into the extension, and how the study ended for the subject."""
    first, last = first_period(trial).label, max(trial.epochs, key=lambda epoch: epoch.first_day).label
    completed = pl.col("DSDECOD") == COMPLETED
    ended = pl.col("DSCAT") == DISPOSITION
    reason = pl.col("DSDECOD").filter(ended & ~completed)
    return (
        sdtm["DS"].sort("USUBJID", "DSSTDTC", "DSSEQ")
        .group_by(pl.col("USUBJID").alias("subject"))
        .agg(
            (ended & completed & (pl.col("EPOCH") == first)).any().alias("FPCOMPFL"),
            (pl.col("DSDECOD") == ENTERED_EXTENSION).any().alias("EXTFL"),
            (ended & completed & (pl.col("EPOCH") == last)).any().alias("finished"),
            reason.first().alias("DCSREAS"),
        )
        .with_columns(
            pl.when(pl.col("DCSREAS").is_not_null()).then(pl.lit("DISCONTINUED"))
            .when(pl.col("finished")).then(pl.lit("COMPLETED")).otherwise(pl.lit("ONGOING")).alias("EOSSTT")
        )
        .drop("finished")
    )  # fmt: skip


def _find_switch(sdtm: Mapping[str, pl.DataFrame], trial: Trial) -> pl.DataFrame:
    rows = sdtm["DS"].filter(pl.col("DSDECOD") == SWITCHED).sort("DSSTDTC", "DSSEQ")
    labels = {float(visit.number): visit.label for visit in trial.visits}
    visit = pl.col("VISITNUM").first().replace_strict(labels, return_dtype=pl.String)
    return rows.group_by(pl.col("USUBJID").alias("subject")).agg(visit.alias("SWITCHVS"))


def _find_last_visit(sdtm: Mapping[str, pl.DataFrame], trial: Trial) -> pl.DataFrame:
    planned = {float(visit.number): visit.label for visit in trial.visits}
    rows = sdtm["SV"].filter(pl.col("VISITNUM").is_in(list(planned))).sort("SVSTDTC", "VISITNUM")
    return rows.group_by(pl.col("USUBJID").alias("subject")).agg(
        pl.col("VISITNUM").last().replace_strict(planned, return_dtype=pl.String).alias("last_visit")
    )


def _find_max_tis(visits: pl.DataFrame, trial: Trial) -> pl.DataFrame:
    baseline = visits.filter(pl.col("visit_number") == trial.visit(trial.baseline_visit).number)
    settings = trial.tis.settings
    names = [measure.name for slot in PLAIN_SLOTS if (measure := settings.measure(slot))]
    columns = {name: score_column(name) for name in names if name in MEASURES}
    columns |= {name: name for enzyme in settings.enzymes for name in (enzyme, f"{enzyme}_uln")}
    recorded = {name: baseline[column].fill_null(float("nan")).to_numpy() for name, column in columns.items()}
    highest = compute_max_attainable_tis(recorded, settings) if baseline.height else np.empty(0)
    return baseline.select("subject", pl.Series("MAXTIS", highest, dtype=pl.Float64))
