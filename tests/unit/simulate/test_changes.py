import pytest

from myotis.errors import InputError
from myotis.simulate.changes import change_course, find_places, make_alike
from myotis.simulate.course import read_course
from myotis.terms.source import Status

COURSE = read_course("proderm")
TABLES = {"title": "two", "one": {"mean": 1.0, "of": {"mean": 2.0}}, "other": {"sd": 3.0, "of": {}}}


def test_a_star_stands_for_every_name_and_nothing_else_moves():
    changed = change_course(COURSE, {"measures.*.recovery.saline": 0.3})
    assert {part.recovery["saline"] for part in changed.measures.values()} == {0.3}
    assert {name: part.recovery["octagam_10"] for name, part in changed.measures.items()} == {
        name: part.recovery["octagam_10"] for name, part in COURSE.measures.items()
    }
    assert changed.enzymes == COURSE.enzymes


def test_operations_work_on_the_number_that_stands_there():
    before = COURSE.measures["mmt8"]
    changed = change_course(COURSE, {"measures.mmt8.noise": "* 0.5", "measures.mmt8.distance.mean": "+ -4"})
    assert changed.measures["mmt8"].noise == before.noise / 2
    assert changed.measures["mmt8"].distance.mean == before.distance.mean - 4


def test_what_is_changed_is_assumed_with_the_reason_of_the_scenario():
    changed = change_course(COURSE, {"demographics.female": 0.5}, note="other countries")
    (fact,) = [fact for fact in changed.list_facts() if fact.what == "demographics.female"]
    assert (fact.source.status, fact.source.note) == (Status.ASSUMED, "other countries")


def test_every_fault_of_the_changes_is_told_at_once():
    with pytest.raises(InputError) as caught:
        change_course(COURSE, {"flare.*.luck": 1, "title": "* 2", "demographics.weight": "+ 1"})
    assert [fault.column for fault in caught.value.faults] == ["flare.*.luck", "title", "demographics.weight"]


def test_a_value_that_the_course_does_not_have_is_refused_with_every_place():
    with pytest.raises(InputError, match="is not a field") as caught:
        change_course(COURSE, {"measures.*.luck": 1, "flare": 2})
    assert len(caught.value.faults) == len(COURSE.measures) + 1


def test_a_value_that_the_course_can_not_have_is_refused_with_its_place():
    with pytest.raises(InputError, match="less than or equal to 1") as caught:
        change_course(COURSE, {"demographics.female": 1.2})
    assert caught.value.faults[0].key == "demographics.female"


def test_without_an_effect_every_treatment_does_what_one_does_wherever_they_are_told_apart():
    given = {"octagam_10": 0.5, "saline": 0.8}
    course = change_course(COURSE, {
        "disease.recovery_spread": given, "discontinuation.*.treatment_factor": {"octagam_10": 2.0},
        "disease.onset.saline.half_life_weeks": 9.0,
    })  # fmt: skip
    alike = make_alike(course, list(given), "saline")
    for part in alike.all_measures.values():
        assert part.recovery["octagam_10"] == part.recovery["saline"]
    assert {name: part.recovery["saline"] for name, part in alike.all_measures.items()} == {
        name: part.recovery["saline"] for name, part in course.all_measures.items()
    }
    assert alike.disease.recovery_spread == {"octagam_10": 0.8, "saline": 0.8}
    assert alike.disease.onset["octagam_10"].half_life_weeks == 9.0
    assert all(reason.treatment_factor == {} for reason in alike.discontinuation.values())
    flares = alike.flares.probability_per_4_weeks
    assert flares["octagam_10"] == flares["saline"] == course.flares.probability_per_4_weeks["saline"]
    kinds = alike.adverse_events.kinds.values()
    assert all(kind.per_infusion["octagam_10"] == kind.per_infusion["saline"] for kind in kinds)
    assert alike.measures["haq"].distance == course.measures["haq"].distance


@pytest.mark.parametrize(
    ("place", "paths"),
    [
        ("title", ["title"]),
        ("one.of.mean", ["one.of.mean"]),
        ("*", ["title", "one", "other"]),
        ("one.*", ["one.mean", "one.of"]),
        ("*.*.mean", ["one.of.mean", "other.of.mean"]),
        ("*.mean", ["one.mean", "other.mean"]),  # the last part may not be there yet
        ("new", ["new"]),
        ("other.of.*", []),  # where it is no star
        ("new.mean", []),  # the others have to be there
        ("title.*", []),  # and to be tables
        ("one.mean.sd", []),  # too long
        ("*.*.*.*", []),
    ],
)
def test_a_place_leads_to_tables_and_names_in_them(place, paths):
    found = list(find_places(TABLES, place))
    assert [".".join(path) for _, path in found] == paths
    for holder, (*above, _) in found:
        expected = TABLES
        for name in above:
            expected = expected[name]
        assert holder is expected  # so that it can be changed
