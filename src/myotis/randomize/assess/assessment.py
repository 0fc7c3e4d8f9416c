"""What a procedure or a list is worth: balance, predictability and chronological bias, as rows of a table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from myotis.errors import SettingError
from myotis.protocol.trial import Trial
from myotis.randomize.assess.course import Course, compute_course, compute_list_course
from myotis.randomize.assess.guessing import compute_chance_guesses
from myotis.randomize.assess.minimized import average_course, draw_minimized_trials
from myotis.randomize.assess.time_trend import (
    SHAPES,
    ErrorRate,
    Shape,
    TimeTrend,
    average_rejection,
    compute_error_rate,
    compute_list_error_rate,
)
from myotis.randomize.bits import Randomness
from myotis.randomize.lists import AllocationList
from myotis.randomize.procedures.law import Procedure, Ratio
from myotis.randomize.procedures.minimization import Minimization
from myotis.randomize.specification import ListSpecification

MEASURES: Final = {
    "final_imbalance": "Imbalance at the end",
    "greatest_imbalance": "Greatest imbalance at any place",
    "loss": "Subjects lost by imbalance at the end",
    "convergence_guesses": "Guesses of the arm behind that are right",
    "bias_factor": "Such guesses right beyond chance",
    "certain": "Places whose arm can be deduced",
    "best_guesses": "Best guesses that are right",
    "error_rate_linear": "Type I error, linear trend",
    "error_rate_stepwise": "Type I error, stepwise trend",
    "error_rate_logarithmic": "Type I error, logarithmic trend",
}
"""What is measured, by name, in words. The greatest imbalance of a procedure is the greatest expected one."""

SHARES: Final = frozenset({"convergence_guesses", "certain", "best_guesses"}) | {f"error_rate_{s}" for s in SHAPES}
"""The measures that are shares, between 0 and 1."""


MOST_PLACES: Final = 400
"""A longer list is assessed at this length at most, or it would take minutes and tell nothing new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How chronological bias is looked at, and how many lists are drawn where they can't be enumerated.

    ``trend_size`` is in standard deviations of the outcome. The step comes after ``step_after`` subjects; None is
    halfway.
    """

    trend_size: float = 1.0
    step_after: int | None = None
    alpha: float = 0.05
    draws: int = 2000

    def list_trends(self, length: int, ratio: Ratio) -> list[TimeTrend]:
        """The three trends over ``length`` subjects; none where there are more than the two arms of a t-test."""
        if len(ratio) != 2:
            return []
        step = length // 2 if self.step_after is None else self.step_after
        return [TimeTrend(shape=shape, size=self.trend_size, step_after=step) for shape in SHAPES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One number of an assessment: None where the measure is not defined; ``mc_error`` 0 where it is exact."""

    procedure: str
    stratum: str | None
    places: int
    measure: str
    value: float | None
    mc_error: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The assessment of one procedure, or of the list of one stratum."""

    procedure: str
    stratum: str | None
    course: Course
    measured: tuple[Measured, ...]

    @property
    def title(self) -> str:
        """What it is called in a table: the stratum of a list, else the procedure."""
        return self.procedure if self.stratum is None else self.stratum


def assess_specification(
    specification: ListSpecification,
    trial: Trial,
    *,
    settings: Settings,
    generator: Randomness,
    length: int | None = None,
) -> Assessment:
    """Assess a procedure over all the lists of ``length`` places that it may make: by default as many as a stratum has.

    Minimization, which has no lists, is assessed over a trial of ``length`` subjects, by default the planned ones.
    Raises SettingError where there are more than 400 places.

    >>> from myotis.protocol.read import read_trial
    >>> from myotis.randomize.bits import SeededBits
    >>> from myotis.randomize.procedures.permuted_blocks import PermutedBlocks
    >>> blocks = PermutedBlocks(block_sizes=(4,))
    >>> specification = ListSpecification(schema_version=1, title="A", places_per_stratum=40, permuted_blocks=blocks)
    >>> trial, bits = read_trial("proderm"), SeededBits(b"demo")
    >>> assessment = assess_specification(specification, trial, settings=Settings(), generator=bits)
    >>> [round(row.value, 3) for row in assessment.measured if row.measure in ("certain", "bias_factor")]
    [8.333, 0.333]
    """
    if specification.minimization is not None:
        return _assess_minimization(specification.minimization, trial, length, settings, generator)
    procedure, ratio = _need_procedure(specification), trial.randomization.ratio
    length = length or specification.places_per_stratum or 0
    if length > MOST_PLACES:
        raise SettingError(f"{length} places are too many to assess; say a length of at most {MOST_PLACES}")
    course = compute_course(procedure, ratio, length, generator, settings.draws)
    rates = {
        trend.shape: compute_error_rate(
            procedure, ratio, length, trend, alpha=settings.alpha, generator=generator, draws=settings.draws
        )
        for trend in settings.list_trends(length, ratio)
    }
    return _summarize(procedure.label, None, course, ratio, rates)


def assess_list(
    allocation: AllocationList, specification: ListSpecification, trial: Trial, *, settings: Settings
) -> list[Assessment]:
    """Assess each stratum of one list, which the specification's procedure made.

    Raises SettingError where another specification made it, or the procedure can't have made it.
    """
    if allocation.specification_digest != specification.digest:
        raise SettingError("the list was made by another specification")
    procedure, ratio = _need_procedure(specification), trial.randomization.ratio
    first, assessments = next(iter(ratio)), list[Assessment]()
    for stratum, arms in allocation.arms_by_stratum.items():
        try:
            course = compute_list_course(procedure, ratio, arms)
        except KeyError as error:
            raise SettingError(f"the procedure can't have made the list of stratum {stratum}") from error
        trends = settings.list_trends(len(arms), ratio)
        rates = {t.shape: compute_list_error_rate(arms, first, t, alpha=settings.alpha) for t in trends}
        assessments.append(_summarize(procedure.label, stratum, course, ratio, rates))
    return assessments


def _assess_minimization(
    options: Minimization, trial: Trial, length: int | None, settings: Settings, generator: Randomness
) -> Assessment:
    ratio, factors = trial.randomization.ratio, trial.randomization.factors
    length = length or trial.randomization.planned_subjects
    drawn = draw_minimized_trials(generator, options, ratio, factors, length, settings.draws)
    trends = settings.list_trends(length, ratio)
    rates = {trend.shape: average_rejection(drawn.has_first_arm, trend, settings.alpha) for trend in trends}
    return _summarize(options.label, None, average_course(drawn), ratio, rates)


def _need_procedure(specification: ListSpecification) -> Procedure:
    if specification.procedure is None:
        raise SettingError("minimization has no list to assess")
    return specification.procedure


def _summarize(
    label: str, stratum: str | None, course: Course, ratio: Ratio, rates: Mapping[Shape, ErrorRate]
) -> Assessment:
    places = len(course.imbalance)
    rows = [
        Measured(procedure=label, stratum=stratum, places=places, measure=measure, value=value, mc_error=error)
        for measure, value, error in (*_list_numbers(course, tuple(ratio.values())), *_list_rates(rates))
    ]
    return Assessment(procedure=label, stratum=stratum, course=course, measured=tuple(rows))


def _list_numbers(course: Course, shares: tuple[int, ...]) -> Iterator[tuple[str, float | None, float]]:
    places = len(course.imbalance)
    ends = {name: float(errors[-1]) for name, errors in course.errors.items()}
    over_places = course.mean_errors
    greatest = int(course.imbalance.argmax())
    imbalances = course.errors.get("imbalance")
    yield "final_imbalance", float(course.imbalance[-1]), ends.get("imbalance", 0.0)
    yield (
        "greatest_imbalance",
        float(course.imbalance[greatest]),
        0.0 if imbalances is None else float(imbalances[greatest]),
    )
    yield "loss", float(course.loss[-1]), ends.get("loss", 0.0)
    error = over_places.get("convergence_guess", 0.0)
    yield "convergence_guesses", float(course.convergence_guess.mean()), error
    beyond = float(course.convergence_guess.sum()) - compute_chance_guesses(places, shares)
    yield "bias_factor", beyond, error * places
    yield "certain", float(course.certain.mean()), over_places.get("certain", 0.0)
    yield "best_guesses", float(course.best_guess.mean()), over_places.get("best_guess", 0.0)


def _list_rates(rates: Mapping[Shape, ErrorRate]) -> Iterator[tuple[str, float | None, float]]:
    for shape in SHAPES:
        found = rates.get(shape)
        yield f"error_rate_{shape}", None if found is None else found.rate, 0.0 if found is None else found.mc_error
