"""Parameters on the scales of their priors, and the course that they make."""

import numpy as np
import pytest

from myotis.errors import InputError
from myotis.simulate.calibration.declaration import Parameter
from myotis.simulate.calibration.parameters import Parameters
from myotis.simulate.course import read_course

COURSE = read_course("proderm")
HAQ = "measures.haq.recovery.octagam_10"


def declare(*places, scale, sd=0.5, **limits):
    return Parameter(id="one", label="One", places=places, scale=scale, sd=sd, **limits)


@pytest.mark.parametrize(
    ("scale", "place", "move", "expected"),
    [
        ("plain", HAQ, 0.1, lambda was: was + 0.1),
        ("log", "measures.haq.noise", np.log(2), lambda was: 2 * was),
        ("logit", "demographics.female", np.log(3), lambda was: 3 * was / (1 + 2 * was)),  # three times the odds
    ],
)
def test_a_value_moves_on_its_scale(scale, place, move, expected):
    parameters = Parameters([declare(place, scale=scale)], COURSE)
    values, was = parameters.make_course(parameters.center + move).model_dump(), COURSE.model_dump()
    for name in place.split("."):
        values, was = values[name], was[name]
    assert values == pytest.approx(expected(was), rel=1e-9)


def test_without_a_move_the_course_is_what_it_was():
    declared = [declare(HAQ, scale="plain"), declare("measures.*.noise", scale="log")]
    parameters = Parameters(declared, COURSE)
    there = parameters.make_course(parameters.center)
    assert there.measures == COURSE.measures


def test_several_places_move_by_a_common_number():
    times = Parameters([declare("measures.*.noise", scale="log")], COURSE)
    course = times.make_course(np.array([np.log(1.5)]))
    assert all(course.measures[name].noise == pytest.approx(1.5 * was.noise) for name, was in COURSE.measures.items())
    plus = Parameters([declare("enzymes.*.recovery.saline", scale="plain")], COURSE)
    course = plus.make_course(np.array([-0.2]))
    assert course.enzymes["ck"].recovery["saline"] == pytest.approx(COURSE.enzymes["ck"].recovery["saline"] - 0.2)


def test_what_lies_outside_of_the_limits_is_brought_back():
    parameters = Parameters([declare(HAQ, scale="plain", least=0.1, most=0.9)], COURSE)
    assert [parameters.make_course(np.array([at])).measures["haq"].recovery["octagam_10"] for at in (-3.0, 5.0)] == [
        0.1,
        0.9,
    ]


@pytest.mark.parametrize(
    ("parameter", "what"),
    [
        (declare("measures.nothing.noise", scale="log"), "has no number"),
        (declare("measures.haq.recovery", scale="plain"), "has no number"),
        (declare("disease.onset.saline.delay_weeks", scale="log"), "has no log"),
        (declare("measures.*.noise", scale="logit"), "several values"),
    ],
)
def test_a_parameter_that_the_course_can_not_have_is_refused(parameter, what):
    with pytest.raises(InputError, match=what):
        Parameters([parameter], COURSE)
