"""Calibration as a whole: published figures and a declaration in, a fitted course and what it is worth out."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple

import polars as pl

from myotis.datasets.calibration import CALIBRATED_FIGURES, CALIBRATED_PARAMETERS
from myotis.errors import Fault, InputError
from myotis.protocol.files import as_values
from myotis.protocol.provenance import flatten
from myotis.protocol.trial import Trial
from myotis.simulate.batch import VirtualTrial
from myotis.simulate.calibration.course_file import write_course, write_scenario
from myotis.simulate.calibration.declaration import FILE, Declaration, Use, sort_figures
from myotis.simulate.calibration.figures import list_figures
from myotis.simulate.calibration.fit import Effort, Fitted, Simulator, fit_parameters, say_nothing
from myotis.simulate.calibration.observed_trials import observe_trials
from myotis.simulate.calibration.parameters import Parameters
from myotis.simulate.calibration.predictive import draw_positions, find_ranges, predict_figures
from myotis.simulate.course import parse_course
from myotis.simulate.truth import Numbers

FEW_SUBJECTS: Final = 8

NORMAL_975: Final = 1.959963984540054


class Calibration(NamedTuple):
    """A calibration that is done."""

    course: str
    """The text of the fitted course file."""
    scenarios: tuple[str, ...]
    """The texts of scenario files, each a draw of the parameters."""
    figures: pl.DataFrame
    """`myotis.datasets.calibration.CALIBRATED_FIGURES`"""
    parameters: pl.DataFrame
    """`myotis.datasets.calibration.CALIBRATED_PARAMETERS`"""
    objectives: tuple[float, ...]
    """The chi-square of figures and priors at the start and after every step."""
    learned: float
    """Of how many independent parameters the figures say all there is to know: a sum of shares."""
    values: int
    """How many numbers the course has."""
    moved: int
    """How many of them the parameters move."""


class Prepared(NamedTuple):
    """A calibration that can be carried out."""

    trial: Trial
    assumed: tuple[str, str]
    declaration: Declaration
    use: Use
    parameters: Parameters


def prepare_calibration(
    trial: Trial, assumed: tuple[str, str], published: Mapping[str, Any], declaration: Declaration
) -> Prepared:
    """See whether everything fits together.

    ``assumed`` is the name and the text of the course file that the parameters start from. Raises InputError with
    every fault of the declaration, every parameter that the course can't have, and every figure that trials of this
    protocol and course don't have.
    """
    course = parse_course(*assumed)
    use = sort_figures(declaration, list(list_figures(published, trial)))
    parameters = Parameters(declaration.parameters, course)
    few = observe_trials(VirtualTrial.build(trial, course), 0, 0, FEW_SUBJECTS)
    faults = []
    for figure in use.all:
        try:
            figure.simulate(few)
        except KeyError as error:
            what = f"the figure {figure.address} asks for {error.args[0]}, which simulated trials don't have"
            expected = "a figure of what the course and the protocol's visits have"
            remedy = "Leave it out in the declaration."
            faults.append(Fault(file=FILE, what=what, expected=expected, remedy=remedy))
    if faults:
        raise InputError(faults)
    return Prepared(trial, assumed, declaration, use, parameters)


def calibrate(
    prepared: Prepared,
    *,
    seed: int,
    draws: int,
    workers: int,
    scenarios: int = 0,
    effort: Effort | None = None,
    tell: Callable[[int, int, str], None] = say_nothing,
) -> Calibration:
    """Fit a course to the published figures of a trial.

    ``draws`` of the posterior make a batch of trials each for the simulated ranges; so many of its draws as
    ``scenarios`` says are written down as scenarios of the fitted course. ``tell`` hears how many of how many
    batches are simulated, and of what.
    """
    trial, assumed, declaration, use, parameters = prepared
    course = parameters.course
    with ThreadPoolExecutor(workers) as pool:
        simulator = Simulator(trial, parameters, use.fitted, seed, course.subjects, pool, tell)
        fitted = fit_parameters(simulator, effort or Effort())
        values = predict_figures(simulator._replace(figures=tuple(use.all)), fitted, draws)
    left = fitted.sd / parameters.sd
    cited = f"{declaration.title}, by myotis calibrate, seed {seed}"
    drawn = draw_positions(fitted, scenarios, seed)
    text = write_course(assumed, parameters, fitted.mode, left, cited)
    before, after = (list(_list_numbers(as_values(one))) for one in (course, parameters.make_course(fitted.mode)))
    return Calibration(
        course=text,
        scenarios=tuple(write_scenario(parameters, at, number, cited) for number, at in enumerate(drawn, 1)),
        figures=CALIBRATED_FIGURES.build(_list_figures(use, values)),
        parameters=CALIBRATED_PARAMETERS.build(_list_parameters(parameters, fitted)),
        objectives=fitted.objectives,
        learned=float((1 - left**2).sum()),
        values=len(before),
        moved=sum(was != now for was, now in zip(before, after, strict=True)),
    )


def _list_figures(use: Use, values: Numbers) -> Iterator[dict[str, Any]]:
    for position, figure in enumerate(use.all):
        lower, median, upper = find_ranges(figure.show(values[:, [position]]))[0]
        yield {
            "address": figure.address,
            "label": figure.label,
            "use": "fitted" if position < len(use.fitted) else "held_out",
            "kind": figure.kind,
            "published": float(figure.value),
            "median": float(median),
            "lower": float(lower),
            "upper": float(upper),
            "inside": int(lower <= figure.value <= upper),
        }


def _list_parameters(parameters: Parameters, fitted: Fitted) -> Iterator[dict[str, Any]]:
    normals = parameters.center, parameters.sd, fitted.mode, fitted.sd
    for parameter, center, sd, mode, posterior_sd in zip(parameters.declared, *normals, strict=True):
        before, after = (
            [parameters.find_value(parameter, at + side * NORMAL_975 * wide) for side in (-1, 0, 1)]
            for at, wide in ((center, sd), (mode, posterior_sd))
        )
        yield {
            "parameter": parameter.id,
            "label": parameter.label,
            "assumed": before[1],
            "assumed_lower": before[0],
            "assumed_upper": before[2],
            "fitted": after[1],
            "lower": after[0],
            "upper": after[2],
            "uncertainty_left": float(posterior_sd / sd),
        }


def _list_numbers(values: Mapping[str, Any]) -> Iterator[float]:
    """The numbers of a course, without its sources."""
    for path, value in flatten({name: part for name, part in values.items() if name != "provenance"}):
        numbers = value if isinstance(value, tuple) else (value,)
        yield from (float(number) for number in numbers if type(number) in {int, float} and path[0] != "schema_version")
