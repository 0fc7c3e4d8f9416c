"""Where each value of a protocol file comes from.

The table ``[provenance]`` goes from a place in the file to a source. A place is a path of names, where an entry
of a list is called by its ``id`` and ``*`` stands for any one name: ``visits.*.window_days``. A source holds for
everything below its place; the most exact place wins. A value that no source holds for is a fault.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self, TypeVar

from pydantic import Field, model_validator

from myotis.protocol.fields import Section
from myotis.terms.source import Fact, Source, Status

Said = TypeVar("Said")

UNSOURCED = frozenset({
    "id", "label", "title", "schema_version", "version", "references", "provenance", "flag",
    "list_specification_digest",
})  # fmt: skip
"""Fields that name things and state no fact."""

NAMING = ("id", "fact", "measure", "analyte")
"""Fields by which an entry of a list is called, the first that it has."""


class Provenance(Section):
    """The source of the values at one place."""

    status: Status = Field(strict=False)
    reference: str | None = None
    """The id of an entry of ``[references]``."""
    note: str = ""

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if self.status in {Status.VERIFIED, Status.DERIVED} and self.reference is None:
            raise ValueError(f"is {self.status} but names no reference; expected the id of an entry of [references]")
        if self.status in {Status.ASSUMED, Status.RECALLED, Status.OPEN} and not self.note:
            raise ValueError(f"is {self.status} but has no note; expected a note that says why")
        return self


def flatten(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every leaf of a parsed file with its path.

    Entries of a list are called by their id, fact, measure or analyte, else by their position; those that share a
    name get their position behind it.

    >>> [".".join(path) for path, _ in flatten({"of": [{"fact": "age", "above": 1}, {"fact": "age", "above": 2}]})]
    ['of.age#0.fact', 'of.age#0.above', 'of.age#1.fact', 'of.age#1.above']
    """
    if isinstance(value, Mapping):
        for name, below in value.items():
            yield from flatten(below, (*path, str(name)))
    elif isinstance(value, list | tuple) and any(isinstance(entry, Mapping) for entry in value):
        for name, entry in zip(name_entries(value), value, strict=True):
            yield from flatten(entry, (*path, name))
    else:
        yield path, value


def name_entries(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the entries of a list are called in places: see ``flatten``."""
    named = [next((entry[key] for key in NAMING if key in entry), n) for n, entry in enumerate(entries)]
    names = [str(name) for name in named]
    return [name if names.count(name) == 1 else f"{name}#{position}" for position, name in enumerate(names)]


def covers(place: str, path: tuple[str, ...]) -> bool:
    """Does a place of the provenance table lie at or above a path?"""
    names = place.split(".")
    return len(names) <= len(path) and all(name in {"*", part} for name, part in zip(names, path, strict=False))


def find_most_exact(path: tuple[str, ...], by_place: Mapping[str, Said]) -> Said | None:
    """What a table by place says of a path: by the longest place that covers it, with the fewest stars."""
    places = [place for place in by_place if covers(place, path)]
    if not places:
        return None
    return by_place[max(places, key=lambda place: (len(place.split(".")), -place.split(".").count("*")))]


def list_facts(
    values: Mapping[str, Any], provenance: Mapping[str, Provenance], references: Mapping[str, str]
) -> Iterator[Fact]:
    """Every value of a protocol with its source, in the order of the file."""
    for path, value in flatten(values):
        found = find_most_exact(path, provenance)
        if value not in (None, []) and not UNSOURCED & set(path) and found is not None:
            reference = references.get(found.reference or "", "")
            yield Fact(".".join(path), display_value(value), Source(reference, found.status, found.note))


def display_value(value: Any) -> str:
    """A value of a protocol for people to read.

    >>> display_value([-4, 4]), display_value([]), display_value(""), display_value(True)
    ('-4, 4', 'none', 'none', 'yes')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (", ".join(str(entry) for entry in value) if isinstance(value, list) else str(value)) or "none"
