"""What can go wrong, said so that the reader knows what, where, what was expected and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with an input.

    It names the place, never the value found there: a fault may be printed, logged or sent to somebody who
    must not see patient data. ``row`` is the line of the file (the heading is line 1) or None where the fault
    is not in one row; ``key`` names the row in the dataset's own words, such as ``subject=S01 visit=4``.
    """

    what: str
    expected: str
    remedy: str = ""
    file: str | None = None
    row: int | None = None
    key: str = ""
    column: str = ""

    def __str__(self) -> str:
        place = [part for part in (self.file, self.row and f"row {self.row}", self.key) if part]
        if self.column:
            place.append(f"column {self.column}")
        where = ", ".join(str(part) for part in place)
        sentence = f"{where}: {self.what}" if where else self.what
        return f"{sentence}; expected {self.expected}" + (f". {self.remedy}" if self.remedy else "")

    def inside(self, file: str) -> "Fault":
        """The same fault, said of the file it was found in."""
        return replace(self, file=file)


class MyotisError(Exception):
    """The base of every error that Myotis raises on purpose."""


class InputError(MyotisError):
    """The input can't be used. ``faults`` holds everything that is wrong with it, not only the first."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class SettingError(MyotisError):
    """A setting is missing or contradicts another one."""


class StatisticsError(MyotisError):
    """A statistical method has no answer for these numbers, or they are not what it takes."""


class SealError(MyotisError):
    """A seal can't be opened, a signature or a key isn't what it is said to be. The message holds nothing secret."""
