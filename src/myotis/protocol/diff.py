"""What an amendment changes: two protocols compared value by value."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from myotis.protocol.provenance import display_value, flatten, name_entries
from myotis.protocol.trial import Trial

ORDER = " (order)"
"""Behind the place of a list whose entries stand in another order."""


class Change(NamedTuple):
    """One value that differs. None stands for a value that one of the two does not have."""

    place: str
    before: Any
    after: Any

    def __str__(self) -> str:
        if self.before is None:
            return f"+ {self.place} = {display_value(self.after)}"
        if self.after is None:
            return f"- {self.place} = {display_value(self.before)}"
        return f"~ {self.place}: {display_value(self.before)} -> {display_value(self.after)}"


def compare_trials(before: Trial, after: Trial) -> Iterator[Change]:
    """Every value in which two protocols differ, in the order of the newer file; then what is gone; then lists whose
    entries stand in another order. Nothing where the digests are equal.

    >>> from myotis.protocol.read import read_trial
    >>> changes = compare_trials(read_trial("proderm"), read_trial("reclaiim"))
    >>> print(next(change for change in changes if change.place == "response.visit"))
    ~ response.visit: W16 -> W25
    """
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    old_values, new_values = _values(old), _values(new)
    for place, value in new_values.items():
        if old_values.get(place) != value and not (value == [] and place not in old_values):
            yield Change(place, old_values.get(place), value)
    for place, value in old_values.items():
        if place not in new_values and value != []:
            yield Change(place, value, None)
    yield from _reordered(dict(_orders(old)), dict(_orders(new)))


def _values(trial: Mapping[str, Any]) -> dict[str, Any]:
    return {".".join(path): value for path, value in flatten(trial) if value is not None}


def _reordered(old: dict[str, list[str]], new: dict[str, list[str]]) -> Iterator[Change]:
    for place in [place for place in old if place in new]:
        kept = [name for name in old[place] if name in new[place]]
        if kept != [name for name in new[place] if name in old[place]]:
            yield Change(f"{place}{ORDER}", old[place], new[place])


def _orders(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, list[str]]]:
    """The names of the entries of each list, by the place of the list."""
    if isinstance(value, Mapping):
        for name, below in value.items():
            yield from _orders(below, (*path, name))
    elif isinstance(value, list) and any(isinstance(entry, Mapping) for entry in value):
        names = name_entries(value)
        yield ".".join(path), names
        for name, entry in zip(names, value, strict=True):
            yield from _orders(entry, (*path, name))
