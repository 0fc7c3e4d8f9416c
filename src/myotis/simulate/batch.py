"""A batch of virtual trials, from the first candidate to the last visit, as arrays."""

from typing import NamedTuple, Self

import numpy as np

from myotis.errors import SettingError
from myotis.protocol.design import Visit
from myotis.protocol.trial import Trial
from myotis.randomize.procedures.law import Procedure
from myotis.randomize.procedures.permuted_blocks import PermutedBlocks
from myotis.randomize.strata import StratumLimits, find_stratum, stratum_limits
from myotis.simulate.allocation import allocate, draw_lists
from myotis.simulate.candidates import fill_places
from myotis.simulate.course import Course
from myotis.simulate.decisions import TrialRules, build_rules, decide, treat
from myotis.simulate.lives import Lives
from myotis.simulate.luck import Luck, draw_calendar, draw_enrollment, draw_proneness, draw_shared, draw_visit_luck
from myotis.simulate.nature import VisitLuck, attend, flare_up, follow_infusions, leave, record_visit, recover
from myotis.simulate.truth import Truth, build_truth, find_measures, list_visits
from myotis.terms.missing import MISSING
from myotis.terms.rule import Executor, Steps, choose_executor, rule_part

LIVES_TOGETHER = 8192
"""So many lives go through their visits together: their luck stays near the processor."""


class VirtualTrial(NamedTuple):
    """A protocol, a course and a procedure, ready to be simulated."""

    trial: Trial
    course: Course
    procedure: Procedure
    truth: Truth
    rules: TrialRules
    strata: StratumLimits
    visits: list[Visit]

    @classmethod
    def build(cls, trial: Trial, course: Course, procedure: Procedure | None = None) -> Self:
        """Make it ready. ``procedure`` randomizes; blocks of the course's size where it is None.

        Raises SettingError where protocol and course don't fit together.
        """
        check_fit(trial, course)
        extension = course.extension.treatment if course.extension else None
        measures = [measure for measure in find_measures(trial, course).values() if measure]
        return cls(
            trial=trial,
            course=course,
            procedure=procedure or PermutedBlocks(block_sizes=(course.enrollment.block_size,)),
            truth=build_truth(trial, course),
            rules=build_rules(trial, extension),
            strata=stratum_limits(trial, measures),
            visits=list_visits(trial),
        )


class Batch(NamedTuple):
    """Simulated trials. The lives are those of all subjects in order of enrollment, each in all trials of the batch."""

    lives: Lives
    stratum: Steps
    """[life]: the position among ``list_strata``."""
    screened: Steps
    """[trial]: how many candidates were screened."""
    arm: Steps
    """[life]: the position in the protocol."""

    def merge(self, other: Self, chosen: Steps) -> Self:
        """The lives of this batch where ``chosen`` [life] is 0, else those of another with the same subjects."""
        rows = np.arange(len(chosen))
        both = {name: np.stack([mine, getattr(other.lives, name)]) for name, mine in self.lives._asdict().items()}
        return self._replace(lives=Lives(**{name: values[chosen, rows] for name, values in both.items()}))


def simulate_batch(
    virtual: VirtualTrial,
    luck: Luck,
    subjects: int,
    *,
    until: int | None = None,
    dated: bool = True,
    executor: Executor = "compiled",
    everybody_in: int | None = None,
) -> Batch:
    """Simulate the trials of a batch with so many subjects each, up to a visit (its position; the last one if None).

    Where they are not ``dated``, visits have no days; adverse events, whose rate changes with the calendar, need them.
    ``everybody_in`` is an arm that all subjects get, whatever the lists say; ``arm`` is that of the lists all the same.
    """
    last = len(virtual.visits) - 1 if until is None else until
    lives, stratum, screened = enroll_subjects(virtual, luck, subjects, last, executor)
    visits = virtual.visits[: last + 1]
    if dated:
        lives.came[:] = draw_calendar(luck, subjects, lives.enrolled, visits, virtual.course)
    arm = np.empty(len(stratum), dtype=np.int64)
    lists = draw_lists(luck, virtual.trial, virtual.procedure, subjects, executor)
    choose_executor(allocate, executor)(stratum, lists, luck.trials, arm)
    treatments = [treatment.id for treatment in virtual.trial.treatments]
    got = arm if everybody_in is None else np.full_like(arm, everybody_in)
    lives.treatment[:] = np.array([treatments.index(a.treatment) for a in virtual.trial.arms])[got]
    live = choose_executor(go_through, executor)
    together = max(1, LIVES_TOGETHER // luck.trials)
    for first in range(0, subjects, together):
        count = min(together, subjects - first)
        part = lives.cut(first * luck.trials, (first + count) * luck.trials)
        part.trait[:] = draw_shared(luck, count, "recovery", virtual.course).T
        part.patience[:] = luck.exponential(count, "patience")
        part.proneness[:] = draw_proneness(luck, count, virtual.course)
        for position, visit in enumerate(visits):
            chance = draw_visit_luck(luck, count, visit, position, virtual.truth, virtual.course)
            live(virtual.truth, virtual.rules, chance, part, position)
    return Batch(lives, stratum, screened, arm)


def enroll_subjects(
    virtual: VirtualTrial, luck: Luck, subjects: int, until: int, executor: Executor
) -> tuple[Lives, Steps, Steps]:
    """The subjects of every trial up to their randomization: their lives, the stratum of each, and how many candidates
    every trial screened."""
    truth = virtual.truth
    lives = Lives.begin(subjects * luck.trials, truth, until)
    screened = fill_places(luck, truth, lives, subjects, virtual.trial, virtual.course, executor)
    lives.enrolled[:] = draw_enrollment(luck, subjects, virtual.course)
    stratum = np.empty(len(lives.site), dtype=np.int64)
    choose_executor(find_strata_of_lives, executor)(lives.x, virtual.strata, stratum)
    if (stratum == MISSING).any():
        raise SettingError("the baseline of a virtual subject lies in no stratum")
    return lives, stratum, screened


@rule_part
def find_strata_of_lives(x: Steps, limits: StratumLimits, stratum: Steps) -> None:
    """Fill in the stratum of every life."""
    for life in range(len(stratum)):
        stratum[life] = find_stratum(x[life, 0], limits)


@rule_part
def go_through(truth: Truth, rules: TrialRules, luck: VisitLuck, lives: Lives, visit: int) -> None:
    """Everybody goes through one visit, from the one before it."""
    if visit > 0:
        leave(truth, lives, visit)
        recover(truth, lives, visit)
        flare_up(truth, luck, lives, visit)
    attend(truth, luck, lives, visit)
    if visit > 0:
        record_visit(truth, luck, lives, visit)
        decide(truth, rules, lives, visit)
    treat(truth, lives, visit)
    follow_infusions(truth, luck, lives, visit)


def check_fit(trial: Trial, course: Course) -> None:
    """Raise SettingError where a course does not say what the trial needs to know."""
    treatments = {treatment.id for treatment in trial.treatments}
    answered = [set(part.recovery) for part in course.all_measures.values()]
    answered += [set(course.flares.probability_per_4_weeks), set(course.disease.onset)]
    if course.adverse_events:
        answered += [set(kind.per_infusion) for kind in course.adverse_events.kinds.values()]
    if any(treatments - names for names in answered):
        raise SettingError(f"the course does not say what each of {', '.join(sorted(treatments))} does to each measure")
    gate = trial.conduct and trial.conduct.extension_gate
    if gate and course.extension and course.extension.treatment != gate.treatment:
        raise SettingError(f"the extension's treatment is {gate.treatment} in the protocol, and not in the course")
    epochs = {visit.epoch for visit in trial.assessment_visits}
    for name, reason in course.discontinuation.items():
        if absent := epochs - set(reason.probability_per_4_weeks):
            raise SettingError(f"the course does not say how many leave in {', '.join(sorted(absent))} for {name}")
