"""Estimands of time to an event: improvement for the first time, or confirmed deterioration.

A subject's time runs from day 1, the first dose, to the day of the first visit at which the event is seen, and is
censored at the last visit, up to the estimand's, that could have shown it. *While on treatment* looks at no visit after
the intercurrent event: a switch (an assessment at its visit precedes it), discontinuation or death.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from myotis.analyze.strata import code_strata
from myotis.analyze.subjects import NEVER
from myotis.datasets.results import Result
from myotis.errors import SettingError, StatisticsError
from myotis.protocol.plan import Estimand
from myotis.protocol.trial import Trial
from myotis.statistics.result import Estimate, Numbers
from myotis.statistics.time_to_event.hazard_ratio import estimate_hazard_ratio
from myotis.statistics.time_to_event.kaplan_meier import count_at_risk, estimate_survival, fit_kaplan_meier
from myotis.statistics.time_to_event.log_rank import log_rank_test
from myotis.statistics.time_to_event.restricted_mean import estimate_difference_of_restricted_means
from myotis.statistics.time_to_event.survival_quantiles import estimate_survival_quantile

LIMITS: Final = ["estimate", "lower", "upper"]
STRATEGIES: Final = {"treatment_policy", "while_on_treatment"}


def analyze_times(
    subjects: pl.DataFrame, adtis: pl.DataFrame, estimand: Estimand, trial: Trial, head: Result
) -> Iterator[Result]:
    """The results rows: per arm events, median and curve at the visits; the comparison and its test."""
    check_policies(estimand)
    assert estimand.time_to_event is not None, "a plan without it is refused"
    arms = [arm.label for name in (estimand.group, estimand.comparator) for arm in trial.arms if arm.id == name]
    times = derive_times(subjects, adtis, estimand, trial).filter(pl.col("arm").is_in(arms))
    policies = [f"{event}={strategy}" for event, strategy in sorted(estimand.intercurrent_events.items())]
    options = "; ".join([*policies, f"missing={estimand.missing}"])
    name = f"TTTIS{estimand.threshold:f}" if estimand.threshold is not None else "TTDETER"
    head = replace(head, dataset="ADTIS", parameter=name, method_options=options)
    for arm in arms:
        here = times.filter(pl.col("arm") == arm)
        yield from _describe_arm(here, estimand, trial, replace(head, group=arm, n=here["day"].count()))
    versus = replace(head, group=arms[0], comparator=arms[1], n=times["day"].count())
    yield from _compare(times, arms[0], estimand, trial, versus)


def check_policies(estimand: Estimand) -> None:
    """Raise SettingError, which names the estimand, for what the plan asks and this analysis does not carry out."""
    for event, strategy in estimand.intercurrent_events.items():
        if strategy not in STRATEGIES or event == "rescue":
            raise _not_carried_out(estimand, f"the strategy {strategy} for {event}", " or ".join(sorted(STRATEGIES)))
    if estimand.missing != "observed_cases":
        raise _not_carried_out(estimand, f"missing = {estimand.missing}", "observed_cases")
    if estimand.covariates:
        raise _not_carried_out(estimand, "an adjustment for covariates", "none; strata belong to the test")


def derive_times(subjects: pl.DataFrame, adtis: pl.DataFrame, estimand: Estimand, trial: Trial) -> pl.DataFrame:
    """One row a subject: USUBJID, arm, STRATAR, ``day`` (null for whoever was never seen) and ``event`` (0 or 1)."""
    last = trial.visit(estimand.visit)
    days = {visit.number: visit.day for visit in trial.visits}
    limits = {
        "switch": pl.col("switch_day"),
        "discontinuation": pl.col("last_day"),
        "death": pl.col("last_day"),
    }
    ends = [limits[e] for e, s in estimand.intercurrent_events.items() if s == "while_on_treatment"]
    until = pl.min_horizontal([pl.lit(last.day), *ends]) if ends else pl.lit(last.day)
    parameter = "DETER" if estimand.variable == "time_to_confirmed_deterioration" else "TIS"
    rows = (
        adtis.filter((pl.col("PARAMCD") == parameter) & pl.col("ADY").is_not_null())
        .with_columns(planned=pl.col("AVISITN").replace_strict(days, default=NEVER, return_dtype=pl.Int64))
        .join(subjects.select("USUBJID", until=until), on="USUBJID")
        .filter((pl.col("planned") <= pl.col("until")) & _is_known(parameter))
    )
    seen = rows.group_by("USUBJID").agg(first=pl.col("ADY").filter(_happened(estimand)).min(), last=pl.col("ADY").max())
    return subjects.join(seen, on="USUBJID", how="left").select(
        "USUBJID",
        "arm",
        "STRATAR",
        day=pl.coalesce("first", "last"),
        event=pl.col("first").is_not_null().cast(pl.Int64),
    )


def _is_known(parameter: str) -> pl.Expr:
    if parameter == "TIS":
        return pl.col("AVAL").is_not_null()
    return pl.col("AVALC").str.to_lowercase().is_in(["none", "suspected", "confirmed"])


def _happened(estimand: Estimand) -> pl.Expr:
    if estimand.threshold is not None:
        return pl.col("AVAL") >= float(estimand.threshold)
    return pl.col("AVALC").str.to_lowercase() == "confirmed"


def _take(times: pl.DataFrame) -> tuple[Numbers, Numbers]:
    known = times.drop_nulls("day")
    return known["day"].cast(pl.Float64).to_numpy(), known["event"].cast(pl.Float64).to_numpy()


def _describe_arm(times: pl.DataFrame, estimand: Estimand, trial: Trial, head: Result) -> Iterator[Result]:
    plan = estimand.time_to_event
    assert plan is not None
    day, event = _take(times)
    yield head.number("denominator", len(day))
    yield head.number("count", int(event.sum()))
    yield replace(head, analysis_id=f"{head.analysis_id}.unseen").number("count", times.height - len(day))
    scale, level = plan.survival_interval.replace("_", "-"), float(estimand.interval.level.number / 100)
    part = replace(head, analysis_id=f"{head.analysis_id}.median", unit="days")
    try:
        median = estimate_survival_quantile(day, event, 0.5, definition=plan.median, method=scale, level=level)
    except StatisticsError as error:
        yield from part.no_answer(LIMITS, str(error))
        return
    yield from _reached(part, median, f"median={plan.median}")
    curve = fit_kaplan_meier(day, event, method=scale, level=level)
    part = replace(head, analysis_id=f"{head.analysis_id}.curve", unit="%", method=curve.method)
    for point, share in zip(curve.time, curve.survival, strict=True):
        yield replace(part, subgroup=f"day {point:g}").number("percent", float(100 * share))
    for visit in trial.assessment_visits:
        if visit.day > trial.visit(estimand.visit).day:
            break
        there = replace(head, analysis_id=f"{head.analysis_id}.free", visit=visit.label)
        yield replace(there, unit=None).number("n", float(count_at_risk(day, float(visit.day))))
        try:
            share = estimate_survival(day, event, float(visit.day), method=scale, level=level)
        except StatisticsError as error:
            yield from there.no_answer(LIMITS, str(error))
        else:
            yield from replace(there, unit="%").estimate(share.scaled(100))


def _reached(head: Result, answer: Estimate, options: str) -> Iterator[Result]:
    """The rows of a time; one that is not reached has no value and says so."""
    for row in head.estimate(answer, options=options):
        if row.value is not None and not np.isfinite(row.value):
            told = "; ".join(part for part in (row.method_options, "not reached") if part)
            yield replace(row, value=None, method_options=told)
        else:
            yield row


def _compare(times: pl.DataFrame, group: str, estimand: Estimand, trial: Trial, head: Result) -> Iterator[Result]:
    known = times.drop_nulls("day")
    day, event = _take(known)
    arm = (known["arm"] == group).cast(pl.Int64).to_numpy()
    level = float(estimand.interval.level.number / 100)
    plan = estimand.time_to_event
    assert plan is not None
    strata = code_strata(known, estimand, trial) if estimand.test.strata else np.zeros(len(arm), dtype=np.int64)
    try:
        if estimand.summary == "hazard_ratio":
            answer = estimate_hazard_ratio(day, event, arm, ties=plan.ties, method="wald", level=level, stratum=strata)
        else:
            tau = float(trial.visit(estimand.visit).day)
            answer = estimate_difference_of_restricted_means(day, event, arm, tau, level=level)
    except StatisticsError as error:
        yield from head.no_answer(LIMITS, str(error))
    else:
        unit = None if estimand.summary == "hazard_ratio" else "days"
        yield from replace(head, unit=unit).estimate(answer)
    if estimand.test.method != "log_rank":
        return
    try:
        test = log_rank_test(day, event, arm, weight="log-rank", stratum=strata).test
    except StatisticsError as error:
        yield from replace(head, method="log-rank").no_answer(["test_statistic", "df", "p_value"], str(error))
    else:
        strata_told = f"strata={'+'.join(estimand.test.strata)} as randomized" if estimand.test.strata else ""
        yield from head.test(test, options=strata_told)


def _not_carried_out(estimand: Estimand, what: str, expected: str) -> SettingError:
    return SettingError(f"estimand {estimand.id}: {what} is not carried out for times; expected {expected}")
