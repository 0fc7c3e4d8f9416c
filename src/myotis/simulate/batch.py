"""A batch of virtual trials, from the first candidate to the last visit, as arrays."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple, Self

import numpy as np

from myotis.errors import SettingError
from myotis.protocol.design import Visit
from myotis.protocol.trial import Trial
from myotis.randomize.procedures.law import Procedure
from myotis.randomize.procedures.permuted_blocks import PermutedBlocks
from myotis.randomize.strata import StratumLimits, find_stratum, stratum_limits
from myotis.simulate.allocation import draw_arms
from myotis.simulate.candidates import Candidates, Entry, People, build_entry, build_people, fill_places
from myotis.simulate.course import Course
from myotis.simulate.decisions import TrialRules, assess_visit, build_rules, enter_extension, switch, treat
from myotis.simulate.lives import Lives
from myotis.simulate.luck import Luck, draw_calendar, draw_enrollment, draw_luck, draw_proneness, draw_shared, name_luck
from myotis.simulate.nature import LifeLuck, attend, flare_up, follow_infusions, leave, record_visit, recover
from myotis.simulate.room import Room
from myotis.simulate.truth import NOWHERE, Truth, build_truth, find_measures, list_visits
from myotis.terms.missing import MISSING, YES
from myotis.terms.rule import Executor, Steps, choose_executor, rule_part

LIVES_TOGETHER = 4096
"""So many lives go through their visits together: their luck stays near the processor."""


class VirtualTrial(NamedTuple):
    """A protocol, a course and a procedure, ready to be simulated."""

    trial: Trial
    course: Course
    procedure: Procedure
    truth: Truth
    rules: TrialRules
    entry: Entry
    people: People
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
            entry=build_entry(trial, course),
            people=build_people(course),
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
    lives = Lives.begin(subjects * luck.trials, virtual.truth, last)
    arrived = enroll_subjects(virtual, luck, subjects, executor)
    arm = draw_arms(luck, virtual.trial, virtual.procedure, arrived.stratum, executor)
    got = arm if everybody_in is None else np.full_like(arm, everybody_in)
    for first, part in go_through_visits(virtual, luck, arrived, got, last, dated=dated, executor=executor):
        for mine, whole in zip(part, lives, strict=True):
            whole[first : first + len(part.site)] = mine
    return Batch(lives, arrived.stratum, arrived.screened, arm)


class Arrived(NamedTuple):
    """The subjects of every trial of a batch, as they come; see `Batch`."""

    entrants: Candidates
    enrolled: Steps
    """[life]: the day of the first visit, counted from the first subject's."""
    stratum: Steps
    screened: Steps


def enroll_subjects(virtual: VirtualTrial, luck: Luck, subjects: int, executor: Executor) -> Arrived:
    """The subjects of every trial up to their randomization."""
    truth, course = virtual.truth, virtual.course
    entrants, screened = fill_places(luck, truth, virtual.entry, virtual.people, subjects, course, executor)
    stratum = np.empty(len(entrants.site), dtype=np.int64)
    choose_executor(find_strata_of_lives, executor)(entrants.baseline, virtual.strata, stratum)
    if (stratum == MISSING).any():
        raise SettingError("the baseline of a virtual subject lies in no stratum")
    return Arrived(entrants, draw_enrollment(luck, subjects, course), stratum, screened)


def go_through_visits(
    virtual: VirtualTrial, luck: Luck, arrived: Arrived, arm: Steps, last: int, *, dated: bool, executor: Executor
) -> Iterator[tuple[int, Lives]]:
    """Some subjects after others, each in all trials, from the first visit to the ``last`` one, with the treatment of
    ``arm`` [life]: the number of their first life, and the lives, which are good until the next ones are asked for,
    who take the same place in memory."""
    truth, rules, course, visits = virtual.truth, virtual.rules, virtual.course, virtual.visits[: last + 1]
    room, names = luck.room or Room(), name_luck(visits, truth, course)
    live, enter, end = (choose_executor(part, executor) for part in (go_through, enter_extension, infuse))
    opening = rules.extension_at if 0 < rules.extension_at <= last else last
    stops = sorted({0, opening, last})
    treatments = [treatment.id for treatment in virtual.trial.treatments]
    treatment = np.array([treatments.index(each.treatment) for each in virtual.trial.arms])
    together = max(1, LIVES_TOGETHER // luck.trials) * luck.trials
    for first in range(0, len(arm), together):
        here = slice(first, min(first + together, len(arm)))
        count, subjects = here.stop - first, (here.stop - first) // luck.trials
        lives = Lives.begin_again(count, truth, last, room)
        arrive(lives, arrived, here, truth)
        endow(lives, virtual, luck, dated=dated)
        lives.treatment[:] = treatment[arm[here]]
        chance = draw_luck(luck, subjects, names)
        for before, after in pairwise(stops):
            live(truth, rules, chance, lives, before, after)
            if after == rules.extension_at:
                enter(truth, rules, lives, after)
        end(truth, chance, lives, last)
        yield first, lives


def arrive(lives: Lives, arrived: Arrived, here: slice, truth: Truth) -> None:
    """Begin lives with the subjects that have some places. Everybody comes to the first visit."""
    came = arrived.entrants
    for name in ("site", "female", "age", "weight_kg", "height_cm", "true"):
        getattr(lives, name)[:] = getattr(came, name)[here]
    lives.enrolled[:] = arrived.enrolled[here]
    lives.held[:, 0] = YES
    for measure, (column, uln_column) in enumerate(zip(truth.column, truth.uln_column, strict=True)):
        lives.x[:, 0, column] = came.baseline[here, measure]
        if truth.rated[measure]:
            lives.rater[:, measure] = came.rater[here, measure]
        if uln_column != NOWHERE:
            lives.uln[:, measure] = came.uln[here, measure]
            lives.x[:, 0, uln_column] = truth.steps[measure] * lives.uln[:, measure]


def endow(lives: Lives, virtual: VirtualTrial, luck: Luck, *, dated: bool = True) -> None:
    """Draw what subjects carry through the trial: how well they recover, how much they bear, and when they come."""
    subjects, course, visits = len(lives.site) // luck.trials, virtual.course, virtual.visits[: lives.held.shape[1]]
    lives.trait[:] = draw_shared(luck, subjects, "recovery", virtual.truth.recovery_loadings, course).T
    lives.patience[:] = luck.exponential(subjects, "patience")
    lives.proneness[:] = draw_proneness(luck, subjects, course)
    if dated:
        lives.came[:] = draw_calendar(luck, subjects, lives.enrolled, visits, course)


@rule_part
def find_strata_of_lives(baseline: Steps, limits: StratumLimits, stratum: Steps) -> None:
    """Fill in the stratum of every life."""
    one = np.empty(baseline.shape[1], dtype=np.int64)
    columns = limits.column
    for life in range(len(stratum)):
        for column in columns:
            one[column] = baseline[life, column]
        stratum[life] = find_stratum(one, limits)


@rule_part
def go_through(truth: Truth, rules: TrialRules, luck: LifeLuck, lives: Lives, first: int, last: int) -> None:
    """Everybody goes from the ``first`` of some visits, at which all has been decided, to what is decided at the
    ``last`` of them; but for the extension, into which `enter_extension` leads."""
    for visit in range(first, last):
        infuse(truth, luck, lives, visit)
        after = visit + 1
        leave(truth, lives, after)
        recover(truth, lives, after)
        flare_up(truth, luck, lives, after)
        attend(truth, luck, lives, after)
        record_visit(truth, luck, lives, after)
        assess_visit(truth, rules, lives, after)
        switch(truth, rules, lives, after)


@rule_part
def infuse(truth: Truth, luck: LifeLuck, lives: Lives, visit: int) -> None:
    """Everybody is treated at a visit, and what follows from it follows."""
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
