"""Carrying out the analysis plan: from the analysis datasets to results rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

import polars as pl

from myotis.analyze.descriptives import describe_baseline, describe_core_set, describe_deterioration, describe_tis
from myotis.analyze.families import adjust_families
from myotis.analyze.flow import describe_flow
from myotis.analyze.imputation.responders import analyze_imputed_responders
from myotis.analyze.imputation.tipping import analyze_tipping
from myotis.analyze.means import analyze_means
from myotis.analyze.mixed_models import analyze_by_mixed_model
from myotis.analyze.proportions import analyze_proportions
from myotis.analyze.safety.baskets import Basket
from myotis.analyze.safety.tables import analyze_safety
from myotis.analyze.subgroups import analyze_subgroups
from myotis.analyze.subjects import (
    add_planned_arm,
    check_datasets,
    find_main_set,
    find_parameter,
    is_blinded,
    select_subjects,
)
from myotis.analyze.times import analyze_times
from myotis.datasets.results import Result, build_results
from myotis.errors import SettingError
from myotis.protocol.blinded import pool_arms
from myotis.protocol.check_imputation import MULTIPLE_IMPUTATION
from myotis.protocol.plan import Estimand
from myotis.protocol.subgroups import Subgroup
from myotis.protocol.trial import Trial


def analyze_trial(
    datasets: Mapping[str, pl.DataFrame], trial: Trial, *, data_cut: str = "", baskets: Sequence[Basket] = ()
) -> pl.DataFrame:
    """Every estimand of the plan, and the descriptive statistics that a report needs, as results rows.

    ``datasets`` holds ADSL, ADTIS and ADCSM as `myotis.datasets.adam` declares them; the order of their rows does
    not matter. Where ADEX and ADAE (`myotis.datasets.adam_safety`) are there too, safety is analyzed as the protocol
    plans it, with the query baskets given (see `read_baskets`). Groups, visits and strata are called as the protocol
    calls them; where the datasets are blinded, all subjects are one group and nothing is compared. A difference is the
    estimand's group minus its comparator; proportions and their differences are in percent. An analysis that the
    numbers have no answer for (an empty arm) is a row without a value that says why.

    Raises InputError with every fault of the datasets, and SettingError, which names the estimand, where the plan
    asks for what is not carried out: nothing else is done in its stead.

    >>> from myotis.datasets.adam import ADCSM, ADSL, ADTIS
    >>> from myotis.protocol.read import read_trial
    >>> nobody = {table.name: table.empty() for table in (ADSL, ADTIS, ADCSM)}
    >>> rows = analyze_trial(nobody, read_trial("proderm"))
    >>> rows.filter(pl.col("analysis_id") == "primary", pl.col("statistic") == "p_value")["value"].to_list()
    [None]
    """
    check_datasets(datasets)
    if is_blinded(datasets["ADSL"]):
        trial = pool_arms(trial)
    head = Result(analysis_id="", protocol_digest=trial.digest, data_cut=data_cut or None)
    rows: list[Result] = []
    for estimand in trial.plan.estimands:
        rows += carry_out_estimand(estimand, datasets, trial, head)
    rows += adjust_families(rows, trial, head)
    for subgroup in trial.plan.subgroups:
        rows += _divide(subgroup, datasets, trial, head)
    rows += describe_flow(add_planned_arm(datasets["ADSL"], trial), trial, head)
    if main := find_main_set(trial):
        subjects = select_subjects(datasets["ADSL"], trial, main)
        head = replace(head, analysis_set=main)
        rows += describe_baseline(subjects, datasets["ADCSM"], trial, head)
        rows += describe_tis(subjects, datasets["ADTIS"], trial, head)
        rows += describe_core_set(subjects, datasets["ADCSM"], trial, head)
        rows += describe_deterioration(subjects, datasets["ADTIS"], trial, head)
    if "ADEX" in datasets and "ADAE" in datasets:
        rows += analyze_safety(datasets["ADEX"], datasets["ADAE"], trial, head, baskets)
    return build_results(rows)


def carry_out_estimand(
    estimand: Estimand, datasets: Mapping[str, pl.DataFrame], trial: Trial, head: Result
) -> Iterator[Result]:
    """The results rows of one estimand, with what ``head`` says of all of them; the datasets are taken as checked.

    Raises SettingError, which names the estimand, for what is not carried out.
    """
    return _carry_out(estimand, select_subjects(datasets["ADSL"], trial, estimand.analysis_set), datasets, trial, head)


def _divide(subgroup: Subgroup, datasets: Mapping[str, pl.DataFrame], trial: Trial, head: Result) -> Iterator[Result]:
    """The rows of one factor of subgroups."""
    estimand = next(entry for entry in trial.plan.estimands if entry.id == subgroup.estimand)

    def carry_out(asked: Estimand, members: pl.DataFrame) -> Iterator[Result]:
        return _carry_out(asked, members, datasets, trial, head)

    return analyze_subgroups(
        carry_out, select_subjects(datasets["ADSL"], trial, estimand.analysis_set), subgroup, trial
    )


def _carry_out(
    estimand: Estimand, subjects: pl.DataFrame, datasets: Mapping[str, pl.DataFrame], trial: Trial, head: Result
) -> Iterator[Result]:
    head = replace(
        head,
        analysis_id=estimand.id,
        estimand=estimand.id,
        analysis_set=estimand.analysis_set,
        visit=trial.visit(estimand.visit).label,
    )
    match estimand.variable:
        case "response" | "tis_at_least" if estimand.missing == MULTIPLE_IMPUTATION:
            adcsm = datasets["ADCSM"]
            return chain(
                analyze_imputed_responders(subjects, adcsm, estimand, trial, head),
                analyze_tipping(subjects, adcsm, datasets["ADTIS"], estimand, trial, head),
            )
        case "response" | "tis_at_least":
            return analyze_proportions(subjects, datasets["ADTIS"], estimand, trial, head)
        case "time_to_tis_at_least" | "time_to_confirmed_deterioration":
            return analyze_times(subjects, datasets["ADTIS"], estimand, trial, head)
        case "change" | "tis":
            name = "ADCSM" if estimand.variable == "change" else "ADTIS"
            head = replace(head, dataset=name, parameter=find_parameter(estimand, trial)[0])
            by_model = estimand.interval.method == "mixed_model_t"
            analyze = analyze_by_mixed_model if by_model else analyze_means
            return analyze(subjects, datasets[name], estimand, trial, head)
    raise SettingError(f"estimand {estimand.id}: the variable {estimand.variable} is not carried out")
