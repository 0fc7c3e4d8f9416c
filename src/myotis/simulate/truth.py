"""The truth about a trial's patients as arrays: what the course says, for the measures and visits of the protocol.

Measures are in the order of the course, clinical ones before enzymes; treatments in that of the protocol; visits are
called by their position, the baseline visit being 0.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from myotis.errors import SettingError
from myotis.instruments.cdasi import CDASI_ACTIVITY, CDASI_DAMAGE
from myotis.instruments.enzymes import ENZYME_GRID
from myotis.instruments.measure import Better, Measure
from myotis.instruments.tis import COLUMN_COUNT, PLAIN_SLOTS
from myotis.instruments.tis_rule import FIRST_ENZYME
from myotis.protocol.design import Visit
from myotis.protocol.trial import Trial
from myotis.simulate.course import ClinicalMeasure, Course, EnzymeCourse, Spread
from myotis.terms.rule import Steps, rule_part
from myotis.terms.study_time import DAYS_PER_WEEK

Numbers = NDArray[np.float64]

BESIDE_THE_CORE_SET: Final = {measure.name: measure for measure in (CDASI_ACTIVITY, CDASI_DAMAGE)}

WEEKS_OF_A_RATE: Final = 4
"""Probabilities of the course are for 4 weeks."""

NOWHERE: Final = -1
"""In place of a row or a column that there is not."""


class Truth(NamedTuple):
    """A course as arrays, by measure unless said otherwise."""

    is_enzyme: Steps
    direction: Steps
    """1 where higher is better, -1 where lower is; 0 for enzymes."""
    best: Numbers
    per_unit: Numbers
    lowest: Numbers
    highest: Numbers
    """The values that the form can record, in its own spaces."""
    steps: Steps
    """Grid steps in one space of the form."""
    column: Steps
    uln_column: Steps
    """The columns of a recorded visit that hold the measure and its ULN."""
    place: Steps
    """[visit, measure]: the number of the measurement, counted over all visits after the baseline, whose own are 0;
    `NOWHERE` where the schedule has none."""
    severity_loadings: Numbers
    recovery_loadings: Numbers
    """[measure, factor]: how strongly it hangs on each factor of the disease."""
    normal: Numbers
    noise: Numbers
    flare: Numbers
    drift: Numbers
    """How much worse raters find the same state every week."""
    rated: Steps
    """1 where raters differ."""
    belief: Numbers
    """How much worse raters rate who think that they know the treatment."""
    recovery: Numbers
    """[measure, treatment]"""
    recovery_sd: Numbers
    """[measure, treatment]"""
    core_weight: Numbers
    """How much each measure counts in the recovery of a subject: those of the core set alike, others nothing."""
    least_recovery: float
    way: Numbers
    """[visit, measure, regimen]: the share of the way that is gone since the visit before. A regimen is a treatment and
    the visit since which it is given; see ``find_regimen``."""
    flare_probability: Numbers
    """[visit, treatment]: since the visit before."""
    flare_weeks: tuple[int, int]
    flare_size: tuple[float, float]
    leaving: Numbers
    """[visit, treatment, reason]: the hazard of leaving, summed up since the visit before."""
    leaving_at_all: Numbers
    """[visit, treatment]: that of all reasons, were nobody to recover."""
    leaving_depends: int
    """1 where it depends on recovery."""
    log_recovered: Numbers
    """[reason]: the logarithm of how many times as often one leaves who has recovered."""
    day: Steps
    """[visit]: the planned study day."""
    row: Steps
    """[visit]: the row of the course that the visit fills; `NOWHERE` where it is not assessed."""
    visit_missed: float
    measure_missed: float
    anything_missed: Numbers
    """[visit]: the probability that any of it is missed."""
    infusion: Steps
    """[visit]: 1 where treatment is given."""
    mean_events: Numbers
    """[kind, treatment, rate]: the mean number of adverse events after one infusion, at the lowered rate and else."""
    events_by_cycle: float
    """How many times as many there are after an infusion as after the one before it of the same treatment."""
    lowered_on: int
    """The day since which infusions go at the lowered rate, counted from the first subject's first visit."""
    recognized: Steps
    """[kind]: 1 where the kind makes raters believe that they know the treatment."""
    unblinded_sites: int
    """The number of sites whose raters do; they are the first ones."""


@rule_part
def find_regimen(since: int, treatment: int, treatments: int) -> int:
    """The number of a regimen: since which visit which treatment is given."""
    return since * treatments + treatment


def list_visits(trial: Trial) -> list[Visit]:
    """The visits from the baseline on."""
    first = trial.visit(trial.baseline_visit).day
    return [visit for visit in trial.visits if visit.day >= first]


def find_measures(trial: Trial, course: Course) -> dict[str, Measure | None]:
    """What each measure of the course is, None for enzymes; raises SettingError for one that the trial has not."""
    known = {m.name: m for slot in PLAIN_SLOTS if (m := trial.tis.settings.measure(slot))} | BESIDE_THE_CORE_SET
    absent = [name for name in course.measures if name not in known]
    absent += [name for name in course.enzymes if name not in trial.tis.settings.enzymes]
    if absent:
        raise SettingError(f"the course has {', '.join(absent)}, which the trial does not measure")
    return {name: known.get(name) for name in course.all_measures}


def find_columns(trial: Trial, course: Course) -> tuple[list[int], list[int]]:
    """The columns of a recorded visit that hold each measure and its ULN; those of the core set are as scoring reads
    them, others follow."""
    settings = trial.tis.settings
    plain = [measure.name if (measure := settings.measure(slot)) else "" for slot in PLAIN_SLOTS]
    beside = [name for name in course.measures if name not in plain]
    columns = {name: COLUMN_COUNT + position for position, name in enumerate(beside)}
    columns |= {name: position for position, name in enumerate(plain)}
    columns |= {name: FIRST_ENZYME + 2 * position for position, name in enumerate(settings.enzymes)}
    ulns = [columns[name] + 1 if name in course.enzymes else NOWHERE for name in course.all_measures]
    return [columns[name] for name in course.all_measures], ulns


def is_measured(name: str, visit: Visit) -> bool:
    """Does the schedule have a measure at a visit?"""
    return ("cdasi" if name in BESIDE_THE_CORE_SET else "core_set") in visit.activities


def find_spread(measure: ClinicalMeasure | EnzymeCourse) -> Spread:
    """How a measure is spread over patients: the distance from the best value, or the logarithm of the multiple."""
    return measure.distance if isinstance(measure, ClinicalMeasure) else measure.log_multiple


def build_truth(trial: Trial, course: Course) -> Truth:
    """The course of a trial as arrays; raises SettingError where they don't fit (see ``check_fit``)."""
    visits, measures = list_visits(trial), find_measures(trial, course)
    parts = list(course.all_measures.values())
    scales = [_scale(name, measure, course) for name, measure in measures.items()]
    columns, ulns = find_columns(trial, course)
    treatments = [treatment.id for treatment in trial.treatments]
    believed = course.unblinding.shift if course.unblinding else {}
    events = course.adverse_events.kinds if course.adverse_events else {}
    recognized = course.unblinding.kinds if course.unblinding else ()
    measured = _whole([[is_measured(name, visit) for name in measures] for visit in visits])
    absence, leaving = course.absence, _find_leaving(visits, treatments, course)
    log_recovered = _real(np.log(reason.recovered_factor) for reason in course.discontinuation.values())
    return Truth(
        is_enzyme=_whole(isinstance(part, EnzymeCourse) for part in parts),
        direction=_whole(scale[0] for scale in scales),
        best=_real(scale[1] for scale in scales),
        per_unit=_real(scale[2] for scale in scales),
        lowest=_real(scale[3] for scale in scales),
        highest=_real(scale[4] for scale in scales),
        steps=_whole(scale[5] for scale in scales),
        column=_whole(columns),
        uln_column=_whole(ulns),
        place=_number(measured),
        severity_loadings=_load([part.severity_factors for part in parts], course),
        recovery_loadings=_load([part.recovery_factors for part in parts], course),
        normal=_real(part.log_normal if isinstance(part, EnzymeCourse) else 0 for part in parts),
        noise=_real(part.noise for part in parts),
        flare=_real(part.flare for part in parts),
        drift=_real(part.rater_drift / WEEKS_OF_A_RATE for part in parts),
        rated=_whole(part.rater_sd > 0 for part in parts),
        belief=_real(believed.get(name, 0.0) for name in measures),
        recovery=_real([[part.recovery[name] for name in treatments] for part in parts]),
        recovery_sd=np.outer(
            _real(part.recovery_sd for part in parts),
            _real(course.disease.recovery_spread.get(name, 1.0) for name in treatments),
        ),
        core_weight=_real(int(at < COLUMN_COUNT) / sum(column < COLUMN_COUNT for column in columns) for at in columns),
        least_recovery=course.disease.least_recovery,
        way=_find_ways(visits, treatments, course),
        flare_probability=_real(
            [[share * course.flares.probability_per_4_weeks[name] for name in treatments] for share in _shares(visits)]
        ),
        flare_weeks=course.flares.weeks,
        flare_size=course.flares.size,
        leaving=leaving,
        leaving_at_all=leaving.sum(axis=2),
        leaving_depends=int(np.any(log_recovered != 0)),
        log_recovered=log_recovered,
        day=_whole(visit.day for visit in visits),
        row=_whole(
            trial.assessment_visits.index(visit) if visit in trial.assessment_visits else NOWHERE for visit in visits
        ),
        visit_missed=absence.visit_missed,
        measure_missed=absence.measure_missed,
        anything_missed=1 - (1 - absence.visit_missed) * (1 - absence.measure_missed) ** measured.sum(axis=1),
        infusion=_whole(is_treated(visits, position) for position in range(len(visits))),
        mean_events=_real(
            [[[kind.per_infusion[name], kind.per_infusion[name] * kind.faster] for name in treatments]
             for kind in events.values()]
        ).reshape(len(events), len(treatments), 2),
        events_by_cycle=course.adverse_events.by_cycle if course.adverse_events else 1.0,
        lowered_on=(
            (course.adverse_events.lowered_on - course.enrollment.first_day).days if course.adverse_events else 0
        ),
        recognized=_whole(name in recognized for name in events),
        unblinded_sites=round(course.unblinding.sites * course.enrollment.sites) if course.unblinding else 0,
    )  # fmt: skip


def is_treated(visits: list[Visit], position: int) -> bool:
    """Is treatment given at a visit? Where a trial has no infusions, it is taken at home after every visit but the
    last."""
    if any("infusion" in visit.activities for visit in visits):
        return "infusion" in visits[position].activities
    return position < len(visits) - 1


def _scale(name: str, measure: Measure | None, course: Course) -> tuple[int, float, int, int, int, int]:
    """Direction, best value, spaces of the form in a unit, the lowest and highest space, grid steps in a space."""
    if measure is None:
        return 0, 0.0, 1, 1, ENZYME_GRID.largest, ENZYME_GRID.steps_per_unit
    per_unit = course.measures[name].per_unit
    steps, rest = divmod(measure.grid.steps_per_unit, per_unit)
    if rest:
        raise SettingError(f"the form of {name} can't record {per_unit} values in a unit: its grid has other steps")
    best = measure.maximum if measure.better is Better.HIGHER else measure.minimum
    return int(measure.better), best, per_unit, measure.minimum * per_unit, measure.maximum * per_unit, steps


def _number(measured: Steps) -> Steps:
    """The numbers of measurements; see `Truth`."""
    place = np.zeros(measured.shape, dtype=np.int64)
    place[1:] = measured[1:].cumsum().reshape(measured[1:].shape) - 1
    return np.where(measured == 1, place, NOWHERE)


def _load(loadings: list[dict[str, float]], course: Course) -> Numbers:
    return _real([[of.get(factor, 0.0) for factor in course.disease.factors] for of in loadings]).reshape(
        len(loadings), len(course.disease.factors)
    )


def _shares(visits: list[Visit]) -> list[float]:
    """Of the time that rates are for, how much lies before each visit."""
    days = [0, *(after.day - before.day for before, after in pairwise(visits))]
    return [between / DAYS_PER_WEEK / WEEKS_OF_A_RATE for between in days]


def _find_ways(visits: list[Visit], treatments: list[str], course: Course) -> Numbers:
    parts = list(course.all_measures.values())
    ways = np.zeros((len(visits), len(parts), len(visits), len(treatments)))
    for since, begun in enumerate(visits):
        for position in range(since + 1, len(visits)):
            for number, name in enumerate(treatments):
                onset = course.disease.onset[name]
                works = begun.day + onset.delay_weeks * DAYS_PER_WEEK
                weeks = max(0.0, visits[position].day - max(visits[position - 1].day, works)) / DAYS_PER_WEEK
                lives = np.array([onset.half_life_weeks * part.half_life for part in parts])
                ways[position, :, since, number] = 1 - 0.5 ** (weeks / lives)
    return ways.reshape(len(visits), len(parts), -1)


def _find_leaving(visits: list[Visit], treatments: list[str], course: Course) -> Numbers:
    reasons = course.discontinuation.values()
    leaving = np.zeros((len(visits), len(treatments), len(reasons)))
    for position, share in enumerate(_shares(visits)[1:], 1):
        epoch = visits[position - 1].epoch
        for number, name in enumerate(treatments):
            leaving[position, number] = [
                -share * np.log1p(-reason.probability_per_4_weeks[epoch]) * reason.treatment_factor.get(name, 1.0)
                for reason in reasons
            ]
    return leaving


def _whole(numbers: Iterable[object]) -> Steps:
    return np.array(list(numbers), dtype=np.int64)


def _real(numbers: Iterable[object]) -> Numbers:
    return np.array(list(numbers), dtype=np.float64)
