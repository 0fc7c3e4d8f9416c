"""Faults between the two logs of a live trial, tried at some places; ``docs/figures/faults.py`` tries them all."""

import json
import subprocess
import sys

import act_faults
import pytest
from act_faults import Site, folder_for_logs

from myotis.log.desk import Desk
from myotis.log.store import StoreError
from myotis.pharmacy.mail import Mail


def test_nothing_lost_nothing_twice_in_either_world() -> None:
    """In a process of its own, since it forks."""
    program = [sys.executable, "-W", "error", act_faults.__file__, "20", "6"]
    answer = subprocess.run(program, check=True, capture_output=True, text=True)  # noqa: S603
    trials = json.loads(answer.stdout)
    assert len(trials) == 6
    for trial in trials:
        assert (trial["lost"], trial["twice"], trial["altered"]) == (0, 0, 0), trial["fault"]
        assert trial["times"] >= 1, trial["fault"]


@pytest.fixture(scope="module")
def waiting() -> act_faults.Plan:
    return act_faults.stop_before_randomization(act_faults.make_plan(3))


def test_the_trials_would_tell_a_slot_that_is_skipped(waiting, monkeypatch) -> None:
    def take_from_the_end(self, stratum, already):  # noqa: ARG001
        return waiting.sealed.ids_by_stratum[stratum][-1 - len(already)]

    monkeypatch.setattr("myotis.simulate.driven.worlds.Worlds._take_slot", take_from_the_end)
    assert act_faults.turn_the_clock_back(waiting).altered > 0


def test_a_request_waits_when_the_log_of_the_pharmacy_fails_in_the_middle(waiting, monkeypatch) -> None:
    """The same mail goes on with all that it has read, also with what came behind the failure."""
    subjects = act_faults.find_candidates(waiting)
    with folder_for_logs() as folder:
        site = Site(waiting, folder)
        site.go_on()
        act_faults.randomize(site, subjects, lambda: waiting.steps[-1].now)
        mail = Mail(site.worlds.pharmacy, site.stores["conduct"])
        carry_out, calls = Desk.carry_out, []

        def fail_second(self, act, user, **more):
            calls.append(act)
            if len(calls) == 2:
                raise StoreError("no room")
            return carry_out(self, act, user, **more)

        monkeypatch.setattr(Desk, "carry_out", fail_second)
        with pytest.raises(StoreError, match="no room"):
            mail.take_requests()
        assert mail.take_requests() == []
        assert sorted(site.worlds.pharmacy.state.subjects) == subjects
