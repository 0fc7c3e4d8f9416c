"""Estimands of response: who responded, why the others did not, and the difference of the proportions.

Every subject of the set is settled in this order, which also decides which reason a non-responder is counted under:

1. an intercurrent event with the strategy *composite* by the visit: no response;
2. the answer that the analysis dataset holds;
3. without an answer, the plan's policy: *nonresponse*, or *observed cases* (the subject is left out).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from myotis.analyze.subjects import happened_by, select_visit
from myotis.datasets.results import Result
from myotis.errors import SettingError, StatisticsError
from myotis.protocol.criteria import IncompleteTis
from myotis.protocol.plan import Estimand
from myotis.protocol.trial import Trial
from myotis.statistics.proportions.difference import DifferenceInterval, estimate_difference_of_proportions
from myotis.statistics.proportions.one import ProportionInterval, estimate_proportion
from myotis.statistics.stratified.cochran_mantel_haenszel import cochran_mantel_haenszel_test

BELOW_THRESHOLD: Final = "tis_below_threshold"
CONFIRMED_DETERIORATION: Final = "confirmed_deterioration"
OTHER_CONDITION: Final = "other_condition"
MISSING_ANSWER: Final = "missing"

ONE_GROUP_INTERVALS: Final = {
    "wald": ProportionInterval.WALD,
    "wald_corrected": ProportionInterval.WALD,
    "agresti_caffo": ProportionInterval.WILSON,
    "newcombe": ProportionInterval.WILSON,
    "miettinen_nurminen": ProportionInterval.WILSON,
    "mee": ProportionInterval.WILSON,
}
"""The interval of one group's proportion that goes with the plan's interval of the difference: Wald with Wald, the
score interval (Wilson) with those that are built from scores or shrink toward one half."""


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
    counts = []
    for arm in arms:
        here = outcomes.filter(pl.col("arm") == arm)
        responded = here["response"].drop_nulls()
        counts += [int(responded.sum()), responded.len()]
        yield from _describe_arm(here, counts[-2], counts[-1], estimand, replace(head, group=arm, n=counts[-1]))
    head = replace(head, group=arms[0], comparator=arms[1], n=counts[1] + counts[3])
    yield from _compare(counts, estimand, head)
    if estimand.test.method == "cochran_mantel_haenszel":
        yield from _test(outcomes, arms, estimand, head)


def check_policies(estimand: Estimand, trial: Trial) -> None:
    """Raise SettingError, which names the estimand, for what the plan asks and this analysis does not carry out."""
    for event, strategy in estimand.intercurrent_events.items():
        if strategy not in {"composite", "treatment_policy"}:
            raise _not_carried_out(estimand, f"the strategy {strategy} for {event}", "composite or treatment_policy")
        if event == "rescue" and not _is_part_of_response(event, strategy, estimand, trial):
            expected = "it composite, of a response that response.no_rescue makes it rule out"
            raise _not_carried_out(estimand, "the intercurrent event rescue", expected)
    if estimand.missing not in {"nonresponse", "observed_cases"}:
        raise _not_carried_out(estimand, f"missing = {estimand.missing}", "nonresponse or observed_cases")
    check_test(estimand, trial)


def check_test(estimand: Estimand, trial: Trial) -> None:
    """Raise SettingError for an adjustment or a test that an analysis of proportions does not carry out."""
    if estimand.covariates:
        raise _not_carried_out(estimand, "an adjustment for covariates", "none; strata belong to the test")
    if estimand.test.method == "cochran_mantel_haenszel":
        factors = {factor.id for factor in trial.randomization.factors}
        if set(estimand.test.strata) != factors:
            raise _not_carried_out(estimand, "a test by some of the stratification factors", "all of them")
        if trial.plan.strata_as != "randomized":
            raise _not_carried_out(estimand, "strata as corrected", 'strata_as = "randomized"')


def _is_part_of_response(event: str, strategy: str, estimand: Estimand, trial: Trial) -> bool:
    """Whether the protocol's own definition of response already makes the event mean no response."""
    is_response = estimand.variable == "response" and trial.response.no_rescue
    return event == "rescue" and strategy == "composite" and is_response


def describe_policies(estimand: Estimand, trial: Trial) -> str:
    """The strategies and policies of an estimand as they stand in ``method_options``."""
    parts = [f"{event}={strategy}" for event, strategy in sorted(estimand.intercurrent_events.items())]
    parts.append(f"missing={estimand.missing}")
    if estimand.variable == "tis_at_least":
        parts.append(f"incomplete_tis={trial.response.incomplete_tis.name.lower()}")
    return "; ".join(parts)


def derive_outcomes(subjects: pl.DataFrame, adtis: pl.DataFrame, estimand: Estimand, trial: Trial) -> pl.DataFrame:
    """One row a subject: USUBJID, arm, STRATAR, ``response`` (null where left out) and ``reason``.

    ``reason`` says why a subject did not respond: an intercurrent event, or `BELOW_THRESHOLD`,
    `CONFIRMED_DETERIORATION`, `OTHER_CONDITION`, `MISSING_ANSWER`. It is null for responders.
    """
    visit = trial.visit(estimand.visit)
    answers = _join_answers(subjects, adtis, estimand, trial)
    composite = [
        event
        for event, strategy in estimand.intercurrent_events.items()
        if strategy == "composite" and not _is_part_of_response(event, strategy, estimand, trial)
    ]
    happened: list[pl.Expr] = [
        pl.when(happened_by(name, visit)).then(pl.lit(name)) for name in sorted(composite, key=_EVENT_ORDER.index)
    ]
    event = pl.coalesce([*happened, pl.lit(None, dtype=pl.String)])
    no_answer = pl.lit(value=False) if estimand.missing == "nonresponse" else pl.lit(None, dtype=pl.Boolean)
    return answers.with_columns(
        reason=pl.when(event.is_not_null())
        .then(event)
        .when(pl.col("answer").is_null())
        .then(pl.lit(MISSING_ANSWER))
        .when(~pl.col("answer"))
        .then(_reason_of_no(estimand, trial)),
        response=pl.when(event.is_not_null())
        .then(statement=False)
        .when(pl.col("answer").is_null())
        .then(no_answer)
        .otherwise(pl.col("answer")),
    ).select("USUBJID", "arm", "STRATAR", "response", "reason")


_EVENT_ORDER: Final = ("death", "switch", "discontinuation")


def _join_answers(subjects: pl.DataFrame, adtis: pl.DataFrame, estimand: Estimand, trial: Trial) -> pl.DataFrame:
    """The subjects with TIS, its bounds, deterioration and ``answer`` (yes, no or null) at the visit."""
    visit = trial.visit(estimand.visit)
    joined = subjects
    for parameter, column, name in (
        ("TIS", "AVAL", "tis"),
        ("TISLOW", "AVAL", "low"),
        ("TISHIGH", "AVAL", "high"),
        ("DETER", "AVALC", "deterioration"),
        ("RESP", "AVALC", "resp"),
    ):
        joined = joined.join(select_visit(adtis, parameter, visit, {column: name}), on="USUBJID", how="left")
    if estimand.variable == "response":
        word = pl.col("resp").str.to_lowercase()
        return joined.with_columns(answer=pl.when(word == "yes").then(True).when(word == "no").then(False))
    threshold = _threshold(estimand, trial)
    complete = pl.col("tis") >= threshold
    if trial.response.incomplete_tis is not IncompleteTis.BOUNDS:
        return joined.with_columns(answer=complete)
    bounds = pl.when(pl.col("low") >= threshold).then(True).when(pl.col("high") < threshold).then(False)
    return joined.with_columns(answer=pl.coalesce(complete, bounds))


def _threshold(estimand: Estimand, trial: Trial) -> float:
    """The TIS to reach; a TIS is a multiple of one half, so the float is exact."""
    threshold = trial.response.tis_at_least if estimand.variable == "response" else estimand.threshold
    if threshold is None:
        raise SettingError(f"estimand {estimand.id}: no threshold is given; expected a TIS")
    return float(threshold)


def _reason_of_no(estimand: Estimand, trial: Trial) -> pl.Expr:
    """Why the answer is no. Deterioration comes first: it rules out response whatever the TIS."""
    if estimand.variable == "tis_at_least":
        return pl.lit(BELOW_THRESHOLD)
    below = (pl.col("tis") < _threshold(estimand, trial)) | (
        pl.col("tis").is_null() & (pl.col("high") < _threshold(estimand, trial))
    )
    by_value = pl.when(below).then(pl.lit(BELOW_THRESHOLD)).otherwise(pl.lit(OTHER_CONDITION))
    if not trial.response.no_confirmed_deterioration:
        return by_value
    confirmed = (pl.col("deterioration").str.to_lowercase() == "confirmed").fill_null(value=False)
    return pl.when(confirmed).then(pl.lit(CONFIRMED_DETERIORATION)).otherwise(by_value)


def _describe_arm(outcomes: pl.DataFrame, count: int, total: int, estimand: Estimand, head: Result) -> Iterator[Result]:
    yield head.number("count", count)
    yield head.number("denominator", total)
    if total:
        yield head.number("percent", 100 * count / total, unit="%")
        interval = ONE_GROUP_INTERVALS[estimand.interval.method]
        answer = estimate_proportion(count, total, method=interval, level=_level(estimand))
        yield from (row for row in head.estimate(answer.scaled(100)) if row.statistic != "estimate")
    else:
        yield from head.no_answer(["percent", "lower", "upper"], "the arm has no subjects")
    reasons = [*_EVENT_ORDER, CONFIRMED_DETERIORATION, BELOW_THRESHOLD, OTHER_CONDITION, MISSING_ANSWER]
    found = dict(outcomes.drop_nulls("reason").group_by("reason").len().iter_rows())
    counted = "left_out" if estimand.missing == "observed_cases" else MISSING_ANSWER
    for reason in reasons:
        name = counted if reason == MISSING_ANSWER else reason
        part = replace(head, analysis_id=f"{head.analysis_id}.non_response", subgroup=name, method="first-that-applies")
        yield part.number("count", found.get(reason, 0))


def _compare(counts: list[int], estimand: Estimand, head: Result) -> Iterator[Result]:
    method = DifferenceInterval(estimand.interval.method.replace("_", "-"))
    head = replace(head, unit="percentage points")
    try:
        answer = estimate_difference_of_proportions(*counts, method=method, level=_level(estimand))
    except StatisticsError as error:
        yield from replace(head, method=method.value).no_answer(["estimate", "lower", "upper"], str(error))
    else:
        yield from head.estimate(answer.scaled(100))


def _test(outcomes: pl.DataFrame, arms: list[str], estimand: Estimand, head: Result) -> Iterator[Result]:
    """The Cochran-Mantel-Haenszel test over the strata as randomized."""
    analyzed = outcomes.drop_nulls("response")
    unknown = analyzed["STRATAR"].null_count()
    if unknown:
        raise SettingError(f"estimand {estimand.id}: {unknown} subjects have no stratum; expected STRATAR in ADSL")
    tables = []
    for stratum in analyzed["STRATAR"].unique().sort():
        here = analyzed.filter(pl.col("STRATAR") == stratum)
        groups = [here.filter(pl.col("arm") == arm)["response"] for arm in arms]
        tables.append([[int(group.sum()), group.len() - int(group.sum())] for group in groups])
    options = f"strata={'+'.join(estimand.test.strata)} as randomized, {len(tables)}"
    try:
        answer = cochran_mantel_haenszel_test(
            np.array(tables).reshape(-1, 2, 2), correction=estimand.test.continuity_correction
        )
    except StatisticsError as error:
        head = replace(head, method="cochran-mantel-haenszel")
        yield from head.no_answer(["test_statistic", "df", "p_value"], f"{options}; {error}")
    else:
        yield from head.test(answer, options=options)


def _level(estimand: Estimand) -> float:
    return float(estimand.interval.level.number / 100)


def _not_carried_out(estimand: Estimand, what: str, expected: str) -> SettingError:
    return SettingError(f"estimand {estimand.id}: {what} is not carried out for proportions; expected {expected}")
