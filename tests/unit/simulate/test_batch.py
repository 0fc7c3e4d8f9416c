"""A batch of trials is the same however it is computed: interpreted or compiled, in part or whole, of any size."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from myotis.errors import SettingError
from myotis.protocol.read import read_trial
from myotis.simulate import batch as batches
from myotis.simulate.batch import VirtualTrial, simulate_batch
from myotis.simulate.changes import change_course
from myotis.simulate.course import read_course
from myotis.simulate.luck import Luck
from myotis.simulate.streams import BATCH, Streams

TRIAL = read_trial("proderm")
COURSE = change_course(
    read_course("proderm"),
    {
        "flares.probability_per_4_weeks.*": "* 4", "absence.visit_missed": 0.1, "absence.measure_missed": 0.05,
        "discontinuation.*.probability_per_4_weeks.*": "* 3", "discontinuation.*.recovered_factor": 0.5,
        "measures.*.rater_sd": 0.2, "measures.*.rater_drift": 0.05, "disease.onset.*.delay_weeks": 2,
        "unblinding": {"sites": 0.5, "kinds": ("headache", "chills"), "shift": {"physician_global": -0.5}},
    },
)  # fmt: skip
"""A course in which everything happens often."""
VIRTUAL = VirtualTrial.build(TRIAL, COURSE)
SUBJECTS = 12


@pytest.fixture(scope="module")
def whole():
    return simulate_batch(VIRTUAL, Luck(Streams(5, 2)), SUBJECTS)


def arrays(batch):
    return {**batch.lives._asdict(), "arm": batch.arm, "stratum": batch.stratum}


@pytest.mark.parametrize("number", [0, 7, 255])
def test_a_trial_alone_and_interpreted_is_bit_by_bit_the_one_among_others_and_compiled(whole, number):
    alone = simulate_batch(VIRTUAL, Luck(Streams(5, 2), only=number), SUBJECTS, executor="interpreted")
    for name, values in arrays(alone).items():
        assert_array_equal(values, arrays(whole)[name][number::BATCH], err_msg=name)
    assert alone.screened == whole.screened[number]


def test_everything_happens_that_the_course_and_the_protocol_can_bring(whole):
    lives = whole.lives
    reasons = len(COURSE.discontinuation)
    assert set(np.unique(lives.reason[lives.reason >= 0])) == set(range(reasons + 1))
    assert {2, 3} <= set(np.unique(lives.switched[lives.switched >= 0]))
    assert lives.reacted.any()
    assert (lives.held == 0).any()
    assert set(np.unique(whole.arm)) == {0, 1}
    assert (whole.screened > SUBJECTS).any()


def test_more_subjects_leave_the_earlier_ones_as_they_were(whole):
    more = simulate_batch(VIRTUAL, Luck(Streams(5, 2)), SUBJECTS + 30)
    for name, values in arrays(whole).items():
        assert_array_equal(arrays(more)[name][: len(values)], values, err_msg=name)


def test_how_many_lives_go_together_changes_nothing(whole, monkeypatch):
    monkeypatch.setattr(batches, "LIVES_TOGETHER", 5 * BATCH)
    for name, values in arrays(simulate_batch(VIRTUAL, Luck(Streams(5, 2)), SUBJECTS)).items():
        assert_array_equal(values, arrays(whole)[name], err_msg=name)


def test_a_simulation_that_ends_earlier_has_the_same_visits(whole):
    early = simulate_batch(VIRTUAL, Luck(Streams(5, 2)), SUBJECTS, until=3)
    assert_array_equal(early.lives.x[:, :4], whole.lives.x[:, :4])
    assert_array_equal(early.lives.given[:, :4], whole.lives.given[:, :4])


def test_another_seed_and_another_batch_are_other_trials(whole):
    for streams in (Streams(6, 2), Streams(5, 3)):
        other = simulate_batch(VIRTUAL, Luck(streams), SUBJECTS)
        assert (other.lives.x != whole.lives.x).any(axis=(1, 2)).mean() > 0.99


def test_a_change_of_the_course_leaves_everything_else_as_it_was(whole):
    """Another dropout: the same people, and until they leave, the same findings."""
    course = change_course(COURSE, {"discontinuation.*.probability_per_4_weeks.*": 0.0})
    stay = simulate_batch(VirtualTrial.build(TRIAL, course), Luck(Streams(5, 2)), SUBJECTS)
    assert_array_equal(stay.lives.true, whole.lives.true)
    assert_array_equal(stay.arm, whole.arm)
    stayed = whole.lives.left < 0
    assert 0.2 < stayed.mean() < 0.9
    assert_array_equal(stay.lives.x[stayed], whole.lives.x[stayed])


def test_a_course_whose_patients_never_meet_the_criteria_is_refused():
    course = change_course(
        COURSE, {"measures.mmt8.distance.most": 7.0, "measures.mmt8.noise": 0.0, "measures.*.rater_sd": 0.0}
    )
    with pytest.raises(SettingError, match="entry criteria"):
        simulate_batch(VirtualTrial.build(TRIAL, course), Luck(Streams(1), only=0), 2, executor="interpreted")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"measures.haq.recovery": {"saline": 0.1}}, "what each of"),
        ({"disease.onset": {}}, "what each of"),
        ({"extension.treatment": "saline"}, "not in the course"),
        (
            {"discontinuation.ADVERSE EVENT.probability_per_4_weeks": {"first_period": 0.1}},
            "leave in extension for ADV",
        ),
        ({"measures.haq.per_unit": 11}, "its grid has other steps"),
    ],
)
def test_a_course_that_does_not_fit_the_trial_is_refused(changes, said):
    with pytest.raises(SettingError, match=said):
        VirtualTrial.build(TRIAL, change_course(COURSE, changes))
