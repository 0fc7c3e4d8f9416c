"""Candidates for a virtual trial, who are screened in the order in which they come until all places are taken."""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple, Self

import numpy as np

from myotis.errors import SettingError
from myotis.instruments.enzymes import ULN_GRID
from myotis.protocol.trial import Trial
from myotis.rules.eligibility import EligibilityLimits, check_criteria, eligibility_limits, encode_ratio, find_eligible
from myotis.simulate.course import Course, EnzymeCourse, Sex, Spread
from myotis.simulate.luck import Luck, draw_shared
from myotis.simulate.nature import record_states, take_form
from myotis.simulate.truth import NOWHERE, Numbers, Truth, find_measures, find_spread
from myotis.terms.missing import MISSING, NO
from myotis.terms.rule import Executor, Steps, choose_executor, rule_part

SCREENED_TOGETHER: Final = 16
"""So many candidates of every trial are screened at a time."""

MOST_SCREENED: Final = 1_000
"""Candidates for one place in the trial before we say that the course and the entry criteria don't fit."""


class Candidates(NamedTuple):
    """Arrays by candidate, of every trial one after the other; as with lives, candidates are neighbors in memory."""

    site: Steps
    female: Steps
    age: Steps
    weight_kg: Numbers
    height_cm: Numbers
    true: Numbers
    """[candidate, measure]"""
    rater: Numbers
    """[candidate, measure]"""
    uln: Steps
    """[candidate, measure]"""
    baseline: Steps
    """[candidate, measure]: what the first visit records; MISSING where its schedule has none."""

    @classmethod
    def begin(cls, count: int, truth: Truth, luck: Luck, name: str) -> Self:
        """Room for candidates; what is nothing to a measure (a ULN, a rater that differs) is 0 from the start."""
        measures = len(truth.noise)

        def whole(part: str, *shape: int) -> Steps:
            array: Steps = luck.take((name, part), (count, *shape), np.int64)
            return array

        def real(part: str, *shape: int) -> Numbers:
            array: Numbers = luck.take((name, part), (count, *shape))
            return array

        begun = cls(
            site=whole("site"), female=whole("female"), age=whole("age"), weight_kg=real("weight_kg"),
            height_cm=real("height_cm"), true=real("true", measures), rater=real("rater", measures),
            uln=whole("uln", measures), baseline=whole("baseline", measures),
        )  # fmt: skip
        for measure in range(measures):
            if not truth.rated[measure]:
                begun.rater[:, measure] = 0
            if not truth.is_enzyme[measure]:
                begun.uln[:, measure] = 0
        return begun


class CandidateLuck(NamedTuple):
    """The luck of candidates."""

    sex: Numbers
    site: Numbers
    """Uniform numbers by candidate."""
    person: Numbers
    """[age, weight, height; candidate], standard normal."""
    severity: Numbers
    """[measure, candidate], standard normal."""
    noise: Numbers
    """[measure, candidate], standard normal. It is used up."""


class People(NamedTuple):
    """Who may come: the parts of a course that say it. A spread is mean, standard deviation, least and most."""

    sites: int
    female: float
    age: Numbers
    weight: Numbers
    height: Numbers
    """[sex, part of the spread]: men, then women."""
    severity: Numbers
    """[measure, part of the spread]"""


class Sites(NamedTuple):
    """What belongs to the sites of each trial."""

    uln: Steps
    """[measure; site, sex and trial]: U/L; 0 for measures that are no enzymes."""
    rater: Numbers
    """[measure; site and trial]: how much worse the rater finds a state."""


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
    uln_steps: Steps
    """[measure]: grid steps of a ULN's unit; 0 for measures that are no enzymes."""


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
        uln_steps=np.array([0 if measure else ULN_GRID.steps_per_unit for measure in measures.values()]),
    )


def draw_sites(luck: Luck, course: Course) -> Sites:
    """The laboratories and the raters of all sites; where they don't differ, nothing is drawn."""
    count, parts = course.enrollment.sites, course.all_measures
    uln = np.zeros((len(parts), count, len(SEXES), luck.trials), dtype=np.int64)
    rater = np.zeros((len(parts), count, luck.trials))
    for number, (name, part) in enumerate(parts.items()):
        if part.rater_sd > 0:
            rater[number] = part.rater_sd * luck.normal(count, "rater", name).reshape(count, -1)
        if isinstance(part, EnzymeCourse):
            differs = part.uln_site_sd > 0
            drawn = luck.normal(count, "laboratory", name).reshape(count, -1) if differs else np.zeros((count, 1))
            for female, sex in enumerate(SEXES):
                limits = part.uln[sex] * (1 + part.uln_site_sd * np.clip(drawn, -2, 2))
                uln[number, :, female] = np.floor(limits + 0.5)
    return Sites(uln.reshape(len(parts), -1), rater.reshape(len(parts), -1))


SEXES: Final[tuple[Sex, Sex]] = ("M", "F")


def build_people(course: Course) -> People:
    """The candidates of a course."""
    people = course.demographics
    return People(
        sites=course.enrollment.sites,
        female=people.female,
        age=_write_spreads([people.age])[0],
        weight=_write_spreads([people.weight[sex] for sex in SEXES]),
        height=_write_spreads([people.height[sex] for sex in SEXES]),
        severity=_write_spreads([find_spread(measure) for measure in course.all_measures.values()]),
    )


def _write_spreads(spreads: Sequence[Spread]) -> Numbers:
    ends = [(-np.inf if one.least is None else one.least, np.inf if one.most is None else one.most) for one in spreads]
    return np.array([(one.mean, one.sd, *end) for one, end in zip(spreads, ends, strict=True)], dtype=np.float64)


def draw_candidates(luck: Luck, count: int, truth: Truth, course: Course) -> CandidateLuck:
    """The luck of the next ``count`` candidates of every trial."""
    sex, site = luck.uniforms(count, [("sex",), ("site",)])
    return CandidateLuck(
        sex=sex,
        site=site,
        person=luck.normals(count, [("age",), ("weight",), ("height",)]),
        severity=draw_shared(luck, count, "severity", truth.severity_loadings, course),
        noise=luck.normals(count, [("baseline", name) for name in course.all_measures]),
    )


def fill_places(
    luck: Luck, truth: Truth, entry: Entry, people: People, places: int, course: Course, executor: Executor
) -> tuple[Candidates, Steps]:
    """Screen candidates until every trial has filled its places: who fills them, as lives are ordered, and how many
    each trial has screened.

    Raises SettingError where candidates of this course hardly ever meet the entry criteria.
    """
    sites = draw_sites(luck, course)
    filled, screened = (np.zeros(luck.trials, dtype=np.int64) for _ in range(2))
    meet, judge, take = (choose_executor(part, executor) for part in (meet_candidates, judge_candidates, take_places))
    entrants = Candidates.begin(places * luck.trials, truth, luck, "entrants")
    together = SCREENED_TOGETHER * luck.trials
    candidates = Candidates.begin(together, truth, luck, "candidates")
    facts, eligible = np.full((together, entry.facts), MISSING, order="F"), np.empty(together, dtype=np.int64)
    answers = np.empty((together, len(entry.limits.wanted)), dtype=np.int64, order="F")
    while filled.min() < places:
        if screened.max() > MOST_SCREENED * places:
            raise SettingError("virtual patients of this course don't meet the entry criteria of the trial")
        chance = draw_candidates(luck, SCREENED_TOGETHER, truth, course)
        meet(truth, people, sites, chance, candidates)
        judge(entry, candidates, facts, answers, eligible)
        take(truth.rated, truth.is_enzyme, candidates, eligible, filled, screened, places, entrants)
    return entrants, screened


@rule_part
def find_bmi_tenths(weight_kg: float, height_cm: float) -> int:
    """The body mass index in tenths of kg/m²."""
    return math.floor(weight_kg / (height_cm / 100) ** 2 * 10 + 0.5)


@rule_part
def cut_normal(normal: float, spread: Numbers) -> float:
    """A value of a distribution; those outside of its range are brought back to it."""
    value: float = min(max(spread[0] + spread[1] * normal, spread[2]), spread[3])
    return value


@rule_part
def introduce(people: People, luck: CandidateLuck, candidates: Candidates) -> None:
    """Fill in who the candidates are, and where they come."""
    site, female, age, weight, height = (
        candidates.site, candidates.female, candidates.age, candidates.weight_kg, candidates.height_cm
    )  # fmt: skip
    by_age, weights, heights, person, sex, where = (
        people.age, people.weight, people.height, luck.person, luck.sex, luck.site
    )  # fmt: skip
    sites, women = people.sites, people.female
    for candidate in range(len(site)):
        site[candidate] = math.floor(where[candidate] * sites)
        age[candidate] = math.floor(cut_normal(person[0, candidate], by_age))
    for candidate in range(len(site)):
        which = 1 if sex[candidate] < women else 0
        female[candidate] = which
        weight[candidate] = cut_normal(person[1, candidate], weights[which])
        height[candidate] = cut_normal(person[2, candidate], heights[which])


@rule_part
def meet_candidates(truth: Truth, people: People, sites: Sites, luck: CandidateLuck, candidates: Candidates) -> None:
    """Fill in who the candidates are, what the first visit records of them, and what their laboratory and rater are."""
    introduce(people, luck, candidates)
    site, female, true, baseline = candidates.site, candidates.female, candidates.true, candidates.baseline
    uln, rater = candidates.uln, candidates.rater
    trials = sites.rater.shape[1] // people.sites
    for measure in range(len(truth.noise)):
        form, sd = take_form(truth, measure), truth.noise[measure]
        limits, raters = sites.uln[measure], sites.rater[measure]
        spread, severity, seen = people.severity[measure], luck.severity[measure], luck.noise[measure]
        for candidate in range(len(site)):
            true[candidate, measure] = cut_normal(severity[candidate], spread)
            seen[candidate] = true[candidate, measure] + sd * seen[candidate]
        for first in range(0, len(site) if truth.rated[measure] == 1 else 0, trials):
            for trial in range(trials):
                candidate = first + trial
                rater[candidate, measure] = raters[site[candidate] * trials + trial]
                seen[candidate] += rater[candidate, measure]
        for first in range(0, len(site) if form.is_enzyme == 1 else 0, trials):
            for trial in range(trials):
                candidate = first + trial
                uln[candidate, measure] = limits[(site[candidate] * 2 + female[candidate]) * trials + trial]
        if truth.place[0, measure] != NOWHERE:
            record_states(seen, uln[:, measure], form, baseline[:, measure])
        else:
            baseline[:, measure] = MISSING


@rule_part
def write_facts(entry: Entry, candidates: Candidates, facts: Steps) -> None:
    """Fill in by candidate what screening knows, of the facts that the protocol asks for."""
    age, weight, height, baseline = candidates.age, candidates.weight_kg, candidates.height_cm, candidates.baseline
    uln, highest, of_age, of_bmi = candidates.uln, entry.highest_enzyme, entry.age, entry.bmi
    for candidate in range(len(age) if highest != NOWHERE else 0):
        facts[candidate, highest] = MISSING
    for candidate in range(len(age) if of_age != NOWHERE else 0):
        facts[candidate, of_age] = encode_ratio(age[candidate], 1)
    for candidate in range(len(age) if of_bmi != NOWHERE else 0):
        facts[candidate, of_bmi] = encode_ratio(find_bmi_tenths(weight[candidate], height[candidate]), 10)
    for measure in range(len(entry.of_measure)):
        fact, per_unit, steps = entry.of_measure[measure], entry.per_unit[measure], entry.uln_steps[measure]
        for candidate in range(len(age) if fact != NOWHERE else 0):
            facts[candidate, fact] = encode_ratio(baseline[candidate, measure], per_unit)
        for candidate in range(len(age) if steps > 0 and highest != NOWHERE else 0):
            multiple = encode_ratio(baseline[candidate, measure], steps * uln[candidate, measure])
            facts[candidate, highest] = max(facts[candidate, highest], multiple)


@rule_part
def judge_candidates(entry: Entry, candidates: Candidates, facts: Steps, answers: Steps, eligible: Steps) -> None:
    """Fill in by candidate the answer of each entry criterion, and what follows: YES, NO or UNKNOWN."""
    write_facts(entry, candidates, facts)
    check_criteria(facts, entry.limits, answers)
    find_eligible(answers, entry.limits, eligible)


@rule_part
def take_places(
    rated: Steps, is_enzyme: Steps, candidates: Candidates, eligible: Steps, filled: Steps, screened: Steps,
    places: int, entrants: Candidates,
) -> None:  # fmt: skip
    """Let candidates take the next places of their trials, while there are any; but not those known to be excluded."""
    trials, count = len(filled), len(eligible)
    who, place, entering = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64), 0
    for first in range(0, count, trials):
        for trial in range(trials):
            is_open = filled[trial] < places
            screened[trial] += int(is_open)
            if is_open and eligible[first + trial] != NO:
                who[entering], place[entering] = first + trial, filled[trial] * trials + trial
                entering += 1
                filled[trial] += 1
    who, place = who[:entering], place[:entering]
    seat(who, place, candidates.site, entrants.site)
    seat(who, place, candidates.female, entrants.female)
    seat(who, place, candidates.age, entrants.age)
    seat(who, place, candidates.weight_kg, entrants.weight_kg)
    seat(who, place, candidates.height_cm, entrants.height_cm)
    for measure in range(len(rated)):
        seat(who, place, candidates.true[:, measure], entrants.true[:, measure])
        seat(who, place, candidates.baseline[:, measure], entrants.baseline[:, measure])
        if rated[measure] == 1:
            seat(who, place, candidates.rater[:, measure], entrants.rater[:, measure])
        if is_enzyme[measure] == 1:
            seat(who, place, candidates.uln[:, measure], entrants.uln[:, measure])


@rule_part
def seat(who: Steps, place: Steps, candidates: Numbers | Steps, entrants: Numbers | Steps) -> None:
    """Let what is known of some candidates go with them to their places."""
    for entering in range(len(who)):
        entrants[place[entering]] = candidates[who[entering]]
