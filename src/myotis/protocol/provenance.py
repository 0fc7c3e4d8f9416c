"""Where each value of a protocol file comes from.

The table ``[provenance]`` goes from a place in the file to a source. A place is a path of names, where an entry
of a list is called by its ``id`` and ``*`` stands for any one name: ``visits.*.window_days``. A source holds for
everything below its place; the most exact place wins. A value that no source holds for is a fault.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Self

from pydantic import model_validator

from myotis.protocol.fields import Section
from myotis.terms.source import Fact, Source, Status

UNSOURCED = frozenset({"id", "label", "title", "schema_version", "version", "references", "provenance", "flag"})
"""Fields that name things and state no fact."""


class Provenance(Section):
    """The source of the values at one place."""

    status: Status
    reference: str | None = None
    """The id of an entry of ``[references]``."""
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _status_from_text(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("status"), str) and data["status"] in set(Status):
            return data | {"status": Status(data["status"])}
        return data

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if self.status in {Status.VERIFIED, Status.DERIVED} and self.reference is None:
            raise ValueError(f"is {self.status} but names no reference")
        if self.status in {Status.ASSUMED, Status.RECALLED, Status.OPEN} and not self.note:
            raise ValueError(f"is {self.status} but has no note that says why")
        return self


def flatten(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every leaf of a parsed file with its path; entries of a list are called by their id, else by their position."""
    if isinstance(value, Mapping):
        for name, below in value.items():
            yield from flatten(below, (*path, str(name)))
    elif isinstance(value, list | tuple) and any(isinstance(entry, Mapping) for entry in value):
        for position, entry in enumerate(value):
            yield from flatten(entry, (*path, str(entry.get("id", entry.get("fact", entry.get("measure", position))))))
    else:
        yield path, value


def covers(place: str, path: tuple[str, ...]) -> bool:
    """Does a place of the provenance table lie at or above a path?"""
    names = place.split(".")
    return len(names) <= len(path) and all(name in {"*", part} for name, part in zip(names, path, strict=False))


def find_provenance(path: tuple[str, ...], provenance: Mapping[str, Provenance]) -> Provenance | None:
    """The source that holds for a path: the longest place that covers it, with the fewest stars."""
    places = [place for place in provenance if covers(place, path)]
    if not places:
        return None
    return provenance[max(places, key=lambda place: (len(place.split(".")), -place.split(".").count("*")))]


def list_facts(
    values: Mapping[str, Any], provenance: Mapping[str, Provenance], references: Mapping[str, str]
) -> Iterator[Fact]:
    """Every value of a protocol with its source, in the order of the file."""
    for path, value in flatten(values):
        found = find_provenance(path, provenance)
        if not UNSOURCED & set(path) and found is not None:
            reference = references.get(found.reference or "", "")
            yield Fact(".".join(path), str(value), Source(reference, found.status, found.note))
