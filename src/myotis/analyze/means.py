"""Estimands of change: adjusted means by analysis of covariance."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl

from myotis.analyze.subjects import happened_by
from myotis.datasets.results import Result
from myotis.derive.adcsm import name_parameters
from myotis.errors import SettingError, StatisticsError
from myotis.protocol.plan import Estimand
from myotis.protocol.trial import Trial
from myotis.statistics.continuous.ancova import CoefficientVariance, fit_ancova
from myotis.statistics.continuous.design_matrix import LevelWeights, Slopes


def analyze_means(
    subjects: pl.DataFrame, adcsm: pl.DataFrame, estimand: Estimand, trial: Trial, head: Result
) -> Iterator[Result]:
    """The results rows of a difference in adjusted means: per arm n and adjusted mean, then the difference."""
    check_policies(estimand, trial)
    parameter = _find_parameter(estimand, trial)
    changes = derive_changes(subjects, adcsm, estimand, trial)
    policies = [f"{event}={strategy}" for event, strategy in sorted(estimand.intercurrent_events.items())]
    policies += [f"missing={estimand.missing}", f"covariates={'+'.join(estimand.covariates) or 'none'}"]
    head = replace(head, dataset="ADCSM", parameter=parameter, method_options="; ".join(policies))
    arms = [arm.label for name in (estimand.group, estimand.comparator) for arm in trial.arms if arm.id == name]
    changes = changes.filter(pl.col("arm").is_in(arms))
    analyzed = changes.drop_nulls(["change", "baseline"])
    for arm in arms:
        here, kept = changes.filter(pl.col("arm") == arm), analyzed.filter(pl.col("arm") == arm)
        part = replace(head, group=arm, n=kept.height)
        yield part.number("n", kept.height)
        for subgroup, count in (
            ("carried_forward", int(kept["is_carried"].sum())),
            ("left_out", here.height - kept.height),
        ):
            yield replace(part, analysis_id=f"{head.analysis_id}.values", subgroup=subgroup).number("count", count)
    yield from _fit(analyzed, arms, estimand, head)


def check_policies(estimand: Estimand, trial: Trial) -> None:
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
    if estimand.test.method != "none":
        raise _not_carried_out(estimand, f"the test {estimand.test.method}", 'test.method = "none"')
    if "strata" in estimand.covariates and trial.plan.strata_as != "randomized":
        raise _not_carried_out(estimand, "strata as corrected", 'strata_as = "randomized"')


def derive_changes(subjects: pl.DataFrame, adcsm: pl.DataFrame, estimand: Estimand, trial: Trial) -> pl.DataFrame:
    """One row a subject: USUBJID, arm, STRATAR, ``change``, ``baseline`` and whether the value was carried forward.

    The value observed at the visit counts for a subject still on the first treatment. *While on treatment* takes the
    carried-forward row of ADCSM after an earlier switch, and in place of a missing value. (An assessment at the visit
    of the switch precedes it.) ``change`` is null for a subject without any value.
    """
    visit = trial.visit(estimand.visit)
    here = adcsm.filter((pl.col("PARAMCD") == _find_parameter(estimand, trial)) & (pl.col("AVISITN") == visit.number))
    observed = here.filter(pl.col("DTYPE").is_null()).select("USUBJID", observed="CHG", observed_base="BASE")
    carried = here.filter(pl.col("DTYPE") == "LOCF").select("USUBJID", carried="CHG", carried_base="BASE")
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


def _find_parameter(estimand: Estimand, trial: Trial) -> str:
    known = name_parameters(trial)
    if estimand.parameter not in known:
        raise _not_carried_out(estimand, f"a change of {estimand.parameter}", f"one of {', '.join(sorted(known))}")
    return known[estimand.parameter]


def _fit(analyzed: pl.DataFrame, arms: list[str], estimand: Estimand, head: Result) -> Iterator[Result]:
    versus = replace(head, group=arms[0], comparator=arms[1], n=analyzed.height)
    covariates = analyzed.select("baseline").to_numpy() if "baseline" in estimand.covariates else None
    try:
        fit = fit_ancova(
            analyzed["change"].to_numpy(),
            (analyzed["arm"] == arms[0]).to_numpy(),
            covariates=np.empty((analyzed.height, 0)) if covariates is None else covariates,
            factors=_code_strata(analyzed, estimand),
            slopes=Slopes.SHARED,
            variance=CoefficientVariance.MODEL,
            weights=LevelWeights.EQUAL,
            level=float(estimand.interval.level.number / 100),
        )
    except StatisticsError as error:
        yield from replace(versus, method="ancova").no_answer(["estimate", "lower", "upper"], str(error))
        return
    for arm, mean in zip(arms, (fit.mean1, fit.mean2), strict=True):
        count = analyzed.filter(pl.col("arm") == arm).height
        yield from replace(head, group=arm, n=count).estimate(mean)
    yield from versus.estimate(fit.difference)


def _code_strata(analyzed: pl.DataFrame, estimand: Estimand) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    if "strata" not in estimand.covariates:
        return np.empty((analyzed.height, 0), dtype=np.int64)
    unknown = analyzed["STRATAR"].null_count()
    if unknown:
        raise SettingError(f"estimand {estimand.id}: {unknown} subjects have no stratum; expected STRATAR in ADSL")
    return (analyzed["STRATAR"].rank("dense").cast(pl.Int64) - 1).to_numpy()[:, None]


def _not_carried_out(estimand: Estimand, what: str, expected: str) -> SettingError:
    return SettingError(f"estimand {estimand.id}: {what} is not carried out for means; expected {expected}")
