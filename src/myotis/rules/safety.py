"""Adverse events in time: which infusion an event follows, and whether it is emergent and infusional."""

from typing import Final, NamedTuple

from myotis.protocol.safety import SafetyPlan
from myotis.terms.missing import MISSING, NO, YES
from myotis.terms.rule import Steps, rule

IS_INFUSION: Final = 0
START: Final = 1
END: Final = 2

FOLLOWS: Final = 0
EMERGENT: Final = 1
INFUSIONAL: Final = 2

HOURS_PER_DAY: Final = 24


class SafetyLimits(NamedTuple):
    """Whole days after the end of an infusion up to which an event is emergent (MISSING: without end), infusional."""

    emergent_days: int
    infusional_days: int


def safety_limits(plan: SafetyPlan) -> SafetyLimits:
    """The limits of a plan. Only dates are known, so the hours of an infusional event are whole days, rounded up."""
    return SafetyLimits(
        emergent_days=MISSING if plan.emergent is None else int(plan.emergent.number),
        infusional_days=-(-int(plan.infusional.number) // HOURS_PER_DAY),
    )


@rule
def place_events(x: Steps, limits: SafetyLimits, out: Steps) -> None:
    """Place the adverse events of one subject among its infusions.

    ``x[record]``: YES for an infusion and NO for an event, its first day, and the last day of an infusion. ``out``: the
    row of the infusion that an event follows (the last that began on its day or before; MISSING before the first),
    and YES or NO for emergent and infusional. An event of the day of an infusion follows it; so does the
    infusion itself.
    """
    for record in range(x.shape[0]):
        last = MISSING
        for other in range(x.shape[0]):
            began = x[other, IS_INFUSION] == YES and x[other, START] <= x[record, START]
            if began and (last == MISSING or x[other, START] >= x[last, START]):
                last = other
        out[record, FOLLOWS] = last
        out[record, EMERGENT] = NO
        out[record, INFUSIONAL] = NO
        if last == MISSING:
            continue
        after = x[record, START] - x[last, END]
        if limits.emergent_days == MISSING or after <= limits.emergent_days:
            out[record, EMERGENT] = YES
        if after <= limits.infusional_days:
            out[record, INFUSIONAL] = YES
