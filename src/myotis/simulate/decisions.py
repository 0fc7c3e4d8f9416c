"""What the trial decides about a virtual subject: deterioration, switch, the gate into the extension, treatment.

The rules are those of the floor; here they are asked at the visits at which the protocol asks them.
"""

from typing import Final, NamedTuple

import numpy as np

from myotis.instruments.tis import TisSettings
from myotis.protocol.design import Epoch, Visit
from myotis.protocol.trial import Trial
from myotis.rules import treatment as given
from myotis.rules.deterioration import (
    CONFIRMED,
    FIELD_COUNT,
    MET,
    NONE,
    STATUS,
    DeteriorationLimits,
    deterioration_course,
    deterioration_limits,
    find_limbs_of_all,
    find_status,
)
from myotis.rules.treatment import GateLimits, gate_limits, pass_gate, resolve_switch
from myotis.simulate.lives import Lives
from myotis.simulate.truth import NOWHERE, Truth, list_visits
from myotis.terms.missing import MISSING, NO, YES
from myotis.terms.rule import Steps, rule_part

NEVER_MET: Final = 2**62
"""A worsening by so much does not happen."""


class TrialRules(NamedTuple):
    """A trial's decisions as integers. Visits and treatments are called by their positions."""

    deterioration: DeteriorationLimits
    may_switch: Steps
    """[visit]: 1 where confirmed deterioration leads to a switch."""
    alternate: Steps
    """[treatment]: what a subject is switched to; MISSING where the protocol has no switch."""
    extension_at: int
    """The visit with which the extension begins; `NOWHERE` where there is none."""
    has_gate: int
    gate: GateLimits
    extension_treatment: int
    """What is given from then on; MISSING where everybody goes on with the treatment begun."""


def build_rules(trial: Trial, extension_treatment: str | None) -> TrialRules:
    """The decisions of a trial. ``extension_treatment`` is given in an extension without a gate; the same as before
    where it is None."""
    visits = list_visits(trial)
    names = [treatment.id for treatment in trial.treatments]
    extension = find_extension(trial)
    opening = next((v for v in visits if extension and v.day == extension.first_day), None)
    gate = trial.conduct and trial.conduct.extension_gate
    after = gate.treatment if gate else extension_treatment
    return TrialRules(
        deterioration=_find_deterioration(trial),
        may_switch=np.array([_may_switch(trial, visit, opening) for visit in visits], dtype=np.int64),
        alternate=np.array([_find_alternate(trial, name, names) for name in names], dtype=np.int64),
        extension_at=visits.index(opening) if opening else NOWHERE,
        has_gate=int(bool(gate)),
        gate=gate_limits(trial, [visit.id for visit in visits]) or GateLimits(NOWHERE, 1, (MISSING,), (YES,)),
        extension_treatment=MISSING if after is None else names.index(after),
    )


def find_period(trial: Trial) -> Epoch:
    """The epoch in which treatment begins."""
    first = trial.visit(trial.baseline_visit)
    return next(epoch for epoch in trial.epochs if epoch.id == first.epoch)


def find_extension(trial: Trial) -> Epoch | None:
    """The epoch that follows it; None where there is none."""
    period = find_period(trial)
    return next((epoch for epoch in trial.epochs if epoch.first_day > period.first_day), None)


def _find_deterioration(trial: Trial) -> DeteriorationLimits:
    settings: TisSettings = trial.tis.settings
    if trial.deterioration:
        return deterioration_limits(trial.deterioration, settings)
    return DeteriorationLimits((1,), (1,), (1,), (0, 1), (0,), (NEVER_MET,), (MISSING,), 1, 0, 0, 0, 0)


def _may_switch(trial: Trial, visit: Visit, opening: Visit | None) -> bool:
    switch = trial.switch
    if switch is None or visit == opening or visit.epoch != find_period(trial).id:
        return False
    return trial.visit(switch.earliest_visit).day <= visit.day <= trial.visit(switch.latest_visit).day


def _find_alternate(trial: Trial, name: str, names: list[str]) -> int:
    starts = {arm.treatment for arm in trial.arms}
    return names.index(resolve_switch(trial, name)) if trial.switch and name in starts else MISSING


@rule_part
def assess_visit(truth: Truth, rules: TrialRules, lives: Lives, visit: int) -> None:
    """The deterioration status of everybody, from what was recorded up to this visit."""
    status, row, limits = lives.status, truth.row[visit], rules.deterioration
    if row <= 0:
        return
    find_limbs_of_all(lives.x, row, limits, status)
    met, before, now = status[:, row, MET], status[:, row - 1, STATUS], status[:, row, STATUS]
    for life in range(len(status)):
        now[life] = NONE if met[life] == NO else MISSING
        if before[life] == CONFIRMED:
            now[life] = CONFIRMED
    for life in range(len(status)):
        if met[life] == YES:  # no other visit completes a run
            now[life] = find_status(status[life], row, limits)


@rule_part
def switch(truth: Truth, rules: TrialRules, lives: Lives, visit: int) -> None:
    """Whoever has come with confirmed deterioration, and has not switched, is switched."""
    status, held, switched, row = lives.status, lives.held, lives.switched, truth.row[visit]
    treatment, since, alternate = lives.treatment, lives.since, rules.alternate
    for life in range(len(held) if rules.may_switch[visit] == 1 else 0):
        if held[life, visit] == 1 and status[life, row, STATUS] == CONFIRMED and switched[life] == MISSING:
            treatment[life] = alternate[treatment[life]]
            switched[life], since[life] = visit, visit


@rule_part
def find_status_since_switch(x: Steps, switched: int, limits: DeteriorationLimits, since: Steps) -> None:
    """Fill in the deterioration status of each row by visits after the switch (its row) alone."""
    rows, columns = x.shape
    course = np.empty((rows - switched, columns), dtype=np.int64)
    status = np.empty((rows - switched, FIELD_COUNT), dtype=np.int64)
    for column in range(columns):
        course[0, column] = x[0, column]
        for row in range(switched + 1, rows):
            course[row - switched, column] = x[row, column]
    deterioration_course(course, limits, status)
    for row in range(rows):
        since[row] = status[row - switched, STATUS] if row > switched else MISSING


@rule_part
def ask_gate(truth: Truth, rules: TrialRules, lives: Lives, life: int, course: Steps, answers: Steps) -> int:
    """Whether the protocol's gate lets one subject in: YES, NO or UNKNOWN. ``course`` and ``answers`` are room for the
    rule, with a row for each visit up to the gate's."""
    gave, status, x, switched, gate = lives.given, lives.status, lives.x, lives.switched[life], rules.gate
    since = np.full(x.shape[1], MISSING)
    if switched != MISSING:
        find_status_since_switch(x[life], truth.row[switched], rules.deterioration, since)
    for visit in range(gate.at_visit + 1):
        row = truth.row[visit]
        is_assessed = 0 < row < len(since)  # later visits may not be simulated
        course[visit, given.TREATMENT] = gave[life, visit] if visit < gave.shape[1] else MISSING
        course[visit, given.DETERIORATION] = status[life, row, STATUS] if is_assessed else MISSING
        course[visit, given.SINCE_SWITCH] = since[row] if is_assessed and switched != MISSING else MISSING
    pass_gate(course, gate, answers)
    enters: int = answers[gate.at_visit, given.ENTERS]
    return enters


@rule_part
def pass_into_extension(truth: Truth, rules: TrialRules, lives: Lives, visit: int) -> None:
    """The end of the first period: subjects go on, or leave at the visit where the protocol's gate does not let them
    in. Without a gate everybody goes on."""
    present, left, reason, switched, treatment = (
        lives.present, lives.left, lives.reason, lives.switched, lives.treatment
    )  # fmt: skip
    gave, status, rows, at_gate = lives.given, lives.status, lives.x.shape[1], truth.row[rules.gate.at_visit]
    course = np.empty((rules.gate.at_visit + 1, given.COLUMN_COUNT), dtype=np.int64)
    answers = np.empty((rules.gate.at_visit + 1, given.FIELD_COUNT), dtype=np.int64)
    of_steady = np.full(
        len(rules.alternate), MISSING
    )  # to all with one treatment and no deterioration it says the same
    for life in range(len(present) if rules.has_gate == 1 else 0):
        if present[life] == 0:
            continue
        is_steady = switched[life] == MISSING and gave[life, 0] != MISSING and 0 < at_gate < rows
        is_steady = is_steady and status[life, at_gate, STATUS] != CONFIRMED
        enters = of_steady[treatment[life]] if is_steady else MISSING
        if enters == MISSING:
            enters = ask_gate(truth, rules, lives, life, course, answers)
        if is_steady:
            of_steady[treatment[life]] = enters
        if enters != YES:
            present[life], left[life], reason[life] = 0, visit, truth.leaving.shape[2]


@rule_part
def begin_extension(rules: TrialRules, lives: Lives, visit: int) -> None:
    """Whoever is in the extension gets its treatment."""
    treatment, since, present, begun = lives.treatment, lives.since, lives.present, rules.extension_treatment
    for life in range(len(present) if begun != MISSING else 0):
        if present[life] == 1 and treatment[life] != begun:
            treatment[life], since[life] = begun, visit


@rule_part
def enter_extension(truth: Truth, rules: TrialRules, lives: Lives, visit: int) -> None:
    """The visit with which the extension begins, after all else that is decided at it and before any treatment."""
    pass_into_extension(truth, rules, lives, visit)
    begin_extension(rules, lives, visit)


@rule_part
def treat(truth: Truth, lives: Lives, visit: int) -> None:
    """Whoever came and is still there gets what is given at the visit."""
    present, held, gave, treatment = lives.present, lives.held, lives.given, lives.treatment
    for life in range(len(present) if truth.infusion[visit] == 1 else 0):
        is_there = present[life] == 1 and held[life, visit] == 1
        gave[life, visit] = treatment[life] if is_there else MISSING
