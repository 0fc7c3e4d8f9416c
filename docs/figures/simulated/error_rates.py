"""Type I error of each test, side by side on the same virtual patients, without and with strata."""

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from _generate.markdown import table
from myotis.simulate.changes import change_course
from myotis.simulate.simulation import Design
from myotis.statistics.power.exact_proportions import compute_rejection_probability, find_rejections
from myotis.statistics.power.exact_stratified import compute_stratified_rejection_probability
from simulated.virtual import (
    ALPHA,
    COURSE,
    PAIRED,
    PLAIN,
    PRODERM,
    choose,
    count_errors,
    count_strata,
    count_trials,
    find_error,
    make_ineffective,
    plan,
    show_share,
    simulate,
    test_by,
)

SIZES = (24, 94)
BATCHES = 56
ENUMERATED_BATCHES = 8
"""So many batches of trials are enumerated at the strata that they have."""
ENUMERATED_SIZES = (24,)
"""Of larger trials over strata the combinations are too many to enumerate for each trial."""
PLANNED = "Cochran-Mantel-Haenszel"
TESTS = {
    "Wald's interval without 0": ("wald", choose("wald", test_by("pearson_chi_square") | {"interval.method": "wald"})),
    "Miettinen and Nurminen's without 0": (
        "miettinen-nurminen",
        choose("score", test_by("pearson_chi_square") | {"interval.method": "miettinen_nurminen"}),
    ),
    "Pearson": ("pearson-chi-square", choose("pearson", test_by("pearson_chi_square"))),
    "Fisher": ("fisher-exact", choose("fisher", test_by("fisher_exact"))),
}
BY_INTERVAL = {"wald", "score"}


class Row(NamedTuple):
    """One test at one size: which trials reject, and what enumeration gives (None: not enumerated)."""

    test: str
    subjects: int
    is_stratified: bool
    rejects: np.ndarray
    enumerated: float | None


def measure_tests() -> list[Row]:
    course = make_ineffective(COURSE)
    designs = [Design(id=f"n{size}", subjects=size) for size in SIZES]
    analyses = [choice for _, choice in TESTS.values()]
    plain = simulate(plan(PLAIN, change_course(course, PAIRED), designs, analyses), BATCHES)
    planned = plan(PRODERM, course, designs, [choose("planned"), *analyses])
    stratified = simulate(planned, BATCHES)
    both = plain[f"n{SIZES[-1]}", "pearson"].rates
    rate = both.mean()
    error = np.sqrt(2) * find_error(rate, count_trials(BATCHES) * SIZES[-1] // 2)
    assert abs(both[0] - both[1]) < 5 * error, "the course without effect has one"
    rows = []
    for size in SIZES:
        for name, (enumerated, choice) in TESTS.items():
            rejections = find_rejections(size // 2, size // 2, test=enumerated, alpha=ALPHA, alternative="two-sided")
            expected = float(compute_rejection_probability(rejections, rate, rate))
            rows.append(Row(name, size, False, _reject(plain[f"n{size}", choice.id], choice.id), expected))
            rows.append(Row(name, size, True, _reject(stratified[f"n{size}", choice.id], choice.id), None))
        expected = enumerate_strata(planned, size) if size in ENUMERATED_SIZES else None
        rows.append(Row(PLANNED, size, True, stratified[f"n{size}", "planned"].rejects, expected))
    return rows


def _reject(found, name: str) -> np.ndarray:
    return (found.lower > 0) | (found.upper < 0) if name in BY_INTERVAL else found.rejects


def enumerate_strata(simulation, subjects: int) -> float:
    """The probability that the stratified test rejects, at the strata that trials have by chance, where both arms have
    the rates of both together."""
    counts = count_strata(simulation, subjects, ENUMERATED_BATCHES)
    over_trials = counts.sum(axis=0)
    rates = over_trials[..., 0].sum(axis=1) / np.maximum(over_trials.sum(axis=(1, 2)), 1)
    kinds, often = np.unique(counts.sum(axis=-1), axis=0, return_counts=True)
    powers = [
        compute_stratified_rejection_probability(
            *sizes.T, p1=rates, p2=rates, test="cochran-mantel-haenszel", alpha=ALPHA,
            alternative="two-sided",
        )
        for sizes in kinds
    ]  # fmt: skip
    return float(np.average(powers, weights=often))


def draw_tests(axes: Axes, rows: list[Row]) -> None:
    names = [*TESTS, PLANNED]
    for is_stratified, color, shift in ((False, "#0072B2", 0.12), (True, "#D55E00", -0.12)):
        mine = [row for row in rows if row.is_stratified == is_stratified and row.subjects == SIZES[-1]]
        at = [len(names) - names.index(row.test) + shift for row in mine]
        shares = [100 * row.rejects.mean() for row in mine]
        errors = [200 * find_error(row.rejects.mean(), len(row.rejects)) for row in mine]
        label = "randomized in strata" if is_stratified else "without strata"
        axes.errorbar(shares, at, xerr=errors, fmt="o", markersize=4, color=color, label=f"simulated, {label}")
        known = [
            (100 * row.enumerated, place) for row, place in zip(mine, at, strict=True) if row.enumerated is not None
        ]
        if known:
            axes.plot(*zip(*known, strict=True), "|", color="#000000", markersize=12, label="enumerated")
    axes.axvline(100 * ALPHA, color="#7c8a96", linewidth=0.8, linestyle=":")
    axes.set_yticks(range(1, len(names) + 1), names[::-1])
    axes.set(title=f"No effect, {SIZES[-1]} subjects", xlabel="trials that reject, percent")


def tell_tests(rows: list[Row]) -> str:
    shown = [
        (row.test, row.subjects, "in strata" if row.is_stratified else "without strata", show_share(row.rejects, 2),
         "" if row.enumerated is None else f"{100 * row.enumerated:.2f}")
        for row in sorted(rows, key=lambda row: (row.subjects, row.is_stratified))
    ]  # fmt: skip
    return table(("Test", "Subjects", "Randomized", "Rejected, simulated", "Enumerated"), shown)


def find_farthest(rows: list[Row]) -> float:
    """By how many standard errors simulated and enumerated differ at most."""
    return max(abs(count_errors(row.rejects, row.enumerated)) for row in rows if row.enumerated is not None)


def find_too_often(rows: list[Row]) -> list[str]:
    """Tests that are enumerated above their level, with the size."""
    return [
        f"{row.test} with {row.subjects} ({100 * row.enumerated:.2f})"
        for row in rows
        if not row.is_stratified and row.enumerated is not None and row.enumerated > ALPHA
    ]
