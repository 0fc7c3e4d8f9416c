"""Virtual trials as the tables of a snapshot: what the arrays hold, written down column by column.

One trial is written as a live one would be. Many are written together, each subject's identifier beginning with its
trial: so they can be derived in one go, and be taken apart for analysis.
"""

import numpy as np
import polars as pl

from myotis.datasets.sdtm import (
    SDTM,
)
from myotis.randomize.strata import list_levels
from myotis.simulate.batch import Batch, VirtualTrial
from myotis.simulate.luck import Luck
from myotis.simulate.subject import name_site
from myotis.simulate.writing.disposition import write_disposition
from myotis.simulate.writing.exposure import write_exposure
from myotis.simulate.writing.findings import write_findings, write_weights
from myotis.simulate.writing.written import Written, list_values, name_lives, weigh


def write_tables(virtual: VirtualTrial, luck: Luck, batch: Batch) -> dict[str, pl.DataFrame]:
    """The tables of a snapshot (`myotis.datasets.sdtm`) of all lives of a batch, but for adverse events.

    Every subject is called by its site and number; where the batch has several trials, the number of the trial stands
    before, and a slash between.
    """
    written = Written(virtual, luck, batch, name_lives(virtual, luck, batch), weigh(virtual, luck, batch))
    tables = {
        "DM": _write_demographics(written),
        "SUPPDM": _write_strata(written),
        "SV": _write_visits(written),
        "DS": write_disposition(written),
        "VS": write_weights(written),
        **write_findings(written),
        **write_exposure(written),
    }
    return {name: tables.get(name, table.empty()) for name, table in SDTM.items()}


def _write_demographics(written: Written) -> pl.DataFrame:
    lives, arms = written.batch.lives, written.virtual.trial.arms
    everybody = np.arange(len(lives.site))
    values = {
        "RFSTDTC": written.date(lives.enrolled),
        "SITEID": pl.Series([name_site(int(site)) for site in lives.site], dtype=pl.String),
        "AGE": lives.age,
        "AGEU": pl.repeat("YEARS", len(everybody), eager=True),
        "SEX": pl.Series(np.where(lives.female == 1, "F", "M")),
        "ARMCD": pl.Series([arm.id for arm in arms]).gather(written.batch.arm),
        "ARM": pl.Series([arm.label for arm in arms]).gather(written.batch.arm),
    }
    return written.build(SDTM["DM"], everybody, values)


def _write_strata(written: Written) -> pl.DataFrame:
    factors = written.virtual.trial.randomization.factors
    levels = list(list_levels(written.virtual.trial))
    everybody = np.arange(len(written.batch.stratum))
    parts = []
    for position, factor in enumerate(factors):
        named = pl.Series([combination[position] for combination in levels]).gather(written.batch.stratum)
        label = f"Stratum as Randomized: {factor.label}"
        parts.append(pl.DataFrame({"life": everybody, "QNAM": f"STRAT{position + 1}R", "QLABEL": label, "QVAL": named}))
    if not parts:
        return SDTM["SUPPDM"].empty()
    rows = pl.concat(parts).sort("life", maintain_order=True).with_columns(QORIG=pl.lit("Assigned"))
    return written.build(SDTM["SUPPDM"], rows["life"].to_numpy(), list_values(rows))


def _write_visits(written: Written) -> pl.DataFrame:
    life, visit = np.nonzero(written.batch.lives.held)
    return written.build(SDTM["SV"], life, {"SVSTDTC": written.came(life, visit), **written.at(visit)})
