"""Designs with looks: power and size by three roads, the bias of what is estimated after an early stop, and rpact."""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import stats

from _generate.markdown import table
from myotis.simulate.adaptations import Looks
from myotis.simulate.changes import change_course
from myotis.simulate.simulation import Design
from myotis.statistics.group_sequential.stagewise import estimate_after_stop
from myotis.statistics.power.sequential import GroupSequential, plan_looks
from myotis.statistics.power.two_proportions import TwoProportions
from simulated.virtual import ALPHA, COURSE, PAIRED, PEARSON, PLAIN, Found, plan, show_mean, show_share, simulate

RECORDED = Path(__file__).resolve().parents[3] / "tests" / "independent" / "r" / "simulate.json"
BATCHES = 40
LOOKS = {
    "obrien_fleming_type_2": {"information": (0.5, 1.0), "boundary": "obrien_fleming_type", "alpha": ALPHA},
    "pocock_2": {"information": (0.5, 1.0), "boundary": "pocock", "alpha": ALPHA},
    "pocock_3": {"information": (1 / 3, 2 / 3, 1.0), "boundary": "pocock", "alpha": ALPHA},
}
NAMES = {
    "fixed": "one look",
    "obrien_fleming_type_2": "O'Brien-Fleming-type spending, two looks",
    "pocock_2": "Pocock, two looks",
    "pocock_3": "Pocock, three looks",
}
KINDS = {"asOF": "O'Brien-Fleming-type", "OF": "O'Brien-Fleming", "P": "Pocock"}


class Sequential(NamedTuple):
    """What a design with looks does on virtual patients, and what is computed for it."""

    name: str
    found: Found
    enumerated: float
    formula: float
    enumerated_subjects: float
    formula_subjects: float
    adjusted: np.ndarray
    """[trial]: the median-unbiased estimate; NaN where there is none."""
    holds: np.ndarray
    """[interval, trial]: whether the plain and the stagewise interval hold the true difference."""


class Stops(NamedTuple):
    """The designs, and the rates of the virtual patients."""

    subjects: int
    rates: np.ndarray
    designs: list[Sequential]

    @property
    def difference(self) -> float:
        return float(self.rates[0] - self.rates[1])


def measure_stops(subjects: int) -> Stops:
    subjects += -subjects % 12  # every look has as many in either arm
    course = change_course(COURSE, PAIRED)
    designs = [Design(id="fixed", subjects=subjects)]
    designs += [Design(id=name, subjects=subjects, looks=looks) for name, looks in LOOKS.items()]
    found = simulate(plan(PLAIN, course, designs, [PEARSON]), BATCHES)
    rates = found["fixed", "pearson"].rates
    measured = [_measure(design, found[design.id, "pearson"], rates) for design in designs]
    return Stops(subjects, rates, measured)


def _measure(design: Design, found: Found, rates: np.ndarray) -> Sequential:
    n, p1, p2 = design.subjects // 2, float(rates[0]), float(rates[1])
    near = TwoProportions(p1=p1, p2=p2, test="z-pooled", alpha=ALPHA, alternative="two-sided")
    plain = (found.lower <= p1 - p2) & (p1 - p2 <= found.upper)
    if design.looks is None:
        power, _ = enumerate_looks([design.subjects], [stats.norm.isf(ALPHA / 2)], p1, p2)
        return Sequential(
            NAMES[design.id], found, power, near.compute_power(n, n), design.subjects, design.subjects,
            np.full(len(found.estimate), np.nan), plain[None],
        )  # fmt: skip
    boundary = design.looks.find_boundary()
    held = design.looks.find_subjects(design.subjects)
    power, mean = enumerate_looks(held, boundary.upper, p1, p2)
    over = GroupSequential(assumptions=near, design=boundary)
    z = np.sign(found.estimate) * stats.norm.isf(np.clip(found.p_value, 1e-300, 1) / 2)
    error = np.where(z != 0, found.estimate / np.where(z != 0, z, 1), (found.upper - found.lower) / 3.92)
    answer = estimate_after_stop(found.estimate, error, look=found.look + 1, design=boundary, level=0.95)
    stagewise = (answer.lower <= p1 - p2) & (p1 - p2 <= answer.upper)
    return Sequential(
        NAMES[design.id], found, power, over.compute_power(n, n), mean, plan_looks(over, n, n).expected_planned,
        answer.estimate, np.stack([plain, stagewise]),
    )  # fmt: skip


def enumerate_looks(held, critical, p1: float, p2: float) -> tuple[float, float]:
    """The probability that Pearson's test crosses at any look, and the mean number of subjects: all tables of all looks."""
    state, before, power, mean = np.ones((1, 1)), 0, 0.0, 0.0
    for subjects, limit in zip(held, critical, strict=True):
        n, more = subjects // 2, (subjects - before) // 2
        first, second = (stats.binom.pmf(np.arange(more + 1), more, p) for p in (p1, p2))
        grown = np.apply_along_axis(np.convolve, 0, np.apply_along_axis(np.convolve, 1, state, second), first)
        x1, x2 = np.ogrid[: n + 1, : n + 1]
        pooled = (x1 + x2) / (2 * n)
        with np.errstate(invalid="ignore", divide="ignore"):
            crosses = np.abs(np.nan_to_num((x1 - x2) / n / np.sqrt(pooled * (1 - pooled) * 2 / n))) >= limit
        stopped = float(grown[crosses].sum())
        power += stopped
        mean += subjects * (float(grown.sum()) if subjects == held[-1] else stopped)
        state, before = np.where(crosses, 0, grown), subjects
    return power, mean


def tell_power(stops: Stops) -> str:
    heads = (
        "Design", "Power, simulated", "Enumerated", "Formula", "Subjects analyzed, simulated", "Enumerated", "Formula",
        "Enrolled by then",
    )  # fmt: skip
    rows = [
        (one.name, show_share(one.found.rejects), f"{100 * one.enumerated:.1f}", f"{100 * one.formula:.1f}",
         show_mean(one.found.subjects.sum(axis=1), 1), f"{one.enumerated_subjects:.1f}", f"{one.formula_subjects:.1f}",
         show_mean(one.found.enrolled, 1))
        for one in stops.designs
    ]  # fmt: skip
    return table(heads, rows)


def tell_bias(stops: Stops) -> str:
    heads = (
        "Design", "Stopped early", "Bias of the plain estimate", "of those who stopped early", "Bias when corrected",
        "Corrected above the truth", "Coverage, plain", "Coverage, stagewise",
    )  # fmt: skip
    rows = []
    for one in stops.designs:
        last = one.found.look.max()
        early = one.found.look < last
        off = one.found.estimate - stops.difference
        known = ~np.isnan(one.adjusted)
        corrected = ("", "")
        if known.any():
            corrected = (show_mean(one.adjusted - stops.difference), show_share(one.adjusted[known] > stops.difference))
        rows.append(
            (one.name, show_share(early) if last else "", show_mean(off), show_mean(off[early]) if early.sum() > 1 else "",
             *corrected, *(show_share(flags) for flags in one.holds),
             *([] if len(one.holds) > 1 else [""]))
        )  # fmt: skip
    return table(heads, rows)


class Beside(NamedTuple):
    """The recorded designs with an effect, beside enumeration, the versions that made them, and by how many percentage
    points their formula and ours differ from enumeration at most."""

    table: str
    versions: str
    theirs_off: float
    ours_off: float


def tell_rpact() -> Beside:
    recorded = json.loads(RECORDED.read_text("utf-8"))
    rows, theirs, ours = [], [], []
    for case in recorded["sequential"]:
        if case["ratio"] != 1 or case["p1"] == case["p2"]:
            continue
        held = [round(case["subjects"] * share) for share in case["information"]]
        power, mean = enumerate_looks(held, case["critical"], case["p1"], case["p2"])
        theirs.append(100 * abs(case["computed_power"] - power))
        ours.append(100 * abs(_compute_power(case) - power))
        rows.append(
            (f"{KINDS[case['kind']]}, {len(held)} looks", case["subjects"],
             f"{100 * case['p1']:.0f} against {100 * case['p2']:.0f}",
             f"{100 * sum(case['rejected_at']):.2f}", f"{100 * power:.2f}", f"{100 * case['computed_power']:.2f}",
             f"{case['expected_subjects']:.2f}", f"{mean:.2f}", f"{case['computed_subjects']:.2f}")
        )  # fmt: skip
    heads = (
        "Design", "Subjects", "Rates", "Power, rpact simulated", "Enumerated here", "rpact computed",
        "Subjects, rpact simulated", "Enumerated here", "rpact computed",
    )  # fmt: skip
    versions = recorded["versions"]
    told = f"R {versions['R']} and rpact {versions['rpact']}, {recorded['iterations']:,} trials each"
    return Beside(table(heads, rows), told, max(theirs), max(ours))


def _compute_power(case) -> float:
    """The power of a recorded design by the formula of `myotis design`."""
    boundary = {"asOF": "obrien_fleming_type", "OF": "obrien_fleming", "P": "pocock"}[case["kind"]]
    design = Looks(information=tuple(case["information"]), boundary=boundary, alpha=ALPHA).find_boundary()
    near = TwoProportions(p1=case["p1"], p2=case["p2"], test="z-pooled", alpha=ALPHA, alternative="two-sided")
    return GroupSequential(assumptions=near, design=design).compute_power(case["subjects"] / 2, case["subjects"] / 2)
