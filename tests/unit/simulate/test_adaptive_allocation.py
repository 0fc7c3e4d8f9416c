"""Response-adaptive allocation: small trials worked by hand, and lives that are those of the arm, whoever chose it."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from myotis.errors import InputError
from myotis.protocol.read import read_trial
from myotis.simulate.adaptive_allocation import AdaptiveAllocation, choose_arms, find_share
from myotis.simulate.chunks import build_worlds, simulate_designs
from myotis.simulate.course import read_course
from myotis.simulate.simulation import AnalysisChoice, Comparison, Design, Scenario, plan_simulation
from myotis.statistics.proportions.beta_posterior import BetaPrior, compute_probability_above
from myotis.terms.missing import MISSING

TRIAL = read_trial("proderm")


def rule(**changes):
    values = {"analysis": "primary", "begin_after": 4, "exponent": 1.0, "least": 0.1, "prior": (1.0, 1.0)}
    return AdaptiveAllocation(**values | changes)


def choose(responses, enrolled, luck, **changes):
    by_list = np.array([0, 1, 0, 1, 1, 1])[:, None]
    return choose_arms(
        by_list, np.array(responses)[:, :, None], np.array(enrolled)[:, None], 100, np.array(luck)[:, None],
        rule(**changes),
    ).ravel().tolist()  # fmt: skip


ALL_IN_GROUP = [[1] * 6, [0] * 6]
LATE = [0, 1, 2, 3, 200, 201]


def test_the_first_subjects_are_allocated_by_the_list_and_the_next_by_what_is_known():
    """Two of two against none of two: the group is better with probability 0.95 (1 - 6 / 120), cut to 0.9."""
    assert float(
        compute_probability_above(2, 2, 0, 2, prior1=BetaPrior(1, 1), prior2=BetaPrior(1, 1))
    ) == pytest.approx(0.95)
    assert choose(ALL_IN_GROUP, LATE, [0, 0, 0, 0, 0.89, 0.91]) == [0, 1, 0, 1, 0, 1]
    assert choose(ALL_IN_GROUP, LATE, [0, 0, 0, 0, 0.94, 0.96], least=0.01) == [0, 1, 0, 1, 0, 1]


def test_what_is_not_known_yet_or_missing_tells_nothing():
    at_once = [0, 1, 2, 3, 4, 5]
    assert choose(ALL_IN_GROUP, at_once, [0, 0, 0, 0, 0.49, 0.51]) == [0, 1, 0, 1, 0, 1]
    nothing = [[MISSING] * 6, [MISSING] * 6]
    assert choose(nothing, LATE, [0, 0, 0, 0, 0.49, 0.51]) == [0, 1, 0, 1, 0, 1]
    # On day 101 the answers of the first two are known: one of one against none of one, 5 / 6.
    assert choose(ALL_IN_GROUP, [0, 1, 50, 60, 101, 102], [0, 0, 0, 0, 0.83, 0.84]) == [0, 1, 0, 1, 0, 1]


def test_shares_by_the_exponent():
    better = np.array([0.5, 0.8, 0.999])
    assert find_share(better, rule(exponent=0.0)).tolist() == [0.5, 0.5, 0.5]
    assert find_share(better, rule(exponent=0.5))[1] == pytest.approx(2 / 3)
    assert find_share(better, rule())[2] == 0.9


@pytest.fixture(scope="module")
def simulated():
    designs = (Design(id="list", subjects=40),
               Design(id="adaptive", subjects=40, adaptive=rule(begin_after=16, exponent=1.0)))  # fmt: skip
    comparison = Comparison(schema_version=1, designs=designs)
    simulation = plan_simulation(
        TRIAL, [Scenario("assumed", read_course("proderm"))], seed=6, comparison=comparison, analyses=["primary"]
    )
    pairs = simulate_designs(simulation, build_worlds(simulation, simulation.scenarios[0]), 0)
    return {design.id: (one, one.analyze(simulation.analyses[0], design, simulation).found) for design, one in pairs}


def test_a_subject_has_the_life_of_the_arm_that_it_is_in(simulated):
    by_list, adaptive = (simulated[name][0].outcomes for name in ("list", "adaptive"))
    same = by_list.arm == adaptive.arm
    assert 0.4 < same.mean() < 0.9
    for name in ("tis", "tis_low", "deterioration", "response", "switch_day", "last_day", "active_cycles"):
        assert_array_equal(getattr(by_list, name)[same], getattr(adaptive, name)[same], err_msg=name)
    assert (by_list.tis != adaptive.tis)[~same].mean() > 0.5
    assert_array_equal(by_list.stratum, adaptive.stratum)
    assert same[:16].all()


def test_more_subjects_get_the_better_treatment(simulated):
    (_, by_list), (_, adaptive) = simulated["list"], simulated["adaptive"]
    assert by_list.subjects[:, 0].mean() == pytest.approx(20, abs=0.3)
    assert adaptive.subjects[:, 0].mean() > 23
    assert adaptive.responders.sum(axis=1).mean() > by_list.responders.sum(axis=1).mean() + 1
    assert (adaptive.subjects.sum(axis=1) == 40).all()


def test_an_analysis_that_there_is_not_can_not_be_adapted_to():
    designs = (Design(id="a", subjects=20, adaptive=rule(analysis="cdasi")),)
    comparison = Comparison(schema_version=1, designs=designs, analyses=(AnalysisChoice(id="cdasi", estimand="cdasi"),))
    with pytest.raises(InputError, match="no analysis cdasi of responders"):
        plan_simulation(TRIAL, [Scenario("a", read_course("proderm"))], seed=1, comparison=comparison)
