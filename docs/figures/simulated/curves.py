"""Power over subjects: simulated, enumerated and by formula; and where a formula is given other rates than come out."""

import re
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from _generate.markdown import table
from myotis.simulate.changes import change_course
from myotis.simulate.scenarios import read_scenario
from myotis.simulate.simulation import Design
from myotis.statistics.power.answers import find_sample_size
from myotis.statistics.power.dropout import DropoutsAsNonresponders, DropoutsRemoved
from myotis.statistics.power.exact_proportions import ExactTwoProportions
from myotis.statistics.power.exact_stratified import ExactStratifiedProportions
from myotis.statistics.power.rates import Strata
from myotis.statistics.power.two_proportions import TwoProportions
from simulated.virtual import (
    ALPHA,
    COURSE,
    PAIRED,
    PEARSON,
    PLAIN,
    PRODERM,
    Found,
    choose,
    count_errors,
    count_strata,
    count_trials,
    find_error,
    plan,
    show_share,
    simulate,
)

SIZES = (16, 24, 32, 40, 50, 60, 70, 80, 94, 110)
BATCHES = 40
RUNGS = 24
TARGET = 0.8
TWO_SIDED = {"alpha": ALPHA, "alternative": "two-sided"}
NOBODY_LEAVES = {"discontinuation.*.probability_per_4_weeks.*": 0.0}
NOTHING_MISSING = {"absence.visit_missed": 0.0, "absence.measure_missed": 0.0}
TIS_ALONE = choose("tis_alone", {**PEARSON.changes, "variable": "tis_at_least", "threshold": 20})


class Curves(NamedTuple):
    """Powers over ``SIZES``, without strata by Pearson's test and over strata by the plan's own."""

    plain: list[np.ndarray]
    """Which trials reject, by size."""
    stratified: list[np.ndarray]
    plain_enumerated: list[float]
    plain_formula: list[float]
    stratified_enumerated: list[float]
    rates: np.ndarray
    strata: Strata

    @property
    def errors(self) -> tuple[np.ndarray, np.ndarray]:
        """By how many standard errors simulated and enumerated differ, by size: without and over strata."""
        pairs = ((self.plain, self.plain_enumerated), (self.stratified, self.stratified_enumerated))
        first, second = (np.array([count_errors(*one) for one in zip(*pair, strict=True)]) for pair in pairs)
        return first, second


def measure_curves() -> Curves:
    designs = [Design(id=f"n{size}", subjects=size) for size in SIZES]
    paired = change_course(COURSE, PAIRED)
    plain = simulate(plan(PLAIN, paired, designs, [PEARSON]), BATCHES)
    planned = plan(PRODERM, COURSE, designs, [choose("planned")])
    stratified = simulate(planned, BATCHES)
    p1, p2 = plain[f"n{SIZES[-1]}", "pearson"].rates
    strata = estimate_strata(count_strata(planned, SIZES[-1], RUNGS))
    exact, near = assume_plain(p1, p2), TwoProportions(p1=p1, p2=p2, test="z-pooled", **TWO_SIDED)
    over_strata = ExactStratifiedProportions(strata=strata, test="cochran-mantel-haenszel", **TWO_SIDED)
    halves = [size // 2 for size in SIZES]
    return Curves(
        plain=[plain[f"n{size}", "pearson"].rejects for size in SIZES],
        stratified=[stratified[f"n{size}", "planned"].rejects for size in SIZES],
        plain_enumerated=[exact.compute_power(n, n) for n in halves],
        plain_formula=[near.compute_power(n, n) for n in halves],
        stratified_enumerated=[over_strata.compute_power(n, n) for n in halves],
        rates=np.array([p1, p2]),
        strata=strata,
    )


def assume_plain(p1: float, p2: float) -> ExactTwoProportions:
    return ExactTwoProportions(p1=float(p1), p2=float(p2), test="pearson-chi-square", **TWO_SIDED)


def estimate_strata(counts: np.ndarray) -> Strata:
    """The shares and rates of the strata over all trials; a stratum that nobody is in is left out."""
    over_trials = counts.sum(axis=0)
    sizes = over_trials.sum(axis=(1, 2))
    p1, p2 = (over_trials[..., 0] / np.maximum(over_trials.sum(axis=-1), 1)).T
    there = sizes > 0
    shares = sizes[there] / sizes.sum()
    shares, first, second = (tuple(map(float, values)) for values in (shares, p1[there], p2[there]))
    return Strata(shares=shares, p1=first, p2=second)


class Rung(NamedTuple):
    """What happens to virtual subjects, and what comes of it."""

    name: str
    found: Found
    enumerated: float

    @property
    def rates(self) -> np.ndarray:
        return self.found.rates


class Ladder(NamedTuple):
    """One thing after another happens to the same virtual patients, in trials of so many subjects."""

    subjects: int
    rungs: list[Rung]
    sizings: list[tuple[str, int, np.ndarray, float]]
    """What was assumed, the size for the target, which trials of that size reject, and what was promised."""
    reestimated: list[tuple[str, str, float, Found]]
    """Scenario, design, mean number of subjects, and what was found."""


def measure_ladder(curves: Curves) -> Ladder:
    reached = (size for size, power in zip(SIZES, curves.plain_enumerated, strict=True) if power >= TARGET)
    subjects = next(reached, SIZES[-1])
    designs = [Design(id="one", subjects=subjects)]
    course = change_course(COURSE, PAIRED)
    unswitched = PLAIN.model_copy(update={"switch": None})
    calm = change_course(course, NOBODY_LEAVES | NOTHING_MISSING)
    no_one_leaves = change_course(course, NOBODY_LEAVES)

    def climb(name, trial, truth, analysis=PEARSON):
        found = simulate(plan(trial, truth, designs, [analysis]), RUNGS)["one", analysis.id]
        return Rung(name, found, assume_plain(*found.rates).compute_power(subjects // 2, subjects // 2))

    rungs = [
        climb("TIS of at least 20; nobody leaves, switches or misses a visit", unswitched, calm, TIS_ALONE),
        climb("and no confirmed deterioration", unswitched, calm),
        climb("and switching, which is no response", PLAIN, calm),
        climb("and missed visits and measurements", PLAIN, no_one_leaves),
        climb("and leaving, which is no response: the course as assumed", PLAIN, course),
    ]
    for scenario in ("more_dropout", "high_placebo"):
        changed = read_scenario(scenario, "proderm", COURSE).course
        rungs.append(climb(f"the same in the scenario `{scenario}`", PLAIN, change_course(changed, PAIRED)))
    return Ladder(subjects, rungs, size_by_assumption(rungs, course), reestimate(rungs))


def size_by_assumption(rungs: list[Rung], course) -> list[tuple[str, int, np.ndarray, float]]:
    """Sizes by formula from what one may have assumed, and the power that they have on the course as it is."""
    ideal, stay, out = rungs[0].rates, rungs[3].rates, rungs[4]
    left1, left2 = (float(share) for share in out.found.find_lost("discontinuation"))
    gone = {"dropout1": left1, "dropout2": left2}
    named = {
        "the rates of the first row": _assume(*ideal),
        "the rates if nobody leaves; dropouts are removed": DropoutsRemoved(assumptions=_assume(*stay), **gone),
        "the rates if nobody leaves; dropouts are non-responders": DropoutsAsNonresponders(
            assumptions=_assume(*stay), **gone
        ),
        "the rates that come out": _assume(*out.rates),
    }
    sizes = {name: find_sample_size(one, power=TARGET, ratio=(1, 1)) for name, one in named.items()}
    designs = [Design(id=f"size_{2 * n}", subjects=2 * n) for n in dict.fromkeys(one.n1 for one in sizes.values())]
    found = simulate(plan(PLAIN, course, designs, [PEARSON]), RUNGS)
    return [
        (name, 2 * one.n1, found[f"size_{2 * one.n1}", "pearson"].rejects, one.power) for name, one in sizes.items()
    ]


def _assume(p1: float, p2: float) -> TwoProportions:
    return TwoProportions(p1=float(p1), p2=float(p2), test="z-pooled", **TWO_SIDED)


def reestimate(rungs: list[Rung]) -> list[tuple[str, str, float, Found]]:
    """The size for the first row's rates, re-estimated at half of it, and fixed at the mean of what comes of that."""
    ideal = rungs[0].rates
    planned = 2 * find_sample_size(_assume(*ideal), power=TARGET, ratio=(1, 1)).n1
    rule = {
        "at_subjects": 2 * (planned // 4), "maximum": 3 * planned, "difference": round(float(ideal[0] - ideal[1]), 3),
        "alpha": ALPHA, "power": TARGET,
    }  # fmt: skip
    rows = []
    for scenario in ("as_assumed", "high_placebo"):
        course = change_course(read_scenario(scenario, "proderm", COURSE).course, PAIRED)
        designs = [Design(id="fixed", subjects=planned), Design(id="again", subjects=planned, reestimation=rule)]
        found = simulate(plan(PLAIN, course, designs, [PEARSON]), RUNGS)
        fixed, again = (found[name, "pearson"] for name in ("fixed", "again"))
        mean = again.subjects.sum(axis=1).mean()
        same = Design(id="same", subjects=2 * round(mean / 2))
        at_mean = simulate(plan(PLAIN, course, [same], [PEARSON]), RUNGS)["same", "pearson"]
        rows += [
            (scenario, f"fixed, {planned}", planned, fixed),
            (scenario, f"re-estimated, {planned} to {3 * planned}", mean, again),
            (scenario, "fixed at the mean of these", same.subjects, at_mean),
        ]
    return rows


def draw_curves(axes: Axes, curves: Curves) -> None:
    trials = count_trials(BATCHES)
    for simulated, enumerated, color, label in (
        (curves.plain, curves.plain_enumerated, "#0072B2", "without strata, Pearson"),
        (curves.stratified, curves.stratified_enumerated, "#D55E00", "as planned, over strata"),
    ):
        power = np.array([flags.mean() for flags in simulated])
        errors = [2 * 100 * find_error(share, trials) for share in power]
        axes.errorbar(SIZES, 100 * power, errors, fmt="o", markersize=3, color=color, label=f"simulated: {label}")
        axes.plot(SIZES, 100 * np.array(enumerated), color=color, linewidth=0.8, label=f"enumerated: {label}")
    axes.plot(SIZES, 100 * np.array(curves.plain_formula), color="#000000", linewidth=1, linestyle=":", label="formula")
    axes.axhline(100 * TARGET, color="#7c8a96", linewidth=0.8, linestyle=":")
    axes.set(title="The same rates: the same power", xlabel="subjects", ylabel="power, percent", ylim=(0, 102))


def draw_parting(axes: Axes, ladder: Ladder) -> None:
    """Enumerated power at the rates of every rung, and what the virtual patients do."""
    colors = ("#000000", "#0072B2", "#56B4E9", "#009E73", "#D55E00", "#CC79A7", "#E69F00")
    for rung, color in zip(ladder.rungs, colors, strict=True):
        powers = [100 * assume_plain(*rung.rates).compute_power(size // 2, size // 2) for size in SIZES]
        label = re.split("[:;]", rung.name)[0].replace("`", "")
        axes.plot(SIZES, powers, color=color, linewidth=1, label=label)
        error = 200 * find_error(rung.found.rejects.mean(), len(rung.found.rejects))
        axes.errorbar([ladder.subjects], 100 * rung.found.rejects.mean(), error, fmt="o", markersize=4, color=color)
    axes.set(title="Other rates: another power (dots: simulated)", xlabel="subjects", ylim=(0, 102))


def tell_curves(curves: Curves) -> str:
    heads = (
        "Subjects", "Simulated, no strata", "Enumerated", "Formula", "Simulated, strata", "Enumerated at their shares",
    )  # fmt: skip
    rows = [
        (size, show_share(plain), f"{100 * exact:.1f}", f"{100 * near:.1f}", show_share(planned), f"{100 * over:.1f}")
        for size, plain, exact, near, planned, over in zip(
            SIZES, curves.plain, curves.plain_enumerated, curves.plain_formula, curves.stratified,
            curves.stratified_enumerated, strict=True,
        )
    ]  # fmt: skip
    return table(heads, rows)


def tell_rungs(ladder: Ladder) -> str:
    rows = [
        (rung.name, *(f"{100 * rate:.1f}" for rate in rung.rates), show_share(rung.found.rejects),
         f"{100 * rung.enumerated:.1f}")
        for rung in ladder.rungs
    ]  # fmt: skip
    return table(("What happens", "Rate", "Comparator rate", "Power, simulated", "Enumerated at these rates"), rows)


def tell_sizings(ladder: Ladder) -> str:
    rows = [
        (name, size, f"{100 * promised:.1f}", show_share(rejects)) for name, size, rejects, promised in ladder.sizings
    ]
    return table(("Sized for", "Subjects", "Power promised", "Power, simulated"), rows)


def tell_reestimation(ladder: Ladder) -> str:
    rows = [
        (f"`{scenario}`", name, f"{mean:.1f}", show_share(found.rejects))
        for scenario, name, mean, found in ladder.reestimated
    ]
    return table(("Scenario", "Subjects", "On average", "Power, simulated"), rows)
