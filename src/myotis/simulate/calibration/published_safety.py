"""What publications tell of adverse events, computed of simulated trials: shares of subjects and events a subject."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np

from myotis.errors import Fault
from myotis.protocol.check_safety import find_column_faults
from myotis.protocol.faults import find_repeated, undeclared
from myotis.protocol.trial import Trial
from myotis.simulate.adverse_events import LEAVING
from myotis.simulate.calibration.event_marks import MarkedEvents
from myotis.simulate.calibration.observed_trials import ObservedTrials
from myotis.simulate.calibration.published_effects import Computed
from myotis.simulate.calibration.published_entries import Safety, SafetyEvents, SafetyGroup
from myotis.simulate.truth import Numbers
from myotis.terms.missing import MISSING
from myotis.terms.rule import Steps

Chosen = Callable[[MarkedEvents], Any]

EVENTS: Final[dict[str, Chosen]] = {
    "any": lambda events: np.ones(len(events.life), dtype=np.bool_),
    "infusional": lambda events: events.infusional,
    "serious": lambda events: events.serious,
    "related": lambda events: events.related,
}
"""Which events an entry counts, by its ``what``."""

DISCONTINUATION: Final = "discontinuation"


def find_group_faults(safety: Safety, trial: Trial) -> Iterator[Fault]:
    """Every group that is declared twice, or has what the protocol has not, and what is of a group not declared."""
    known = [group.id for group in safety.groups]
    yield from find_repeated("safety.groups", known)
    yield from find_column_faults("safety.groups", safety.groups, trial)
    for entry in safety.events:
        for name in entry.by_group:
            if name not in known:
                yield undeclared(f"safety.events.{entry.id}.by_group", "group", name, known)
    for listed in safety.listed:
        if listed.group is not None and listed.group not in known:
            yield undeclared(f"safety.listed.{listed.id}.group", "group", listed.group, known)


def describe_events(entry: SafetyEvents, group: SafetyGroup, number: str) -> Computed | None:
    """Of the subjects treated in a group: the share with an event (``patients``), or events for each (``events``).

    A subject who switches is in the groups of both treatments; an event belongs to the treatment that it follows.
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


def describe_listed(kind: str, group: SafetyGroup) -> Computed:
    """The share of the subjects treated in a group with a related event of a kind."""

    def compute(trials: ObservedTrials) -> Numbers:
        treated, events = _find_treated(trials, group), _take_events(trials)
        here = _is_of(trials, events, (kind,)) & events.related & _is_in_group(trials, events, group)
        counts = np.bincount(events.life[here], minlength=treated.size).reshape(treated.shape)
        return _share(counts > 0, treated)

    return compute


def _take_events(trials: ObservedTrials) -> MarkedEvents:
    if trials.events is None:
        raise KeyError("adverse events")
    return trials.events


def _find_treatment(trials: ObservedTrials, group: SafetyGroup) -> int:
    return [treatment.id for treatment in trials.trial.treatments].index(group.treatment)


def _find_visits(trials: ObservedTrials, group: SafetyGroup) -> Steps:
    """The visits of a group's epochs, by position."""
    return np.flatnonzero([visit.epoch in group.epochs for visit in trials.virtual.visits])


def _find_treated(trials: ObservedTrials, group: SafetyGroup) -> Any:
    given = trials.given[..., _find_visits(trials, group)]
    return (given == _find_treatment(trials, group)).any(axis=-1)


def _is_in_group(trials: ObservedTrials, events: MarkedEvents, group: SafetyGroup) -> Any:
    is_treatment = events.treatment == _find_treatment(trials, group)
    return is_treatment & np.isin(events.visit, _find_visits(trials, group))


def _is_of(trials: ObservedTrials, events: MarkedEvents, kinds: tuple[str, ...]) -> Any:
    course = trials.virtual.course.adverse_events
    assert course is not None, "events are of its kinds"
    if unknown := set(kinds) - set(course.kinds):
        raise KeyError(f"adverse events of the kind {', '.join(sorted(unknown))}")
    return np.isin(events.kind, [at for at, name in enumerate(course.kinds) if name in kinds])


def _has_left_for_event(trials: ObservedTrials, group: SafetyGroup) -> Any:
    """Who left for an adverse event after a visit of the group's epochs, with its treatment as the last one."""
    reasons = list(trials.virtual.course.discontinuation)
    wanted = reasons.index(LEAVING) if LEAVING in reasons else len(reasons) + 1
    left = (trials.reason == wanted) & np.isin(trials.left, _find_visits(trials, group) + 1)
    position = np.arange(trials.given.shape[-1])
    last = np.where(trials.given != MISSING, position, 0).max(axis=-1)
    given = np.take_along_axis(trials.given, last[..., None], axis=-1)[..., 0]
    return left & (given == _find_treatment(trials, group))


def _share(counts: Any, treated: Any) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(treated, counts, 0).sum(axis=0) / treated.sum(axis=0), dtype=np.float64)
