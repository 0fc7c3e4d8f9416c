"""Virtual patients: who they are, how ill they are, and what a visit finds.

A patient has a true distance from the best value in every measure. Treatment takes a share of it away over time, flares
add to it, and a visit records the sum with noise on the grid of the form. Every draw comes from a stream with a name.
"""

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from myotis.datasets.sdtm import find_test
from myotis.errors import SettingError
from myotis.instruments.cdasi import CDASI_ACTIVITY, CDASI_DAMAGE
from myotis.instruments.measure import Better, Measure
from myotis.protocol.trial import Trial
from myotis.rules.eligibility import assess_eligibility
from myotis.simulate.course import ClinicalMeasure, Course, EnzymeCourse, Sex, Spread
from myotis.simulate.streams import Streams
from myotis.terms.missing import NO

MOST_SCREENED = 10_000
"""Candidates for one place in the trial before we say that the course and the entry criteria don't fit."""

BESIDE_THE_CORE_SET = {measure.name: measure for measure in (CDASI_ACTIVITY, CDASI_DAMAGE)}

Numbers = NDArray[np.float64]


class Recording(NamedTuple):
    """One recorded result: the text on the form, and for an enzyme the text of its ULN."""

    measure: str
    text: str
    uln: str | None = None


class Patient(NamedTuple):
    """A virtual patient at baseline. Arrays have an entry for each clinical measure, then for each enzyme.

    ``true`` is the distance from the best value in the measure's unit, for enzymes the logarithm of the multiple of
    the ULN; ``trait`` is how far the subject's recovery lies from the mean of its treatment, in standard deviations.
    """

    site: str
    sex: Sex
    age: int
    weight_kg: float
    height_cm: float
    true: Numbers
    trait: Numbers
    uln: dict[str, int]


class Clinic:
    """What all visits of a virtual trial share: the course, the measures it measures, and the streams."""

    def __init__(self, trial: Trial, course: Course, streams: Streams) -> None:
        self.trial = trial
        self.course = course
        self.streams = streams
        self.measures = {name: _find_measure(name, trial) for name in course.measures}
        self.clinical: list[ClinicalMeasure] = list(course.measures.values())
        self.enzymes: list[EnzymeCourse] = list(course.enzymes.values())
        both: list[ClinicalMeasure | EnzymeCourse] = [*self.clinical, *self.enzymes]
        self.names = [*course.measures, *course.enzymes]
        self.noise_sd = np.array([part.noise for part in both])
        self.flare = np.array([part.flare for part in both])
        self.recovery_sd = np.array([part.recovery_sd for part in both])
        treatments = [treatment.id for treatment in trial.treatments]
        self.recovery = {name: np.array([part.recovery[name] for part in both]) for name in treatments}

    def draw_patient(self, number: int) -> tuple[Patient, list[Recording]]:
        """A patient who meets the entry criteria, with what the baseline visit records of them.

        Raises SettingError where candidates of this course hardly ever meet them.
        """
        generator = self.streams.find("patient", number)
        for _ in range(MOST_SCREENED):
            patient = self._draw_candidate(generator)
            noise = generator.standard_normal(len(self.names))
            recordings = self.record(patient, patient.true, noise)
            if self._may_enter(patient, recordings):
                return patient, recordings
        raise SettingError("virtual patients of this course don't meet the entry criteria of the trial")

    def _draw_candidate(self, generator: np.random.Generator) -> Patient:
        course, people = self.course, self.course.demographics
        site = int(generator.integers(course.enrollment.sites))
        sex: Sex = "F" if generator.random() < people.female else "M"
        severity = _draw_correlated(generator, len(self.names), course.disease.severity_correlation)
        spreads = [*(m.distance for m in self.clinical), *(e.log_multiple for e in self.enzymes)]
        return Patient(
            site=f"{site + 101}",
            sex=sex,
            age=int(_draw_spread(generator, people.age)),
            weight_kg=_draw_spread(generator, people.weight[sex]),
            true=np.array([_cut(s.mean + s.sd * z, s) for s, z in zip(spreads, severity, strict=True)]),
            trait=_draw_correlated(generator, len(self.names), course.disease.recovery_correlation),
            uln=self._site_ulns(site, sex),
            height_cm=_draw_spread(generator, people.height[sex]),
        )

    def _site_ulns(self, site: int, sex: Sex) -> dict[str, int]:
        generator = self.streams.find("laboratory", site)
        return {
            name: round(enzyme.uln[sex] * (1 + enzyme.uln_site_sd * float(np.clip(generator.standard_normal(), -2, 2))))
            for name, enzyme in self.course.enzymes.items()
        }

    def _may_enter(self, patient: Patient, recordings: list[Recording]) -> bool:
        """By the protocol's own criteria; whatever the course says nothing of is taken as allowing entry."""
        return assess_eligibility(self.trial, self.find_facts(patient, recordings)).eligible != NO

    def find_facts(self, patient: Patient, recordings: list[Recording]) -> dict[str, object]:
        """What screening knows of a patient, of the facts that the protocol asks for."""
        multiples = [Fraction(e.text) / Fraction(e.uln) for e in recordings if e.uln is not None]
        facts: dict[str, object] = {entry.measure: Decimal(entry.text) for entry in recordings if entry.uln is None}
        facts["age"] = patient.age
        facts["bmi"] = Decimal(f"{patient.weight_kg / (patient.height_cm / 100) ** 2:.1f}")
        if multiples:
            facts["highest_enzyme"] = Decimal(f"{float(max(multiples)):.3f}")
        asked = {fact.id for fact in self.trial.facts}
        return {name: value for name, value in facts.items() if name in asked}

    def record(self, patient: Patient, now: Numbers, noise: Numbers) -> list[Recording]:
        """What a visit records of the true state ``now``, with standard normal ``noise``."""
        seen = now + self.noise_sd * noise
        clinical = [
            Recording(name, _write(measure, course.per_unit, value))
            for (name, measure), course, value in zip(self.measures.items(), self.clinical, seen, strict=False)
        ]
        enzymes = [
            Recording(name, str(max(1, round(float(np.exp(value)) * patient.uln[name]))), str(patient.uln[name]))
            for name, value in zip(self.course.enzymes, seen[len(clinical) :], strict=True)
        ]
        return [*clinical, *enzymes]

    def move(self, recovery: Numbers, patient: Patient, treatment: str, weeks: float) -> Numbers:
        """The share of its distance that a subject has recovered, some weeks further on under a treatment."""
        target = np.maximum(
            self.recovery[treatment] + self.recovery_sd * patient.trait, self.course.disease.least_recovery
        )
        way: float = 1 - 0.5 ** (weeks / self.course.disease.half_life_weeks)
        return np.asarray(recovery + (target - recovery) * way)

    def find_state(self, patient: Patient, recovery: Numbers, flare_size: float) -> Numbers:
        """The true state of a subject: what is left of its distance, and what a flare adds."""
        normal = np.array([0.0] * len(self.clinical) + [enzyme.log_normal for enzyme in self.enzymes])
        abnormal = np.maximum(patient.true - normal, 0)
        return np.asarray(patient.true - recovery * abnormal + flare_size * self.flare)


def _find_measure(name: str, trial: Trial) -> Measure:
    find_test(name)
    core_set = trial.tis.settings.core_set
    known = {m.name: m for measures in core_set.measures.values() for m in measures} | BESIDE_THE_CORE_SET
    if name not in known:
        raise SettingError(f"the course has {name}, which the trial does not measure")
    return known[name]


def _write(measure: Measure, per_unit: int, distance: float) -> str:
    """A distance from the best value as the form records it: on its spacing and inside the range of the measure."""
    best = measure.maximum if measure.better is Better.HIGHER else measure.minimum
    value = best - int(measure.better) * distance
    spaces = min(max(round(value * per_unit), measure.minimum * per_unit), measure.maximum * per_unit)
    return f"{float(Fraction(spaces, per_unit)):g}"


def _draw_correlated(generator: np.random.Generator, count: int, correlation: float) -> Numbers:
    shared, own = generator.standard_normal(), generator.standard_normal(count)
    return np.asarray(np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own)


def _draw_spread(generator: np.random.Generator, spread: Spread) -> float:
    return _cut(spread.mean + spread.sd * generator.standard_normal(), spread)


def _cut(value: float, spread: Spread) -> float:
    """A value brought back to the range."""
    low = -np.inf if spread.least is None else spread.least
    high = np.inf if spread.most is None else spread.most
    return float(min(max(value, low), high))
