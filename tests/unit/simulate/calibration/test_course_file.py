"""A fitted course as a file: what moved, and nothing else."""

import numpy as np

from myotis.datasets.calibration import LITTLE
from myotis.simulate.calibration.course_file import write_course
from myotis.simulate.calibration.declaration import Parameter
from myotis.simulate.calibration.parameters import Parameters
from myotis.simulate.course import ASSUMED, parse_course, read_course_text

BEFORE = read_course_text("proderm", ASSUMED)
COURSE = parse_course(*BEFORE)
DECLARED = (
    Parameter(id="haq", label="HAQ", places=("measures.haq.recovery.octagam_10",), scale="plain", sd=0.1),
    Parameter(id="noise", label="Noise", places=("enzymes.*.noise",), scale="log", sd=0.1),
)


def write():
    parameters = Parameters(DECLARED, COURSE)
    left = np.array([LITTLE / 2, (1 + LITTLE) / 2])
    return write_course(
        BEFORE, parameters, parameters.center + np.array([0.123456, np.log(2)]), left, "a trial's paper"
    )


def test_the_file_has_the_fitted_values_to_four_digits_and_all_others_as_they_were():
    fitted = parse_course("fitted", write())
    assert fitted.measures["haq"].recovery["octagam_10"] == 0.6135  # 0.49 + 0.123456
    assert all(fitted.enzymes[name].noise == 2 * was.noise for name, was in COURSE.enzymes.items())
    values, was = fitted.model_dump(), COURSE.model_dump()
    for one in (values, was):
        del one["title"], one["references"], one["provenance"], one["measures"]["haq"]["recovery"]["octagam_10"]
        for enzyme in one["enzymes"].values():
            del enzyme["noise"]
    assert values == was


def test_each_value_says_that_it_was_fitted_or_hardly_moved():
    fitted = parse_course("fitted", write())
    haq = fitted.provenance["measures.haq.recovery.octagam_10"]
    assert (haq.reference, haq.note) == ("calibration", "fitted; 0.49 was assumed")
    assert fitted.provenance["enzymes.ck.noise"].note == "hardly moved by what is published; 0.2 was assumed"
    assert fitted.references["calibration"] == "a trial's paper"


def test_comments_stay_but_for_those_at_the_top():
    text = write()
    assert "chosen by" not in text.splitlines()[0]
    assert "# Natural logarithms of multiples of the ULN; the limits in U/L." in text
    assert text.startswith("# The truth about virtual patients, fitted")
