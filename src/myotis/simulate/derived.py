"""Analyses that are not carried out on arrays: the trials of a batch are derived together and analyzed one by one.

The datasets are those of `myotis.derive`, the analysis that of `myotis.analyze`: any estimand that a plan can have, in
some hundredths of a second a trial.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import polars as pl

from myotis.analyze.settling import REASONS
from myotis.analyze.trial import carry_out_estimand
from myotis.datasets.results import Result, build_results
from myotis.derive.datasets import derive_datasets
from myotis.protocol.plan import Estimand
from myotis.protocol.trial import Trial
from myotis.simulate.analyses import TrialResults
from myotis.simulate.batch import Batch, VirtualTrial
from myotis.simulate.luck import Luck
from myotis.simulate.writing.tables import write_tables

Datasets = Mapping[str, pl.DataFrame]

NAMES: Final = ("ADSL", "ADTIS", "ADCSM")
HEAD: Final = Result(analysis_id="", protocol_digest="")


def derive_batch(virtual: VirtualTrial, luck: Luck, batch: Batch) -> dict[str, pl.DataFrame]:
    """The analysis datasets of all trials of a batch, with the columns ``trial`` and ``number``, which counts the
    subjects of each trial from 1 in the order of enrollment."""
    derived = derive_datasets(write_tables(virtual, luck, batch), virtual.trial)
    named = pl.col("USUBJID").str.extract_groups(r"-(\d+)/\d+-(\d+)$")
    numbers = [named.struct.field(part).cast(pl.Int64).alias(name) for part, name in (("1", "trial"), ("2", "number"))]
    return {name: derived[name].with_columns(*numbers) for name in NAMES}


def analyze_derived(
    datasets: Datasets, subjects: int, trials: Sequence[int], estimand: Estimand, trial: Trial
) -> TrialResults:
    """Carry out an estimand on some of the trials, with the first so many subjects of each."""
    here = {name: frame.filter(pl.col("number") <= subjects) for name, frame in datasets.items()}
    parts = {name: frame.partition_by("trial", as_dict=True) for name, frame in here.items()}
    found = [
        _find_numbers(estimand, {name: parts[name][number,].drop("trial", "number") for name in NAMES}, trial)
        for number in trials
    ]
    estimate, lower, upper, p_value, first, second = np.array(found).T
    counts = np.column_stack([first, second]).astype(np.int64)
    nothing = np.zeros((len(trials), 2, len(REASONS)), dtype=np.int64)
    return TrialResults(estimate, lower, upper, p_value, counts, np.zeros_like(counts), nothing)


def _find_numbers(estimand: Estimand, datasets: Datasets, trial: Trial) -> tuple[float, ...]:
    """Estimate, limits and p-value (NaN where there is none), and how many subjects of either arm are analyzed."""
    rows = build_results(carry_out_estimand(estimand, datasets, trial, HEAD))
    mine = rows.filter(pl.col("analysis_id") == estimand.id)
    compared = dict(mine.filter(pl.col("comparator").is_not_null()).select("statistic", "value").iter_rows())
    labels = {arm.id: arm.label for arm in trial.arms}
    counts = dict(mine.filter(pl.col("comparator").is_null()).select("group", "n").iter_rows())
    numbers = (compared.get(name) for name in ("estimate", "lower", "upper", "p_value"))
    scale = 100 if estimand.summary == "difference_in_proportions" else 1
    values = [np.nan if number is None else number for number in numbers]
    values[:3] = [value / scale for value in values[:3]]
    return *values, *(float(counts.get(labels[arm]) or 0) for arm in (estimand.group, estimand.comparator))
