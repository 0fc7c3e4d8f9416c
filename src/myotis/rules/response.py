"""Response: an improvement that the protocol calls a success, and nothing that rules it out."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from myotis.instruments.tis_levels import TENTHS
from myotis.protocol.criteria import IncompleteTis
from myotis.protocol.trial import Trial
from myotis.rules.deterioration import CONFIRMED
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES, at_least
from myotis.terms.rule import Steps, rule, rule_part

# Columns of x.
TIS: Final = 0
TIS_LOW: Final = 1
TIS_HIGH: Final = 2
DETERIORATION: Final = 3
COMPLETED: Final = 4
RESCUED: Final = 5
COLUMN_COUNT: Final = 6

RESPONSE: Final = 0
IS_DEFINED: Final = 1
FIELD_COUNT: Final = 2

ANYWHERE: Final = -1
"""In place of a visit: the definition applies at each."""


class ResponseLimits(NamedTuple):
    """The definition as integers. Visits are rows of the course, the baseline being row 0."""

    threshold_tenths: int
    at_visit: int
    also_count: int
    also_at: tuple[int, ...]
    no_confirmed_deterioration: int
    needs_completion: int
    no_rescue: int
    incomplete_tis: int


def response_limits(trial: Trial, visits: Sequence[str]) -> ResponseLimits | None:
    """The definition of a trial as integers, for courses whose rows are these visits (ids), the baseline first.

    A definition that looks at several visits applies at the visit that the protocol names and at no other, and
    nowhere (None) where these are not among ``visits``. One that looks at a single visit says of each visit whether
    the subject responds there.
    """
    definition = trial.response
    rows = {visit: row for row, visit in enumerate(visits)}
    if definition.also_at_one_of and not {definition.visit, *definition.also_at_one_of} <= set(rows):
        return None
    also = tuple(rows[visit] for visit in definition.also_at_one_of)
    return ResponseLimits(
        threshold_tenths=int(definition.tis_at_least * TENTHS),
        at_visit=rows[definition.visit] if also else ANYWHERE,
        also_count=len(also),
        also_at=also or (ANYWHERE,),
        no_confirmed_deterioration=int(definition.no_confirmed_deterioration),
        needs_completion=int(definition.needs_completion),
        no_rescue=int(definition.no_rescue),
        incomplete_tis=int(definition.incomplete_tis),
    )


@rule_part
def reaches_threshold(x: Steps, visit: int, limits: ResponseLimits) -> int:
    """Is the TIS of a visit at least the threshold? YES, NO or UNKNOWN."""
    if x[visit, TIS] != MISSING:
        return YES if x[visit, TIS] >= limits.threshold_tenths else NO
    if limits.incomplete_tis == IncompleteTis.NOT_EVALUABLE or x[visit, TIS_LOW] == MISSING:
        return UNKNOWN
    if x[visit, TIS_LOW] >= limits.threshold_tenths:
        return YES
    return NO if x[visit, TIS_HIGH] < limits.threshold_tenths else UNKNOWN


@rule_part
def reaches_threshold_also(x: Steps, limits: ResponseLimits) -> int:
    """Was the threshold reached at one of the earlier visits that the definition names? A missed one is UNKNOWN."""
    known, unknown = 0, 0
    for position in range(limits.also_count):
        answer = UNKNOWN
        if limits.also_at[position] < x.shape[0]:
            answer = reaches_threshold(x, limits.also_at[position], limits)
        known += int(answer == YES)
        unknown += int(answer == UNKNOWN)
    return at_least(1, known, unknown)


@rule
def response_course(x: Steps, limits: ResponseLimits, out: Steps) -> None:
    """Whether a subject responds, at every visit where the definition applies.

    ``x[visit]``: TIS, lowest and highest TIS possible (tenths), deterioration status, whether the period was completed
    and whether rescue was needed (YES, NO, UNKNOWN). ``out[visit]``: YES, NO or UNKNOWN; and whether the
    definition applies at the visit (if not, the answer is UNKNOWN).
    """
    for visit in range(x.shape[0]):
        out[visit, RESPONSE] = UNKNOWN
        out[visit, IS_DEFINED] = NO
        if visit == 0 or limits.at_visit not in (ANYWHERE, visit):
            continue
        out[visit, IS_DEFINED] = YES
        asked, known, unknown = 1, 0, 0
        answer = reaches_threshold(x, visit, limits)
        known += int(answer == YES)
        unknown += int(answer == UNKNOWN)
        if limits.also_count > 0:
            asked += 1
            answer = reaches_threshold_also(x, limits)
            known += int(answer == YES)
            unknown += int(answer == UNKNOWN)
        if limits.no_confirmed_deterioration:
            asked += 1
            known += int(x[visit, DETERIORATION] != CONFIRMED)
        if limits.needs_completion:
            asked += 1
            known += int(x[visit, COMPLETED] == YES)
            unknown += int(x[visit, COMPLETED] == UNKNOWN)
        if limits.no_rescue:
            asked += 1
            known += int(x[visit, RESCUED] == NO)
            unknown += int(x[visit, RESCUED] == UNKNOWN)
        out[visit, RESPONSE] = at_least(asked, known, unknown)
