"""What publications tell of adverse events, computed of simulated trials: shares of subjects and events a subject."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from myotis.simulate.adverse_events import LEAVING
from myotis.simulate.calibration.event_marks import MarkedEvents
from myotis.simulate.calibration.observed_trials import ObservedTrials
from myotis.simulate.calibration.published_effects import Computed, find_end_of_period
from myotis.simulate.calibration.published_entries import SafetyEvents
from myotis.simulate.truth import Numbers
from myotis.terms.missing import MISSING

Chosen = Callable[[MarkedEvents], Any]

EVENTS: Final[dict[str, Chosen]] = {
    "any": lambda events: np.ones(len(events.life), dtype=np.bool_),
    "infusional": lambda events: events.infusional,
    "serious": lambda events: events.serious,
    "related": lambda events: events.related,
}
"""Which events an entry counts, by its ``what``."""

DISCONTINUATION: Final = "discontinuation"

IN_PERIOD: Final = {"first_period_ivig": True, "first_period_placebo": True, "overall_ivig": False}
"""Is a group that of the blinded period alone?"""


def describe_events(entry: SafetyEvents, group: str, number: str) -> Computed | None:
    """Of the subjects treated in a group: the share with an event (``patients``), or events for each (``events``).

    A subject who switches is in both groups of the blinded period; an event belongs to the treatment that it follows.
    None for what simulated trials don't have.
    """
    what = entry.what
    if what is None or (what == DISCONTINUATION and number == "events"):
        return None

    def compute(trials: ObservedTrials) -> Numbers:
        treated = _find_treated(trials, group)
        if what == DISCONTINUATION:
            return _share(_has_left_for_event(trials, group) & treated, treated)
        events = _take_events(trials)
        here = EVENTS[what](events) & _is_in_group(trials, events, group)
        if entry.kinds:
            here &= _is_of(trials, events, entry.kinds)
        counts = np.bincount(events.life[here], minlength=treated.size).reshape(treated.shape)
        return _share(counts > 0, treated) if number == "patients" else _share(counts, treated)

    return compute


def describe_listed(kind: str) -> Computed:
    """The share of subjects ever on active treatment with a related event of a kind."""

    def compute(trials: ObservedTrials) -> Numbers:
        treated, events = _find_treated(trials, "overall_ivig"), _take_events(trials)
        here = _is_of(trials, events, (kind,)) & events.related & _is_in_group(trials, events, "overall_ivig")
        counts = np.bincount(events.life[here], minlength=treated.size).reshape(treated.shape)
        return _share(counts > 0, treated)

    return compute


def _take_events(trials: ObservedTrials) -> MarkedEvents:
    if trials.events is None:
        raise KeyError("adverse events")
    return trials.events


def _find_treatments(trials: ObservedTrials, group: str) -> list[int]:
    """The treatments of a group, active ones or those that imitate them, by position."""
    imitates = group == "first_period_placebo"
    return [at for at, treatment in enumerate(trials.trial.treatments) if bool(treatment.imitates) is imitates]


def _count_visits(trials: ObservedTrials, group: str) -> int:
    """The visits, from the first on, whose infusions belong to a group's time."""
    end = find_end_of_period(trials) if IN_PERIOD[group] else None
    return len(trials.virtual.visits) if end is None else trials.find_visit(end)


def _find_treated(trials: ObservedTrials, group: str) -> Any:
    given = trials.given[..., : _count_visits(trials, group)]
    return np.isin(given, _find_treatments(trials, group)).any(axis=-1)


def _is_in_group(trials: ObservedTrials, events: MarkedEvents, group: str) -> Any:
    is_treatment = np.isin(events.treatment, _find_treatments(trials, group))
    return is_treatment & (events.visit < _count_visits(trials, group))


def _is_of(trials: ObservedTrials, events: MarkedEvents, kinds: tuple[str, ...]) -> Any:
    course = trials.virtual.course.adverse_events
    assert course is not None, "events are of its kinds"
    if unknown := set(kinds) - set(course.kinds):
        raise KeyError(f"adverse events of the kind {', '.join(sorted(unknown))}")
    return np.isin(events.kind, [at for at, name in enumerate(course.kinds) if name in kinds])


def _has_left_for_event(trials: ObservedTrials, group: str) -> Any:
    """Who left for an adverse event, with a treatment of the group as the last one."""
    reasons = list(trials.virtual.course.discontinuation)
    wanted = reasons.index(LEAVING) if LEAVING in reasons else len(reasons) + 1
    visits = _count_visits(trials, group)
    left = (trials.reason == wanted) & (trials.left != MISSING) & (trials.left <= visits)
    position = np.arange(trials.given.shape[-1])
    last = np.where(trials.given != MISSING, position, 0).max(axis=-1)
    given = np.take_along_axis(trials.given, last[..., None], axis=-1)[..., 0]
    return left & np.isin(given, _find_treatments(trials, group))


def _share(counts: Any, treated: Any) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(treated, counts, 0).sum(axis=0) / treated.sum(axis=0), dtype=np.float64)
