"""The level table and the thresholds of the 2016 ACR/EULAR myositis response criteria."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from myotis.terms.source import Fact, Source, Sourced, Status

ADULT_PAPER = "Aggarwal 2017, Arthritis Rheumatol 69:898-910, doi 10.1002/art.40064"
JUVENILE_PAPER = "Rider 2017, Arthritis Rheumatol 69:911-923, doi 10.1002/art.40060, Table 3 (PMC5577002)"

TABLE_SOURCE = Source(
    f"{JUVENILE_PAPER}; {ADULT_PAPER}", Status.VERIFIED, "read in the juvenile paper; second-hand for adults"
)

CHANGE_OF = Sourced(
    "100 x improvement since the study baseline / range of the measure",
    "TIS: absolute percent change",
    Source(
        ADULT_PAPER,
        Status.RECALLED,
        "that the change is absolute was read in the abstract; the formula only in a program that computes the TIS",
    ),
)

ENZYME_FOLLOWED = Sourced(
    "chosen at baseline and kept",
    "TIS: most abnormal muscle enzyme",
    Source(ADULT_PAPER, Status.RECALLED, "read in a program that computes the TIS, not in the paper"),
)

TENTHS = 10
"""Points are kept in tenths of a point, so that 7.5 is an integer."""


class Slot(StrEnum):
    """The six places of the core set. A trial fills each with one measure."""

    PHYSICIAN_GLOBAL = "physician_global"
    PATIENT_GLOBAL = "patient_global"
    STRENGTH = "mmt"
    FUNCTION = "haq"
    ENZYME = "enzyme"
    EXTRAMUSCULAR = "extramuscular"


@dataclass(frozen=True, slots=True)
class Levels:
    """The points of one slot: an improvement of more than ``above_percent[i]`` percent of the range earns
    ``tenths[i]`` tenths of a point, and no more than the first limit earns none. Intervals are open on the left."""

    slot: Slot
    label: str
    above_percent: tuple[int, int, int, int]
    tenths: tuple[int, int, int, int]

    def facts(self) -> Iterator[Fact]:
        """The levels as lines of the list of sources."""
        for percent, tenths in zip(self.above_percent, self.tenths, strict=True):
            yield Fact(f"TIS, {self.label}: points for more than {percent} %", f"{tenths / TENTHS:g}", TABLE_SOURCE)


LEVELS = (
    Levels(Slot.PHYSICIAN_GLOBAL, "Physician global activity", (5, 15, 25, 40), (75, 150, 175, 200)),
    Levels(Slot.PATIENT_GLOBAL, "Patient or parent global activity", (5, 15, 25, 40), (25, 50, 75, 100)),
    Levels(Slot.STRENGTH, "Muscle strength (MMT or CMAS)", (2, 10, 20, 30), (100, 200, 275, 325)),
    Levels(Slot.FUNCTION, "Physical function (HAQ or CHAQ)", (5, 15, 25, 40), (50, 75, 75, 100)),
    Levels(Slot.ENZYME, "Most abnormal muscle enzyme, or CHQ-PhS", (5, 15, 25, 40), (25, 50, 75, 75)),
    Levels(Slot.EXTRAMUSCULAR, "Extramuscular global activity, or DAS", (5, 15, 25, 40), (75, 125, 150, 200)),
)
"""The level table, in the order in which scores are written. The two repeated plateaus are the paper's."""

SLOTS = tuple(levels.slot for levels in LEVELS)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The TIS from which an improvement is called minimal, moderate or major (each "at least")."""

    population: str
    minimal: int
    moderate: int
    major: int

    def facts(self) -> Iterator[Fact]:
        """The thresholds as lines of the list of sources."""
        for name in ("minimal", "moderate", "major"):
            yield Fact(f"TIS threshold, {self.population}, {name} improvement", str(getattr(self, name)), TABLE_SOURCE)


ADULT_THRESHOLDS = Thresholds("adult DM/PM", 20, 40, 60)
JUVENILE_THRESHOLDS = Thresholds("juvenile DM", 30, 45, 70)

CATEGORIES = ("none", "minimal", "moderate", "major")
