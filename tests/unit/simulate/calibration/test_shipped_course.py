"""The shipped course is what was assumed, with other values only where the shipped calibration lets them move."""

from myotis.protocol.files import as_values
from myotis.protocol.provenance import covers, flatten
from myotis.simulate.calibration.declaration import read_declaration
from myotis.simulate.course import ASSUMED, parse_course, read_course, read_course_text

SAYS_NOTHING = {"title", "references", "provenance"}


def test_the_course_differs_from_the_assumed_one_only_where_parameters_move():
    assumed = dict(flatten(as_values(parse_course(*read_course_text("proderm", ASSUMED)))))
    shipped = dict(flatten(as_values(read_course("proderm"))))
    facts = {path for path in shipped if path[0] not in SAYS_NOTHING}
    assert facts == {path for path in assumed if path[0] not in SAYS_NOTHING}
    places = [place for parameter in read_declaration("proderm").parameters for place in parameter.places]
    moved = {path for path in facts if shipped[path] != assumed[path]}
    assert moved
    assert all(any(covers(place, path) for place in places) for path in moved)


def test_every_value_that_moved_cites_the_calibration():
    course = read_course("proderm")
    assumed = dict(flatten(as_values(parse_course(*read_course_text("proderm", ASSUMED)))))
    for path, value in flatten(as_values(course)):
        if path[0] not in SAYS_NOTHING and assumed[path] != value:
            assert course.provenance[".".join(path)].reference == "calibration"
