"""Groups of published adverse events: what a file says of them, and where it contradicts itself or the protocol."""

import pytest

from myotis.analyze.reproduce import read_published
from myotis.errors import InputError
from myotis.protocol.read import read_trial
from myotis.simulate.calibration.figures import list_figures

GROUP = """
[[safety.groups]]
id = "high_dose"
label = "High dose"
treatment = "saline"
epochs = ["extension"]
n = 20
"""
EVENTS = """
[[safety.events]]
id = "teae"
what = "any"
label = "Any adverse event"
by_group.high_dose = { patients = 4, percent = "20", events = 9 }
"""
LISTED = """
[[safety.listed]]
id = "headache-related"
kind = "headache"
group = "high_dose"
label = "Related headache"
patients = 3
n = 20
"""


@pytest.fixture
def list_all(tmp_path):
    def read(text, trial="proderm"):
        path = tmp_path / "published.toml"
        path.write_text(text)
        return list(list_figures(read_published(path), read_trial(trial)))

    return read


def find_faults(list_all, *arguments):
    with pytest.raises(InputError) as caught:
        list_all(*arguments)
    return {fault.key: fault for fault in caught.value.faults}


def test_a_file_has_groups_of_its_own(list_all):
    found = {figure.address: figure for figure in list_all(GROUP + EVENTS + LISTED)}
    assert list(found) == [
        "safety.events.teae.high_dose.patients",
        "safety.events.teae.high_dose.events",
        "safety.listed.headache-related.patients",
    ]
    patients = found["safety.events.teae.high_dose.patients"]
    assert (patients.label, patients.value, patients.of) == ("Any adverse event: High dose", 4, 20)


@pytest.mark.parametrize(
    ("old", "new", "place", "what"),
    [
        ('"saline"', '"salin"', "groups.high_dose.treatment", "the treatment salin is not declared"),
        ('"extension"', '"second"', "groups.high_dose.epochs", "the epoch second is not declared"),
        ('epochs = ["extension"]', "epochs = []", "groups.high_dose.epochs", "too few entries"),
        ('epochs = ["extension"]\n', "", "groups.high_dose.epochs", "is missing"),
        ("n = 20\n\n[[safety.events", "n = 20\nsex = 1\n[[safety.events", "groups.high_dose.sex", "not a field"),
        ("by_group.high_dose", "by_group.low_dose", "events.teae.by_group", "the group low_dose is not declared"),
        ("by_group.high_dose", "high_dose", "events.teae.high_dose", "is not a field of this file"),
        ("what =", "whta =", "events.teae.whta", "is not a field of this file"),
        ('group = "high_dose"', 'group = "low"', "listed.headache-related.group", "the group low is not declared"),
        ('group = "high_dose"\n', "", "listed.headache-related", "has no group"),
    ],
)
def test_what_can_not_be_is_refused_with_its_place(list_all, old, new, place, what):
    text = GROUP + EVENTS + LISTED
    assert text.count(old) == 1
    fault = find_faults(list_all, text.replace(old, new))[f"safety.{place}"]
    assert what in fault.what
    assert fault.expected
    assert fault.file == "published results"


def test_two_groups_of_one_id_are_refused(list_all):
    (fault,) = find_faults(list_all, GROUP + GROUP + EVENTS).values()
    assert (fault.key, fault.what) == ("safety.groups", "the id high_dose is used more than once")


def test_all_faults_of_groups_come_at_once(list_all):
    text = GROUP.replace("saline", "salin").replace("extension", "second") + EVENTS.replace("high_dose", "low_dose")
    places = set(find_faults(list_all, text))
    assert places == {
        "safety.groups.high_dose.treatment", "safety.groups.high_dose.epochs", "safety.events.teae.by_group"
    }  # fmt: skip


def test_groups_are_those_of_the_protocol_that_is_calibrated(list_all):
    assert set(find_faults(list_all, GROUP + EVENTS, "reclaiim")) == {
        "safety.groups.high_dose.treatment", "safety.groups.high_dose.epochs"
    }  # fmt: skip
    own = GROUP.replace("saline", "igpro20_sc").replace("extension", "open_label")
    assert len(list_all(own + EVENTS, "reclaiim")) == 2
