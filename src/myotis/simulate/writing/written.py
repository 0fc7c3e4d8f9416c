"""Lives that are being written down, and what every table of theirs needs: names, dates, visits."""

from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl

from myotis.datasets.table import Table
from myotis.simulate.batch import Batch, VirtualTrial
from myotis.simulate.charts import find_tenths
from myotis.simulate.luck import Luck
from myotis.simulate.subject import name_site
from myotis.terms.missing import MISSING
from myotis.terms.rule import Steps

BETWEEN: Final = "/"
"""Between a trial's number and a subject, where many trials are written together."""


class Written(NamedTuple):
    """Lives that are being written down. Visits are called by their positions."""

    virtual: VirtualTrial
    luck: Luck
    batch: Batch
    ids: pl.DataFrame
    """By life: ``life``, STUDYID, SUBJID, USUBJID."""
    weights: Steps
    """[life, visit]: tenths of a kg; MISSING where nobody was weighed."""

    def date(self, days: Steps) -> pl.Series:
        """Days since the first visit of the first subject as the text of a date."""
        first = self.virtual.course.enrollment.first_day.toordinal() - date(1970, 1, 1).toordinal()
        return pl.Series(days + first, dtype=pl.Int32).cast(pl.Date).dt.to_string("%Y-%m-%d")

    def came(self, life: Steps, visit: Steps) -> pl.Series:
        """The dates of visits."""
        return self.date(self.batch.lives.came[life, visit])

    def at(self, visit: Steps) -> dict[str, pl.Series]:
        """The columns that name visits."""
        visits = self.virtual.visits
        numbers = np.array([float(one.number) for one in visits])
        labels = pl.Series([one.label for one in visits], dtype=pl.String)
        return {"VISITNUM": pl.Series(numbers[visit]), "VISIT": labels.gather(visit)}

    def build(self, table: Table, life: Steps, values: dict[str, Any]) -> pl.DataFrame:
        """The rows of a table, of these lives in this order; the sequence number is counted within each."""
        rows = pl.DataFrame({"life": life, **values}).join(self.ids, on="life", how="left", maintain_order="left")
        named = rows.with_columns(
            DOMAIN=pl.lit(table.name), RDOMAIN=pl.lit(table.name.removeprefix("SUPP")),
            **{f"{table.name}SEQ": pl.int_range(1, pl.len() + 1).over("life")},
        )  # fmt: skip
        return table.fill(named)


def weigh(virtual: VirtualTrial, luck: Luck, batch: Batch) -> Steps:
    """What every visit found of the weight; where a visit weighs nobody, or was missed, MISSING."""
    lives, noise = batch.lives, virtual.course.demographics.weight_noise_kg
    weights = np.full(lives.held.shape, MISSING)
    for position, visit in enumerate(virtual.visits[: lives.held.shape[1]]):
        if "weight" in visit.activities:
            found = lives.weight_kg + noise * luck.normal(len(lives.site) // luck.trials, "weighing", visit.id)
            weights[:, position] = np.where(lives.held[:, position] == 1, find_tenths(found), MISSING)
    return weights


def name_lives(virtual: VirtualTrial, luck: Luck, batch: Batch) -> pl.DataFrame:
    """What every life is called: ``life``, STUDYID, SUBJID, USUBJID."""
    trials, study = luck.trials, virtual.trial.trial.id
    names = [f"{name_site(int(site))}-{life // trials + 1:04d}" for life, site in enumerate(batch.lives.site)]
    before = [f"{life % trials}{BETWEEN}" if trials > 1 else "" for life in range(len(names))]
    unique = [f"{study}-{trial}{name}" for trial, name in zip(before, names, strict=True)]
    return pl.DataFrame({"life": np.arange(len(names)), "STUDYID": study, "SUBJID": names, "USUBJID": unique})


def list_values(rows: pl.DataFrame) -> dict[str, pl.Series]:
    """The columns of rows but that of their lives."""
    return {name: rows[name] for name in rows.columns if name != "life"}
