"""Estimands of response: who responded, why the others did not, and the difference of the proportions.

How every subject is settled stands in `myotis.analyze.settling`.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from myotis.analyze.comparison import Responders, carry_out_test, compare_responders
from myotis.analyze.rerandomization import rerandomize
from myotis.analyze.settling import (
    MISSING_ANSWER,
    REASONS,
    Findings,
    is_part_of_response,
    list_composite_events,
    settle_subjects,
)
from myotis.analyze.strata import code_strata
from myotis.analyze.subjects import happened_by, select_visit
from myotis.datasets.results import Result
from myotis.errors import SettingError, StatisticsError
from myotis.protocol.design import Visit
from myotis.protocol.methods import STANDARDIZATIONS, STRATIFIED_TESTS
from myotis.protocol.plan import Estimand
from myotis.protocol.trial import Trial
from myotis.rules.deterioration import STATUS_NAMES
from myotis.statistics.proportions.one import ProportionInterval, estimate_proportion
from myotis.terms.missing import MISSING, NO, YES

WITHOUT_STRATA: Final = frozenset(
    {
        "wald", "wald_corrected", "agresti_caffo", "newcombe", "miettinen_nurminen", "mee", "scas", "chan_zhang",
        "agresti_min", "katz", "koopman", "woolf", "woolf_plus_half", "exact_conditional", "mid_p_conditional",
    }
)  # fmt: skip
"""Intervals that look at no strata."""

WALD_LIKE: Final = frozenset({"wald", "wald_corrected"})
EXACT: Final = frozenset({"chan_zhang", "agresti_min", "exact_conditional", "stratified_exact_conditional"})


def choose_interval_of_one_group(method: str) -> ProportionInterval:
    """The interval of one arm's proportion that goes with the plan's interval of their comparison: Wald with Wald,
    Clopper-Pearson with exact ones, and Wilson's score interval with all others."""
    if method in WALD_LIKE:
        return ProportionInterval.WALD
    return ProportionInterval.CLOPPER_PEARSON if method in EXACT else ProportionInterval.WILSON


def analyze_proportions(
    subjects: pl.DataFrame, adtis: pl.DataFrame, estimand: Estimand, trial: Trial, head: Result
) -> Iterator[Result]:
    """The results rows of a difference in proportions: counts, reasons, intervals, difference, test."""
    check_policies(estimand, trial)
    outcomes = derive_outcomes(subjects, adtis, estimand, trial)
    head = replace(
        head,
        dataset="ADTIS",
        parameter="RESP" if estimand.variable == "response" else f"TIS{estimand.threshold:f}",
        method_options=describe_policies(estimand, trial),
    )
    arms = [arm.label for name in (estimand.group, estimand.comparator) for arm in trial.arms if arm.id == name]
    for arm in arms:
        here = outcomes.filter(pl.col("arm") == arm)
        responded = here["response"].drop_nulls()
        part = replace(head, group=arm, n=responded.len())
        yield from _describe_arm(here, int(responded.sum()), responded.len(), estimand, part)
    analyzed = outcomes.filter(pl.col("arm").is_in(arms)).drop_nulls("response")
    head = replace(head, group=arms[0], comparator=arms[1], n=analyzed.height)
    responders = _take_responders(analyzed, arms[0], estimand, trial)
    yield from _compare(responders, estimand, head)
    if estimand.test.method != "none":
        yield from _test(responders, analyzed["RANDDT"], estimand, trial, head)


def check_policies(estimand: Estimand, trial: Trial) -> None:
    """Raise SettingError, which names the estimand, for what the plan asks and this analysis does not carry out."""
    for event, strategy in estimand.intercurrent_events.items():
        if strategy not in {"composite", "treatment_policy"}:
            raise _not_carried_out(estimand, f"the strategy {strategy} for {event}", "composite or treatment_policy")
        if event == "rescue" and not is_part_of_response(event, strategy, estimand, trial):
            expected = "it composite, of a response that response.no_rescue makes it rule out"
            raise _not_carried_out(estimand, "the intercurrent event rescue", expected)
    if estimand.missing not in {"nonresponse", "observed_cases"}:
        raise _not_carried_out(estimand, f"missing = {estimand.missing}", "nonresponse or observed_cases")
    check_test(estimand, trial)


def check_test(estimand: Estimand, trial: Trial) -> None:
    """Raise SettingError for an adjustment or a test that an analysis of proportions does not carry out."""
    if estimand.covariates and (estimand.interval.method not in STANDARDIZATIONS or "baseline" in estimand.covariates):
        expected = "none, or strata beside an interval by standardization; strata of a test belong to the test"
        raise _not_carried_out(estimand, "an adjustment for covariates", expected)
    factors = {factor.id for factor in trial.randomization.factors}
    if estimand.test.method in STRATIFIED_TESTS and set(estimand.test.strata) != factors:
        raise _not_carried_out(estimand, "a test by some of the stratification factors", "all of them")
    if estimand.test.strata and trial.plan.strata_as != "randomized":
        raise _not_carried_out(estimand, "strata as corrected", 'strata_as = "randomized"')


def describe_policies(estimand: Estimand, trial: Trial) -> str:
    """The strategies and policies of an estimand as they stand in ``method_options``."""
    parts = [f"{event}={strategy}" for event, strategy in sorted(estimand.intercurrent_events.items())]
    parts.append(f"missing={estimand.missing}")
    if estimand.variable == "tis_at_least":
        parts.append(f"incomplete_tis={trial.response.incomplete_tis.name.lower()}")
    return "; ".join(parts)


def derive_outcomes(subjects: pl.DataFrame, adtis: pl.DataFrame, estimand: Estimand, trial: Trial) -> pl.DataFrame:
    """One row a subject: USUBJID, arm, STRATAR, RANDDT, ``response`` (null where left out) and ``reason``.

    ``reason`` says why a subject did not respond: an intercurrent event, or another of
    `myotis.analyze.settling.REASONS`. It is null for responders.
    """
    visit = trial.visit(estimand.visit)
    composite = list_composite_events(estimand, trial)
    answers = _join_answers(subjects, adtis, trial.visit(estimand.visit)).with_columns(
        **{event: happened_by(event, visit) for event in composite}
    )
    happened = {event: answers[event].to_numpy().astype(np.bool_) for event in composite}
    settled = settle_subjects(_take_findings(answers), happened, estimand, trial)
    words = dict(enumerate(REASONS))
    return answers.select("USUBJID", "arm", "STRATAR", "RANDDT").with_columns(
        response=pl.Series(settled.response).replace_strict(
            {YES: True, NO: False, MISSING: None}, return_dtype=pl.Boolean
        ),
        reason=pl.Series(settled.reason).replace_strict(words, default=None, return_dtype=pl.String),
    )


def _join_answers(subjects: pl.DataFrame, adtis: pl.DataFrame, visit: Visit) -> pl.DataFrame:
    """The subjects with what ADTIS says of them at the visit."""
    joined = subjects
    for parameter, column, name in (
        ("TIS", "AVAL", "tis"),
        ("TISLOW", "AVAL", "low"),
        ("TISHIGH", "AVAL", "high"),
        ("DETER", "AVALC", "deterioration"),
        ("RESP", "AVALC", "resp"),
    ):
        joined = joined.join(select_visit(adtis, parameter, visit, {column: name}), on="USUBJID", how="left")
    return joined


def _take_findings(answers: pl.DataFrame) -> Findings:
    statuses = {word: status for status, word in STATUS_NAMES.items()}
    said = {"yes": YES, "no": NO}
    deterioration, response = (
        answers[name].str.to_lowercase().replace_strict(codes, default=MISSING, return_dtype=pl.Int64).to_numpy()
        for name, codes in (("deterioration", statuses), ("resp", said))
    )
    tis, low, high = (
        answers[name].cast(pl.Float64).fill_null(float("nan")).to_numpy() for name in ("tis", "low", "high")
    )
    return Findings(tis, low, high, deterioration, response)


def _describe_arm(outcomes: pl.DataFrame, count: int, total: int, estimand: Estimand, head: Result) -> Iterator[Result]:
    yield head.number("count", count)
    yield head.number("denominator", total)
    if total:
        yield head.number("percent", 100 * count / total, unit="%")
        interval = choose_interval_of_one_group(estimand.interval.method)
        answer = estimate_proportion(count, total, method=interval, level=_level(estimand))
        yield from (row for row in head.estimate(answer.scaled(100)) if row.statistic in {"lower", "upper"})
    else:
        yield from head.no_answer(["percent", "lower", "upper"], "the arm has no subjects")
    found = dict(outcomes.drop_nulls("reason").group_by("reason").len().iter_rows())
    counted = "left_out" if estimand.missing == "observed_cases" else MISSING_ANSWER
    for reason in REASONS:
        name = counted if reason == MISSING_ANSWER else reason
        part = replace(head, analysis_id=f"{head.analysis_id}.non_response", subgroup=name, method="first-that-applies")
        yield part.number("count", found.get(reason, 0))


def _take_responders(analyzed: pl.DataFrame, group: str, estimand: Estimand, trial: Trial) -> Responders:
    """The arms as the methods take them; strata only where a method asks for them."""
    needs = estimand.interval.method not in WITHOUT_STRATA or estimand.test.strata
    return Responders(
        responded=analyzed["response"].to_numpy(),
        in_group=(analyzed["arm"] == group).to_numpy(),
        stratum=code_strata(analyzed, estimand, trial) if needs else np.zeros(analyzed.height, dtype=np.int64),
    )


def _compare(responders: Responders, estimand: Estimand, head: Result) -> Iterator[Result]:
    is_difference = estimand.summary == "difference_in_proportions"
    head = replace(head, unit="percentage points" if is_difference else None)
    try:
        answer = compare_responders(responders, estimand)
    except StatisticsError as error:
        head = replace(head, method=estimand.interval.method.replace("_", "-"))
        yield from head.no_answer(["estimate", "lower", "upper"], str(error))
    else:
        yield from _reached(head.estimate(answer.scaled(100) if is_difference else answer))


def _reached(rows: Iterable[Result]) -> Iterator[Result]:
    """Rows of which one that is infinite has no value and says so."""
    for row in rows:
        if row.value is not None and math.isinf(row.value):
            told = "; ".join(part for part in (row.method_options, "without limit") if part)
            yield replace(row, value=None, method_options=told)
        else:
            yield row


def _test(responders: Responders, order: pl.Series, estimand: Estimand, trial: Trial, head: Result) -> Iterator[Result]:
    """The plan's test, over the strata as randomized where it has them."""
    strata = len(np.unique(responders.stratum))
    options = f"strata={'+'.join(estimand.test.strata)} as randomized, {strata}" if estimand.test.strata else ""
    if estimand.test.margin is not None:
        options = f"margin={estimand.test.margin}, one-sided"
    try:
        if estimand.test.method == "rerandomization":
            answer = rerandomize(responders, order, estimand, trial)
            head, options = replace(head, mc_error=answer.mc_error), f"{options}; draws={answer.allocations}"
            test = answer.test
        else:
            test = carry_out_test(responders, estimand)
    except StatisticsError as error:
        head = replace(head, method=estimand.test.method.replace("_", "-"))
        told = "; ".join(part for part in (options, str(error)) if part)
        yield from head.no_answer(["test_statistic", "df", "p_value"], told)
    else:
        yield from head.test(test, options=options)


def _level(estimand: Estimand) -> float:
    return float(estimand.interval.level.number / 100)


def _not_carried_out(estimand: Estimand, what: str, expected: str) -> SettingError:
    return SettingError(f"estimand {estimand.id}: {what} is not carried out for proportions; expected {expected}")
