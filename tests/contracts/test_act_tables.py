"""The tables of the acts and the catalog name the same acts."""

import pytest

from myotis.conduct.acts.catalog import ACTS
from myotis.conduct.permissions import MAY
from myotis.conduct.policies import AFTER_LOCK, WHEN
from myotis.log.desk import TELL
from myotis.terms.states import MOVES, WHILE_HELD

PERMITTED = {row.partition(":")[0] for row in MAY}
MOVING = {move.act for move in MOVES} - {TELL}


def test_every_act_that_somebody_may_do_is_there_and_the_reverse():
    assert set(ACTS) == PERMITTED


@pytest.mark.parametrize("named", [set(WHEN), MOVING, set(WHILE_HELD) - {TELL}, set(AFTER_LOCK)])
def test_every_act_of_a_table_of_states_is_one_that_somebody_may_do(named):
    assert named - PERMITTED == set()


def test_every_act_about_a_subject_has_a_state_in_which_it_is_possible():
    about = {name for name, act in ACTS.items() if "subject" in act.model_fields}
    assert about - set(WHEN) - MOVING == set()


def test_no_act_of_the_trial_as_a_whole_hangs_on_a_state():
    whole = {name for name, act in ACTS.items() if "subject" not in act.model_fields}
    assert whole & (set(WHEN) | MOVING) == set()


def test_every_act_is_known_by_its_own_name():
    assert all(name == act.name for name, act in ACTS.items())
