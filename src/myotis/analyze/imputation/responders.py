"""Estimands of response with the core set measures multiply imputed: the difference of the proportions, pooled.

Every subject of the set is settled in each completed dataset: an intercurrent event with the strategy *composite* by
the visit is no response; else the completed measures say, by the trial's own rules for TIS, deterioration and response.
Each dataset gives a difference with Wald's variance and, for the test, the Mantel-Haenszel difference over the strata
with the variance of the Cochran-Mantel-Haenszel test; both are pooled by Rubin's rules. With nothing missing both are
what they are without imputation.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from myotis.analyze.imputation.completed import Completed, complete, find_imputation, find_visits, respond
from myotis.analyze.imputation.recorded import Flags, Numbers
from myotis.analyze.proportions import check_test, describe_policies
from myotis.analyze.subjects import happened_by
from myotis.datasets.results import Result
from myotis.errors import SettingError, StatisticsError
from myotis.protocol.plan import Estimand
from myotis.protocol.trial import Trial
from myotis.statistics.imputation.joint_normal import METHOD
from myotis.statistics.imputation.joint_normal import REFERENCES as MODELS
from myotis.statistics.imputation.rubin import RubinDegrees, pool_by_rubin
from myotis.statistics.result import Estimate
from myotis.statistics.stratified.cochran_mantel_haenszel import COCHRAN
from myotis.statistics.stratified.tables import compute_deviation, take_tables

NO_ESTIMATE: Final = ("estimate", "lower", "upper", "se")
NO_TEST: Final = ("test_statistic", "df", "p_value")

POOLED_TEST: Final = "cochran-mantel-haenszel-rubin"

INFINITE: Final = np.inf
"""The degrees of freedom of proportions without missing values: those of the normal distribution."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The subjects of the two arms: ADSL's columns, ``arm`` 1 for the group and 0 for its comparator, and who can't
    respond, an intercurrent event with the strategy composite having happened."""

    subjects: pl.DataFrame
    arm: NDArray[np.intp]
    failed: Flags
    labels: tuple[str, str]
    """Of the group and of the comparator."""

    @classmethod
    def of_estimand(cls, subjects: pl.DataFrame, estimand: Estimand, trial: Trial) -> "Compared":
        """The two arms of an estimand among the subjects of its set."""
        group, comparator = (
            next(arm.label for arm in trial.arms if arm.id == name) for name in (estimand.group, estimand.comparator)
        )
        members = subjects.filter(pl.col("arm").is_in([group, comparator]))
        visit = trial.visit(estimand.visit)
        composite = [happened_by(e, visit) for e, s in estimand.intercurrent_events.items() if s == "composite"]
        failed = members.select(pl.any_horizontal(pl.lit(value=False), *composite)).to_series()
        arm = (members["arm"] == group).cast(pl.Int64).to_numpy()
        return cls(subjects=members, arm=arm, failed=failed.to_numpy(), labels=(group, comparator))


def analyze_imputed_responders(
    subjects: pl.DataFrame, adcsm: pl.DataFrame, estimand: Estimand, trial: Trial, head: Result
) -> Iterator[Result]:
    """The results rows of a difference in proportions with multiple imputation: see the module.

    ``count`` is the mean number of responders over the completed datasets, no whole number in general; the rows of
    ``<analysis>.imputed`` count the subjects with an imputed value who are no failures by an intercurrent event.
    """
    check_test(estimand, trial)
    compared = Compared.of_estimand(subjects, estimand, trial)
    head = replace(head, dataset="ADCSM", parameter=name_parameter(estimand), method=RubinDegrees.RUBIN.value)
    head = replace(head, method_options=describe_imputation(estimand, trial))
    try:
        completed = complete(compared.subjects, adcsm, compared.arm, estimand, trial)
    except StatisticsError as error:
        yield from _say_no_answer(str(error), compared, estimand, head)
        return
    if completed.convergence:
        told = f"scale_reduction={completed.convergence.worst_scale_reduction:.2f}"
        head = replace(head, method_options=f"{head.method_options}; {told}")
    answers = respond(completed, completed.imputed, compared.subjects, estimand, trial) & ~compared.failed
    yield from _describe_arms(answers, completed, compared, estimand, head)
    head = replace(head, group=compared.labels[0], comparator=compared.labels[1], n=len(compared.arm))
    yield from compare(answers, compared, estimand, head)


def name_parameter(estimand: Estimand) -> str:
    """What the rows call the responder: RESP by the protocol, or the TIS to be reached."""
    return "RESP" if estimand.variable == "response" else f"TIS{estimand.threshold:f}"


def describe_imputation(estimand: Estimand, trial: Trial) -> str:
    """The strategies and the whole model of the imputation as they stand in ``method_options``."""
    plan = find_imputation(estimand, trial)
    scales = {measure.scale: "" for measure in plan.measures.values()}
    for name, measure in plan.measures.items():
        scales[measure.scale] += f"{'+' if scales[measure.scale] else ''}{name}"
    return "; ".join([
        describe_policies(estimand, trial), f"imputation={plan.id}", f"model={METHOD}",
        f"visits={'+'.join(visit.id for visit in find_visits(estimand, trial))}",
        *(f"{scale}={names}" for scale, names in scales.items()),
        f"means=arm{''.join(f'+{name}' for name in plan.covariates)}", f"covariance={plan.covariance}",
        f"prior={plan.prior}, df {plan.prior_df:f}", f"after_switch={plan.after_switch}",
        f"after_discontinuation={plan.after_discontinuation}"
        + (f" ({plan.reference})" if plan.reference is not None else ""),
        f"imputations={plan.imputations}", f"chains={plan.chains}", f"burn_in={plan.burn_in}",
        f"thinning={plan.thinning}", f"seed={plan.seed}",
    ])  # fmt: skip


def compare(answers: Flags, compared: Compared, estimand: Estimand, head: Result) -> Iterator[Result]:
    """The rows of the pooled difference and its test, from who responds [imputation, subject]."""
    head = replace(head, unit="percentage points")
    try:
        pooled = pool_by_rubin(
            *compute_differences(answers, compared.arm),
            complete_df=INFINITE,
            method=RubinDegrees.RUBIN,
            level=float(estimand.interval.level.number / 100),
        )
    except StatisticsError as error:
        yield from head.no_answer(NO_ESTIMATE, str(error))
    else:
        by_chance = None if pooled.monte_carlo_error is None else 100 * float(pooled.monte_carlo_error)
        missing = f"missing_information={pooled.fraction_missing:.2f}"
        answer = replace(pooled.estimate, reference=f"{pooled.estimate.reference}; {MODELS[METHOD]}")
        yield from replace(head, mc_error=by_chance).estimate(_in_percent(answer), options=missing)
    if estimand.test.method == "cochran_mantel_haenszel":
        yield from _test(answers, compared, estimand, head)


def compute_differences(answers: Flags, arm: NDArray[np.intp]) -> tuple[Numbers, Numbers]:
    """The difference of proportions of each completed dataset, and its standard error (Wald)."""
    groups = [answers[:, arm == number] for number in (1, 0)]
    first, second = (group.mean(axis=1) for group in groups)
    variance = sum(p * (1 - p) / group.shape[1] for p, group in zip((first, second), groups, strict=True))
    return first - second, np.sqrt(variance)


def _test(answers: Flags, compared: Compared, estimand: Estimand, head: Result) -> Iterator[Result]:
    """The test of the Mantel-Haenszel difference, pooled with its variance under no association."""
    if unknown := compared.subjects["STRATAR"].null_count():
        raise SettingError(f"estimand {estimand.id}: {unknown} subjects have no stratum; expected STRATAR in ADSL")
    strata = compared.subjects["STRATAR"].to_numpy()
    options = f"strata={'+'.join(estimand.test.strata)} as randomized, {len(np.unique(strata))}"
    head = replace(head, unit=None, method=POOLED_TEST)
    try:
        pooled = pool_by_rubin(
            *compute_stratified_differences(answers, compared.arm, strata),
            complete_df=INFINITE,
            method=RubinDegrees.RUBIN,
            level=0.95,
        )
    except StatisticsError as error:
        yield from head.no_answer(NO_TEST, f"{options}; {error}")
    else:
        reference = f"{pooled.test.reference}; {COCHRAN}; {MODELS[METHOD]}"
        df = pooled.test.df if np.isfinite(pooled.test.df or INFINITE) else None  # the normal distribution has none
        answer = replace(pooled.test, method=POOLED_TEST, reference=reference, df=df)
        yield from head.test(answer, options=options)


def compute_stratified_differences(
    answers: Flags, arm: NDArray[np.intp], strata: NDArray[np.str_]
) -> tuple[Numbers, Numbers]:
    """The Mantel-Haenszel difference of each completed dataset over the strata, and its standard error under no
    association: the square of their ratio is the statistic of the Cochran-Mantel-Haenszel test."""
    counts = np.stack(
        [
            [
                [answers[:, here].sum(axis=1), (~answers[:, here]).sum(axis=1)]
                for here in (both & (arm == 1), both & (arm == 0))
            ]
            for both in (strata == name for name in np.unique(strata))
        ]
    )  # stratum, group, outcome, imputation
    x1, n1, x2, n2 = take_tables(np.moveaxis(counts, -1, 0))
    deviation, variance = compute_deviation(x1, n1, x2, n2)
    weight = (n1 * n2 / np.maximum(n1 + n2, 1)).sum(axis=-1)
    if not weight.all():
        raise StatisticsError("no stratum has subjects of both groups")
    return deviation / weight, np.sqrt(variance) / weight


def _describe_arms(
    answers: Flags, completed: Completed, compared: Compared, estimand: Estimand, head: Result
) -> Iterator[Result]:
    for number, label in zip((1, 0), compared.labels, strict=True):
        here = compared.arm == number
        p, total = answers[:, here].mean(axis=1), int(here.sum())
        part = replace(head, group=label, n=total)
        yield part.number("count", float(answers[:, here].sum(axis=1).mean()))
        yield part.number("denominator", total)
        yield part.number("percent", 100 * float(p.mean()), unit="%")
        try:
            pooled = pool_by_rubin(
                p,
                np.sqrt(p * (1 - p) / total),
                complete_df=INFINITE,
                method=RubinDegrees.RUBIN,
                level=float(estimand.interval.level.number / 100),
            )
        except StatisticsError as error:
            yield from replace(part, unit="%").no_answer(["lower", "upper"], str(error))
        else:
            rows = replace(part, unit="%").estimate(_in_percent(pooled.estimate, lowest=0))
            yield from (row for row in rows if row.statistic in {"lower", "upper"})
        with_any = completed.missing.any(axis=(1, 2)) & ~compared.failed & here
        told = replace(part, analysis_id=f"{part.analysis_id}.imputed", method="subjects-with-an-imputed-value")
        yield told.number("count", int(with_any.sum()))


def _say_no_answer(reason: str, compared: Compared, estimand: Estimand, head: Result) -> Iterator[Result]:
    for number, label in zip((1, 0), compared.labels, strict=True):
        total = int((compared.arm == number).sum())
        part = replace(head, group=label, n=total)
        yield part.number("denominator", total)
        yield from part.no_answer(["count", "percent", "lower", "upper"], reason)
    head = replace(head, group=compared.labels[0], comparator=compared.labels[1], n=len(compared.arm))
    yield from replace(head, unit="percentage points").no_answer(NO_ESTIMATE, reason)
    if estimand.test.method == "cochran_mantel_haenszel":
        yield from replace(head, method=POOLED_TEST).no_answer(NO_TEST, reason)


def _in_percent(answer: Estimate, lowest: float = -1) -> Estimate:
    """In percent, the limits cut to what can be."""
    lower, upper = (np.clip(limit, lowest, 1) for limit in (answer.lower, answer.upper))
    return replace(answer, lower=lower, upper=upper).scaled(100)
