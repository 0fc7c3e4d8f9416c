"""The TIS of everybody at a visit: one measure after the other, each of all lives, by the parts of the rule."""

import numpy as np

from myotis.instruments.tis_rule import (
    CHQ,
    ENZYME_SLOT,
    FIRST_ENZYME,
    SLOT_OF_COLUMN,
    NormalEnzymes,
    TisLimits,
    followed_points,
    is_any_enzyme_raised,
    is_scored,
    most_abnormal_enzyme,
    plain_points,
    take_plain_scale,
)
from myotis.terms.missing import MISSING
from myotis.terms.rule import Steps, rule_part


@rule_part
def score_visit(x: Steps, row: int, limits: TisLimits, tis: Steps, low: Steps, high: Steps) -> None:
    """Fill in the TIS, the lowest and the highest still possible, in tenths of a point [life], at a row of the course
    ``x`` [life, row, column] after the baseline."""
    absent = tis  # until the end: the slots that can't be evaluated, a bit each
    absent[:] = 0
    low[:] = 0
    high[:] = 0
    for column in range(FIRST_ENZYME):
        add_plain(x, row, column, SLOT_OF_COLUMN[column], limits, absent, low, high)
    if limits.enzyme_count > 0:
        add_enzyme(x, row, limits, absent, low, high)
    else:
        add_plain(x, row, CHQ, ENZYME_SLOT, limits, absent, low, high)
    for life in range(len(tis)):
        tis[life] = low[life] if is_scored(absent[life], limits.missing_policy) else MISSING


@rule_part
def add_plain(
    x: Steps, row: int, column: int, slot: int, limits: TisLimits, absent: Steps, low: Steps, high: Steps
) -> None:
    """Add what a measure with a fixed range earns."""
    scale = take_plain_scale(limits, column, slot)
    for life in range(len(absent)):
        points, highest = plain_points(x[life, 0, column], x[life, row, column], scale)
        high[life] += highest
        low[life] += 0 if points == MISSING else points
        absent[life] |= int(points == MISSING) << slot


@rule_part
def add_enzyme(x: Steps, row: int, limits: TisLimits, absent: Steps, low: Steps, high: Steps) -> None:
    """Add what the enzyme earns that was chosen at baseline."""
    baseline = np.full(FIRST_ENZYME + 2 * limits.enzyme_count, MISSING)
    for life in range(len(absent)):
        for column in range(FIRST_ENZYME, len(baseline)):
            baseline[column] = x[life, 0, column]
        enzyme = most_abnormal_enzyme(baseline, limits)
        is_raised = limits.normal_enzymes == NormalEnzymes.FOLLOW_HIGHEST or is_any_enzyme_raised(baseline, limits)
        column = FIRST_ENZYME + 2 * max(enzyme, 0)
        points, highest = followed_points(
            baseline, enzyme, is_raised, x[life, row, column], x[life, row, column + 1], limits
        )
        high[life] += highest
        low[life] += 0 if points == MISSING else points
        absent[life] |= int(points == MISSING) << ENZYME_SLOT
