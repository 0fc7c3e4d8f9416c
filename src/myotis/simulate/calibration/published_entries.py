"""The entries of a file of published results, as far as simulated trials have their numbers; all else is ignored."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from myotis.protocol.safety import SafetyColumn
from myotis.simulate.course import Positive

Count = Annotated[int, Field(ge=0)]
Subjects = Annotated[int, Field(ge=1)]
Week = Annotated[int, Field(ge=0)]


class Part(BaseModel):
    """A part of the file; numbers may be printed as texts, so that their digits stay as printed."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Counted(Part):
    """Some of the subjects of a group."""

    count: Count
    n: Subjects

    @model_validator(mode="after")
    def _not_more_than_all(self) -> Self:
        if self.count > self.n:
            raise ValueError(f"has {self.count} of {self.n} subjects; expected no more than there are")
        return self


class Described(Part):
    """Mean, standard deviation and number of subjects of a group."""

    mean: float | None = None
    sd: Positive | None = None
    n: Subjects | None = None


class DescribedGroups(Part):
    """Either group's mean and standard deviation."""

    group: Described | None = None
    comparator: Described | None = None


class CountedGroups(Part):
    """Some of the subjects of either group."""

    group: Counted | None = None
    comparator: Counted | None = None


class Timed(Part):
    """The median of a group in days."""

    median: Positive


class Happened(Part):
    """Adverse events of a group: subjects with any, and events."""

    patients: Count | None = None
    events: Count | None = None


class Entry(Part):
    """What every entry has."""

    id: str
    label: str


class Responders(Entry, CountedGroups):
    """Responders by TIS."""

    week: Week
    threshold: Annotated[int, Field(ge=0, le=100)]
    without_confirmed_deterioration: bool = False


class TisMeans(Entry, DescribedGroups):
    """TIS itself."""

    week: Week


class Changes(Entry, DescribedGroups):
    """The change of a measure from one week to another."""

    measure: str
    week: Week
    from_week: Week = 0


class Conflict(Entry):
    """A change that sources tell differently; ``published`` is what the publication prints."""

    measure: str
    week: Week
    published: DescribedGroups


class Times(Entry):
    """The time to a TIS, seen up to a week."""

    week: Week
    threshold: Annotated[int, Field(ge=0, le=100)]
    group: Timed | None = None
    comparator: Timed | None = None


class Deteriorations(Entry, CountedGroups):
    """Confirmed deterioration up to a week."""

    week: Week


class Percent(Entry):
    """A count with its percent, or a percent alone; without ``what`` it is nothing that simulated trials have."""

    what: Literal["completed", "switched", "stratum"] | None = None
    arm: Literal["group", "comparator"] | None = None
    week: Week | None = None
    level: str | None = None
    count: Count | None = None
    percent: Annotated[float, Field(ge=0, le=100)]
    n: Subjects

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        needed = {"completed": "week", "stratum": "level"}.get(self.what or "")
        if needed and getattr(self, needed) is None:
            raise ValueError(f"has no {needed}; expected one, as it is of what = {self.what}")
        return self


class SafetyGroup(SafetyColumn):
    """Who is counted: the subjects that a treatment was given to in some epochs of the protocol, with what followed."""

    n: Subjects


class SafetyEvents(Entry, extra="forbid"):
    """Adverse events of a class, by group; without ``what`` they are none that simulated trials have."""

    what: Literal["any", "infusional", "serious", "related", "discontinuation"] | None = None
    kinds: tuple[str, ...] = ()
    """The kinds of the course that count; all if none is named."""
    by_group: dict[str, Happened]


class Listed(Entry):
    """Subjects with related events of a ``kind`` of the course; without one, simulated trials have none such."""

    kind: str | None = None
    group: str | None = None
    """Of which group they are."""
    patients: Count
    n: Subjects | None = None

    @model_validator(mode="after")
    def _says_of_whom(self) -> Self:
        missing = [name for name in ("n", "group") if getattr(self, name) is None]
        if self.kind is not None and missing:
            raise ValueError(f"has no {' and no '.join(missing)}; expected which and how many subjects were looked at")
        return self


class Safety(Part):
    """Adverse events."""

    groups: tuple[SafetyGroup, ...] = ()
    events: tuple[SafetyEvents, ...] = ()
    listed: tuple[Listed, ...] = ()


class Published(Part):
    """The file."""

    group: str = "group"
    comparator: str = "comparator"
    """What the two arms are called."""
    responders: tuple[Responders, ...] = ()
    means: tuple[TisMeans, ...] = ()
    changes: tuple[Changes, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    time_to_event: tuple[Times, ...] = ()
    deteriorations: tuple[Deteriorations, ...] = ()
    percents: tuple[Percent, ...] = ()
    safety: Safety = Safety()
