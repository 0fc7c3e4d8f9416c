"""The Total Improvement Score of one subject's visits, as a rule on grid steps.

The change of a measure is taken from the baseline, over the range of the measure, in percent; the limits are
compared by cross-multiplication, so no percent is ever computed or rounded here. Worsening earns nothing and
costs nothing. Every product stays below 2**63: values of enzymes are at most 10**9 steps and their upper limits of
normal (ULN) 10**7, or multiples of the ULN at most 10**10 with a ULN of 10**6, and range multiples at most 90.
"""

from enum import IntEnum
from typing import Final, NamedTuple

from myotis.terms.missing import MISSING
from myotis.terms.rule import Steps, rule, rule_part

# Columns of x. The enzymes follow one another as pairs of value and ULN; CHQ-PhS stands where the first value would.
PHYSICIAN_GLOBAL: Final = 0
PATIENT_GLOBAL: Final = 1
STRENGTH: Final = 2
FUNCTION: Final = 3
EXTRAMUSCULAR: Final = 4
CHQ: Final = 5
FIRST_ENZYME: Final = 5

# Fields of out: the points of the six slots in the order of the level table, then the score.
ENZYME_SLOT: Final = 4
EXTRAMUSCULAR_SLOT: Final = 5
SLOT_COUNT: Final = 6
SLOT_OF_COLUMN: Final = (0, 1, 2, 3, EXTRAMUSCULAR_SLOT)
"""The slot of each plain column of x."""
TIS: Final = 6
TIS_LOW: Final = 7
TIS_HIGH: Final = 8
ENZYME_USED: Final = 9
NOT_EVALUABLE: Final = 10
FIELD_COUNT: Final = 11


class EnzymeChoice(IntEnum):
    """What makes an enzyme the most abnormal one at baseline (open in the sources)."""

    HIGHEST_MULTIPLE_OF_ULN = 0
    """The highest value over its ULN."""
    HIGHEST_SHARE_OF_RANGE = 1
    """The highest value over its range, which is a multiple of the ULN that differs between enzymes."""


class NormalEnzymes(IntEnum):
    """What to do where no enzyme is above its ULN at baseline (open in the sources)."""

    FOLLOW_HIGHEST = 0
    """Follow the highest all the same: it can still fall."""
    SCORE_ZERO = 1
    """Nothing to improve: 0 points."""


class AboveRange(IntEnum):
    """What to do with an enzyme above its range, such as CK of 50 x ULN on a range of 15 (open in the sources)."""

    AS_RECORDED = 0
    """50 -> 20 is a change of 200 % of the range."""
    CLAMPED = 1
    """50 -> 20 is 15 -> 15, no change."""


class MissingPolicy(IntEnum):
    """The TIS where a core set measure can't be evaluated (the papers give no rule)."""

    NOT_EVALUABLE = 0
    """No TIS; the lowest and highest possible say what is known."""
    ZERO = 1
    """Absent measures earn nothing, so the TIS is the lowest possible; one measure at least must be there."""
    OFFICIAL_MINIMUM = 2
    """As ZERO, where physician global, strength and extramuscular activity are there; else no TIS. That these
    three are the official calculator's minimum is recalled, not read in full."""


class TisLimits(NamedTuple):
    """What the rule needs to know, as integers. The first five entries of a tuple belong to the first five columns
    of x, the sixth to CHQ-PhS; ``above`` and ``tenths`` follow the level table."""

    sign: tuple[int, ...]
    best: tuple[int, ...]
    worst: tuple[int, ...]
    above: tuple[tuple[int, int, int, int], ...]
    tenths: tuple[tuple[int, int, int, int], ...]
    enzyme_count: int
    enzyme_multiple: tuple[int, ...]
    enzyme_choice: int
    normal_enzymes: int
    above_range: int
    missing_policy: int


@rule_part
def points_for(change: int, above: tuple[int, int, int, int], tenths: tuple[int, int, int, int]) -> int:
    """Tenths of a point for a change in steps; ``above`` holds the largest change that does not reach each level."""
    # A sum rather than a chain of ifs, at which a processor guesses wrong: it halves the time of the whole rule.
    return (
        (change > above[0]) * tenths[0]
        + (change > above[1]) * (tenths[1] - tenths[0])
        + (change > above[2]) * (tenths[2] - tenths[1])
        + (change > above[3]) * (tenths[3] - tenths[2])
    )


@rule_part
def enzyme_points(
    value: int, uln: int, later: int, later_uln: int, multiple: int, above: tuple[int, int, int, int],
    tenths: tuple[int, int, int, int], clamped: int,
) -> int:  # fmt: skip
    """Tenths of a point for an enzyme that was ``value`` (ULN ``uln``) and is ``later``: both as multiples of ULN."""
    if clamped:
        value = min(value, multiple * uln)
        later = min(later, multiple * later_uln)
    percent_of_range = 100 * (value * later_uln - later * uln)
    one_percent = multiple * uln * later_uln
    points = 0
    for level in range(4):
        if percent_of_range > above[level] * one_percent:
            points = tenths[level]
    return points


@rule_part
def most_abnormal_enzyme(baseline: Steps, limits: TisLimits) -> int:
    """The enzyme (0, 1, …) that is most abnormal at ``baseline`` (that row of x), or MISSING where none was measured
    with its ULN.

    The first in the declared order wins a tie.
    """
    chosen = MISSING
    for enzyme in range(limits.enzyme_count):
        column = FIRST_ENZYME + 2 * enzyme
        if baseline[column] == MISSING or baseline[column + 1] == MISSING:
            continue
        if chosen == MISSING:
            chosen = enzyme
            continue
        best = FIRST_ENZYME + 2 * chosen
        challenger = baseline[column] * baseline[best + 1]
        champion = baseline[best] * baseline[column + 1]
        if limits.enzyme_choice == EnzymeChoice.HIGHEST_SHARE_OF_RANGE:
            challenger *= limits.enzyme_multiple[chosen]
            champion *= limits.enzyme_multiple[enzyme]
        if challenger > champion:
            chosen = enzyme
    return chosen


@rule_part
def is_any_enzyme_raised(baseline: Steps, limits: TisLimits) -> bool:
    """Is an enzyme above its ULN at baseline? It need not be the one that is followed, which may have the higher share
    of its range without being raised."""
    for enzyme in range(limits.enzyme_count):
        column = FIRST_ENZYME + 2 * enzyme
        if baseline[column] != MISSING and baseline[column + 1] != MISSING and baseline[column] > baseline[column + 1]:
            return True
    return False


class PlainScale(NamedTuple):
    """How a measure with a fixed range is scored: see ``TisLimits``."""

    sign: int
    best: int
    worst: int
    above: tuple[int, int, int, int]
    tenths: tuple[int, int, int, int]


@rule_part
def take_plain_scale(limits: TisLimits, column: int, slot: int) -> PlainScale:
    """How the measure of a column is scored that fills a slot."""
    return PlainScale(
        limits.sign[column], limits.best[column], limits.worst[column], limits.above[slot], limits.tenths[slot]
    )


@rule_part
def plain_points(before: int, now: int, scale: PlainScale) -> tuple[int, int]:
    """The points of a measure with a fixed range, MISSING where it can't be evaluated; the highest still possible."""
    known = before != MISSING and now != MISSING
    start = scale.worst if before == MISSING else before
    end = scale.best if now == MISSING else now
    points = points_for(scale.sign * (end - start), scale.above, scale.tenths)
    return points if known else MISSING, points


@rule_part
def score_plain(x: Steps, visit: int, column: int, slot: int, limits: TisLimits, out: Steps) -> int:
    """Fill in the points of a measure with a fixed range, and return the highest points still possible."""
    points, highest = plain_points(x[0, column], x[visit, column], take_plain_scale(limits, column, slot))
    out[visit, slot] = points
    return highest


@rule_part
def followed_points(
    baseline: Steps, enzyme: int, is_raised: bool, later: int, later_uln: int, limits: TisLimits
) -> tuple[int, int]:
    """As ``plain_points`` for the enzyme chosen at ``baseline`` (that row of x), which is ``later`` then; ``is_raised``
    says whether any enzyme was."""
    above, tenths = limits.above[ENZYME_SLOT], limits.tenths[ENZYME_SLOT]
    if enzyme == MISSING:
        return MISSING, tenths[3]
    if limits.normal_enzymes == NormalEnzymes.SCORE_ZERO and not is_raised:
        return 0, 0
    value, uln = baseline[FIRST_ENZYME + 2 * enzyme], baseline[FIRST_ENZYME + 2 * enzyme + 1]
    known = later != MISSING and later_uln != MISSING
    if not known:
        later, later_uln = 0, 1
    points = enzyme_points(
        value, uln, later, later_uln, limits.enzyme_multiple[enzyme], above, tenths, limits.above_range
    )
    return points if known else MISSING, points


@rule_part
def score_enzyme(x: Steps, visit: int, enzyme: int, limits: TisLimits, out: Steps) -> int:
    """Fill in the points of the enzyme chosen at baseline, and return the highest points still possible."""
    column = FIRST_ENZYME + 2 * max(enzyme, 0)
    is_raised = limits.normal_enzymes == NormalEnzymes.FOLLOW_HIGHEST or is_any_enzyme_raised(x[0], limits)
    points, highest = followed_points(x[0], enzyme, is_raised, x[visit, column], x[visit, column + 1], limits)
    out[visit, ENZYME_SLOT] = points
    return highest


@rule_part
def is_scored(absent: int, policy: int) -> bool:
    """Does a visit with these slots absent (one bit each) have a TIS under the policy?"""
    if absent == 0:
        return True
    if policy == MissingPolicy.ZERO:
        return absent != (1 << SLOT_COUNT) - 1
    if policy == MissingPolicy.OFFICIAL_MINIMUM:
        return absent & (1 << PHYSICIAN_GLOBAL | 1 << STRENGTH | 1 << EXTRAMUSCULAR_SLOT) == 0
    return False


@rule
def tis_course(x: Steps, limits: TisLimits, out: Steps) -> None:
    """The TIS at every visit of a subject against its baseline, row 0, whose own fields are MISSING.

    ``out[visit]``: the points of the six slots in tenths (MISSING where the measure can't be evaluated), TIS,
    the lowest and the highest TIS still possible (tenths), the index of the enzyme followed, and the slots that
    can't be evaluated, one bit each.
    """
    if x.shape[0] == 0:
        return
    enzyme = most_abnormal_enzyme(x[0], limits)
    for field in range(FIELD_COUNT):
        out[0, field] = MISSING
    out[0, ENZYME_USED] = enzyme
    for visit in range(1, x.shape[0]):
        high = 0
        for column in range(FIRST_ENZYME):
            high += score_plain(x, visit, column, SLOT_OF_COLUMN[column], limits, out)
        if limits.enzyme_count > 0:
            high += score_enzyme(x, visit, enzyme, limits, out)
        else:
            high += score_plain(x, visit, CHQ, ENZYME_SLOT, limits, out)
        low, absent = 0, 0
        for slot in range(SLOT_COUNT):
            if out[visit, slot] == MISSING:
                absent |= 1 << slot
            else:
                low += out[visit, slot]
        out[visit, TIS] = low if is_scored(absent, limits.missing_policy) else MISSING
        out[visit, TIS_LOW] = low
        out[visit, TIS_HIGH] = high
        out[visit, ENZYME_USED] = enzyme
        out[visit, NOT_EVALUABLE] = absent
