"""Published figures as numbers with an address, and the same figures of simulated trials.

An address names a number in a file of published results by section, entry, group and what the number is
(``changes.mmt8-week16.group.mean``). What is printed besides (percents of the same counts, limits, p-values) are no
figures of their own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import numpy as np

from myotis.errors import SettingError
from myotis.simulate.calibration.observed_trials import COMPARATOR, GROUP, ObservedTrials
from myotis.simulate.calibration.published_effects import (
    count_deteriorated,
    count_percent,
    describe_change,
    describe_tis,
    find_median_time,
    share_responders,
)
from myotis.simulate.calibration.published_safety import describe_events, describe_listed
from myotis.simulate.truth import Numbers

Entry = Mapping[str, Any]
Kind = Literal["share", "mean", "sd", "days", "events", "subjects"]

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


def list_figures(published: Entry) -> Iterator[Figure]:
    """Every figure of a file of published results that simulated trials have too.

    Raises SettingError for an entry that lacks what says how it is simulated.
    """
    for section, build in SECTIONS.items():
        for entry in published.get(section, []):
            try:
                yield from build(entry)
            except KeyError as error:
                name = entry.get("id", "an entry without id")
                raise SettingError(f"published results, {section}, {name}: {error} is absent or unknown") from error
    yield from _list_safety(published.get("safety", {}))


def _each_side(entry: Entry) -> Iterator[tuple[str, int, Entry]]:
    for name, side in SIDES.items():
        if name in entry:
            yield name, side, entry[name]


def _list_responders(entry: Entry) -> Iterator[Figure]:
    without = entry.get("without_confirmed_deterioration", False)
    for name, side, numbers in _each_side(entry):
        simulate = share_responders(entry["threshold"], entry["week"], side, without_deterioration=without)
        address = f"responders.{entry['id']}.{name}.count"
        yield Figure(address, entry["label"], "share", numbers["count"], numbers["n"], simulate)


def _list_means(entry: Entry) -> Iterator[Figure]:
    for name, side, numbers in _each_side(entry):
        for number in ("mean", "sd"):
            if number in numbers:
                simulate = describe_tis(entry["week"], side, number)
                address = f"means.{entry['id']}.{name}.{number}"
                yield Figure(address, entry["label"], _kind(number), float(numbers[number]), None, simulate)


def _list_changes(entry: Entry, section: str = "changes") -> Iterator[Figure]:
    for name, side, numbers in _each_side(entry):
        for number in ("mean", "sd", "n"):
            if number in numbers:
                simulate = describe_change(entry["measure"], entry.get("from_week", 0), entry["week"], side, number)
                address = f"{section}.{entry['id']}.{name}.{number}"
                yield Figure(address, entry["label"], _kind(number), float(numbers[number]), None, simulate)


def _list_conflicts(entry: Entry) -> Iterator[Figure]:
    yield from _list_changes({**entry, **entry["published"]}, "conflicts")


def _list_times(entry: Entry) -> Iterator[Figure]:
    for name, side, numbers in _each_side(entry):
        simulate = find_median_time(entry["threshold"], entry["week"], side)
        address = f"time_to_event.{entry['id']}.{name}.median"
        yield Figure(address, entry["label"], "days", float(numbers["median"]), None, simulate)


def _list_deteriorations(entry: Entry) -> Iterator[Figure]:
    for name, side, numbers in _each_side(entry):
        simulate = count_deteriorated(entry["week"], side)
        address = f"deteriorations.{entry['id']}.{name}.count"
        yield Figure(address, entry["label"], "share", numbers["count"], numbers["n"], simulate)


def _list_percents(entry: Entry) -> Iterator[Figure]:
    if "what" in entry:
        count = entry["count"] if "count" in entry else float(entry["percent"]) / 100 * entry["n"]
        simulate = count_percent(entry)
        yield Figure(f"percents.{entry['id']}.count", entry["label"], "share", count, entry["n"], simulate)


def _list_safety(safety: Entry) -> Iterator[Figure]:
    groups = safety.get("groups", {})
    for entry in safety.get("events", []):
        for name in groups:
            for number in ("patients", "events"):
                simulate = describe_events(entry["id"], name, number)
                if number in entry[name] and simulate is not None:
                    kind: Kind = "share" if number == "patients" else "events"
                    address = f"safety.events.{entry['id']}.{name}.{number}"
                    label = f"{entry['label']}: {groups[name]['label']}"
                    yield Figure(address, label, kind, entry[name][number], groups[name]["n"], simulate)
    for entry in safety.get("listed", []):
        if "kind" in entry:
            address = f"safety.listed.{entry['id']}.patients"
            yield Figure(
                address, entry["label"], "share", entry["patients"], entry["n"], describe_listed(entry["kind"])
            )


def _kind(number: str) -> Kind:
    kinds: dict[str, Kind] = {"mean": "mean", "sd": "sd", "n": "subjects"}
    return kinds[number]


SECTIONS: Final[Mapping[str, Callable[[Entry], Iterator[Figure]]]] = {
    "responders": _list_responders,
    "means": _list_means,
    "changes": _list_changes,
    "conflicts": _list_conflicts,
    "time_to_event": _list_times,
    "deteriorations": _list_deteriorations,
    "percents": _list_percents,
}


def simulate_figures(figures: Sequence[Figure], trials: ObservedTrials) -> Numbers:
    """[trial, figure]: every figure of every trial."""
    return np.column_stack([figure.simulate(trials) for figure in figures])
