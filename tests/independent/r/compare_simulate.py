"""Simulated designs with looks: against trials that rpact and gsDesign simulate, and against rpact's computed power.

Their trials have rates that are given to them. So virtual subjects keep their arms and their days here, and whether
each has responded is drawn at those rates; design, looks, test and decision are as in any other simulation. What is
compared are differences of shares in standard errors of both simulations together.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from comparison import Comparison
from scipy import stats

from myotis.protocol.read import read_trial
from myotis.simulate.chunks import build_worlds, simulate_designs
from myotis.simulate.course import read_course
from myotis.simulate.simulation import AnalysisChoice, Design, Scenario, plan_simulation
from myotis.simulate.simulation import Comparison as Compared
from myotis.statistics.group_sequential.boundaries import compute_boundary
from myotis.statistics.group_sequential.characteristics import compute_boundary_crossing_probabilities
from myotis.statistics.group_sequential.spending import compute_spending_boundary
from myotis.terms.missing import NO, YES

RECORDED = json.loads((Path(__file__).parent / "simulate.json").read_text(encoding="utf-8"))
VERSIONS = RECORDED["versions"]
MADE_BY = "tests/independent/r/simulate.R"
KINDS = {"asOF": "obrien_fleming_type", "OF": "obrien_fleming", "P": "pocock"}
ERROR = 0.05
DRAWS = 24
"""So many times are the responses of a batch of trials drawn."""
CHANCE = {"tolerance": 4, "scale": "absolute", "made_by": MADE_BY}


def comparisons() -> Iterator[Comparison]:
    """Rejections at each look and sizes on average, simulated; power and sizes, computed."""
    iterations, trials = RECORDED["iterations"], DRAWS * 256
    why = f"chance: standard errors of {iterations:,} trials of theirs and {trials:,} of ours"
    sequential, single = RECORDED["sequential"], RECORDED["single"]
    yield Comparison(
        function=simulate_designs,
        what=f"trials that reject in favor of the group at each look, {len(sequential)} designs of two and three looks",
        source=software("rpact"),
        ours=lambda: np.concatenate([_count_errors(case) for case in sequential]),
        theirs=np.zeros(sum(len(case["information"]) for case in sequential)),
        why=why,
        **CHANCE,
    )
    effective = [case for case in sequential if case["p1"] != case["p2"]]
    yield Comparison(
        function=simulate_designs,
        what=f"subjects analyzed on average, {len(effective)} designs of two and three looks",
        source=software("rpact"),
        ours=lambda: [_measure_subjects(case) for case in effective],
        theirs=np.zeros(len(effective)),
        why=why,
        **CHANCE,
    )
    yield Comparison(
        function=simulate_designs,
        what=f"trials of one look that reject in favor of the group, {len(single)} sizes and rates",
        source=software("gsDesign"),
        ours=lambda: np.concatenate([_count_errors(case) for case in single]),
        theirs=np.zeros(len(single)),
        why=why,
        **CHANCE,
    )
    yield Comparison(
        function=compute_boundary_crossing_probabilities,
        what=f"power of given sizes of two binomial groups, {len(effective)} designs of two and three looks",
        source=software("rpact"),
        ours=lambda: [float(_cross(case).power) for case in effective],
        theirs=[case["computed_power"] for case in effective],
        tolerance=1e-8,
        scale="absolute",
        made_by=MADE_BY,
        why="rpact seeks boundaries to 1e-10 and spends 1e-8 of alpha less",
    )
    yield Comparison(
        function=compute_boundary_crossing_probabilities,
        what=f"share of the subjects on average, {len(effective)} designs of two and three looks",
        source=software("rpact"),
        ours=lambda: [float(_cross(case).expected_information) for case in effective],
        theirs=[case["computed_subjects"] / case["subjects"] for case in effective],
        tolerance=1e-8,
        scale="absolute",
        made_by=MADE_BY,
        why="rpact seeks boundaries to 1e-10 and spends 1e-8 of alpha less",
    )


def software(name: str) -> str:
    """R and a package with its version."""
    return f"R {VERSIONS['R']}, {name} {VERSIONS[name]}"


def _count_errors(case):
    """By how many standard errors the shares of trials that reject in favor of the group at each look differ."""
    look, shown, _ = _simulate(case)
    theirs = np.array(case.get("rejected_at", case.get("rejected")), ndmin=1)
    ours = np.array([np.mean(shown & (look == position)) for position in range(len(theirs))])
    variance = theirs * (1 - theirs) * (1 / RECORDED["iterations"] + 1 / len(look))
    return (ours - theirs) / np.sqrt(variance)


def _measure_subjects(case):
    """By how many standard errors the numbers of subjects on average differ."""
    _, _, subjects = _simulate(case)
    variance = subjects.var() * (1 / RECORDED["iterations"] + 1 / len(subjects))
    return (subjects.mean() - case["expected_subjects"]) / np.sqrt(variance)


def _simulate(case):
    """[trial]: the look at which it ended, whether it showed an effect, how many subjects were analyzed."""
    return _draw(int(case["subjects"]), int(case["ratio"]), _name(case), case["p1"], case["p2"])


def _name(case):
    return f"{case['kind'].lower()}_{len(case['information'])}" if "kind" in case else "fixed"


@cache
def _allocate(subjects, ratio):
    """One batch of trials, and the designs to try on it."""
    looks = {
        _name(case): {"information": tuple(case["information"]), "boundary": KINDS[case["kind"]], "alpha": ERROR}
        for case in RECORDED["sequential"]
    }
    how = {
        "subjects": subjects,
        "ratio": {"ivig": ratio, "placebo": 1},
        "permuted_blocks": {"block_sizes": (1 + ratio,)},
    }
    designs = tuple(Design(id=name, looks=looks.get(name), **how) for name in ("fixed", *looks))
    pearson = {"test": {"method": "pearson_chi_square", "continuity_correction": False}}
    tested = AnalysisChoice(id="tested", estimand="primary", changes=pearson)
    compared = Compared(schema_version=1, designs=designs, analyses=(tested,))
    proderm = read_trial("proderm")
    plain = proderm.model_copy(update={"randomization": proderm.randomization.model_copy(update={"factors": ()})})
    scenario = Scenario("drawn", read_course("proderm"))
    simulation = plan_simulation(plain, [scenario], seed=1, comparison=compared)
    worlds = build_worlds(simulation, scenario)
    return simulation, {design.id: (design, one) for design, one in simulate_designs(simulation, worlds, 0)}


@cache
def _draw(subjects, ratio, name, p1, p2):
    simulation, designs = _allocate(subjects, ratio)
    (estimand,), (design, one) = simulation.analyses, designs[name]
    generator = np.random.default_rng(20261129)
    outcomes = one.outcomes
    groups = [[arm.id for arm in simulation.trial.arms].index(arm) for arm in (estimand.group, estimand.comparator)]
    rate = np.select([outcomes.arm == arm for arm in groups], [p1, p2])[..., None]
    never = np.full_like(outcomes.last_day, 2**31)
    found = []
    for _ in range(DRAWS):
        response = np.where(generator.random(rate.shape) < rate, YES, NO)
        drawn = outcomes._replace(response=response, switch_day=never, last_day=never)
        analyzed = one._replace(outcomes=drawn).analyze(estimand, design, simulation)
        rejects = analyzed.found.p_value < ERROR if analyzed.rejects is None else analyzed.rejects == 1
        found.append((analyzed.look, rejects & (analyzed.found.estimate > 0), analyzed.found.subjects.sum(axis=1)))
    return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))


def _cross(case):
    """What the boundaries do at the drift that a trial with one look and the same power has.

    That is rpact's approximation for a given size. For a given power it takes the inflation factor, as our
    ``GroupSequential`` always does; both are the same where the variances under either hypothesis are.
    """
    compute = compute_spending_boundary if case["kind"] == "asOF" else compute_boundary
    method = KINDS[case["kind"]].replace("_", "-")
    design = compute(case["information"], method=method, alpha=ERROR / 2, sides=1)
    n2 = case["subjects"] / (1 + case["ratio"])
    rates, sizes = np.array([case["p1"], case["p2"]]), np.array([case["subjects"] - n2, n2])
    pooled = rates @ sizes / sizes.sum()
    null, actual = (np.sqrt(np.sum(rate * (1 - rate) / sizes)) for rate in (pooled, rates))
    quantile = stats.norm.isf(ERROR / 2)
    drift = (rates[0] - rates[1] - quantile * null) / actual + quantile
    return compute_boundary_crossing_probabilities(design, drift=drift)
