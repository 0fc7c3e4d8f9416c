from importlib import resources

import pytest

from myotis.errors import InputError
from myotis.simulate.course import read_course
from myotis.terms.source import Status

TEXT = (resources.files("myotis.trials") / "proderm" / "course.toml").read_text("utf-8")


def test_every_assumption_has_a_source():
    facts = list(read_course("proderm").list_facts())
    assert {fact.source.status for fact in facts} == {Status.ASSUMED, Status.RECALLED, Status.VERIFIED}
    assert all(fact.source.note for fact in facts if fact.source.status is Status.ASSUMED)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("noise = 0.5", "noise = -1", "greater than or equal to 0"),
        ("subjects = 95", "", "is missing"),
        ("subjects = 95", "subjects = 95\nluck = 1", "is not a field"),
        ('flares = { status = "assumed"', 'flare = { status = "assumed"', "no source is given for flares"),
        ("[disease]", "[disease", "not TOML"),
    ],
)
def test_a_broken_course_is_refused_with_the_reason(tmp_path, old, new, said):
    file = tmp_path / "course.toml"
    file.write_text(TEXT.replace(old, new, 1), "utf-8")
    with pytest.raises(InputError, match=said):
        read_course(file)


def test_a_course_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="can't be read"):
        read_course(tmp_path / "none.toml")
