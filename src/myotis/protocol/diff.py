"""What an amendment changes: two protocols compared value by value."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from myotis.protocol.provenance import flatten
from myotis.protocol.trial import Trial


class Change(NamedTuple):
    """One value that differs. None stands for a value that one of the two does not have."""

    place: str
    before: Any
    after: Any

    def __str__(self) -> str:
        if self.before is None:
            return f"+ {self.place} = {self.after}"
        if self.after is None:
            return f"- {self.place} = {self.before}"
        return f"~ {self.place}: {self.before} -> {self.after}"


def compare_trials(before: Trial, after: Trial) -> Iterator[Change]:
    """Every value in which two protocols differ, in the order of the newer file, what is gone at the end."""
    old, new = _values(before), _values(after)
    for place, value in new.items():
        if old.get(place) != value:
            yield Change(place, old.get(place), value)
    for place, value in old.items():
        if place not in new:
            yield Change(place, value, None)


def _values(trial: Trial) -> dict[str, Any]:
    return {".".join(path): value for path, value in flatten(trial.model_dump(mode="json")) if value is not None}
