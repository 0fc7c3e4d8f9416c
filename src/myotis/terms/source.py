"""Where a number comes from, and how sure it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, NamedTuple, Protocol, TypeVar, runtime_checkable

Value = TypeVar("Value")


class Status(StrEnum):
    """How sure a number is."""

    VERIFIED = "verified"
    """Read in the source that is named."""
    DERIVED = "derived"
    """Computed from verified numbers."""
    RECALLED = "recalled"
    """General knowledge of the field, not read in a source: confirm it before a release rests on it."""
    ASSUMED = "assumed"
    """The sources leave it open; this is our choice, and an option."""
    OPEN = "open"
    """No source gives it and we don't guess: the user has to say."""


@dataclass(frozen=True, slots=True)
class Source:
    """A reference (paper, table, DOI, registry), how sure the number is, and what else to know."""

    reference: str
    status: Status
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sourced(Generic[Value]):
    """A value that carries its source. ``what`` says what it is, for people."""

    value: Value
    what: str
    source: Source

    def facts(self) -> Iterator["Fact"]:
        """This value as one line of the list of sources."""
        yield Fact(self.what, str(self.value), self.source)


class Fact(NamedTuple):
    """One line of ``myotis check --sources``."""

    what: str
    value: str
    source: Source


@runtime_checkable
class HasFacts(Protocol):
    """Anything that can list the numbers it holds with their sources."""

    def facts(self) -> Iterator[Fact]:
        """Every number this holds."""
        ...
