"""Parameters of a calibration on the scale of their priors, and the course that they make."""

import math
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np

from myotis.errors import Fault, InputError
from myotis.protocol.files import as_values
from myotis.simulate.calibration.declaration import FILE, Parameter
from myotis.simulate.changes import change_course, find_places
from myotis.simulate.course import Course
from myotis.simulate.truth import Numbers

DIGITS: Final = 4
"""Significant digits of the values that are written into a course."""


class Scale(NamedTuple):
    """To a scale from the value in the course, and back."""

    enter: Callable[[float], float]
    leave: Callable[[float], float]


SCALES: Final = {
    "plain": Scale(float, float),
    "log": Scale(math.log, math.exp),
    "logit": Scale(lambda value: math.log(value / (1 - value)), lambda at: 1 / (1 + math.exp(-at))),
}


class Parameters:
    """The parameters of a declaration around a course. Positions are [parameter], each on the scale of its prior.

    Raises InputError with every parameter that the course can't have.
    """

    def __init__(self, declared: Sequence[Parameter], course: Course) -> None:
        self.declared = tuple(declared)
        self.course = course
        self.center = _find_centers(declared, course)
        self.sd = np.array([parameter.sd for parameter in declared])

    def find_value(self, parameter: Parameter, at: float) -> float:
        """What a position means in the course: a value, or the common number of several."""
        least = -math.inf if parameter.least is None else parameter.least
        most = math.inf if parameter.most is None else parameter.most
        return min(max(SCALES[parameter.scale].leave(at), least), most)

    def find_changes(self, position: Numbers, digits: int | None = None) -> dict[str, object]:
        """Changes of the course, by place; rounded to significant digits where asked."""
        changes: dict[str, object] = {}
        for parameter, at in zip(self.declared, position, strict=True):
            value = self.find_value(parameter, float(at))
            if not parameter.is_common:
                changes[parameter.places[0]] = value if digits is None else float(f"{value:.{digits}g}")
                continue
            operation = "+" if parameter.scale == "plain" else "*"
            changes |= dict.fromkeys(parameter.places, f"{operation} {value:.12f}")
        return changes

    def make_course(self, position: Numbers) -> Course:
        """The course at a position."""
        return change_course(self.course, self.find_changes(position), note="calibrated")


def _find_centers(declared: Sequence[Parameter], course: Course) -> Numbers:
    faults: list[Fault] = []
    centers = []
    for parameter in declared:
        try:
            centers.append(_find_center(parameter, course))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return np.array(centers)


def _find_center(parameter: Parameter, course: Course) -> float:
    if parameter.is_common:
        if parameter.scale == "logit":
            what = f"the parameter {parameter.id} moves several values on the logit scale"
            raise InputError([Fault(file=FILE, what=what, expected="the plain or the log scale", column="parameters")])
        return 0.0
    value = _look_up(parameter, course)
    try:
        return SCALES[parameter.scale].enter(value)
    except (ValueError, ZeroDivisionError) as error:
        what = f"the parameter {parameter.id} is {value:g} in the course, which has no {parameter.scale}"
        raise InputError([Fault(file=FILE, what=what, expected="another scale", column="parameters")]) from error


def _look_up(parameter: Parameter, course: Course) -> float:
    (place,) = parameter.places
    found = next((holder.get(last) for holder, (*_, last) in find_places(as_values(course), place)), None)
    if isinstance(found, bool) or not isinstance(found, int | float):
        what = f"the parameter {parameter.id} is at {place}, where the course has no number"
        raise InputError([Fault(file=FILE, what=what, expected="the path of a number", column="parameters")])
    return float(found)
