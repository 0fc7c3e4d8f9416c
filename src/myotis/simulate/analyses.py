"""Analyses of simulated trials: an estimand carried out on every trial of a batch, by the functions of the analysis.

Proportions are counted and compared for all trials at once.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, Self

import numpy as np

from myotis.analyze.comparison import CountedResponders, carry_out_test, compare_responders
from myotis.analyze.proportions import check_policies
from myotis.analyze.settling import (
    NO_REASON,
    REASONS,
    Findings,
    Settled,
    find_happened,
    list_composite_events,
    settle_subjects,
)
from myotis.analyze.subjects import find_analysis_set
from myotis.analyze.trial import carry_out_estimand
from myotis.datasets.adam import ADCSM, ADSL, ADTIS
from myotis.datasets.results import Result, build_results
from myotis.instruments.tis_levels import Slot
from myotis.protocol.check_imputation import MULTIPLE_IMPUTATION
from myotis.protocol.methods import PROPORTIONS, STANDARDIZATIONS
from myotis.protocol.plan import Estimand
from myotis.protocol.trial import Trial
from myotis.simulate.outcomes import Outcomes
from myotis.simulate.truth import BESIDE_THE_CORE_SET, Numbers
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

    def choose(self, others: Sequence[Self], which: Steps) -> Self:
        """The results of each trial at one of several occasions: ``which`` [trial] of ``others``."""
        trials = np.arange(len(which))
        stacked = {name: np.stack([getattr(other, name) for other in others]) for name in self._fields}
        return self._replace(**{name: values[which, trials] for name, values in stacked.items()})


def is_counted(estimand: Estimand, trial: Trial) -> bool:
    """Is an estimand carried out on arrays, for all trials at once? Any other is derived and analyzed one by one.

    Raises SettingError, which names the estimand, for an analysis set that the plan does not have.
    """
    chosen = find_analysis_set(trial, estimand.analysis_set)
    by_arrays = estimand.interval.method not in ONE_BY_ONE and estimand.test.method != "rerandomization"
    as_randomized = chosen.subjects != "completed_as_planned" and chosen.by == "planned"
    imputed = estimand.missing == MULTIPLE_IMPUTATION
    return estimand.variable in PROPORTIONS and by_arrays and as_randomized and not imputed


def check_estimand(estimand: Estimand, trial: Trial) -> None:
    """Raise SettingError, which names the estimand, for what is not carried out."""
    if is_counted(estimand, trial):
        check_policies(estimand, trial)
        return
    nobody = {table.name: table.empty() for table in (ADSL, ADTIS, ADCSM)}
    build_results(carry_out_estimand(estimand, nobody, trial, Result(analysis_id="", protocol_digest="")))


def find_neutral(estimand: Estimand) -> float:
    """What the summary of an estimand is where the arms do not differ."""
    return 1.0 if estimand.summary in {"ratio_of_proportions", "odds_ratio", "hazard_ratio"} else 0.0


def find_direction(estimand: Estimand, trial: Trial) -> int:
    """1 where more of the estimand's summary is better for the group, -1 where less is."""
    later_is_better = estimand.variable == "time_to_confirmed_deterioration"
    if estimand.summary == "hazard_ratio":
        return -1 if later_is_better else 1
    if estimand.summary == "difference_in_restricted_means":
        return 1 if later_is_better else -1
    if estimand.variable == "change":
        measured = {m.name: m for slot in Slot if (m := trial.tis.settings.measure(slot))} | BESIDE_THE_CORE_SET
        measure = measured.get(estimand.parameter or "")
        return int(measure.better) if measure else -1  # an enzyme: lower is better
    return 1


def analyze_proportions(
    outcomes: Outcomes, visits: Sequence[str], estimand: Estimand, trial: Trial, strata: int, sizes: Steps | None = None
) -> TrialResults:
    """Carry out an estimand of response on every trial.

    ``visits`` are those of the outcomes, ``strata`` how many there are, ``sizes`` [trial] how many of the subjects are
    analyzed: all if None.
    """
    settled = settle_outcomes(outcomes, visits, estimand, trial)
    side = find_sides(outcomes, estimand, trial)
    if sizes is not None:
        side[np.arange(len(side))[:, None] >= sizes] = MISSING
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


def settle_outcomes(outcomes: Outcomes, visits: Sequence[str], estimand: Estimand, trial: Trial) -> Settled:
    """Who responded in each trial, by an estimand."""
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
    return settle_subjects(findings, happened, estimand, trial)


def find_sides(outcomes: Outcomes, estimand: Estimand, trial: Trial) -> Steps:
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
