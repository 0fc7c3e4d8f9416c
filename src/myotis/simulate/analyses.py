"""Analyses of simulated trials: an estimand carried out on every trial of a batch, by the functions of the analysis.

Proportions are counted and compared for all trials at once.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from myotis.analyze.comparison import CountedResponders, carry_out_test, compare_responders
from myotis.analyze.proportions import check_policies
from myotis.analyze.settling import NO_REASON, REASONS, Findings, find_happened, list_composite_events, settle_subjects
from myotis.analyze.subjects import find_analysis_set
from myotis.errors import SettingError
from myotis.protocol.methods import PROPORTIONS, STANDARDIZATIONS
from myotis.protocol.plan import Estimand
from myotis.protocol.trial import Trial
from myotis.simulate.outcomes import Outcomes
from myotis.simulate.truth import Numbers
from myotis.terms.missing import MISSING, YES
from myotis.terms.rule import Steps

ONE_BY_ONE: Final = frozenset({*STANDARDIZATIONS, "chan_zhang", "agresti_min"})
"""Intervals that are not carried out for many trials at once."""


class TrialResults(NamedTuple):
    """What an analysis found in each trial; NaN where the method has no answer."""

    estimate: Numbers
    lower: Numbers
    upper: Numbers
    p_value: Numbers
    """NaN throughout where the estimand has no test."""
    subjects: Steps
    """[trial, arm]: group, then comparator."""
    responders: Steps
    """[trial, arm]"""
    reasons: Steps
    """[trial, arm, reason]: why subjects did not respond, or were left out (``REASONS``)."""


def check_estimand(estimand: Estimand, trial: Trial) -> None:
    """Raise SettingError, which names the estimand, for what is not carried out on simulated trials."""
    if estimand.variable not in PROPORTIONS:
        raise SettingError(f"estimand {estimand.id}: {estimand.variable} is not simulated; expected a proportion")
    check_policies(estimand, trial)
    if estimand.interval.method in ONE_BY_ONE or estimand.test.method == "rerandomization":
        what = f"{estimand.interval.method} with {estimand.test.method}"
        raise SettingError(f"estimand {estimand.id}: {what} is not carried out for many trials at once")
    chosen = find_analysis_set(trial, estimand.analysis_set)
    if chosen.subjects == "completed_as_planned" or chosen.by == "actual":
        raise SettingError(f"estimand {estimand.id}: the set {chosen.id} is not simulated; expected one as randomized")


def analyze_proportions(
    outcomes: Outcomes, visits: Sequence[str], estimand: Estimand, trial: Trial, strata: int
) -> TrialResults:
    """Carry out an estimand of response on every trial. ``visits`` are those of the outcomes, ``strata`` how many
    there are."""
    visit, at = trial.visit(estimand.visit), visits.index(estimand.visit)
    nobody = np.zeros(outcomes.arm.shape, dtype=np.bool_)
    happened = {
        event: find_happened(event, outcomes.switch_day, outcomes.last_day, nobody, visit.day)
        for event in list_composite_events(estimand, trial)
    }
    findings = Findings(
        tis=outcomes.tis[..., at],
        low=outcomes.tis_low[..., at],
        high=outcomes.tis_high[..., at],
        deterioration=outcomes.deterioration[..., at],
        response=outcomes.response[..., at],
    )
    settled = settle_subjects(findings, happened, estimand, trial)
    side = _find_sides(outcomes, estimand, trial)
    tables = count_tables(settled.response, side, outcomes.stratum, strata)
    arms = CountedResponders(tables)
    answer = compare_responders(arms, estimand)
    trials = tables.shape[0]
    tested = estimand.test.method != "none"
    p_value = carry_out_test(arms, estimand).p_value if tested else np.full(trials, np.nan)
    over_strata = tables.sum(axis=1).astype(np.int64)
    return TrialResults(
        estimate=answer.estimate,
        lower=answer.lower,
        upper=answer.upper,
        p_value=p_value,
        subjects=over_strata.sum(axis=-1),
        responders=over_strata[..., 0],
        reasons=_count_reasons(settled.reason, side),
    )


def _find_sides(outcomes: Outcomes, estimand: Estimand, trial: Trial) -> Steps:
    """[subject, trial]: 0 in the estimand's group, 1 in its comparator, MISSING elsewhere."""
    names = [arm.id for arm in trial.arms]
    side = np.full(outcomes.arm.shape, MISSING)
    side[outcomes.arm == names.index(estimand.group)] = 0
    side[outcomes.arm == names.index(estimand.comparator)] = 1
    if find_analysis_set(trial, estimand.analysis_set).subjects == "treated":
        side[~outcomes.treated] = MISSING
    return side


def count_tables(response: Steps, side: Steps, stratum: Steps, strata: int) -> Numbers:
    """[trial, stratum, group, outcome] from arrays [subject, trial]; MISSING is left out."""
    trials = response.shape[1]
    cell = ((np.arange(trials) * strata + stratum) * 2 + side) * 2 + (response != YES)
    counted = (response != MISSING) & (side != MISSING)
    counts = np.bincount(cell[counted], minlength=trials * strata * 4)
    return counts.reshape(trials, strata, 2, 2).astype(np.float64)


def _count_reasons(reason: Steps, side: Steps) -> Steps:
    trials, kinds = reason.shape[1], len(REASONS)
    cell = (np.arange(trials) * 2 + side) * kinds + reason
    counts = np.bincount(cell[(reason != NO_REASON) & (side != MISSING)], minlength=trials * 2 * kinds)
    return counts.reshape(trials, 2, kinds)
