"""Analyses that borrow, against the posterior of each trial and what borrowing is known to do."""

import numpy as np
import pytest

from myotis.errors import InputError
from myotis.protocol.read import read_trial
from myotis.simulate.adaptations import Looks
from myotis.simulate.borrowing import Borrowing
from myotis.simulate.chunks import build_worlds, simulate_designs
from myotis.simulate.course import read_course
from myotis.simulate.simulation import AnalysisChoice, Comparison, Design, Scenario, plan_simulation
from myotis.statistics.proportions.beta_posterior import BetaPrior, compute_difference_posterior

TRIAL = read_trial("proderm")
WEIGHTS = {"nothing": 0.0, "half": 0.5, "all": 1.0}


def borrow(weight, responders=21):
    return Borrowing(responders=responders, subjects=48, weight=weight, prior=(1.0, 1.0), probability=0.975)


def plan(choices, **design):
    comparison = Comparison(schema_version=1, designs=(Design(id="a", subjects=30, **design),), analyses=choices)
    return plan_simulation(TRIAL, [Scenario("assumed", read_course("proderm"))], seed=2, comparison=comparison)


@pytest.fixture(scope="module")
def analyzed():
    choices = [
        AnalysisChoice(id=name, estimand="primary", borrowing=borrow(weight)) for name, weight in WEIGHTS.items()
    ]
    simulation = plan((AnalysisChoice(id="plain", estimand="primary"), *choices))
    ((design, one),) = simulate_designs(simulation, build_worlds(simulation, simulation.scenarios[0]), 0)
    return {estimand.id: one.analyze(estimand, design, simulation) for estimand in simulation.analyses}


@pytest.mark.parametrize(("name", "weight"), WEIGHTS.items())
def test_each_trial_is_decided_by_its_posterior(analyzed, name, weight):
    plain, found = analyzed["plain"].found, analyzed[name]
    flat = BetaPrior(1, 1)
    for trial in (0, 100, 255):
        (x1, x2), (n1, n2) = plain.responders[trial], plain.subjects[trial]
        answer = compute_difference_posterior(
            x1, n1, x2, n2, prior1=flat, prior2=flat.borrow(21, 48, weight), level=0.95
        )
        assert found.found.estimate[trial] == answer.mean
        assert found.found.lower[trial] == answer.lower
        assert found.rejects[trial] == (answer.probability_above > 0.975)
    assert (found.found.responders == plain.responders).all()


def test_the_more_is_borrowed_the_narrower_is_the_interval(analyzed):
    widths = [np.mean(analyzed[name].found.upper - analyzed[name].found.lower) for name in WEIGHTS]
    assert widths[0] > widths[1] > widths[2]


@pytest.mark.parametrize(
    ("choice", "design", "said"),
    [
        ({"changes": {"missing": "observed_cases"}}, {}, "only proportions borrow"),
        ({}, {"looks": Looks(information=(0.5, 1.0), boundary="pocock", alpha=0.05)}, "not combined"),
    ],
)
def test_what_can_not_borrow_is_refused(choice, design, said):
    with pytest.raises(InputError, match=said):
        plan((AnalysisChoice(id="a", estimand="primary", borrowing=borrow(0.5), **choice),), **design)
