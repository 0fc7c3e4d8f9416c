"""What happens to a virtual subject, whatever the trial decides: it gets better or worse, comes or not, or leaves.

Functions about one life and one visit, written with ``math`` and loops, so that they give the same numbers whether they
are interpreted or compiled into a batch of trials.
"""

import math
from typing import Final, NamedTuple, Self

import numpy as np

from myotis.simulate.lives import Lives
from myotis.simulate.truth import NOWHERE, Numbers, Truth, find_regimen
from myotis.terms.missing import MISSING
from myotis.terms.rule import Steps, rule_part
from myotis.terms.study_time import DAYS_PER_WEEK

MOST_OF_A_KIND: Final = 20
"""More events of one kind than these never follow one infusion."""


class LifeLuck(NamedTuple):
    """The luck of every life at its visits and on the way to them; uniform where standard normal is not said."""

    flare: Numbers
    """[visit after the first, life]: whether a flare begins, and of what length and size."""
    missing: Numbers
    """[visit after the first, life]: whether the visit is missed, and which of its measurements."""
    noise: Numbers
    """[measurement, life], standard normal; `Truth` has the place of every measurement. It is used up."""
    event: Numbers
    """[visit and kind, life]"""

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
def record_value(value: float, form: Form) -> int:
    """A value in grid steps as the form records it: in its spaces, inside its range."""
    return form.steps * math.floor(min(max(value, form.lowest), form.highest) + 0.5)


@rule_part
def record_states(seen: Numbers, uln: Steps, form: Form, recorded: Steps) -> None:
    """Fill in what the form records of a measure, from what is seen of everybody.

    An enzyme is seen as the logarithm of a multiple of its ULN and reported in whole U/L; any other measure as the
    distance from its best value.
    """
    if form.is_enzyme == 1:
        for life in range(len(seen)):
            recorded[life] = record_value(math.exp(seen[life]) * uln[life], form)
    else:
        for life in range(len(seen)):
            recorded[life] = record_value((form.best - form.direction * seen[life]) * form.per_unit, form)


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
def find_hazard(leaving: float, log_recovered: float, recovered: float) -> float:
    """The hazard of leaving for one reason, of a subject that has recovered this share."""
    return leaving * math.exp(log_recovered * recovered)


@rule_part
def leave(truth: Truth, lives: Lives, visit: int) -> None:
    """Who leaves before the visit, and why: the hazards of all reasons wear down the patience of a subject."""
    leaving, at_all, log_recovered, weight = (
        truth.leaving, truth.leaving_at_all, truth.log_recovered, truth.core_weight
    )  # fmt: skip
    present, left, why, treatment, recovery = lives.present, lives.left, lives.reason, lives.treatment, lives.recovery
    patience, depends = lives.patience, truth.leaving_depends
    for life in range(len(present)):
        if present[life] == 0:
            continue
        recovered, hazard = 0.0, at_all[visit, treatment[life]]
        if depends == 1:
            hazard = 0.0
            for measure in range(len(weight)):
                recovered += recovery[life, measure] * weight[measure]
            for reason in range(len(log_recovered)):
                hazard += find_hazard(leaving[visit, treatment[life], reason], log_recovered[reason], recovered)
        if patience[life] >= hazard:
            patience[life] -= hazard
            continue
        present[life], left[life] = 0, visit
        share = math.expm1(-patience[life]) / math.expm1(-hazard) * hazard  # uniform up to the hazard of all reasons
        for reason in range(len(log_recovered)):
            share -= find_hazard(leaving[visit, treatment[life], reason], log_recovered[reason], recovered)
            why[life] = reason
            if share < 0.0:
                break


@rule_part
def recover(truth: Truth, lives: Lives, visit: int) -> None:
    """Everybody goes part of the way from where they stand to where their treatment leads."""
    means, sds, least, ways = truth.recovery, truth.recovery_sd, truth.least_recovery, truth.way
    treatment, since, recovery, trait = lives.treatment, lives.since, lives.recovery, lives.trait
    treatments = means.shape[1]
    for measure in range(recovery.shape[1]):
        mean, sd, way = means[measure], sds[measure], ways[visit, measure]
        for life in range(len(treatment)):
            target = max(mean[treatment[life]] + sd[treatment[life]] * trait[life, measure], least)
            ahead = target - recovery[life, measure]
            recovery[life, measure] += ahead * way[find_regimen(since[life], treatment[life], treatments)]


@rule_part
def flare_up(truth: Truth, luck: LifeLuck, lives: Lives, visit: int) -> None:
    """Flares end, and others begin."""
    today, probability, chance = truth.day[visit], truth.flare_probability, luck.flare[visit - 1]
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
def attend(truth: Truth, luck: LifeLuck, lives: Lives, visit: int) -> None:
    """Who comes to a visit after the first one, to which everybody comes."""
    present, held, likely, missing = lives.present, lives.held, truth.visit_missed, luck.missing[visit - 1]
    for life in range(len(present)):
        held[life, visit] = present[life] if missing[life] >= likely else 0


@rule_part
def see_state(truth: Truth, lives: Lives, visit: int, measure: int, noise: Numbers) -> None:
    """Make of the ``noise`` [life] of a measure what the rater sees of everybody."""
    true, recovery, rater = lives.true, lives.recovery, lives.rater
    flare_size, reacted = lives.flare_size, lives.reacted
    normal, flare, sd, belief = truth.normal[measure], truth.flare[measure], truth.noise[measure], truth.belief[measure]
    drift = truth.drift[measure] * ((truth.day[visit] - truth.day[0]) / DAYS_PER_WEEK)
    for life in range(len(noise)):
        state = find_state(true[life, measure], normal, recovery[life, measure], flare_size[life] * flare)
        noise[life] = state + drift + sd * noise[life]
    if truth.rated[measure] == 1:
        for life in range(len(noise)):
            noise[life] += rater[life, measure]
    if belief != 0.0:
        for life in range(len(noise)):
            noise[life] += reacted[life] * belief


@rule_part
def share_out(luck: float, likely: float) -> tuple[bool, float]:
    """Does something happen that has this probability, by a uniform number; and what is left of the number, which is
    uniform again."""
    if luck < likely:
        return True, luck / likely
    return False, (luck - likely) / (1.0 - likely)


@rule_part
def record_visit(truth: Truth, luck: LifeLuck, lives: Lives, visit: int) -> None:
    """What is recorded at the visit of who came; a measurement may be left out."""
    x, row, uln, places = lives.x, truth.row[visit], lives.uln, truth.place
    for measure in range(len(truth.noise)):
        if places[visit, measure] == NOWHERE:
            continue
        form, seen = take_form(truth, measure), luck.noise[places[visit, measure]]
        see_state(truth, lives, visit, measure, seen)
        record_states(seen, uln[:, measure], form, x[:, row, form.column])
        if form.is_enzyme == 1:
            for life in range(len(seen)):
                x[life, row, form.uln_column] = form.steps * uln[life, measure]
    leave_out(truth, luck, lives, visit)


@rule_part
def leave_out(truth: Truth, luck: LifeLuck, lives: Lives, visit: int) -> None:
    """Take away what was not recorded: all of who did not come, and single measurements. Luck decides about the visit,
    then what is left of it about one measurement after the other."""
    held, x, row, missing, anything = (
        lives.held[:, visit], lives.x, truth.row[visit], luck.missing[visit - 1], truth.anything_missed[visit]
    )  # fmt: skip
    visit_missed, measure_missed, places, columns, ulns = (
        truth.visit_missed, truth.measure_missed, truth.place[visit], truth.column, truth.uln_column
    )  # fmt: skip
    for life in range(len(missing)):
        if held[life] == 1 and missing[life] >= anything:
            continue
        is_missed, left = share_out(missing[life], visit_missed)
        is_missed = is_missed or held[life] == 0
        for measure in range(len(columns)):
            if places[measure] == NOWHERE:
                continue
            is_left_out = is_missed
            if not is_missed:
                is_left_out, left = share_out(left, measure_missed)
            if is_left_out:
                x[life, row, columns[measure]] = MISSING
                if ulns[measure] != NOWHERE:
                    x[life, row, ulns[measure]] = MISSING


@rule_part
def follow_infusions(truth: Truth, luck: LifeLuck, lives: Lives, visit: int) -> None:
    """The adverse events after the infusions of a visit; after some kinds raters think that they know the treatment."""
    chance, mean, recognized, came = luck.event, truth.mean_events, truth.recognized, lives.came
    given, site, reacted, events = lives.given, lives.site, lives.reacted, lives.events
    proneness, by_cycle, knowing = lives.proneness, truth.events_by_cycle, truth.unblinded_sites
    kinds, likely, lowered_on = len(recognized), np.zeros(len(site)), truth.lowered_on
    for life in range(len(site) if kinds > 0 else 0):
        if given[life, visit] != MISSING:
            likely[life] = proneness[life]
            for earlier in range(visit):
                if given[life, earlier] == given[life, visit]:
                    likely[life] *= by_cycle
    for kind in range(kinds):
        for life in range(len(site)):
            events[life, visit, kind] = 0
            if given[life, visit] != MISSING:
                is_faster = 1 if came[life, visit] < lowered_on else 0
                expected = mean[kind, given[life, visit], is_faster] * likely[life]
                count = count_events(chance[visit * kinds + kind, life], expected)
                events[life, visit, kind] = count
                if count > 0 and recognized[kind] == 1 and site[life] < knowing:
                    reacted[life] = 1
