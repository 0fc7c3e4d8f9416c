"""The columns of the safety tables: which infusions, and so which patients, time and events, belong to each."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from myotis.protocol.safety import SafetyPlan
from myotis.protocol.trial import Trial

DAYS_PER = {"patient-years": 365.25, "patient-months": 365.25 / 12}
"""The days of one unit of patient-time."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its infusions (rows of ADEX) and the treatment-emergent events that followed them (rows of ADAE)."""

    id: str
    label: str
    infusions: pl.DataFrame
    events: pl.DataFrame

    @property
    def patients(self) -> int:
        """How many patients had one of the infusions."""
        return self.infusions["USUBJID"].n_unique()

    @property
    def days(self) -> int:
        """The time at risk of all patients, in days."""
        return int(self.infusions["RISKDUR"].sum())

    def select(self, events: pl.Expr | pl.DataFrame) -> pl.DataFrame:
        """The events of the column that fulfil a condition, or those among the rows given."""
        if isinstance(events, pl.Expr):
            return self.events.filter(events)
        return self.events.join(events.select("USUBJID", "AESEQ"), on=["USUBJID", "AESEQ"], how="semi")

    def days_to_first(self, events: pl.DataFrame) -> int:
        """The time at risk of all patients up to and including the day of each one's first of these events, in days."""
        first = events.group_by("USUBJID").agg(first=pl.col("ASTDT").min())
        joined = self.infusions.join(first, on="USUBJID", how="left")
        end = pl.min_horizontal("RISKENDT", pl.col("first").fill_null(pl.col("RISKENDT")))
        days = (end - pl.col("ASTDT")).dt.total_days() + 1
        return int(joined.select(pl.max_horizontal(days, 0).sum()).item())


def build_columns(adex: pl.DataFrame, adae: pl.DataFrame, plan: SafetyPlan, trial: Trial) -> Iterator[Column]:
    """The columns of the plan, of the subjects of its analysis set."""
    flag = next(entry.flag for entry in trial.plan.analysis_sets if entry.id == plan.analysis_set)
    treatments = {treatment.id: treatment.label for treatment in trial.treatments}
    epochs = {epoch.id: epoch.label for epoch in trial.epochs}
    for column in plan.columns:
        wanted = (pl.col(flag) == "Y") & (pl.col("TRTA") == treatments[column.treatment])
        wanted &= pl.col("EPOCH").is_in([epochs[epoch] for epoch in column.epochs])
        yield take_column(column.id, column.label, adex, adae, wanted)


def take_column(name: str, label: str, adex: pl.DataFrame, adae: pl.DataFrame, wanted: pl.Expr) -> Column:
    """The infusions that fulfil a condition, with the emergent events that follow them."""
    infusions = adex.filter(wanted)
    keys = infusions.select("USUBJID", "EXSEQ")
    events = adae.filter(pl.col("TRTEMFL") == "Y").join(keys, on=["USUBJID", "EXSEQ"], how="semi")
    return Column(name, label, infusions, events)
