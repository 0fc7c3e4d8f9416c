"""What publications tell of effects, computed of simulated trials: each function returns one that gives a number for
every trial.

Up to the end of the blinded period subjects who have switched are left out of observed means and changes, as they are
from ProDERM's (43 of 48 on placebo).
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from myotis.randomize.strata import list_strata
from myotis.rules.deterioration import CONFIRMED
from myotis.simulate.calibration.observed_trials import COMPARATOR, GROUP, ObservedTrials
from myotis.simulate.calibration.published_entries import Percent
from myotis.simulate.decisions import find_extension
from myotis.simulate.truth import Numbers
from myotis.statistics.time_to_event.survival_quantiles import estimate_survival_quantile
from myotis.terms.study_time import DAYS_PER_WEEK

Computed = Callable[[ObservedTrials], Numbers]

AFTER_THE_LAST_WEEKS = 4
"""A median that is not reached is said to come so long after the last visit, so that it has a mean over trials."""


def share_responders(threshold: int, week: int, side: int, *, without_deterioration: bool) -> Computed:
    """The share of responders of an arm: of all subjects, or after the blinded period of those who completed it."""

    def compute(trials: ObservedTrials) -> Numbers:
        here = trials.side == side
        end = find_end_of_period(trials)
        if end is not None and week > end:
            here &= trials.stays_until(end)
        return _share(trials.responds(threshold, week, without_deterioration=without_deterioration), here)

    return compute


def describe_tis(week: int, side: int, number: str) -> Computed:
    """Mean or standard deviation (``number``) of TIS in an arm."""

    def compute(trials: ObservedTrials) -> Numbers:
        return _describe(trials.outcomes.tis[..., trials.find_row(week)], _find_observed(trials, week, side), number)

    return compute


def describe_change(measure: str, from_week: int, week: int, side: int, number: str) -> Computed:
    """Mean or standard deviation of the change of a measure in an arm, or of how many subjects it is known (``n``)."""

    def compute(trials: ObservedTrials) -> Numbers:
        if measure not in trials.measured:
            raise KeyError(f"the measure {measure}")
        values = trials.measured[measure]
        change = values[..., trials.find_row(week)] - values[..., trials.find_row(from_week)]
        return _describe(change, _find_observed(trials, week, side), number)

    return compute


def find_median_time(threshold: int, week: int, side: int) -> Computed:
    """The Kaplan-Meier median of days to a TIS at or above a threshold, looking at visits up to a week.

    Within the blinded period nothing is seen after a switch.
    """

    def compute(trials: ObservedTrials) -> Numbers:
        last = trials.find_row(week)
        tis, day = trials.outcomes.tis[..., 1 : last + 1], trials.day[..., 1 : last + 1]
        seen = ~np.isnan(tis) & (trials.side == side)[..., None]
        if _is_blinded(trials, week):
            planned = np.array([visit.day for visit in trials.trial.assessment_visits[1 : last + 1]])
            seen &= planned <= trials.outcomes.switch_day[..., None]
        reached = seen & (tis >= threshold)
        first = np.where(reached, day, np.iinfo(np.int64).max).min(axis=-1)
        ever, until = reached.any(axis=-1), np.where(seen, day, 0).max(axis=-1)
        time = np.where(seen.any(axis=-1), np.where(ever, first, until), np.nan)
        median = estimate_survival_quantile(
            time.T, np.where(np.isnan(time), np.nan, ever).T, 0.5, definition="midpoint", method="log-log", level=0.95
        ).estimate
        never = trials.trial.assessment_visits[last].day + AFTER_THE_LAST_WEEKS * DAYS_PER_WEEK
        return np.minimum(np.nan_to_num(median, nan=np.inf), never)

    return compute


def count_deteriorated(week: int, side: int) -> Computed:
    """The share of an arm whose deterioration is confirmed by a week."""

    def compute(trials: ObservedTrials) -> Numbers:
        rows = slice(0, trials.find_row(week) + 1)
        return _share((trials.outcomes.deterioration[..., rows] == CONFIRMED).any(axis=-1), trials.side == side)

    return compute


def count_percent(entry: Percent) -> Computed:
    """What a published percent is of: those who have ``completed`` a period, who ``switched``, or a ``stratum``."""
    sides = {"group": (GROUP,), "comparator": (COMPARATOR,), None: (GROUP, COMPARATOR)}[entry.arm]

    def compute(trials: ObservedTrials) -> Numbers:
        here = np.isin(trials.side, sides)
        if entry.what == "switched":
            return _share(trials.outcomes.has_switched, here)
        if entry.week is not None:
            return _share(trials.stays_until(entry.week), here)
        strata = list_strata(trials.trial)
        if entry.level not in strata:
            raise KeyError(f"the stratum {entry.level}")
        return _share(trials.outcomes.stratum == strata.index(entry.level), here)

    return compute


def find_end_of_period(trials: ObservedTrials) -> int | None:
    """The week in which the blinded period ends; None where nothing follows it."""
    extension = find_extension(trials.trial)
    return None if extension is None else (extension.first_day - 1) // DAYS_PER_WEEK


def _is_blinded(trials: ObservedTrials, week: int) -> bool:
    end = find_end_of_period(trials)
    return end is None or week <= end


def _find_observed(trials: ObservedTrials, week: int, side: int) -> Any:
    here = trials.side == side
    return here & ~trials.has_switched(week) if _is_blinded(trials, week) else here


def _describe(values: Numbers, here: Any, number: str) -> Numbers:
    """Of every trial: of the subjects ``here`` whose value is known; NaN of fewer than two."""
    known = here & ~np.isnan(values)
    count = known.sum(axis=0)
    if number == "n":
        return np.asarray(count, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(known, values, 0.0).sum(axis=0) / count
        if number == "mean":
            return np.asarray(np.where(count > 1, mean, np.nan))
        squares = np.where(known, (values - mean) ** 2, 0.0).sum(axis=0)
        return np.asarray(np.where(count > 1, np.sqrt(squares / (count - 1)), np.nan))


def _share(flags: Any, here: Any) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((flags & here).sum(axis=0) / here.sum(axis=0), dtype=np.float64)
