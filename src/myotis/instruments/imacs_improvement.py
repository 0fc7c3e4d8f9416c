"""The definition of improvement of the International Myositis Assessment and Clinical Studies Group (IMACS, 2004).

A subject has improved if at least three of six core set measures are better by 20 % or more, and no more than two
are worse by 25 % or more, muscle strength not among these. Percents are of the baseline value, where the Total
Improvement Score takes them of the range: the two have nothing in common but the measures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

from myotis.errors import SettingError
from myotis.instruments.measure import Measure
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES, at_least
from myotis.terms.rule import Steps, rule, rule_part
from myotis.terms.source import Fact, Source, Sourced, Status

# Columns of x.
PHYSICIAN_GLOBAL: Final = 0
PATIENT_GLOBAL: Final = 1
STRENGTH: Final = 2
FUNCTION: Final = 3
EXTRAMUSCULAR: Final = 4
ENZYME_VALUE: Final = 5
ENZYME_ULN: Final = 6

MEASURE_COUNT: Final = 6
"""The measures: the first five columns, and the enzyme that is followed, as a multiple of its ULN."""

PLAIN_MEASURES: Final = ("physician global", "patient global", "strength", "function", "extramuscular")

LARGEST_STEP: Final = 10**15
"""Ranges up to this keep every product below 2**63; an enzyme's value times an ULN is at most 10**16."""

_RIDER = "Rider 2004, Arthritis Rheum 50:2281-2290, doi 10.1002/art.20349"
_VERIFIED = Source(_RIDER, Status.VERIFIED, "read in summaries of the paper")

FEWEST_IMPROVED: Final = Sourced(3, "IMACS improvement: fewest measures improved", _VERIFIED)
IMPROVED_PERCENT: Final = Sourced(20, "IMACS improvement: a measure has improved from this percent on", _VERIFIED)
MOST_WORSE: Final = Sourced(2, "IMACS improvement: most measures worse", _VERIFIED)
WORSE_PERCENT: Final = Sourced(25, "IMACS improvement: a measure is worse from this percent on", _VERIFIED)
PERCENT_OF: Final = Sourced(
    "the baseline value", "IMACS improvement: percent of", Source(_RIDER, Status.RECALLED, "not the range")
)


class ZeroBaseline(IntEnum):
    """What a change counts where the baseline is 0 and a percent of it has no meaning (open in the sources)."""

    OF_RANGE = 0
    """Percent of the range of the measure. An enzyme has none: unknown."""
    ANY_CHANGE = 1
    """Any change, however small, counts as improved or worse."""
    NEVER_COUNTS = 2
    """The measure counts as neither improved nor worse."""
    IS_UNKNOWN = 3
    """The measure can't be evaluated, as if it were missing."""


class AbsentMeasure(IntEnum):
    """What a measure counts that is missing at baseline or at the visit (open in the sources)."""

    IS_UNKNOWN = 0
    """It may have improved, be worse, or neither: the answer is unknown where this matters."""
    NEVER_COUNTS = 1
    """It counts as neither improved nor worse."""


class Course(IntEnum):
    """What became of one measure since baseline."""

    NEITHER = 0
    IMPROVED = 1
    WORSE = 2
    CANNOT_SAY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement:
    """The options of the definition: what the paper, as far as it could be read, leaves open."""

    zero_baseline: ZeroBaseline = ZeroBaseline.OF_RANGE
    absent_measure: AbsentMeasure = AbsentMeasure.IS_UNKNOWN
    worse_at_exactly_the_limit: bool = True
    """Is a measure worse at exactly 25 %, or only beyond it?"""

    def facts(self) -> Iterator[Fact]:
        """The numbers of the definition and these options, with their sources."""
        for number in (FEWEST_IMPROVED, IMPROVED_PERCENT, MOST_WORSE, WORSE_PERCENT):
            yield from number.facts()
        yield Fact("IMACS improvement: strength among the measures worse", "not allowed", _VERIFIED)
        yield from PERCENT_OF.facts()
        for name in self.__slots__:
            value = getattr(self, name)
            text = value.name.lower() if isinstance(value, IntEnum) else str(value).lower()
            yield Fact(f"IMACS improvement: {name}", text, Source(_RIDER, Status.ASSUMED, "an option"))


class ImprovementLimits(NamedTuple):
    """What the rule needs to know, as integers. The entries of a tuple belong to the six measures."""

    better: tuple[int, ...]
    """1 where a higher value is better, -1 where a lower one is."""
    range_steps: tuple[int, ...]
    """0: the measure has no range."""
    fewest_improved: int
    improved_percent: int
    most_worse: int
    worse_percent: int
    worse_at_limit: int
    zero_baseline: int
    absent_measure: int


def compute_improvement_limits(improvement: Improvement, measures: Sequence[Measure]) -> ImprovementLimits:
    """The limits of the rule for the measures that a trial records.

    ``measures`` are those of the first five columns: physician global, patient global, strength, function and
    extramuscular activity, in this order. Raises SettingError where they are not five, or a range is too large.

    >>> from myotis.instruments.haq import HAQ_DI
    >>> from myotis.instruments.mmt import MMT8_BILATERAL
    >>> from myotis.instruments.vas import EXTRAMUSCULAR, PATIENT_GLOBAL, PHYSICIAN_GLOBAL
    >>> measures = (PHYSICIAN_GLOBAL, PATIENT_GLOBAL, MMT8_BILATERAL, HAQ_DI, EXTRAMUSCULAR)
    >>> compute_improvement_limits(Improvement(), measures).better
    (-1, -1, 1, -1, -1, -1)
    """
    if len(measures) != len(PLAIN_MEASURES):
        raise SettingError(f"{len(measures)} measures given; expected five: {', '.join(PLAIN_MEASURES)}")
    too_large = [measure.name for measure in measures if measure.range_steps > LARGEST_STEP]
    if too_large:
        raise SettingError(f"{', '.join(too_large)}: the range has more than {LARGEST_STEP} steps; use a coarser grid")
    return ImprovementLimits(
        better=(*(int(measure.better) for measure in measures), -1),
        range_steps=(*(measure.range_steps for measure in measures), 0),
        fewest_improved=FEWEST_IMPROVED.value,
        improved_percent=IMPROVED_PERCENT.value,
        most_worse=MOST_WORSE.value,
        worse_percent=WORSE_PERCENT.value,
        worse_at_limit=int(improvement.worse_at_exactly_the_limit),
        zero_baseline=int(improvement.zero_baseline),
        absent_measure=int(improvement.absent_measure),
    )


@rule_part
def course_of_measure(before: int, now: int, measure: int, limits: ImprovementLimits) -> int:
    """What became of a measure that was ``before`` at baseline and is ``now``; both known, neither below 0."""
    gain = limits.better[measure] * (now - before)
    whole = before
    if before == 0:
        if limits.zero_baseline == ZeroBaseline.OF_RANGE:
            whole = limits.range_steps[measure]
        if limits.zero_baseline == ZeroBaseline.IS_UNKNOWN or (
            whole == 0 and limits.zero_baseline == ZeroBaseline.OF_RANGE
        ):
            return Course.CANNOT_SAY
        if limits.zero_baseline == ZeroBaseline.NEVER_COUNTS:
            return Course.NEITHER
    if gain > 0 and 100 * gain >= limits.improved_percent * whole:
        return Course.IMPROVED
    beyond = -100 * gain - limits.worse_percent * whole
    if gain < 0 and (beyond > 0 or (beyond == 0 and limits.worse_at_limit)):
        return Course.WORSE
    return Course.NEITHER


@rule_part
def course_at_visit(x: Steps, visit: int, measure: int, limits: ImprovementLimits) -> int:
    """What became of a measure at a visit; the enzyme is compared as a multiple of the ULN of each visit."""
    before, now = x[0, measure], x[visit, measure]
    absent = before == MISSING or now == MISSING
    if measure == ENZYME_VALUE:
        uln, uln_now = x[0, ENZYME_ULN], x[visit, ENZYME_ULN]
        absent = absent or uln <= 0 or uln_now <= 0
        if not absent:
            before, now = before * uln_now, now * uln
    if not absent:
        return course_of_measure(before, now, measure, limits)
    if limits.absent_measure == AbsentMeasure.NEVER_COUNTS:
        return Course.NEITHER
    return Course.CANNOT_SAY


@rule
def imacs_improvement(x: Steps, limits: ImprovementLimits, out: Steps) -> None:
    """Has a subject improved at each visit, by the IMACS definition of 2004?

    ``x[visit, column]``: physician global, patient global, strength, function and extramuscular activity as steps of
    their grids, then the value and the upper limit of normal (ULN) of the one enzyme that is followed, as steps of
    the same unit (values up to 10**9, ULN up to 10**7); row 0 is the baseline. An ULN that is missing or not above
    0 makes the enzyme missing. ``out[visit, 0]``: YES, NO or UNKNOWN; MISSING at the baseline.
    """
    for visit in range(len(x)):
        if visit == 0:
            out[visit, 0] = MISSING
            continue
        improved, worse, unknown = 0, 0, 0
        strength_kept = YES
        for measure in range(MEASURE_COUNT):
            course = course_at_visit(x, visit, measure, limits)
            improved += course == Course.IMPROVED
            worse += course == Course.WORSE
            unknown += course == Course.CANNOT_SAY
            if measure == STRENGTH and course == Course.WORSE:
                strength_kept = NO
            elif measure == STRENGTH and course == Course.CANNOT_SAY:
                strength_kept = UNKNOWN
        enough_improved = at_least(limits.fewest_improved, improved, unknown)
        enough_kept = at_least(MEASURE_COUNT - limits.most_worse, MEASURE_COUNT - worse - unknown, unknown)
        known = (enough_improved == YES) + (enough_kept == YES) + (strength_kept == YES)
        open_ = (enough_improved == UNKNOWN) + (enough_kept == UNKNOWN) + (strength_kept == UNKNOWN)
        out[visit, 0] = at_least(3, known, open_)


def list_facts() -> Iterator[Fact]:
    """Every number of the definition, and its options as they are where nothing else is said."""
    yield from Improvement().facts()
