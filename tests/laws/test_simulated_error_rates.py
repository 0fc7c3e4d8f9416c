"""Simulated size and power against enumeration: virtual subjects are alike and independent, so the responders of an
arm are binomial, and the chance that a test rejects is a sum over all tables."""

from functools import partial

import numpy as np
import pytest
from scipy import stats

from myotis.protocol.read import read_trial
from myotis.simulate.changes import change_course
from myotis.simulate.chunks import build_worlds, simulate_designs
from myotis.simulate.course import read_course
from myotis.simulate.scenarios import remove_effect
from myotis.simulate.simulation import AnalysisChoice, Comparison, Design, Scenario, plan_simulation
from myotis.statistics.proportions.independence import fisher_exact_test, pearson_chi_square_test

PRODERM = read_trial("proderm")
TRIAL = PRODERM.model_copy(update={"randomization": PRODERM.randomization.model_copy(update={"factors": ()})})
COURSE = change_course(read_course("proderm"), {"enrollment.block_size": 2})
MORE_RECOVERY = {"*.*.recovery.saline": "+ 0.15"}
HALF, ALPHA, BATCHES = 20, 0.05, 40
TESTS = {"pearson_chi_square": partial(pearson_chi_square_test, yates=False), "fisher_exact": fisher_exact_test}


def simulate(course):
    """Responders [test, trial, arm] and p-values [test, trial]."""
    choices = tuple(
        AnalysisChoice(id=name, estimand="primary", changes={"test": {"method": name, "continuity_correction": False}})
        for name in TESTS
    )
    comparison = Comparison(schema_version=1, designs=(Design(id="one", subjects=2 * HALF),), analyses=choices)
    simulation = plan_simulation(TRIAL, [Scenario("assumed", course)], seed=11, comparison=comparison)
    found = {name: [] for name in TESTS}
    for batch in range(BATCHES):
        ((design, one),) = simulate_designs(simulation, build_worlds(simulation, simulation.scenarios[0]), batch)
        for estimand in simulation.analyses:
            found[estimand.id].append(one.analyze(estimand, design, simulation).found)
    first = found["fisher_exact"]
    assert all((one.subjects == HALF).all() for one in first)
    p_values = {name: np.concatenate([one.p_value for one in ones]) for name, ones in found.items()}
    return np.concatenate([one.responders for one in first]), p_values


@pytest.fixture(scope="module", params=["effect", "no effect"])
def simulated(request):
    weaker = change_course(COURSE, {"measures.*.recovery.octagam_10": "* 0.7"})
    none = remove_effect(change_course(COURSE, MORE_RECOVERY), PRODERM).course
    return request.param, *simulate(weaker if request.param == "effect" else none)


def enumerate_rejections(test, p1, p2):
    x1, x2 = (x.ravel() for x in np.meshgrid(np.arange(HALF + 1), np.arange(HALF + 1), indexing="ij"))
    rejects = np.nan_to_num(test(x1, HALF, x2, HALF).p_value, nan=1.0) < ALPHA
    likely = stats.binom.pmf(x1, HALF, p1) * stats.binom.pmf(x2, HALF, p2)
    return float(likely[rejects].sum())


def find_rates(kind, responders):
    rates = responders.mean(axis=0) / HALF
    return (rates.mean(), rates.mean()) if kind == "no effect" else tuple(rates)


@pytest.mark.parametrize("name", TESTS)
def test_the_share_of_trials_that_reject_is_the_enumerated_one(simulated, name):
    kind, responders, p_values = simulated
    expected = enumerate_rejections(TESTS[name], *find_rates(kind, responders))
    found = (np.nan_to_num(p_values[name], nan=1.0) < ALPHA).mean()
    assert abs(found - expected) < 4 * np.sqrt(expected * (1 - expected) / len(responders))
    if kind == "no effect" and name == "fisher_exact":
        assert found < ALPHA  # an exact test keeps its level; others are as good as they are
    elif kind == "effect":
        assert 0.3 < expected < 0.95


def test_responders_of_an_arm_are_binomial_and_the_arms_independent(simulated):
    kind, responders, _ = simulated
    rates = find_rates(kind, responders)
    for arm, rate in enumerate(rates):
        expected = stats.binom.pmf(np.arange(HALF + 1), HALF, rate) * len(responders)
        kept = np.flatnonzero(expected > 8)
        counts = np.bincount(responders[:, arm], minlength=HALF + 1)
        observed = np.array([counts[: kept[0] + 1].sum(), *counts[kept[1:-1]], counts[kept[-1] :].sum()])
        cells = np.array([expected[: kept[0] + 1].sum(), *expected[kept[1:-1]], expected[kept[-1] :].sum()])
        assert stats.chisquare(observed, cells).pvalue > 1e-3
    assert abs(np.corrcoef(responders, rowvar=False)[0, 1]) < 4 / np.sqrt(len(responders))
