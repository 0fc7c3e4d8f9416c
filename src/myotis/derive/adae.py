"""ADAE: every adverse event with the infusion that it follows, emergent and infusional or not."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from myotis.datasets.adam_safety import ADAE
from myotis.protocol.trial import Trial
from myotis.rules.safety import EMERGENT, FOLLOWS, INFUSIONAL, place_events, safety_limits
from myotis.terms.missing import MISSING, NO, YES
from myotis.terms.study_time import number_day

DATE = "%Y-%m-%d"


def derive_adae(sdtm: Mapping[str, pl.DataFrame], adsl: pl.DataFrame, adex: pl.DataFrame, trial: Trial) -> pl.DataFrame:
    """ADAE from a snapshot, ADSL and ADEX, by subject and sequence number; subjects who are not in ADSL fall out.

    Treatment, epoch and rate are those of the infusion that the event follows, null before the first. Without a plan
    of safety no event is emergent or infusional.
    """
    known = adsl.select("STUDYID", "USUBJID", "TRT01P", "SAFFL", "TRTSDT")
    events = sdtm["AE"].drop("STUDYID").join(known, on="USUBJID").with_columns(
        ASTDT=pl.col("AESTDTC").str.to_date(DATE), AENDT=pl.col("AEENDTC").str.to_date(DATE)
    ).sort("USUBJID", "AESEQ")  # fmt: skip
    placed = _place(events, adex, trial)
    cycles = adex.select("USUBJID", "EXSEQ", "TRTA", "EPOCH", "MAXRATE")
    return (
        events.join(placed, on=["USUBJID", "AESEQ"], how="left", maintain_order="left")
        .join(cycles, on=["USUBJID", "EXSEQ"], how="left", maintain_order="left")
        .with_columns(ASTDY=number_day((pl.col("ASTDT") - pl.col("TRTSDT")).dt.total_days()))
        .select(column.name for column in ADAE.columns)
    )


def _place(events: pl.DataFrame, adex: pl.DataFrame, trial: Trial) -> pl.DataFrame:
    """USUBJID, AESEQ, EXSEQ and the two flags: the rule over every subject's infusions and events together."""
    timeline = pl.concat(
        [
            adex.select("USUBJID", "EXSEQ", "ASTDT", "AENDT", infusion=YES),
            events.select("USUBJID", "AESEQ", "ASTDT", AENDT="ASTDT", infusion=NO),
        ],
        how="diagonal",
    ).sort("USUBJID", maintain_order=True)
    days = timeline.select(pl.col("infusion").cast(pl.Int64), pl.col("ASTDT", "AENDT").to_physical().cast(pl.Int64))
    x = np.ascontiguousarray(days.to_numpy())
    sizes = timeline.group_by("USUBJID", maintain_order=True).len()["len"].to_numpy()
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    out = np.full((len(x), 3), NO, dtype=np.int64)
    out[:, FOLLOWS] = MISSING
    if trial.plan.safety:
        place_events.run(x, offsets, safety_limits(trial.plan.safety), out)
    rows = np.where(out[:, FOLLOWS] == MISSING, -1, out[:, FOLLOWS] + np.repeat(offsets[:-1], sizes))
    sequence = [timeline["EXSEQ"][int(row)] if row >= 0 else None for row in rows]
    flags = {name: np.where(out[:, field] == YES, "Y", "N") for name, field in _FLAGS.items()}
    return timeline.with_columns(EXSEQ=pl.Series(sequence, dtype=pl.Int64), **{
        name: pl.Series(values, dtype=pl.String) for name, values in flags.items()
    }).filter(pl.col("infusion") == NO).select("USUBJID", "AESEQ", "EXSEQ", *flags)  # fmt: skip


_FLAGS = {"TRTEMFL": EMERGENT, "INFUSFL": INFUSIONAL}
