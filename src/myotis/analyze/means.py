"""Estimands of means at one visit: adjusted means by analysis of covariance, and shifts of ranks."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from myotis.analyze.strata import code_strata
from myotis.analyze.subjects import find_parameter, happened_by
from myotis.datasets.results import Result
from myotis.errors import SettingError, StatisticsError
from myotis.protocol.plan import Estimand
from myotis.protocol.trial import Trial
from myotis.statistics.continuous.ancova import Ancova, CoefficientVariance, LevelWeights, Slopes, fit_ancova
from myotis.statistics.continuous.hodges_lehmann import estimate_hodges_lehmann
from myotis.statistics.continuous.wilcoxon_rank_sum import wilcoxon_rank_sum_test
from myotis.statistics.result import TestResult
from myotis.statistics.stratified.van_elteren import van_elteren_test

LIMITS: Final = ["estimate", "lower", "upper"]
VARIANCES: Final = {"ancova_t": CoefficientVariance.MODEL, "ancova_hc3_t": CoefficientVariance.HC3}
RANKS: Final = {"hodges_lehmann_normal", "hodges_lehmann_normal_corrected", "hodges_lehmann_exact"}


def analyze_means(
    subjects: pl.DataFrame, dataset: pl.DataFrame, estimand: Estimand, trial: Trial, head: Result
) -> Iterator[Result]:
    """The results rows: per arm n and adjusted mean (not for ranks), then the difference or shift and its test.

    ``dataset`` is ADCSM for a change, and ADTIS for the TIS, which has no baseline.
    """
    check_policies(estimand)
    changes = derive_changes(subjects, dataset, estimand, trial)
    policies = [f"{event}={strategy}" for event, strategy in sorted(estimand.intercurrent_events.items())]
    policies += [f"missing={estimand.missing}", f"covariates={'+'.join(estimand.covariates) or 'none'}"]
    head = replace(head, method_options="; ".join(policies))
    arms = [arm.label for name in (estimand.group, estimand.comparator) for arm in trial.arms if arm.id == name]
    changes = changes.filter(pl.col("arm").is_in(arms))
    analyzed = changes.drop_nulls(["change", "baseline"] if "baseline" in estimand.covariates else ["change"])
    for arm in arms:
        here, kept = changes.filter(pl.col("arm") == arm), analyzed.filter(pl.col("arm") == arm)
        part = replace(head, group=arm, n=kept.height)
        yield part.number("n", kept.height)
        for subgroup, count in (
            ("carried_forward", int(kept["is_carried"].sum())),
            ("left_out", here.height - kept.height),
        ):
            yield replace(part, analysis_id=f"{head.analysis_id}.values", subgroup=subgroup).number("count", count)
    compare = _compare_ranks if estimand.interval.method in RANKS else _adjust
    yield from compare(analyzed, arms, estimand, trial, head)


def check_policies(estimand: Estimand) -> None:
    """Raise SettingError, which names the estimand, for what the plan asks and this analysis does not carry out."""
    strategies = set(estimand.intercurrent_events.values())
    carried_out = (
        ({"while_on_treatment"}, "last_observation_carried_forward"),
        ({"treatment_policy"}, "observed_cases"),
    )
    if "rescue" in estimand.intercurrent_events:
        raise _not_carried_out(estimand, "the intercurrent event rescue", "switch, discontinuation or death")
    if not any(strategies <= one and estimand.missing == missing for one, missing in carried_out):
        asked = f"the strategies {', '.join(sorted(strategies))} with missing = {estimand.missing}"
        expected = "while_on_treatment throughout with last_observation_carried_forward, or treatment_policy throughout"
        raise _not_carried_out(estimand, asked, f"{expected} with observed_cases")
    ranks = estimand.interval.method in RANKS
    tests = {"none", "wilcoxon", "wilcoxon_exact", "van_elteren"} if ranks else {"none", "ancova"}
    if estimand.test.method not in tests:
        expected = f"one of {', '.join(sorted(tests))} beside {estimand.interval.method}"
        raise _not_carried_out(estimand, f"the test {estimand.test.method}", expected)
    if ranks and estimand.covariates:
        raise _not_carried_out(estimand, "an adjustment of ranks", "no covariates; strata belong to the test")


def derive_changes(subjects: pl.DataFrame, dataset: pl.DataFrame, estimand: Estimand, trial: Trial) -> pl.DataFrame:
    """One row a subject: USUBJID, arm, STRATAR, ``change``, ``baseline`` and whether the value was carried forward.

    The value observed at the visit counts for a subject still on the first treatment. *While on treatment* takes the
    carried-forward row of ADCSM after an earlier switch, and in place of a missing value. (An assessment at the visit
    of the switch precedes it.) ``change`` is null for a subject without any value.
    """
    visit = trial.visit(estimand.visit)
    parameter, value = find_parameter(estimand, trial)
    here = dataset.filter((pl.col("PARAMCD") == parameter) & (pl.col("AVISITN") == visit.number))
    if estimand.variable == "tis":
        nothing = pl.lit(None, dtype=pl.Float64), pl.lit(None, dtype=pl.String)
        here = here.with_columns(BASE=nothing[0], DTYPE=nothing[1])
    observed = here.filter(pl.col("DTYPE").is_null()).select("USUBJID", observed=value, observed_base="BASE")
    carried = here.filter(pl.col("DTYPE") == "LOCF").select("USUBJID", carried=value, carried_base="BASE")
    joined = subjects.join(observed, on="USUBJID", how="left").join(carried, on="USUBJID", how="left")
    if estimand.missing == "observed_cases":
        carries = pl.lit(value=False)
    else:
        off = happened_by("switch", visit) & (pl.col("switch_day") < visit.day)
        carries = off | pl.col("observed").is_null()
    return joined.select(
        "USUBJID",
        "arm",
        "STRATAR",
        change=pl.when(carries).then("carried").otherwise("observed"),
        baseline=pl.when(carries).then("carried_base").otherwise("observed_base"),
        is_carried=carries,
    )


def _adjust(
    analyzed: pl.DataFrame, arms: list[str], estimand: Estimand, trial: Trial, head: Result
) -> Iterator[Result]:
    versus = replace(head, group=arms[0], comparator=arms[1], n=analyzed.height)
    try:
        fit = _fit(analyzed, arms, estimand, trial)
    except StatisticsError as error:
        yield from replace(versus, method="ancova").no_answer(LIMITS, str(error))
        return
    for arm, mean in zip(arms, (fit.mean1, fit.mean2), strict=True):
        count = analyzed.filter(pl.col("arm") == arm).height
        yield from replace(head, group=arm, n=count).estimate(mean)
    yield from versus.estimate(fit.difference)
    if estimand.test.method == "ancova":
        yield from versus.test(fit.test)


def _fit(analyzed: pl.DataFrame, arms: list[str], estimand: Estimand, trial: Trial) -> Ancova:
    nothing = np.empty((analyzed.height, 0))
    return fit_ancova(
        analyzed["change"].to_numpy(),
        (analyzed["arm"] == arms[0]).to_numpy(),
        covariates=analyzed.select("baseline").to_numpy() if "baseline" in estimand.covariates else nothing,
        factors=code_strata(analyzed, estimand, trial)[:, None] if "strata" in estimand.covariates else nothing,
        slopes=Slopes.SHARED,
        variance=VARIANCES[estimand.interval.method],
        weights=LevelWeights.EQUAL,
        level=float(estimand.interval.level.number / 100),
    )


def _compare_ranks(
    analyzed: pl.DataFrame, arms: list[str], estimand: Estimand, trial: Trial, head: Result
) -> Iterator[Result]:
    versus = replace(head, group=arms[0], comparator=arms[1], n=analyzed.height)
    first, second = (analyzed.filter(pl.col("arm") == arm)["change"].to_numpy() for arm in arms)
    method, level = estimand.interval.method.replace("_", "-"), float(estimand.interval.level.number / 100)
    try:
        yield from versus.estimate(estimate_hodges_lehmann(first, second, method=method, level=level))
    except StatisticsError as error:
        yield from replace(versus, method=method).no_answer(LIMITS, str(error))
    if estimand.test.method == "none":
        return
    try:
        yield from versus.test(_test_ranks(analyzed, arms, estimand, trial))
    except StatisticsError as error:
        name = estimand.test.method.replace("_", "-")
        yield from replace(versus, method=name).no_answer(["test_statistic", "p_value"], str(error))


def _test_ranks(analyzed: pl.DataFrame, arms: list[str], estimand: Estimand, trial: Trial) -> TestResult:
    first, second = (analyzed.filter(pl.col("arm") == arm)["change"].to_numpy() for arm in arms)
    if estimand.test.method == "van_elteren":
        strata = code_strata(analyzed, estimand, trial)
        is_group = (analyzed["arm"] == arms[0]).to_numpy()
        return van_elteren_test(analyzed["change"].to_numpy(), is_group, strata)
    corrected = "-corrected" if estimand.test.continuity_correction else ""
    method = "wilcoxon-exact" if estimand.test.method == "wilcoxon_exact" else f"wilcoxon-normal{corrected}"
    return wilcoxon_rank_sum_test(first, second, method=method, alternative="two-sided")


def _not_carried_out(estimand: Estimand, what: str, expected: str) -> SettingError:
    return SettingError(f"estimand {estimand.id}: {what} is not carried out for means; expected {expected}")
