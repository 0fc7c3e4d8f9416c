"""Carrying out the analysis plan: from the analysis datasets to results rows."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain

import polars as pl

from myotis.analyze.descriptives import describe_baseline, describe_core_set, describe_deterioration, describe_tis
from myotis.analyze.flow import describe_flow
from myotis.analyze.imputation.responders import analyze_imputed_responders
from myotis.analyze.imputation.tipping import analyze_tipping
from myotis.analyze.means import analyze_means
from myotis.analyze.proportions import analyze_proportions
from myotis.analyze.subjects import add_planned_arm, check_datasets, select_subjects
from myotis.datasets.results import Result, build_results
from myotis.errors import SettingError
from myotis.protocol.check_imputation import MULTIPLE_IMPUTATION
from myotis.protocol.plan import Estimand
from myotis.protocol.trial import Trial


def analyze_trial(datasets: Mapping[str, pl.DataFrame], trial: Trial, *, data_cut: str = "") -> pl.DataFrame:
    """Every estimand of the plan, and the descriptive statistics that a report needs, as results rows.

    ``datasets`` holds ADSL, ADTIS and ADCSM as `myotis.datasets.adam` declares them; the order of their rows does
    not matter. Groups, visits and strata are called as the protocol calls them. A difference is the estimand's group
    minus its comparator; proportions and their differences are in percent. An analysis that the numbers have no
    answer for (an empty arm) is a row without a value that says why.

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
    head = Result(analysis_id="", protocol_digest=trial.digest, data_cut=data_cut or None)
    rows = [row for estimand in trial.plan.estimands for row in _carry_out(estimand, datasets, trial, head)]
    rows += describe_flow(add_planned_arm(datasets["ADSL"], trial), trial, head)
    if trial.plan.estimands:
        main = trial.plan.estimands[0].analysis_set
        subjects = select_subjects(datasets["ADSL"], trial, main)
        head = replace(head, analysis_set=main)
        rows += describe_baseline(subjects, datasets["ADCSM"], trial, head)
        rows += describe_tis(subjects, datasets["ADTIS"], trial, head)
        rows += describe_core_set(subjects, datasets["ADCSM"], trial, head)
        rows += describe_deterioration(subjects, datasets["ADTIS"], trial, head)
    return build_results(rows)


def _carry_out(
    estimand: Estimand, datasets: Mapping[str, pl.DataFrame], trial: Trial, head: Result
) -> Iterator[Result]:
    subjects = select_subjects(datasets["ADSL"], trial, estimand.analysis_set)
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
        case "change":
            return analyze_means(subjects, datasets["ADCSM"], estimand, trial, head)
    raise SettingError(f"estimand {estimand.id}: the variable {estimand.variable} is not carried out")
