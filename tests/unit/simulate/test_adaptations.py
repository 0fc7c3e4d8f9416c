"""Designs that decide on the way: against boundaries worked by hand, and against the trials looked at one by one."""

import numpy as np
import pytest
from pydantic import ValidationError

from myotis.protocol.read import read_trial
from myotis.simulate.adaptations import BlindedReestimation, Looks, find_new_sizes, find_stops
from myotis.simulate.changes import change_course
from myotis.simulate.chunks import build_worlds, simulate_designs
from myotis.simulate.course import read_course
from myotis.simulate.simulation import Comparison, Design, Scenario, plan_simulation

TRIAL = read_trial("proderm")
POCOCK = Looks(information=(0.5, 1.0), boundary="pocock", alpha=0.05)
RULE = BlindedReestimation(at_subjects=20, maximum=60, difference=0.3, alpha=0.05, power=0.8)
LARGER = RULE.model_copy(update={"difference": 0.35})


def test_a_trial_stops_at_the_first_look_that_crosses():
    """Pocock, two looks at 5 %: 2.178 at each, two-sided p of 0.0294 (Jennison and Turnbull 2000, Table 2.1)."""
    boundary = POCOCK.find_boundary()
    assert boundary.upper == pytest.approx([2.178, 2.178], abs=5e-4)
    p_values = np.array([[0.028, 0.031, 0.2, 0.028, np.nan], [0.5, 0.028, 0.04, 0.01, 0.02]])
    estimates = np.array([[0.3, 0.3, 0.1, -0.3, 0.2], [0.1, 0.3, 0.2, -0.3, 0.2]])
    stops = find_stops(p_values, estimates, 0.0, boundary)
    assert stops.look.tolist() == [0, 1, 1, 0, 1]
    assert stops.rejects.tolist() == [1, 1, 0, 1, 1]


def test_sizes_are_those_of_the_pooled_rate_within_the_limits():
    """At a pooled rate of 0.5 the groups have 0.65 and 0.35: (1.96 root(2 x 0.25) + 0.8416 root(2 x 0.2275))^2 / 0.09
    is 42.4, so 43 a group."""
    rule = RULE.model_copy(update={"maximum": 200})
    sizes = find_new_sizes(np.array([10.0, 20.0]), np.array([20.0, 20.0]), 30, 1.0, rule)
    assert sizes.tolist() == [86, 30]
    assert find_new_sizes(np.array([10.0]), np.array([20.0]), 30, 1.0, RULE).tolist() == [60]


@pytest.fixture(scope="module")
def simulated():
    course = change_course(read_course("proderm"), {"measures.*.recovery.octagam_10": "* 0.7"})
    designs = (Design(id="fixed", subjects=40), Design(id="half", subjects=20),
               Design(id="looks", subjects=40, looks=POCOCK),
               Design(id="again", subjects=40, reestimation=LARGER), Design(id="most", subjects=60))  # fmt: skip
    comparison = Comparison(schema_version=1, designs=designs)
    simulation = plan_simulation(
        TRIAL, [Scenario("weaker", course)], seed=3, comparison=comparison, analyses=["primary"]
    )
    found = simulate_designs(simulation, build_worlds(simulation, simulation.scenarios[0]), 0)
    return {design.id: (one, one.analyze(simulation.analyses[0], design, simulation)) for design, one in found}


def test_with_looks_each_trial_is_what_it_was_when_it_stopped(simulated):
    at = [simulated[name][1].found for name in ("half", "fixed")]
    looks = simulated["looks"][1]
    crosses = [found.p_value < 2 * 0.01470 for found in at]
    stopped = np.nan_to_num(crosses[0]).astype(bool)
    assert (looks.look == np.where(stopped, 0, 1)).all()
    assert (looks.rejects == (stopped | crosses[1])).all()
    assert 0.05 < stopped.mean() < 0.9
    for name in ("estimate", "lower", "upper"):
        assert (getattr(looks.found, name) == np.where(stopped, *(getattr(found, name) for found in at))).all()
    assert (looks.found.subjects.sum(axis=1) == np.where(stopped, 20, 40)).all()


def test_who_was_enrolled_before_the_look_is_counted(simulated):
    one, looks = simulated["looks"]
    enrolled = one.enrolled.reshape(-1, 256)
    for trial in range(20):
        known = enrolled[19 if looks.look[trial] == 0 else 39, trial] + 112  # day 113 is 112 days after day 1
        assert looks.enrolled[trial] == sum(day <= known for day in enrolled[:40, trial])


def test_reestimated_trials_have_the_size_that_the_pooled_rate_asks_for(simulated):
    first, again = simulated["half"][1].found, simulated["again"][1].found
    sizes = again.subjects.sum(axis=1)
    expected = find_new_sizes(
        first.responders.sum(axis=1).astype(float), first.subjects.sum(axis=1).astype(float), 40, 1.0, LARGER
    )
    assert (sizes == expected).all()
    assert len(set(sizes.tolist())) > 2
    largest = sizes == 60
    assert (again.estimate[largest] == simulated["most"][1].found.estimate[largest]).all()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"subjects": 40, "looks": POCOCK, "reestimation": RULE}, "not combined"),
        ({"subjects": 80, "reestimation": RULE}, "not in this order"),
        ({"subjects": 10, "reestimation": RULE}, "not in this order"),
    ],
)
def test_designs_that_contradict_themselves_are_refused(values, said):
    with pytest.raises(ValidationError, match=said):
        Design(id="a", **values)
