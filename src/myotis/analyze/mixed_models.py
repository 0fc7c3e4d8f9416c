"""Estimands of means over the visits: a mixed model for repeated measures.

The model has every assessment visit after baseline up to the estimand's. *Hypothetical* leaves out what was observed
after the intercurrent event (a switch, discontinuation, death), and the model stands in for it as if missing at random;
*treatment policy* keeps it.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from myotis.analyze.strata import code_strata
from myotis.analyze.subjects import NEVER, find_parameter
from myotis.datasets.results import Result
from myotis.errors import SettingError, StatisticsError
from myotis.protocol.design import Visit
from myotis.protocol.plan import Estimand
from myotis.protocol.trial import Trial
from myotis.statistics.mixed_model.mmrm import Mmrm, fit_mmrm
from myotis.statistics.result import Estimate, Numbers, TestResult

STRATEGIES: Final = {"hypothetical", "treatment_policy"}
LIMITS: Final = ["estimate", "lower", "upper"]


def analyze_by_mixed_model(
    subjects: pl.DataFrame, dataset: pl.DataFrame, estimand: Estimand, trial: Trial, head: Result
) -> Iterator[Result]:
    """The results rows: n, least-squares means and differences at every visit of the model, the test at the estimand's.

    Rows of other visits than the estimand's have ``.visits`` behind their ``analysis_id``.
    """
    check_policies(estimand)
    assert estimand.model is not None, "a plan without it is refused"
    arms = [arm.label for name in (estimand.group, estimand.comparator) for arm in trial.arms if arm.id == name]
    members = subjects.filter(pl.col("arm").is_in(arms))
    visits = [visit for visit in trial.assessment_visits[1:] if visit.day <= trial.visit(estimand.visit).day]
    baseline, outcome = derive_outcomes(members, dataset, estimand, trial, visits)
    policies = [f"{event}={strategy}" for event, strategy in sorted(estimand.intercurrent_events.items())]
    policies += [f"missing={estimand.missing}", f"covariates={'+'.join(estimand.covariates) or 'none'}"]
    head = replace(head, method_options="; ".join(policies))
    is_group = (members["arm"] == arms[0]).to_numpy()
    known = ~np.isnan(baseline) if "baseline" in estimand.covariates else np.ones(len(baseline), dtype=bool)
    kept = known & ~np.isnan(outcome).all(axis=1)
    for name, here in zip(arms, (is_group, ~is_group), strict=True):
        part = replace(head, group=name, n=int((kept & here).sum()))
        yield part.number("n", int((kept & here).sum()))
        left_out = replace(part, analysis_id=f"{head.analysis_id}.values", subgroup="left_out")
        yield left_out.number("count", int((~kept & here).sum()))
    versus = replace(head, group=arms[0], comparator=arms[1], n=int(kept.sum()))
    try:
        fit = _fit(outcome[kept], baseline[kept], is_group[kept], members.filter(pl.Series(kept)), estimand, trial)
    except StatisticsError as error:
        yield from replace(versus, method="mmrm").no_answer(LIMITS, str(error))
        return
    yield from _tell(fit, visits, estimand, versus)


def check_policies(estimand: Estimand) -> None:
    """Raise SettingError, which names the estimand, for what the plan asks and this analysis does not carry out."""
    for event, strategy in estimand.intercurrent_events.items():
        if strategy not in STRATEGIES or event == "rescue":
            raise _not_carried_out(estimand, f"the strategy {strategy} for {event}", " or ".join(sorted(STRATEGIES)))
    if estimand.missing != "missing_at_random":
        raise _not_carried_out(estimand, f"missing = {estimand.missing}", "missing_at_random")
    if estimand.interval.method != "mixed_model_t" or estimand.test.method not in {"none", "mixed_model"}:
        raise _not_carried_out(estimand, "a mixture of methods", "interval mixed_model_t with test mixed_model or none")


def derive_outcomes(
    members: pl.DataFrame, dataset: pl.DataFrame, estimand: Estimand, trial: Trial, visits: list[Visit]
) -> tuple[Numbers, Numbers]:
    """Baseline [subject] (NaN throughout for the TIS) and outcome [subject, visit], NaN where it is missing."""
    parameter, column = find_parameter(estimand, trial)
    rows = dataset.filter(pl.col("PARAMCD") == parameter)
    if "DTYPE" in rows.columns:
        rows = rows.filter(pl.col("DTYPE").is_null())
    base = rows.group_by("USUBJID").agg(pl.col("BASE").first()) if "BASE" in rows.columns else None
    joined = members if base is None else members.join(base, on="USUBJID", how="left", maintain_order="left")
    baseline = joined["BASE"].to_numpy() if base is not None else np.full(members.height, np.nan)
    outcome = np.full((members.height, len(visits)), np.nan)
    until = _until(members, estimand)
    for place, visit in enumerate(visits):
        here = rows.filter(pl.col("AVISITN") == visit.number).select("USUBJID", value=column)
        values = members.select("USUBJID").join(here, on="USUBJID", how="left", maintain_order="left")["value"]
        outcome[:, place] = np.where(until >= visit.day, values.cast(pl.Float64).fill_null(np.nan).to_numpy(), np.nan)
    return baseline.astype(float), outcome


def _until(members: pl.DataFrame, estimand: Estimand) -> Numbers:
    """The last planned day of which a value counts, by subject."""
    limits = {"switch": "switch_day", "discontinuation": "last_day", "death": "last_day"}
    ends = [limits[event] for event, strategy in estimand.intercurrent_events.items() if strategy == "hypothetical"]
    return members.select(pl.min_horizontal(pl.lit(NEVER, dtype=pl.Int64), *ends)).to_series().to_numpy()


def _fit(
    outcome: Numbers, baseline: Numbers, is_group: Numbers, members: pl.DataFrame, estimand: Estimand, trial: Trial
) -> Mmrm:
    plan = estimand.model
    assert plan is not None
    size = len(outcome)
    strata = code_strata(members, estimand, trial)[:, None] if "strata" in estimand.covariates else np.empty((size, 0))
    return fit_mmrm(
        outcome,
        is_group.astype(int),
        reference=0,
        covariates=baseline[:, None] if "baseline" in estimand.covariates else np.empty((size, 0)),
        factors=strata,
        covariance=[name.replace("_", "-") for name in plan.covariances],
        df_method=plan.degrees_of_freedom.replace("_", "-"),
        weights=plan.weights,
        margins=plan.margins,
        level=float(estimand.interval.level.number / 100),
        covariate_effect="by-visit" if plan.baseline_by_visit else "common",
        covariance_by_arm=plan.by_arm,
    )


def _tell(fit: Mmrm, visits: list[Visit], estimand: Estimand, versus: Result) -> Iterator[Result]:
    by_arm = " by arm" if estimand.model and estimand.model.by_arm else ""
    options = f"covariance={fit.model.structure.value}{by_arm}; " + "; ".join(
        f"{structure.value} failed: {reason}" for structure, reason in fit.failures
    )
    options = options.rstrip("; ")
    for place, visit in enumerate(visits):
        here = replace(versus, visit=visit.label)
        if visit.id != estimand.visit:
            here = replace(here, analysis_id=f"{versus.analysis_id}.visits")
        for arm, group in ((1, versus.group), (0, versus.comparator)):
            alone = replace(here, group=group, comparator=None)
            yield from alone.estimate(_at(fit.means, (arm, place)), options=options)
        yield from here.estimate(_at(fit.differences, (0, place)), options=options)
        if estimand.test.method == "mixed_model":
            yield from here.test(_test_at(fit.tests, (0, place)), options=options)


def _at(answer: Estimate, place: tuple[int, int]) -> Estimate:
    assert answer.se is not None
    assert answer.df is not None
    return replace(
        answer, estimate=answer.estimate[place], lower=answer.lower[place], upper=answer.upper[place],
        se=answer.se[place], df=answer.df[place],
    )  # fmt: skip


def _test_at(answer: TestResult, place: tuple[int, int]) -> TestResult:
    assert answer.statistic is not None
    assert answer.df is not None
    return replace(answer, statistic=answer.statistic[place], df=answer.df[place], p_value=answer.p_value[place])


def _not_carried_out(estimand: Estimand, what: str, expected: str) -> SettingError:
    return SettingError(f"estimand {estimand.id}: {what} is not carried out by a mixed model; expected {expected}")
