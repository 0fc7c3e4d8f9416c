"""Descriptive statistics as results rows: baseline, TIS, core set measures and deterioration, by visit and arm.

All are of observed values, in the arm that the analysis set goes by, also after a switch of treatment.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

import polars as pl

from myotis.analyze.subjects import select_visit
from myotis.datasets.adam import CSM_PARAMETERS
from myotis.datasets.results import Result
from myotis.errors import StatisticsError
from myotis.instruments.core_set import CORE_SETS
from myotis.protocol.trial import Trial
from myotis.statistics.continuous.means import compute_mean, compute_sd, estimate_mean
from myotis.statistics.quantiles import PercentileDefinition, compute_percentile

TOTAL: Final = "Total"
"""The group of all arms together."""

LEVEL: Final = 0.95
"""The confidence level of descriptive intervals; those of estimands have the plan's."""

PERCENTILES: Final = {"sas_pctldef_5": PercentileDefinition.SAS_5}
"""The definition that a name in the plan's display rules means."""

BASELINE_NUMBERS: Final = {"AGE": "years", "WEIGHTBL": "kg", "MAXTIS": "points"}
BASELINE_WORDS: Final = ("SEX", "STRATAR")

CSM_UNITS: Final = {
    "PHGLOB": "cm",
    "PTGLOB": "cm",
    "MMT": "points",
    "HAQDI": "points",
    "EXMGLOB": "cm",
    "ENZXULN": "x ULN",
    "CDASIA": "points",
    "CDASID": "points",
}

TIS_CATEGORIES: Final = ("none", "minimal", "moderate", "major")
NOT_EVALUABLE: Final = "not_evaluable"
DETERIORATION_STATES: Final = ("none", "suspected", "confirmed", NOT_EVALUABLE)

OBSERVED: Final = "observed values in the arm as randomized, also after a switch"


def group_by_arm(subjects: pl.DataFrame, trial: Trial, *, total: bool) -> Iterator[tuple[str, pl.DataFrame]]:
    """The label and the subjects of every arm in the protocol's order, then of all together."""
    for arm in trial.arms:
        yield arm.label, subjects.filter(pl.col("arm") == arm.label)
    if total:
        yield TOTAL, subjects


def describe_numbers(values: Sequence[float], head: Result, *, percentiles: PercentileDefinition) -> Iterator[Result]:
    """n, mean, SD, minimum, quartiles and maximum; a number that has no answer is a row without a value."""
    head = replace(head, n=len(values))
    yield replace(head, unit=None).number("n", len(values))
    for name, compute in (("mean", compute_mean), ("sd", compute_sd)):
        try:
            yield head.number(name, float(compute(values)))
        except StatisticsError as error:
            yield from head.no_answer([name], str(error))
    part = replace(head, method=percentiles.value)
    for name, percent in (("minimum", 0), ("q1", 25), ("median", 50), ("q3", 75), ("maximum", 100)):
        try:
            yield part.number(name, float(compute_percentile(values, Fraction(percent), definition=percentiles)))
        except StatisticsError as error:
            yield from part.no_answer([name], str(error))


def describe_counts(values: pl.Series, levels: Iterable[str], head: Result) -> Iterator[Result]:
    """Count and percent of every level; what is neither is left out of the denominator."""
    known = values.drop_nulls()
    head = replace(head, n=known.len())
    for level in levels:
        count = int((known == level).sum())
        yield replace(head, subgroup=level).number("count", count)
        if known.len():
            yield replace(head, subgroup=level).number("percent", 100 * count / known.len(), unit="%")


def describe_baseline(subjects: pl.DataFrame, adcsm: pl.DataFrame, trial: Trial, head: Result) -> Iterator[Result]:
    """Subjects, demography, strata and core set measures at baseline, by arm and in total."""
    percentiles = PERCENTILES[trial.plan.display.percentile]
    baselines = adcsm.filter((pl.col("ABLFL") == "Y") & pl.col("DTYPE").is_null())
    for group, members in group_by_arm(subjects, trial, total=True):
        part = replace(head, analysis_id="baseline", dataset="ADSL", group=group)
        yield replace(part, parameter="subjects").number("n", members.height, n=members.height)
        for name, unit in BASELINE_NUMBERS.items():
            values = members[name].drop_nulls().to_list()
            yield from describe_numbers(values, replace(part, parameter=name, unit=unit), percentiles=percentiles)
        for name in BASELINE_WORDS:
            yield from describe_counts(
                members[name], _list_levels(subjects, name, trial), replace(part, parameter=name)
            )
        part = replace(part, dataset="ADCSM")
        mine = baselines.filter(pl.col("USUBJID").is_in(members["USUBJID"].to_list()))
        for name in CSM_PARAMETERS:
            values = mine.filter(pl.col("PARAMCD") == name)["AVAL"].drop_nulls().sort().to_list()
            if name in set(adcsm["PARAMCD"]):
                unit = CSM_UNITS[name]
                yield from describe_numbers(values, replace(part, parameter=name, unit=unit), percentiles=percentiles)


def _list_levels(subjects: pl.DataFrame, name: str, trial: Trial) -> list[str]:
    """The levels that occur, in the protocol's order of the strata, else in alphabetical order."""
    found = sorted(subjects[name].cast(pl.String).drop_nulls().unique())
    factors = trial.randomization.factors
    declared = [level.id for level in factors[0].levels] if name == "STRATAR" and len(factors) == 1 else []
    return [level for level in declared if level in found] + [level for level in found if level not in declared]


def describe_tis(subjects: pl.DataFrame, adtis: pl.DataFrame, trial: Trial, head: Result) -> Iterator[Result]:
    """The TIS by visit and arm: its distribution, improvement of at least each category, and the categories."""
    thresholds = CORE_SETS[trial.tis.criteria].thresholds
    limits = {name: float(getattr(thresholds, name)) for name in TIS_CATEGORIES[1:]}
    percentiles = PERCENTILES[trial.plan.display.percentile]
    head = replace(head, dataset="ADTIS", parameter="TIS", method_options=OBSERVED)
    for visit in trial.assessment_visits[1:]:
        values = select_visit(adtis, "TIS", visit, {"AVAL": "tis"})
        joined = subjects.join(values, on="USUBJID", how="left")
        for group, members in group_by_arm(joined, trial, total=False):
            part = replace(head, analysis_id="tis", visit=visit.label, group=group)
            scores = members["tis"].drop_nulls().sort()
            yield from describe_numbers(scores.to_list(), replace(part, unit="points"), percentiles=percentiles)
            yield from _interval_of_mean(scores, replace(part, unit="points"))
            for name, limit in limits.items():
                count = int((scores >= limit).sum())
                at_least = replace(part, analysis_id="tis_at_least", subgroup=name, n=scores.len())
                yield at_least.number("count", count)
                if scores.len():
                    yield at_least.number("percent", 100 * count / scores.len(), unit="%")
            categories = members.select(
                pl.when(pl.col("tis").is_null())
                .then(pl.lit(NOT_EVALUABLE))
                .when(pl.col("tis") >= limits["major"])
                .then(pl.lit("major"))
                .when(pl.col("tis") >= limits["moderate"])
                .then(pl.lit("moderate"))
                .when(pl.col("tis") >= limits["minimal"])
                .then(pl.lit("minimal"))
                .otherwise(pl.lit("none"))
            ).to_series()
            part = replace(part, analysis_id="tis_category", parameter="TISCAT")
            yield from describe_counts(categories, (*TIS_CATEGORIES, NOT_EVALUABLE), part)


def describe_core_set(subjects: pl.DataFrame, adcsm: pl.DataFrame, trial: Trial, head: Result) -> Iterator[Result]:
    """Each measure by visit and arm: n, mean and SD of the value and of its change, with the t interval of the
    mean change."""
    head = replace(head, analysis_id="core_set", dataset="ADCSM", method_options=OBSERVED)
    observed = adcsm.filter(pl.col("DTYPE").is_null())
    for name in [name for name in CSM_PARAMETERS if name in set(adcsm["PARAMCD"])]:
        for visit in trial.assessment_visits:
            values = select_visit(observed, name, visit, {"AVAL": "value", "CHG": "change"})
            joined = subjects.join(values, on="USUBJID", how="left")
            is_baseline = visit.id == trial.baseline_visit
            for group, members in group_by_arm(joined, trial, total=False):
                part = replace(head, parameter=name, visit=visit.label, group=group, unit=CSM_UNITS[name])
                yield from _mean_and_sd(members["value"], replace(part, subgroup="value"))
                if not is_baseline:
                    yield from _mean_and_sd(members["change"], replace(part, subgroup="change"))
                    yield from _interval_of_mean(members["change"].drop_nulls(), replace(part, subgroup="change"))


def _mean_and_sd(values: pl.Series, head: Result) -> Iterator[Result]:
    known = values.drop_nulls().sort().to_list()
    head = replace(head, n=len(known))
    yield replace(head, unit=None).number("n", len(known))
    for name, compute in (("mean", compute_mean), ("sd", compute_sd)):
        try:
            yield head.number(name, float(compute(known)))
        except StatisticsError as error:
            yield from head.no_answer([name], str(error))


def _interval_of_mean(values: pl.Series, head: Result) -> Iterator[Result]:
    """The limits of the t interval of a mean."""
    known = values.drop_nulls().sort().to_list()
    head = replace(head, n=len(known))
    try:
        answer = estimate_mean(compute_mean(known), compute_sd(known), len(known), level=LEVEL)
    except StatisticsError as error:
        yield from replace(head, method="t-one-sample").no_answer(["lower", "upper"], str(error))
    else:
        yield from (row for row in head.estimate(answer) if row.statistic != "estimate")


def describe_deterioration(subjects: pl.DataFrame, adtis: pl.DataFrame, trial: Trial, head: Result) -> Iterator[Result]:
    """How many subjects are in each state of deterioration, by visit and arm, of those with an assessment."""
    head = replace(head, analysis_id="deterioration", dataset="ADTIS", parameter="DETER", method_options=OBSERVED)
    for visit in trial.assessment_visits[1:]:
        states = select_visit(adtis, "DETER", visit, {"AVALC": "state"})
        joined = subjects.join(states, on="USUBJID", how="left")
        for group, members in group_by_arm(joined, trial, total=False):
            part = replace(head, visit=visit.label, group=group)
            yield from describe_counts(members["state"].str.to_lowercase(), DETERIORATION_STATES, part)
