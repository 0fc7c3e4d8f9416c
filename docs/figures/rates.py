"""How often the intervals of rates hold the true rate: summed exactly over the Poisson distribution, and simulated.

Writes docs/images/coverage-rates.png, docs/images/coverage-rates-two-groups.png and the page that shows them. Run by
time_to_event.py, or alone: python docs/figures/rates.py
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from scipy import stats

from myotis.statistics.rates.difference import estimate_difference_of_rates
from myotis.statistics.rates.one import estimate_rate
from myotis.statistics.rates.ratio import estimate_ratio_of_rates
from myotis.statistics.rates.subjects import dispersion_test, estimate_rate_of_subjects

sys.path.append(str(Path(__file__).resolve().parents[1]))

from _generate.markdown import table

DOCS = Path(__file__).resolve().parents[1]
SEED = 20261125
LEVEL = 0.95
TRIALS = 4000
MOST = 190
"""More events are left out: with 90 expected or fewer their probability is below 1e-16."""
EXPECTED = np.arange(0.1, 30.05, 0.1)
PRINTED = (0.5, 1, 2, 4, 8, 15, 30)
COLORS = {
    "exact": "#000000", "mid-p": "#0072B2", "score": "#009E73", "scas": "#D55E00", "wald": "#CC79A7",
    "miettinen-nurminen": "#009E73",
}  # fmt: skip
LINES = {"scas": "--"}
"""SCAS nearly hides mid-p."""


def compute_coverage_of_one(method: str) -> np.ndarray:
    """The probability of an interval that holds the rate, for each expected number of events."""
    x = np.arange(MOST + 1)
    answer = estimate_rate(x, 1, method=method, level=LEVEL)
    holds = (answer.lower <= EXPECTED[:, None]) & (EXPECTED[:, None] <= answer.upper)
    return (stats.poisson.pmf(x, EXPECTED[:, None]) * holds).sum(axis=1)


def compute_coverage_of_two(contrast: str, method: str, ratio: float, exposure: float) -> np.ndarray:
    """The same for two groups: ``EXPECTED`` events in group 2, whose exposure is 1, and ``ratio`` times its rate in 1.

    Where neither group has events the ratio can be anything: that counts as held.
    """
    x = np.arange(MOST + 1)
    groups = (x[:, None], exposure, x[None, :], 1)
    function = estimate_difference_of_rates if contrast == "difference" else estimate_ratio_of_rates
    answer = function(*groups, method=method, level=LEVEL)
    lower, upper = np.nan_to_num(answer.lower, nan=0.0), np.nan_to_num(answer.upper, nan=np.inf, posinf=np.inf)
    covered = []
    for expected in EXPECTED:
        truth = ratio if contrast == "ratio" else (ratio - 1) * expected
        weight = np.outer(stats.poisson.pmf(x, expected * ratio * exposure), stats.poisson.pmf(x, expected))
        covered.append((weight * ((lower <= truth) & (truth <= upper))).sum())
    return np.array(covered)


def simulate_clusters(rng: np.random.Generator) -> Iterator[tuple[str, ...]]:
    """Rows of a table: patients of unlike frailty, by how much the variance of their events exceeds the mean."""
    for patients in (24, 47, 95):
        for dispersion in (1, 2, 4, 8):
            exposure = rng.integers(1, 8, (TRIALS, patients))
            mean = 0.4 * exposure
            events = rng.poisson(mean)
            if dispersion > 1:
                frailty = rng.gamma(mean / (dispersion - 1), dispersion - 1)
                events = rng.poisson(frailty)
            total = events.sum(axis=1), exposure.sum(axis=1)
            exact = estimate_rate(*total, method="exact", level=LEVEL)
            robust = estimate_rate_of_subjects(events, exposure, level=LEVEL)
            found = (dispersion_test(events, exposure).p_value < 0.05).mean()
            held = [((a.lower <= 0.4) & (a.upper >= 0.4)).mean() for a in (exact, robust)]
            yield (str(patients), str(dispersion), *(f"{100 * share:.1f}" for share in (*held, found)))


def draw_one(coverage: dict[str, np.ndarray]) -> None:
    """The coverage of one rate, a line for each method."""
    figure, axes = plt.subplots(figsize=(7.2, 3.8), layout="constrained")
    draw_lines(axes, coverage)
    axes.set(xlabel="expected number of events", title="One rate")
    axes.legend(loc="lower right", ncols=2, fontsize=9)
    figure.savefig(DOCS / "images" / "coverage-rates.png", dpi=110, metadata={"Software": None})
    plt.close(figure)


def draw_two(panels: dict[str, dict[str, np.ndarray]]) -> None:
    """The coverage of differences and ratios, a panel for each."""
    figure, grid = plt.subplots(2, 2, figsize=(9, 6.4), layout="constrained", sharex=True, sharey=True)
    for axes, (title, coverage) in zip(grid.flat, panels.items(), strict=True):
        draw_lines(axes, coverage)
        axes.set_title(title, fontsize=10)
        axes.legend(loc="lower right", ncols=2, fontsize=8)
    for axes in grid[1]:
        axes.set_xlabel("expected number of events of group 2")
    figure.savefig(DOCS / "images" / "coverage-rates-two-groups.png", dpi=100, metadata={"Software": None})
    plt.close(figure)


def draw_lines(axes: mpl.axes.Axes, coverage: dict[str, np.ndarray]) -> None:
    """A line for each method, and the level."""
    axes.axhline(100 * LEVEL, color="#888888", linewidth=1, linestyle=":")
    for method, covered in coverage.items():
        axes.plot(
            EXPECTED, 100 * covered, color=COLORS[method], linestyle=LINES.get(method, "-"), linewidth=1.2, label=method
        )
    axes.set(ylim=(85, 100.4), xlim=(0, 30), ylabel="intervals that hold it, %")


def print_coverage(coverage: dict[str, np.ndarray]) -> str:
    """A table: expected events down, methods across; then the lowest and the mean."""
    rows = []
    for expected in PRINTED:
        at = int(np.argmin(np.abs(EXPECTED - expected)))
        rows.append((f"{expected:g}", *(f"{100 * covered[at]:.1f}" for covered in coverage.values())))
    for name, summary in (("lowest", np.min), ("mean", np.mean)):
        rows.append((name, *(f"{100 * summary(covered):.1f}" for covered in coverage.values())))
    return table(("Expected events", *coverage), rows)


def make_page() -> str:
    """Draw the pictures; the page around them."""
    one = {m: compute_coverage_of_one(m) for m in ("exact", "mid-p", "score", "scas", "wald")}
    draw_one(one)
    differences, ratios = ("miettinen-nurminen", "scas", "wald"), ("exact", "mid-p", "score", "scas")
    panels = {
        f"{contrast}, rate ratio {ratio}, exposures {exposure} : 1": {
            method: compute_coverage_of_two(contrast, method, ratio, exposure) for method in methods
        }
        for contrast, methods in (("difference", differences), ("ratio", ratios))
        for ratio, exposure in ((1, 2), (3, 1))
    }
    draw_two(panels)
    clusters = table(
        ("Patients", "Variance over mean", "exact, %", "robust, %", "Dispersion test rejects, %"),
        simulate_clusters(np.random.default_rng(SEED)),
    )
    parts = (
        "<!-- Written by docs/figures/rates.py: run that again after a change. -->",
        "# How often intervals of rates hold the rate",
        "An interval at 95% should hold the true rate in 95 of 100 trials. Events are whole numbers, so no interval "
        "does so at every rate. The figures below are sums over the Poisson distribution, not simulated: they have no "
        "error. The lowest and the mean are over 0.1 to 30 expected events.",
        "## One rate\n\n![Coverage of one rate](../images/coverage-rates.png)\n\n" + print_coverage(one),
        "The exact interval never falls below its level and lies above it with few events. Mid-p, score and SCAS are "
        "near it on average and dip below at some rates. Wald's has no width without events, so it holds a small rate "
        "hardly ever. With some eight events, as "
        "the thromboembolic ones of ProDERM, all but Wald's are within two points of the level.",
        "## Two groups\n\n![Coverage of two groups](../images/coverage-rates-two-groups.png)\n\n"
        "Without an event in either group the ratio can be anything, which is counted as held.",
        *(f"### {title.capitalize()}\n\n{print_coverage(coverage)}" for title, coverage in panels.items()),
        "## Events that cluster in patients\n\n"
        "Every interval above takes events as Poisson. Here patients differ: each has 1 to 7 cycles and 0.4 events for "
        "a cycle on average, and the variance of a patient's events is so many times their mean. "
        f"{TRIALS} trials a row, seed {SEED}; the Monte Carlo error of a percentage is at most 0.8.\n\n{clusters}\n\n"
        "The exact interval is right for Poisson events and far too narrow for events that cluster; that of "
        "`estimate_rate_of_subjects` is near its level with many patients and some points below it with few. "
        "Rates of *first* events, or the proportion of patients with one, do not have the problem.",
    )
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Write the pictures and the page."""
    (DOCS / "images").mkdir(exist_ok=True)
    (DOCS / "explanation" / "coverage-of-rates.md").write_text(make_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
