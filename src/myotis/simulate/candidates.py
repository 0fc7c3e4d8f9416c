"""Candidates for a virtual trial, who are screened in the order in which they come until all places are taken."""

import math
from typing import Final, NamedTuple

import numpy as np

from myotis.errors import SettingError
from myotis.protocol.trial import Trial
from myotis.rules.eligibility import EligibilityLimits, check_criteria, eligibility_limits, encode_ratio, is_eligible
from myotis.simulate.course import Course, EnzymeCourse, Sex, Spread
from myotis.simulate.lives import Lives
from myotis.simulate.luck import Luck, draw_shared
from myotis.simulate.nature import record_state, take_form
from myotis.simulate.truth import NOWHERE, Numbers, Truth, find_measures, find_spread
from myotis.terms.missing import MISSING, NO
from myotis.terms.rule import Executor, Steps, choose_executor, rule_part

DRAWN_AGAIN: Final = 8
"""So many candidates are drawn at a time for the places that the first ones, one a place, have not filled."""

MOST_SCREENED: Final = 1_000
"""Candidates for one place in the trial before we say that the course and the entry criteria don't fit."""


class Candidates(NamedTuple):
    """Arrays by candidate, of every trial one after the other."""

    site: Steps
    female: Steps
    age: Steps
    weight_kg: Numbers
    height_cm: Numbers
    true: Numbers
    """[measure, candidate]"""
    noise: Numbers
    """[measure, candidate]: standard normal."""


class Sites(NamedTuple):
    """What belongs to the sites of each trial."""

    uln: Steps
    """[site, female, measure, trial]: U/L; 0 for measures that are no enzymes."""
    rater: Numbers
    """[site, measure, trial]: how much worse the rater finds a state."""


class Entry(NamedTuple):
    """The entry criteria, and where the facts come from that they ask for."""

    limits: EligibilityLimits
    facts: int
    age: int
    bmi: int
    highest_enzyme: int
    """Positions of facts; `NOWHERE` where the protocol does not ask."""
    of_measure: Steps
    """[measure]: the position of the fact that is the measure's value."""
    per_unit: Steps
    """[measure]: grid steps of its unit."""


def build_entry(trial: Trial, course: Course) -> Entry:
    """The entry criteria of a trial; whatever the course says nothing of is taken as allowing entry."""
    facts = {fact.id: position for position, fact in enumerate(trial.facts)}
    measures = find_measures(trial, course)
    known = {*measures, "age", "bmi", *(["highest_enzyme"] if course.enzymes else [])}
    asked = [c for c in trial.eligibility if known & {entry.fact for group in c.require for entry in group.of}]
    return Entry(
        limits=eligibility_limits(trial.model_copy(update={"eligibility": tuple(asked)})),
        facts=len(facts),
        age=facts.get("age", NOWHERE),
        bmi=facts.get("bmi", NOWHERE),
        highest_enzyme=facts.get("highest_enzyme", NOWHERE) if course.enzymes else NOWHERE,
        of_measure=np.array([facts.get(name, NOWHERE) if measure else NOWHERE for name, measure in measures.items()]),
        per_unit=np.array([measure.grid.steps_per_unit if measure else 1 for measure in measures.values()]),
    )


def draw_sites(luck: Luck, course: Course) -> Sites:
    """The laboratories and the raters of all sites."""
    count, parts = course.enrollment.sites, course.all_measures
    uln = np.zeros((count, 2, len(parts), luck.trials), dtype=np.int64)
    rater = np.zeros((count, len(parts), luck.trials))
    for number, (name, part) in enumerate(parts.items()):
        rater[:, number] = part.rater_sd * luck.normal(count, "rater", name).reshape(count, -1)
        if isinstance(part, EnzymeCourse):
            spread = np.clip(luck.normal(count, "laboratory", name).reshape(count, -1), -2, 2)
            for female, sex in enumerate(SEXES):
                uln[:, female, number] = np.floor(part.uln[sex] * (1 + part.uln_site_sd * spread) + 0.5)
    return Sites(uln, rater)


SEXES: Final[tuple[Sex, Sex]] = ("M", "F")


def draw_candidates(luck: Luck, count: int, course: Course) -> Candidates:
    """The next ``count`` candidates of every trial."""
    people = course.demographics
    female = (luck.uniform(count, "sex") < people.female).astype(np.int64)
    severity = draw_shared(luck, count, "severity", course)
    weight, height = (luck.normal(count, name) for name in ("weight", "height"))
    return Candidates(
        site=np.floor(luck.uniform(count, "site") * course.enrollment.sites).astype(np.int64),
        female=female,
        age=np.floor(_spread(people.age, luck.normal(count, "age"))).astype(np.int64),
        weight_kg=np.where(female, *(_spread(people.weight[sex], weight) for sex in ("F", "M"))),
        height_cm=np.where(female, *(_spread(people.height[sex], height) for sex in ("F", "M"))),
        true=np.array(
            [_spread(find_spread(m), z) for m, z in zip(course.all_measures.values(), severity, strict=True)]
        ),
        noise=np.array([luck.normal(count, "baseline", name) for name in course.all_measures]),
    )


def _spread(spread: Spread, normal: Numbers) -> Numbers:
    """Values of a distribution; those outside of its range are brought back to it."""
    least = -np.inf if spread.least is None else spread.least
    most = np.inf if spread.most is None else spread.most
    return np.clip(spread.mean + spread.sd * normal, least, most)


def fill_places(
    luck: Luck, truth: Truth, lives: Lives, places: int, trial: Trial, course: Course, executor: Executor
) -> Steps:
    """Screen candidates until every trial has filled its places; how many each of them screened.

    Raises SettingError where candidates of this course hardly ever meet the entry criteria.
    """
    sites, entry = draw_sites(luck, course), build_entry(trial, course)
    filled, screened = (np.zeros(luck.trials, dtype=np.int64) for _ in range(2))
    meet, judge, take = (choose_executor(part, executor) for part in (meet_candidates, judge_candidates, take_places))
    wanted = places
    while filled.min() < places:
        if screened.max() > MOST_SCREENED * places:
            raise SettingError("virtual patients of this course don't meet the entry criteria of the trial")
        candidates = draw_candidates(luck, wanted, course)
        wanted = DRAWN_AGAIN
        count = len(candidates.site)
        baseline = np.full((count, lives.x.shape[2]), MISSING)
        uln, rater = np.zeros((count, len(truth.noise)), dtype=np.int64), np.zeros((count, len(truth.noise)))
        may_enter, life = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
        meet(truth, candidates, sites, baseline, uln, rater)
        facts = np.full((count, entry.facts), MISSING)
        answers = np.empty((count, len(entry.limits.wanted)), dtype=np.int64)
        judge(truth, entry, candidates, baseline, facts, answers, may_enter)
        take(may_enter, filled, screened, places, life)
        chosen = np.flatnonzero(life != NOWHERE)
        place = life[chosen]
        lives.x[place, 0], lives.uln[place], lives.rater[place] = baseline[chosen], uln[chosen], rater[chosen]
        lives.true[place] = candidates.true.T[chosen]
        for name in ("site", "female", "age", "weight_kg", "height_cm"):
            getattr(lives, name)[place] = getattr(candidates, name)[chosen]
    return screened


@rule_part
def find_bmi_tenths(weight_kg: float, height_cm: float) -> int:
    """The body mass index in tenths of kg/m²."""
    return math.floor(weight_kg / (height_cm / 100) ** 2 * 10 + 0.5)


@rule_part
def meet_candidates(
    truth: Truth, candidates: Candidates, sites: Sites, baseline: Steps, uln: Steps, rater: Numbers
) -> None:
    """Fill in by candidate what the first visit records, and what its laboratory and rater are."""
    at, female, true, noise = candidates.site, candidates.female, candidates.true, candidates.noise
    limits, raters = sites.uln, sites.rater
    trials = raters.shape[2]
    for measure in range(len(truth.noise)):
        form, sd, is_measured = take_form(truth, measure), truth.noise[measure], truth.measured[0, measure] == 1
        for candidate in range(len(at)):
            site, trial = at[candidate], candidate % trials
            limit, worse = limits[site, female[candidate], measure, trial], raters[site, measure, trial]
            uln[candidate, measure], rater[candidate, measure] = limit, worse
            if is_measured:
                seen = true[measure, candidate] + worse + sd * noise[measure, candidate]
                baseline[candidate, form.column] = record_state(seen, limit, form)
            if form.is_enzyme == 1:
                baseline[candidate, form.uln_column] = form.steps * limit


@rule_part
def write_facts(truth: Truth, entry: Entry, candidates: Candidates, baseline: Steps, facts: Steps) -> None:
    """Fill in by candidate what screening knows, of the facts that the protocol asks for."""
    age, weight, height = candidates.age, candidates.weight_kg, candidates.height_cm
    for measure in range(len(truth.noise)):
        column, uln, fact = truth.column[measure], truth.uln_column[measure], entry.of_measure[measure]
        per_unit, is_enzyme, highest = entry.per_unit[measure], truth.is_enzyme[measure] == 1, entry.highest_enzyme
        for candidate in range(len(age)):
            value = baseline[candidate, column]
            if fact != NOWHERE:
                facts[candidate, fact] = encode_ratio(value, per_unit)
            elif is_enzyme and highest != NOWHERE:
                multiple = encode_ratio(value, baseline[candidate, uln])
                facts[candidate, highest] = max(facts[candidate, highest], multiple)
    for candidate in range(len(age)):
        if entry.age != NOWHERE:
            facts[candidate, entry.age] = encode_ratio(age[candidate], 1)
        if entry.bmi != NOWHERE:
            facts[candidate, entry.bmi] = encode_ratio(find_bmi_tenths(weight[candidate], height[candidate]), 10)


@rule_part
def judge_candidates(
    truth: Truth, entry: Entry, candidates: Candidates, baseline: Steps, facts: Steps, answers: Steps, may_enter: Steps
) -> None:
    """Fill in by candidate whether the entry criteria keep nobody out: 1, or 0."""
    write_facts(truth, entry, candidates, baseline, facts)
    check_criteria(facts, entry.limits, answers)
    for candidate in range(len(may_enter)):
        may_enter[candidate] = 0 if is_eligible(answers, candidate, entry.limits) == NO else 1


@rule_part
def take_places(may_enter: Steps, filled: Steps, screened: Steps, places: int, life: Steps) -> None:
    """Fill in by candidate the life that it becomes: the next place of its trial, or none (`NOWHERE`)."""
    trials = len(filled)
    for candidate in range(len(may_enter)):
        trial = candidate % trials
        life[candidate] = NOWHERE
        if filled[trial] < places:
            screened[trial] += 1
            if may_enter[candidate] == 1:
                life[candidate] = filled[trial] * trials + trial
                filled[trial] += 1
