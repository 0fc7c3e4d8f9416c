"""Baseline: the last value before the reference, the first dose or the randomization."""

from typing import Final, NamedTuple

from myotis.protocol.trial import Trial
from myotis.terms.missing import MISSING, NO, YES
from myotis.terms.rule import Steps, rule

DAY: Final = 0
REFERENCE_DAY: Final = 1
VALUE: Final = 2

IS_BASELINE: Final = 0


class BaselineLimits(NamedTuple):
    """``same_day``: a value of the reference day itself counts as before (it was taken before the dose)."""

    same_day: int


def baseline_limits(trial: Trial) -> BaselineLimits:
    """The limits of a trial. Assessments precede the infusion of their day; randomization precedes both."""
    return BaselineLimits(same_day=int(trial.plan.baseline == "last_before_first_dose"))


@rule
def flag_baseline(x: Steps, limits: BaselineLimits, out: Steps) -> None:
    """Flag the baseline record of one subject and one measure (ABLFL).

    ``x[record]``: the study day of the record, the study day of the reference (first dose or randomization; MISSING
    where it never came), and the value. ``out[record, 0]``: YES on the last record with a value before the reference,
    NO on the others. Of two records of one day the later row wins.
    """
    chosen = MISSING
    for record in range(x.shape[0]):
        out[record, IS_BASELINE] = NO
        if x[record, DAY] == MISSING or x[record, VALUE] == MISSING or x[record, REFERENCE_DAY] == MISSING:
            continue
        before = x[record, DAY] < x[record, REFERENCE_DAY]
        if limits.same_day and x[record, DAY] == x[record, REFERENCE_DAY]:
            before = True
        if before and (chosen == MISSING or x[record, DAY] >= x[chosen, DAY]):
            chosen = record
    if chosen != MISSING:
        out[chosen, IS_BASELINE] = YES
