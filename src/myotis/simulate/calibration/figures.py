"""Published figures as numbers with an address, and the same figures of simulated trials.

An address names a number in a file of published results by section, entry, group and what the number is
(``changes.mmt8-week16.group.mean``). What is printed besides (percents of the same counts, limits, p-values) are no
figures of their own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import numpy as np

from myotis.errors import InputError
from myotis.protocol.files import build_model
from myotis.protocol.trial import Trial
from myotis.simulate.calibration.observed_trials import COMPARATOR, GROUP, ObservedTrials
from myotis.simulate.calibration.published_effects import (
    count_deteriorated,
    count_percent,
    describe_change,
    describe_tis,
    find_median_time,
    share_responders,
)
from myotis.simulate.calibration.published_entries import (
    Changes,
    Counted,
    Deteriorations,
    Percent,
    Published,
    Responders,
    Safety,
    Timed,
    Times,
    TisMeans,
)
from myotis.simulate.calibration.published_safety import describe_events, describe_listed, find_group_faults
from myotis.simulate.truth import Numbers

Kind = Literal["share", "mean", "sd", "days", "events", "subjects"]

FILE: Final = "published results"

SIDES: Final = {"group": GROUP, "comparator": COMPARATOR}


class Figure(NamedTuple):
    """A published number."""

    address: str
    label: str
    kind: Kind
    value: float
    """Of a share, of subjects: how many of ``of``; of events: their number."""
    of: float | None
    simulate: Callable[[ObservedTrials], Numbers]
    """The figure of every simulated trial: a share, a mean, days, events for each subject; NaN where there is none.
    Raises KeyError for what simulated trials don't have."""

    @property
    def standardized(self) -> float:
        """The value as ``simulate`` tells it."""
        return self.value / self.of if self.of is not None else self.value

    def show(self, simulated: Numbers) -> Numbers:
        """Simulated numbers as the publication tells them: counts of as many subjects as it had."""
        return simulated * self.of if self.of is not None else simulated


def list_figures(published: Mapping[str, Any], trial: Trial) -> Iterator[Figure]:
    """Every figure of a file of published results that simulated trials of a protocol have too.

    Raises InputError with every entry that does not say what it is of, or has numbers that can't be, and then with
    every group of safety that is not declared, or not of this protocol.
    """
    told = build_model(Published, dict(published), FILE)
    if faults := [fault.inside(FILE) for fault in find_group_faults(told.safety, trial)]:
        raise InputError(faults)
    names = {"group": told.group, "comparator": told.comparator}
    for figure in _list_by_group(told):
        *_, group, _ = figure.address.split(".")
        yield figure._replace(label=f"{figure.label}: {names[group]}")
    for percent in told.percents:
        yield from _list_percents(percent)
    yield from _list_safety(told.safety)


def _list_by_group(told: Published) -> Iterator[Figure]:
    """The figures of the two arms."""
    for responders in told.responders:
        yield from _list_responders(responders)
    for means in told.means:
        yield from _list_means(means)
    for changes in told.changes:
        yield from _list_changes(changes)
    for conflict in told.conflicts:
        changes = Changes(**{**dict(conflict), **dict(conflict.published)})
        yield from _list_changes(changes, "conflicts")
    for times in told.time_to_event:
        yield from _list_times(times)
    for deteriorations in told.deteriorations:
        yield from _list_deteriorations(deteriorations)


def _list_responders(entry: Responders) -> Iterator[Figure]:
    without = entry.without_confirmed_deterioration
    for name, side in SIDES.items():
        numbers: Counted | None = getattr(entry, name)
        if numbers is not None:
            simulate = share_responders(entry.threshold, entry.week, side, without_deterioration=without)
            address = f"responders.{entry.id}.{name}.count"
            yield Figure(address, entry.label, "share", numbers.count, numbers.n, simulate)


def _list_means(entry: TisMeans) -> Iterator[Figure]:
    for name, side in SIDES.items():
        for number, kind in KINDS.items():
            value = getattr(getattr(entry, name), number, None)
            if value is not None and number != "n":
                simulate = describe_tis(entry.week, side, number)
                yield Figure(f"means.{entry.id}.{name}.{number}", entry.label, kind, value, None, simulate)


def _list_changes(entry: Changes, section: str = "changes") -> Iterator[Figure]:
    for name, side in SIDES.items():
        for number, kind in KINDS.items():
            value = getattr(getattr(entry, name), number, None)
            if value is not None:
                simulate = describe_change(entry.measure, entry.from_week, entry.week, side, number)
                yield Figure(f"{section}.{entry.id}.{name}.{number}", entry.label, kind, value, None, simulate)


def _list_times(entry: Times) -> Iterator[Figure]:
    for name, side in SIDES.items():
        numbers: Timed | None = getattr(entry, name)
        if numbers is not None:
            simulate = find_median_time(entry.threshold, entry.week, side)
            address = f"time_to_event.{entry.id}.{name}.median"
            yield Figure(address, entry.label, "days", numbers.median, None, simulate)


def _list_deteriorations(entry: Deteriorations) -> Iterator[Figure]:
    for name, side in SIDES.items():
        numbers: Counted | None = getattr(entry, name)
        if numbers is not None:
            address = f"deteriorations.{entry.id}.{name}.count"
            simulate = count_deteriorated(entry.week, side)
            yield Figure(address, entry.label, "share", numbers.count, numbers.n, simulate)


def _list_percents(entry: Percent) -> Iterator[Figure]:
    if entry.what is not None:
        count = entry.percent / 100 * entry.n if entry.count is None else entry.count
        yield Figure(f"percents.{entry.id}.count", entry.label, "share", count, entry.n, count_percent(entry))


def _list_safety(safety: Safety) -> Iterator[Figure]:
    numbers: dict[str, Kind] = {"patients": "share", "events": "events"}
    groups = {group.id: group for group in safety.groups}
    for entry in safety.events:
        for name, happened in entry.by_group.items():
            group = groups[name]
            for number, kind in numbers.items():
                value, simulate = getattr(happened, number), describe_events(entry, group, number)
                if value is not None and simulate is not None:
                    address = f"safety.events.{entry.id}.{name}.{number}"
                    yield Figure(address, f"{entry.label}: {group.label}", kind, value, group.n, simulate)
    for listed in safety.listed:
        if listed.kind is not None and listed.group is not None:
            address = f"safety.listed.{listed.id}.patients"
            simulate = describe_listed(listed.kind, groups[listed.group])
            yield Figure(address, listed.label, "share", listed.patients, listed.n, simulate)


KINDS: Final[Mapping[str, Kind]] = {"mean": "mean", "sd": "sd", "n": "subjects"}
"""The numbers by which a group is described."""


def simulate_figures(figures: Sequence[Figure], trials: ObservedTrials) -> Numbers:
    """[trial, figure]: every figure of every trial."""
    return np.column_stack([figure.simulate(trials) for figure in figures])
