"""What happens to a virtual subject, whatever the trial decides: it gets better or worse, comes or not, or leaves.

Functions about one life and one visit, written with ``math`` and loops, so that they give the same numbers whether they
are interpreted or compiled into a batch of trials.
"""

import math
from typing import Final, NamedTuple, Self

import numpy as np

from myotis.simulate.lives import Lives
from myotis.simulate.truth import Numbers, Truth
from myotis.terms.missing import MISSING
from myotis.terms.rule import rule_part
from myotis.terms.study_time import DAYS_PER_WEEK

MOST_OF_A_KIND: Final = 20
"""More events of one kind than these never follow one infusion."""


class VisitLuck(NamedTuple):
    """The luck of every life at one visit and on the way to it: uniform numbers, but where standard normal is said."""

    flare: Numbers
    """Whether a flare begins, and of what length and size."""
    missing: Numbers
    """Whether the visit is missed, and which of its measurements. It is used up."""
    noise: Numbers
    """[measure, life], standard normal."""
    event: Numbers
    """[kind, life]"""

    def cut(self, first: int, after: int) -> Self:
        """The luck of the lives from one to before another."""
        return self._replace(**{name: numbers[..., first:after] for name, numbers in self._asdict().items()})


@rule_part
def find_state(true: float, normal: float, recovery: float, flare: float) -> float:
    """The true state of a measure: what is left of its distance, and what a flare adds."""
    return true - recovery * max(true - normal, 0.0) + flare


class Form(NamedTuple):
    """How one measure is recorded: see `Truth`."""

    is_enzyme: int
    direction: int
    best: float
    per_unit: float
    lowest: float
    highest: float
    steps: int
    column: int
    uln_column: int


@rule_part
def take_form(truth: Truth, measure: int) -> Form:
    """How a measure is recorded."""
    return Form(
        truth.is_enzyme[measure], truth.direction[measure], truth.best[measure], truth.per_unit[measure],
        truth.lowest[measure], truth.highest[measure], truth.steps[measure], truth.column[measure],
        truth.uln_column[measure],
    )  # fmt: skip


@rule_part
def record_state(seen: float, uln: int, form: Form) -> int:
    """What is seen of a measure, in grid steps as the form records it: in its spaces, inside its range.

    An enzyme is seen as the logarithm of a multiple of its ULN and reported in whole U/L; any other measure as the
    distance from its best value.
    """
    value = math.exp(seen) * uln if form.is_enzyme == 1 else (form.best - form.direction * seen) * form.per_unit
    return form.steps * math.floor(min(max(value, form.lowest), form.highest) + 0.5)


@rule_part
def count_events(luck: float, mean: float) -> int:
    """The number of events that has a Poisson distribution, from one uniform number."""
    count, likely = 0, math.exp(-mean)
    reached = likely
    while luck >= reached and count < MOST_OF_A_KIND:
        count += 1
        likely *= mean / count
        reached += likely
    return count


@rule_part
def leave(truth: Truth, lives: Lives, visit: int) -> None:
    """Who leaves before the visit, and why: the hazards of all reasons wear down the patience of a subject."""
    leaving, log_recovered, weight, patience = truth.leaving, truth.log_recovered, truth.core_weight, lives.patience
    depends = np.any(log_recovered != 0.0)
    present, left, why, treatment, recovery = lives.present, lives.left, lives.reason, lives.treatment, lives.recovery
    for life in range(len(present)):
        if present[life] == 0:
            continue
        recovered, hazard = 0.0, 0.0
        for measure in range(len(weight) if depends else 0):
            recovered += recovery[life, measure] * weight[measure]
        for reason in range(len(log_recovered)):
            factor = math.exp(log_recovered[reason] * recovered) if depends else 1.0
            hazard += leaving[visit, treatment[life], reason] * factor
        if patience[life] >= hazard:
            patience[life] -= hazard
            continue
        present[life], left[life] = 0, visit
        share = math.expm1(-patience[life]) / math.expm1(-hazard) * hazard  # uniform up to the hazard of all reasons
        for reason in range(len(log_recovered)):
            factor = math.exp(log_recovered[reason] * recovered) if depends else 1.0
            share -= leaving[visit, treatment[life], reason] * factor
            why[life] = reason
            if share < 0.0:
                break


@rule_part
def recover(truth: Truth, lives: Lives, visit: int) -> None:
    """Everybody goes part of the way from where they stand to where their treatment leads."""
    means, sds, least, way = truth.recovery, truth.recovery_sd, truth.least_recovery, truth.way
    treatment, since, recovery, trait = lives.treatment, lives.since, lives.recovery, lives.trait
    for life in range(len(treatment)):
        given, begun = treatment[life], since[life]
        for measure in range(recovery.shape[1]):
            target = max(means[given, measure] + sds[given, measure] * trait[life, measure], least)
            ahead = target - recovery[life, measure]
            recovery[life, measure] += ahead * way[begun, visit, given, measure]


@rule_part
def flare_up(truth: Truth, luck: VisitLuck, lives: Lives, visit: int) -> None:
    """Flares end, and others begin."""
    today, probability, chance = truth.day[visit], truth.flare_probability, luck.flare
    treatment, flare_size, flare_until = lives.treatment, lives.flare_size, lives.flare_until
    shortest, longest = truth.flare_weeks
    smallest, largest = truth.flare_size
    for life in range(len(treatment)):
        if today <= flare_until[life]:
            continue
        flare_size[life] = 0.0
        likely = probability[visit, treatment[life]]
        if chance[life] < likely:  # the rest of the number is luck still: it says how long and how large
            lasts = chance[life] / likely * (longest - shortest + 1)
            flare_until[life] = today + (shortest + math.floor(lasts)) * DAYS_PER_WEEK
            flare_size[life] = smallest + (largest - smallest) * (lasts - math.floor(lasts))


@rule_part
def attend(truth: Truth, luck: VisitLuck, lives: Lives, visit: int) -> None:
    """Who comes to the visit. Everybody comes to the first one."""
    missing, present, held, likely = luck.missing, lives.present, lives.held, truth.visit_missed
    for life in range(len(present)):
        if visit == 0:
            held[life, visit] = present[life]
        elif missing[life] >= likely:
            held[life, visit] = present[life]
            missing[life] = (missing[life] - likely) / (1.0 - likely)


@rule_part
def record_visit(truth: Truth, luck: VisitLuck, lives: Lives, visit: int) -> None:
    """What is recorded at the visit of who came; a measurement may be left out."""
    missing, noise, held, x, row = luck.missing, luck.noise, lives.held, lives.x, truth.row[visit]
    true, recovery, rater, uln = lives.true, lives.recovery, lives.rater, lives.uln
    flare_size, reacted = lives.flare_size, lives.reacted
    weeks, likely = (truth.day[visit] - truth.day[0]) / DAYS_PER_WEEK, truth.measure_missed
    for measure in range(len(truth.noise)):
        form, normal, flare, sd = (
            take_form(truth, measure),
            truth.normal[measure],
            truth.flare[measure],
            truth.noise[measure],
        )
        drift, belief = truth.drift[measure] * weeks, truth.belief[measure]
        for life in range(len(held) if truth.measured[visit, measure] == 1 else 0):
            if held[life, visit] == 0:
                continue
            if missing[life] < likely:  # what is left of the number decides about the next measurement
                missing[life] /= likely
                continue
            missing[life] = (missing[life] - likely) / (1.0 - likely)
            seen = find_state(true[life, measure], normal, recovery[life, measure], flare_size[life] * flare)
            seen += rater[life, measure] + drift + reacted[life] * belief + sd * noise[measure, life]
            x[life, row, form.column] = record_state(seen, uln[life, measure], form)
            if form.is_enzyme == 1:
                x[life, row, form.uln_column] = form.steps * uln[life, measure]


@rule_part
def follow_infusions(truth: Truth, luck: VisitLuck, lives: Lives, visit: int) -> None:
    """The adverse events after the infusions of a visit; after some kinds raters think that they know the treatment."""
    chance, mean, recognized, came = luck.event, truth.mean_events, truth.recognized, lives.came
    given, site, reacted, events = lives.given, lives.site, lives.reacted, lives.events
    proneness, by_cycle, knowing = lives.proneness, truth.events_by_cycle, truth.unblinded_sites
    for life in range(len(site) if len(recognized) > 0 else 0):
        treatment = given[life, visit]
        if treatment == MISSING:
            continue
        likely = proneness[life]
        for earlier in range(visit):
            if given[life, earlier] == treatment:
                likely *= by_cycle
        is_faster = 1 if came[life, visit] < truth.lowered_on else 0
        for kind in range(len(recognized)):
            count = count_events(chance[kind, life], mean[kind, treatment, is_faster] * likely)
            events[life, visit, kind] = count
            if count > 0 and recognized[kind] == 1 and site[life] < knowing:
                reacted[life] = 1
