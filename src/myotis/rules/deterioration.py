"""Deterioration: suspected at one visit, confirmed by a run of visits.

A visit meets the definition when one of its limbs does, each a number of measures that are worse than at baseline
by at least so much. Where measures are missing the answer may be unknown. Deterioration is confirmed at the visit
that completes a run of consecutive scheduled visits, and no later visit undoes it.
"""

from fractions import Fraction
from itertools import accumulate
from typing import Final, NamedTuple

import numpy as np

from myotis.instruments.tis import PLAIN_SLOTS, TisSettings
from myotis.instruments.tis_levels import Slot
from myotis.protocol.criteria import (
    STEPS_PER_PERCENT,
    Deterioration,
    PercentOf,
    SameLimb,
    UnevaluableVisit,
    ZeroBaseline,
)
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES, at_least
from myotis.terms.rule import Steps, rule, rule_part

MET: Final = 0
LIMBS_MET: Final = 1
LIMBS_UNKNOWN: Final = 2
STATUS: Final = 3
FIELD_COUNT: Final = 4

NONE: Final = 0
SUSPECTED: Final = 1
CONFIRMED: Final = 2
STATUS_NAMES: Final = {NONE: "none", SUSPECTED: "suspected", CONFIRMED: "confirmed", MISSING: "not_evaluable"}


class DeteriorationLimits(NamedTuple):
    """The definition as integers. ``column``, ``steps`` and ``percent`` have one entry for each worsening: its column
    of x, and its limit in grid steps or in hundredths of a percent (the other is MISSING). ``first`` is the first
    worsening of each limb, with one more entry at the end."""

    better: tuple[int, ...]
    span: tuple[int, ...]
    needed: tuple[int, ...]
    first: tuple[int, ...]
    column: tuple[int, ...]
    steps: tuple[int, ...]
    percent: tuple[int, ...]
    run: int
    same_limb: int
    percent_of: int
    zero_baseline: int
    unevaluable_visit: int


def deterioration_limits(definition: Deterioration, settings: TisSettings) -> DeteriorationLimits:
    """A trial's definition as integers, for the measures that fill the slots of the core set."""
    measures = [measure for slot in PLAIN_SLOTS if (measure := settings.measure(slot))]
    worsenings = [worsening for limb in definition.limbs for worsening in limb.of]
    columns = [PLAIN_SLOTS.index(Slot(worsening.measure)) for worsening in worsenings]
    limits = [worsening.worse_by for worsening in worsenings]
    return DeteriorationLimits(
        better=tuple(int(measure.better) for measure in measures),
        span=tuple(measure.range_steps for measure in measures),
        needed=tuple(limb.at_least for limb in definition.limbs),
        first=tuple(accumulate((len(limb.of) for limb in definition.limbs), initial=0)),
        column=tuple(columns),
        steps=tuple(
            MISSING if limit.unit == "%" else measures[column].grid.step(Fraction(limit.number))
            for limit, column in zip(limits, columns, strict=True)
        ),
        percent=tuple(int(limit.number * STEPS_PER_PERCENT) if limit.unit == "%" else MISSING for limit in limits),
        run=definition.consecutive_visits,
        same_limb=int(definition.same_limb),
        percent_of=int(definition.percent_of),
        zero_baseline=int(definition.zero_baseline),
        unevaluable_visit=int(definition.unevaluable_visit),
    )


class WorseningLimit(NamedTuple):
    """One worsening of the definition: see ``DeteriorationLimits``."""

    better: int
    span: int
    steps: int
    percent: int
    percent_of: int
    zero_baseline: int


@rule_part
def take_worsening(limits: DeteriorationLimits, worsening: int) -> WorseningLimit:
    """One worsening of a definition."""
    column = limits.column[worsening]
    return WorseningLimit(
        limits.better[column], limits.span[column], limits.steps[worsening], limits.percent[worsening],
        limits.percent_of, limits.zero_baseline,
    )  # fmt: skip


@rule_part
def is_worse(before: int, now: int, limit: WorseningLimit) -> int:
    """Is one measure worse than at baseline by at least its limit? YES, NO, or UNKNOWN where a value is missing."""
    if before == MISSING or now == MISSING:
        return UNKNOWN
    worse = limit.better * (before - now)
    if limit.steps != MISSING:
        return YES if worse >= limit.steps else NO
    whole = before
    if limit.percent_of == PercentOf.RANGE:
        whole = limit.span
    elif before == 0:
        if limit.zero_baseline == ZeroBaseline.ANY_WORSENING:
            return YES if worse > 0 else NO
        if limit.zero_baseline == ZeroBaseline.NEVER:
            return NO
        whole = limit.span
    return YES if 100 * STEPS_PER_PERCENT * worse >= limit.percent * whole else NO


@rule_part
def run_of_visits(out: Steps, visit: int, limb: int, limits: DeteriorationLimits) -> int:
    """How many visits up to this one, one after the other, meet the limb (any limb where ``limb`` is MISSING)."""
    length = 0
    for earlier in range(visit, 0, -1):
        answer = out[earlier, MET]
        if limb != MISSING:
            answer = YES if out[earlier, LIMBS_MET] >> limb & 1 else NO
            if out[earlier, LIMBS_UNKNOWN] >> limb & 1:
                answer = UNKNOWN
        if answer == YES:
            length += 1
        elif answer == NO or limits.unevaluable_visit == UnevaluableVisit.BREAKS_THE_RUN:
            break
    return length


@rule_part
def find_limbs(x: Steps, visit: int, limits: DeteriorationLimits, out: Steps) -> None:
    """Fill in which limbs the visit meets, which it may meet, and whether it meets any."""
    limbs_met, limbs_unknown = 0, 0
    for limb in range(len(limits.needed)):
        known_worse, maybe_worse = 0, 0
        for worsening in range(limits.first[limb], limits.first[limb + 1]):
            column = limits.column[worsening]
            answer = is_worse(x[0, column], x[visit, column], take_worsening(limits, worsening))
            known_worse += int(answer == YES)
            maybe_worse += int(answer == UNKNOWN)
        answer = at_least(limits.needed[limb], known_worse, maybe_worse)
        limbs_met |= int(answer == YES) << limb
        limbs_unknown |= int(answer == UNKNOWN) << limb
    out[visit, MET] = is_any_limb_met(limbs_met, limbs_unknown)
    out[visit, LIMBS_MET] = limbs_met
    out[visit, LIMBS_UNKNOWN] = limbs_unknown


@rule_part
def find_limbs_of_all(x: Steps, visit: int, limits: DeteriorationLimits, status: Steps) -> None:
    """What ``find_limbs`` fills in, for one visit of many subjects: ``x`` is [subject, visit, measure], ``status``
    [subject, visit, field]. One worsening after the other is asked, each of all subjects: quicker for many."""
    known, maybe = np.empty(len(x), dtype=np.int64), np.empty(len(x), dtype=np.int64)
    status[:, visit, LIMBS_MET] = 0
    status[:, visit, LIMBS_UNKNOWN] = 0
    for limb in range(len(limits.needed)):
        known[:] = 0
        maybe[:] = 0
        for worsening in range(limits.first[limb], limits.first[limb + 1]):
            column, limit = limits.column[worsening], take_worsening(limits, worsening)
            for subject in range(len(x)):
                answer = is_worse(x[subject, 0, column], x[subject, visit, column], limit)
                known[subject] += int(answer == YES)
                maybe[subject] += int(answer == UNKNOWN)
        needed = limits.needed[limb]
        for subject in range(len(x)):
            answer = at_least(needed, known[subject], maybe[subject])
            status[subject, visit, LIMBS_MET] |= int(answer == YES) << limb
            status[subject, visit, LIMBS_UNKNOWN] |= int(answer == UNKNOWN) << limb
    for subject in range(len(x)):
        limbs_met, limbs_unknown = status[subject, visit, LIMBS_MET], status[subject, visit, LIMBS_UNKNOWN]
        status[subject, visit, MET] = is_any_limb_met(limbs_met, limbs_unknown)


@rule_part
def is_any_limb_met(limbs_met: int, limbs_unknown: int) -> int:
    """Does a visit meet the definition? YES, NO or UNKNOWN, from the limbs that it meets and may meet (a bit each)."""
    return at_least(1, int(limbs_met != 0), int(limbs_unknown != 0))


@rule_part
def is_confirmed(out: Steps, visit: int, limits: DeteriorationLimits) -> bool:
    """Does the visit complete a run, or was deterioration confirmed before?"""
    if visit > 1 and out[visit - 1, STATUS] == CONFIRMED:
        return True
    if out[visit, MET] == NO:
        return False
    if limits.same_limb == SameLimb.ANY_LIMB:
        return run_of_visits(out, visit, MISSING, limits) >= limits.run
    for limb in range(len(limits.needed)):  # noqa: SIM110 (Numba has no any)
        if run_of_visits(out, visit, limb, limits) >= limits.run:
            return True
    return False


@rule_part
def find_status(out: Steps, visit: int, limits: DeteriorationLimits) -> int:
    """The deterioration status of a visit, from the limbs that it and the visits before it meet."""
    if is_confirmed(out, visit, limits):
        return CONFIRMED
    if out[visit, MET] == YES:
        return SUSPECTED
    return NONE if out[visit, MET] == NO else MISSING


@rule_part
def assess_deterioration(x: Steps, visit: int, limits: DeteriorationLimits, out: Steps) -> None:
    """Fill in the deterioration status of one visit after the baseline, from it and from the visits before it."""
    find_limbs(x, visit, limits, out)
    out[visit, STATUS] = find_status(out, visit, limits)


@rule
def deterioration_course(x: Steps, limits: DeteriorationLimits, out: Steps) -> None:
    """The deterioration status of a subject at every scheduled visit after the baseline, row 0.

    ``x[visit]`` begins with the five measures in the order of ``PLAIN_SLOTS``; a missed visit is a row of MISSING.
    ``out[visit]``: whether the visit meets the definition, the limbs that it meets and may meet (one bit each), and
    the status: NONE, SUSPECTED, CONFIRMED, or MISSING where it can't be evaluated.
    """
    for field in range(FIELD_COUNT if x.shape[0] else 0):
        out[0, field] = MISSING
    for visit in range(1, x.shape[0]):
        assess_deterioration(x, visit, limits, out)
