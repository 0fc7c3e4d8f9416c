"""Simulated designs with looks, and stratified ones, against enumeration.

Without strata and in blocks of two, both arms have as many subjects at every look, and virtual subjects are alike and
independent. So the responders that come between two looks are binomial, and what a design does is a sum over all tables
of all looks, which is programmed here on its own: the pooled z by its formula, the boundaries as roots of probabilities
of the multivariate normal distribution.
"""

from functools import cache, reduce

import numpy as np
import pytest
from scipy import optimize, stats

from myotis.protocol.read import read_trial
from myotis.randomize.strata import list_strata
from myotis.simulate.analyses import count_tables, find_sides, settle_outcomes
from myotis.simulate.changes import change_course
from myotis.simulate.chunks import build_worlds, simulate_designs
from myotis.simulate.course import read_course
from myotis.simulate.scenarios import remove_effect
from myotis.simulate.simulation import AnalysisChoice, Comparison, Design, Scenario, plan_simulation
from myotis.statistics.power.exact_stratified import compute_stratified_rejection_probability

PRODERM = read_trial("proderm")
PLAIN = PRODERM.model_copy(update={"randomization": PRODERM.randomization.model_copy(update={"factors": ()})})
COURSE = change_course(read_course("proderm"), {"enrollment.block_size": 2})
EFFECT = {"measures.*.recovery.octagam_10": "* 0.7"}
SUBJECTS, ALPHA, BATCHES, WAIT = 60, 0.05, 24, 16 * 7
LOOKS = {
    "fixed": (1.0,),
    "pocock": (0.5, 1.0),
    "obrien_fleming": (0.4, 0.7, 1.0),
    "obrien_fleming_type": (0.3, 1.0),
}
PEARSON = {"test": {"method": "pearson_chi_square", "continuity_correction": False}}


@cache
def find_boundary(name):
    """Critical values of Z at each look, two-sided."""
    times = np.array(LOOKS[name])
    covariance = np.sqrt(np.minimum.outer(times, times) / np.maximum.outer(times, times))

    def cross(critical):
        k = len(critical)
        return 1 - stats.multivariate_normal.cdf(
            critical, cov=covariance[:k, :k], lower_limit=-np.array(critical), rng=1, abseps=1e-7
        )

    def solve(build, error):
        return build(optimize.brentq(lambda c: cross(build(c)) - error, 1, 8))

    if name == "obrien_fleming_type":  # each side spends 2 - 2 Phi(z / sqrt(t)), z the upper quantile of alpha / 4
        spent = 4 * stats.norm.sf(stats.norm.isf(ALPHA / 4) / np.sqrt(times))
        return reduce(lambda found, error: solve(lambda c: np.append(found, c), error), spent, np.zeros(0))
    shape = np.sqrt(times) if name == "obrien_fleming" else np.ones_like(times)
    return solve(lambda c: c / shape, ALPHA)


def enumerate_looks(name, p1, p2):
    """The probabilities to stop and to reject at each look."""
    held = [round(share * SUBJECTS) for share in LOOKS[name]]
    state, before = np.ones((1, 1)), 0
    stopped, rejected = [], []
    for subjects, critical in zip(held, find_boundary(name), strict=True):
        n, more = subjects // 2, (subjects - before) // 2
        first, second = (stats.binom.pmf(np.arange(more + 1), more, p) for p in (p1, p2))
        grown = np.apply_along_axis(np.convolve, 0, np.apply_along_axis(np.convolve, 1, state, second), first)
        x1, x2 = np.ogrid[: n + 1, : n + 1]
        pooled = (x1 + x2) / (2 * n)
        with np.errstate(invalid="ignore", divide="ignore"):
            z = np.nan_to_num((x1 - x2) / n / np.sqrt(pooled * (1 - pooled) * 2 / n))
        crosses = np.abs(z) >= critical
        rejected.append(grown[crosses].sum())
        stopped.append(grown.sum() if subjects == SUBJECTS else rejected[-1])
        state, before = np.where(crosses, 0, grown), subjects
    return np.array(stopped), np.array(rejected)


@pytest.fixture(scope="module", params=["effect", "no effect"])
def simulated(request):
    """By design: [trial] look, rejects, subjects analyzed and enrolled; the rates of both arms over all trials."""
    weaker = change_course(COURSE, EFFECT)
    none = remove_effect(change_course(COURSE, {"*.*.recovery.saline": "+ 0.15"}), PRODERM).course
    course = weaker if request.param == "effect" else none
    looks = {name: {"information": at, "boundary": name, "alpha": ALPHA} for name, at in LOOKS.items() if len(at) > 1}
    comparison = Comparison(
        schema_version=1,
        designs=tuple(Design(id=name, subjects=SUBJECTS, looks=looks.get(name)) for name in LOOKS),
        analyses=(AnalysisChoice(id="tested", estimand="primary", changes=PEARSON),),
    )
    simulation = plan_simulation(PLAIN, [Scenario("assumed", course)], seed=12, comparison=comparison)
    found = {name: [] for name in LOOKS}
    worlds = build_worlds(simulation, simulation.scenarios[0])
    for batch in range(BATCHES):
        for design, one in simulate_designs(simulation, worlds, batch):
            found[design.id].append(one.analyze(simulation.analyses[0], design, simulation))
    whole = np.concatenate([one.found.responders for one in found["fixed"]])
    rates = whole.mean(axis=0) / (SUBJECTS / 2)
    return found, rates if request.param == "effect" else np.full(2, rates.mean())


def is_near(found, expected):
    """Within four Monte Carlo standard errors of a share of trials."""
    return abs(found.mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / len(found))


@pytest.mark.parametrize("name", [name for name in LOOKS if name != "fixed"])
def test_looks_stop_and_reject_as_often_as_enumerated(simulated, name):
    analyzed, rates = simulated
    look, rejects = (np.concatenate([getattr(one, part) for one in analyzed[name]]) for part in ("look", "rejects"))
    stopped, rejected = enumerate_looks(name, *rates)
    for position in range(len(stopped)):
        assert is_near(look == position, stopped[position])
        assert is_near((look == position) & (rejects == 1), rejected[position])
    assert is_near(rejects == 1, rejected.sum())


@pytest.mark.parametrize("name", [name for name in LOOKS if name != "fixed"])
def test_looks_save_as_many_subjects_as_enumerated(simulated, name):
    analyzed, rates = simulated
    subjects = np.concatenate([one.found.subjects.sum(axis=1) for one in analyzed[name]])
    held = np.array([round(share * SUBJECTS) for share in LOOKS[name]])
    stopped, _ = enumerate_looks(name, *rates)
    mean, square = stopped @ held, stopped @ held**2
    assert abs(subjects.mean() - mean) < 4 * np.sqrt((square - mean**2) / len(subjects))


@pytest.mark.parametrize("name", list(LOOKS))
def test_those_who_came_while_outcomes_were_waited_for_are_as_many_as_the_gaps_between_them_allow(simulated, name):
    """Gaps are exponential but for rounding to days, so that a Poisson number comes in the weeks of waiting."""
    analyzed, _ = simulated
    look, enrolled = (np.concatenate([getattr(one, part) for one in analyzed[name]]) for part in ("look", "enrolled"))
    gaps = np.rint(np.random.default_rng(3).exponential(COURSE.enrollment.mean_days_between, (20_000, SUBJECTS)))
    in_time = (gaps.cumsum(axis=1) <= WAIT).sum(axis=1)
    for position, share in enumerate(LOOKS[name]):
        held = round(share * SUBJECTS)
        expected = np.minimum(held + in_time, SUBJECTS)
        mine = enrolled[look == position]
        if len(mine) > 100:
            error = np.hypot(expected.std() / np.sqrt(len(mine)), expected.std() / np.sqrt(len(expected)))
            assert abs(mine.mean() - expected.mean()) <= 4 * error


def count_strata(one, simulation, subjects):
    """[trial, stratum, arm, outcome]: responders and others of every trial."""
    (estimand,), strata = simulation.analyses, len(list_strata(PRODERM))
    outcomes = one.outcomes.take(subjects)
    settled = settle_outcomes(outcomes, simulation.visits, estimand, PRODERM)
    return count_tables(settled.response, find_sides(outcomes, estimand, PRODERM), outcomes.stratum, strata)


def test_trials_over_strata_reject_as_often_as_enumerated_at_the_strata_they_have():
    """How many subjects each stratum has comes by chance, so each trial is enumerated at the strata that it has."""
    small, batches = 24, 20
    comparison = Comparison(
        schema_version=1,
        designs=(Design(id="one", subjects=small),),
        analyses=(AnalysisChoice(id="tested", estimand="primary"),),
    )
    scenario = Scenario("assumed", change_course(COURSE, EFFECT))
    simulation = plan_simulation(PRODERM, [scenario], seed=13, comparison=comparison)
    (estimand,) = simulation.analyses
    assert estimand.test.method == "cochran_mantel_haenszel"
    tables, rejects = [], []
    worlds = build_worlds(simulation, scenario)
    for batch in range(batches):
        ((design, one),) = simulate_designs(simulation, worlds, batch)
        tables.append(count_strata(one, simulation, small))
        rejects.append(np.nan_to_num(one.analyze(estimand, design, simulation).found.p_value, nan=1) < ALPHA)
    counts = np.concatenate(tables).astype(int)
    over_trials = counts.sum(axis=0)
    p1, p2 = (over_trials[..., 0] / over_trials.sum(axis=-1)).T
    kinds, often = np.unique(counts.sum(axis=-1), axis=0, return_counts=True)
    powers = [
        compute_stratified_rejection_probability(
            *sizes.T, p1=p1, p2=p2, test="cochran-mantel-haenszel", alpha=ALPHA, alternative="two-sided"
        )
        for sizes in kinds
    ]
    expected = np.average(powers, weights=often)
    assert 0.2 < expected < 0.95
    assert is_near(np.concatenate(rejects), expected)
