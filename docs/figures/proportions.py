"""Draw how often the intervals of proportions cover and the tests reject, by enumeration of every table.

    python docs/figures/proportions.py

Nothing is simulated: each number is a sum of binomial probabilities over all tables. Writes four pictures,
docs/images/coverage-*.png, and the page docs/explanation/coverage-of-proportions.md; takes some minutes.
"""

import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

sys.path.append(str(Path(__file__).resolve().parents[1]))

mpl.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from _generate.markdown import table
from myotis.statistics.proportions.difference import DifferenceInterval, estimate_difference_of_proportions
from myotis.statistics.proportions.exact_tests import barnard_test, boschloo_test
from myotis.statistics.proportions.exact_unconditional import (
    ExactDifferenceInterval,
    estimate_exact_difference_of_proportions,
)
from myotis.statistics.proportions.independence import fisher_exact_test, fisher_mid_p_test, pearson_chi_square_test
from myotis.statistics.proportions.nuisance import compute_binomial
from myotis.statistics.proportions.odds_ratio import OddsRatioInterval, estimate_odds_ratio
from myotis.statistics.proportions.one import ProportionInterval, estimate_proportion
from myotis.statistics.proportions.ratio import RatioInterval, estimate_ratio_of_proportions
from myotis.statistics.result import Estimate

DOCS = Path(__file__).resolve().parents[1]
PAGE = DOCS / "explanation" / "coverage-of-proportions.md"
SIZES = ((47, 48), (24, 24), (10, 20))
LEVEL = 0.95
P = np.linspace(0.02, 0.98, 49)
"""Proportions of either group at which coverage is computed."""

FINE = np.linspace(0, 1, 1001)
"""Proportions at which one group's coverage and the size of a test are computed."""

ROUNDING = 1e-9
"""A limit that differs from the true value by no more is at it."""

SHADES = mpl.colormaps["RdBu"].resampled(20)
COLORS = 160

Grid = NDArray[np.float64]
Counts = tuple[Grid, int, Grid, int]


class Summary(NamedTuple):
    """One method at one pair of sizes: its coverage at every pair of proportions, [p1, p2]."""

    method: str
    sizes: tuple[int, int]
    coverage: Grid


def list_counts(n1: int, n2: int) -> Counts:
    """Every table of two groups, for the functions of statistics: [n1 + 1, n2 + 1]."""
    return np.arange(n1 + 1.0)[:, None], n1, np.arange(n2 + 1.0)[None], n2


def compute_coverage(answer: Estimate, contrast: Callable[[float, float], float]) -> Grid:
    """The probability that the interval holds the true contrast, at each pair of P; no answer excludes nothing."""
    n1, n2 = (n - 1 for n in answer.lower.shape)
    lower = np.where(np.isnan(answer.lower), -np.inf, answer.lower)
    upper = np.where(np.isnan(answer.upper), np.inf, answer.upper)
    first, second = compute_binomial(n1, P), compute_binomial(n2, P)
    coverage = np.empty((len(P), len(P)))
    for i, p1 in enumerate(P):
        for j, p2 in enumerate(P):
            value = contrast(p1, p2)
            slack = ROUNDING * max(1.0, abs(value))
            inside = (lower - slack <= value) & (value <= upper + slack)
            coverage[i, j] = first[i] @ inside @ second[j]
    return coverage


def enumerate_differences() -> Iterator[Summary]:
    """Every interval of a difference at every pair of sizes; the exact ones at the smallest."""
    for sizes in SIZES:
        for method in DifferenceInterval:
            answer = estimate_difference_of_proportions(*list_counts(*sizes), method=method, level=LEVEL)
            yield Summary(method.value, sizes, compute_coverage(answer, lambda p1, p2: p1 - p2))
    for exact in ExactDifferenceInterval:
        yield Summary(exact.value, SIZES[-1], compute_coverage(_estimate_exact(exact), lambda p1, p2: p1 - p2))


def _estimate_exact(method: ExactDifferenceInterval) -> Estimate:
    """The half of the tables that the other half mirrors (those without an event counted in place of those with)."""
    x1, n1, x2, n2 = list_counts(*SIZES[-1])
    x1, x2 = np.broadcast_arrays(x1, x2)
    half = (x1.size + 1) // 2
    answer = estimate_exact_difference_of_proportions(
        x1.ravel()[:half], n1, x2.ravel()[:half], n2, method=method, level=LEVEL
    )
    lower, upper = np.empty(x1.size), np.empty(x1.size)
    lower[::-1][:half], upper[::-1][:half] = -answer.upper, -answer.lower
    lower[:half], upper[:half] = answer.lower, answer.upper
    shape = x1.shape
    return Estimate(
        estimate=x1 / n1 - x2 / n2,
        lower=lower.reshape(shape),
        upper=upper.reshape(shape),
        level=LEVEL,
        method=answer.method,
        reference=answer.reference,
    )


def enumerate_ratios() -> Iterator[Summary]:
    """Every interval of a ratio at every pair of sizes."""
    for sizes in SIZES:
        for method in RatioInterval:
            answer = estimate_ratio_of_proportions(*list_counts(*sizes), method=method, level=LEVEL)
            yield Summary(method.value, sizes, compute_coverage(answer, lambda p1, p2: p1 / p2))


def enumerate_odds_ratios() -> Iterator[Summary]:
    """Every interval of an odds ratio at every pair of sizes."""
    for sizes in SIZES:
        for method in OddsRatioInterval:
            answer = estimate_odds_ratio(*list_counts(*sizes), method=method, level=LEVEL)
            yield Summary(method.value, sizes, compute_coverage(answer, lambda p1, p2: p1 / (1 - p1) * (1 - p2) / p2))


TESTS: dict[str, Callable[[Counts], Grid]] = {
    "pearson-chi-square": lambda counts: pearson_chi_square_test(*counts, yates=False).p_value,
    "pearson-chi-square-yates": lambda counts: pearson_chi_square_test(*counts, yates=True).p_value,
    "fisher-exact": lambda counts: fisher_exact_test(*counts).p_value,
    "fisher-mid-p": lambda counts: fisher_mid_p_test(*counts).p_value,
    "barnard": lambda counts: barnard_test(*counts, alternative="two-sided").p_value,
    "boschloo": lambda counts: boschloo_test(*counts, alternative="two-sided").p_value,
}


def enumerate_sizes() -> dict[tuple[str, tuple[int, int]], Grid]:
    """The probability that each test rejects at 0.05 where both groups have the same proportion, along FINE."""
    found = {}
    for sizes in SIZES:
        first, second = (compute_binomial(n, FINE) for n in sizes)
        for name, compute_p in TESTS.items():
            rejected = (compute_p(list_counts(*sizes)) <= 1 - LEVEL).astype(float)
            found[name, sizes] = ((first @ rejected) * second).sum(axis=1)
    return found


def enumerate_one(n: int) -> dict[str, Grid]:
    """The coverage of each interval of one proportion of n, along FINE."""
    probabilities = compute_binomial(n, FINE)
    found = {}
    for method in ProportionInterval:
        answer = estimate_proportion(np.arange(n + 1), n, method=method, level=LEVEL)
        inside = (answer.lower - ROUNDING <= FINE[:, None]) & (FINE[:, None] <= answer.upper + ROUNDING)
        found[method.value] = (probabilities * inside).sum(axis=1)
    return found


def draw_maps(file: Path, rows: list[tuple[str, list[Summary]]]) -> None:
    """A map of coverage over both proportions for each method, a row for each kind or pair of sizes."""
    columns = max(len(summaries) for _, summaries in rows)
    figure, axes = plt.subplots(
        len(rows), columns, figsize=(1.55 * columns + 1.2, 1.95 * len(rows)), squeeze=False, layout="constrained"
    )
    for row, (label, summaries) in zip(axes, rows, strict=True):
        for axis in row[len(summaries) :]:
            axis.set_visible(False)
        for axis, summary in zip(row, summaries, strict=False):
            shown = axis.imshow(
                summary.coverage.T, origin="lower", extent=(0, 1, 0, 1), cmap=SHADES, vmin=0.90, vmax=1.0
            )
            axis.set_title(summary.method, fontsize=8)
            axis.set_xticks([0, 0.5, 1])
            axis.set_yticks([0, 0.5, 1])
            axis.tick_params(labelsize=6)
        row[0].set_ylabel(f"{label}\np2", fontsize=8)
    for axis in axes[-1]:
        axis.set_xlabel("p1", fontsize=8)
    bar = figure.colorbar(shown, ax=axes, extend="min", shrink=0.8, aspect=30)
    bar.set_label("coverage (0.95 is white)", fontsize=8)
    bar.ax.tick_params(labelsize=7)
    _save(figure, file)


def draw_lines(
    file: Path,
    panels: dict[str, dict[str, Grid]],
    nominal: float,
    limits: tuple[float, float],
    label: str,
    xlabel: str,
    columns: int,
) -> None:
    """A panel for each method, with a line for each set of sizes."""
    rows = -(-len(panels) // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(2.6 * columns, 1.9 * rows), sharex=True, sharey=True, layout="constrained"
    )
    for axis, (name, lines) in zip(axes.ravel(), panels.items(), strict=False):
        _draw_panel(axis, name, lines, nominal, limits)
    for axis in axes[:, 0]:
        axis.set_ylabel(label, fontsize=8)
    for axis in axes[-1]:
        axis.set_xlabel(xlabel, fontsize=8)
    if len(lines) > 1:
        axes[0, 0].legend(fontsize=6, frameon=False)
    _save(figure, file)


def _draw_panel(axis: Axes, name: str, lines: dict[str, Grid], nominal: float, limits: tuple[float, float]) -> None:
    axis.axhline(nominal, color="0.6", linewidth=0.8)
    for (label, values), color in zip(lines.items(), ("#0b3c5d", "#d1495b", "#3d8b5f"), strict=False):
        axis.plot(FINE, values, linewidth=0.8, color=color, label=label)
    axis.set_ylim(*limits)
    axis.set_title(name, fontsize=8)
    axis.tick_params(labelsize=7)


def _save(figure: Figure, file: Path) -> None:
    """A picture of few colors, so that it stays small."""
    drawn = BytesIO()
    figure.savefig(drawn, dpi=90)
    plt.close(figure)
    Image.open(drawn).convert("RGB").quantize(COLORS, method=Image.Quantize.MAXCOVERAGE).save(file, optimize=True)


def name_sizes(sizes: tuple[int, int]) -> str:
    """Sizes as a heading says them."""
    return f"{sizes[0]} and {sizes[1]}"


def tabulate(summaries: list[Summary]) -> str:
    """The least and the mean coverage of each method, a column for each pair of sizes."""
    by_method: dict[str, dict[tuple[int, int], Summary]] = {}
    for summary in summaries:
        by_method.setdefault(summary.method, {})[summary.sizes] = summary
    rows = [
        (f"`{method}`", *(_least_and_mean(found[sizes].coverage) if sizes in found else "" for sizes in SIZES))
        for method, found in by_method.items()
    ]
    return table(("Method", *map(name_sizes, SIZES)), rows)


def _least_and_mean(coverage: Grid) -> str:
    return f"{coverage.min():.3f}, {coverage.mean():.3f}"


def render_page(
    differences: list[Summary],
    ratios: list[Summary],
    odds_ratios: list[Summary],
    sizes: dict[tuple[str, tuple[int, int]], Grid],
    one: dict[int, dict[str, Grid]],
) -> str:
    """The page, with its tables and pictures."""
    of_tests = [
        (f"`{name}`", *(f"{sizes[name, pair].max():.4f}" for pair in SIZES)) for name in TESTS
    ]  # fmt: skip
    inner = (P[0] <= FINE) & (P[-1] >= FINE)
    of_one = [
        (f"`{method}`", *(_least_and_mean(found[method][inner]) for found in one.values()))
        for method in one[SIZES[0][0]]
    ]
    return TEXT.format(
        differences=tabulate(differences),
        ratios=tabulate(ratios),
        odds_ratios=tabulate(odds_ratios),
        tests=table(("Test", *map(name_sizes, SIZES)), of_tests),
        one=table(("Method", *(f"n = {n}" for n in one)), of_one),
    )


TEXT = """<!-- Generated by docs/figures/proportions.py. Change that, then run it again. -->

# How often intervals of proportions cover

A 95 % interval promises to hold the true value in 95 of 100 trials. With counts no method keeps that to the letter:
the number of tables is finite, and coverage jumps as the true proportions move. Here it is computed, not simulated:
the probability of every table of two groups is added up where its interval holds the truth, for each of 49 x 49 pairs
of proportions from 0.02 to 0.98. The sizes are those of ProDERM (47 and 48), half of it, and a small unequal trial.

Approximate methods are shown with their distance from 0.95; nothing here says that they keep it. Exact methods must not
fall below it (nor must an exact test's size rise above 0.05), and tests of Myotis assert that.

## Difference

The least and the mean coverage over all pairs. The least lies mostly at the rim, where a group has hardly any event or
hardly any without. The exact intervals are computed for the smallest sizes only, as they are slow.

{differences}

![Coverage of the intervals of a difference](../images/coverage-of-differences.png)

Each square is a method; red is less than 0.95, blue is more.

## Ratio

A table without events has no answer and excludes no ratio: it counts as covered. So does a method that answers 0 to
infinity, which is why Katz's interval looks wide at the rim.

{ratios}

## Odds ratio

A table whose subjects all have the same outcome counts as covered.

{odds_ratios}

![Coverage of the intervals of a ratio and an odds ratio, 24 subjects in each group](../images/coverage-of-ratios.png)

## Size of tests

The largest probability to reject at 0.05, over the proportion that both groups share, where they do not differ. Fisher,
Barnard and Boschloo are exact: never above 0.05. Fisher's stays far below it, Barnard's and Boschloo's are nearer.

{tests}

![Size of the tests](../images/coverage-size-of-tests.png)

## One proportion

The least and the mean coverage over proportions from 0.02 to 0.98.

{one}

![Coverage of the intervals of one proportion of 47](../images/coverage-of-one-proportion.png)
"""


def main() -> None:
    """Compute everything, draw the pictures and write the page."""
    images = DOCS / "images"
    differences, ratios, odds_ratios = (
        list(enumerate_differences()),
        list(enumerate_ratios()),
        list(enumerate_odds_ratios()),
    )
    tests, one = enumerate_sizes(), {n: enumerate_one(n) for n in sorted({n for pair in SIZES for n in pair})}
    draw_maps(
        images / "coverage-of-differences.png",
        [(name_sizes(sizes), [s for s in differences if s.sizes == sizes]) for sizes in SIZES],
    )
    middle = SIZES[1]
    draw_maps(
        images / "coverage-of-ratios.png",
        [
            ("ratio", [s for s in ratios if s.sizes == middle]),
            ("odds ratio", [s for s in odds_ratios if s.sizes == middle]),
        ],
    )
    draw_lines(
        images / "coverage-size-of-tests.png",
        {name: {name_sizes(sizes): tests[name, sizes] for sizes in SIZES} for name in TESTS},
        1 - LEVEL,
        (0, 0.08),
        "size",
        "proportion of both groups",
        3,
    )
    draw_lines(
        images / "coverage-of-one-proportion.png",
        {method: {"n = 47": values} for method, values in one[SIZES[0][0]].items()},
        LEVEL,
        (0.86, 1.0),
        "coverage",
        "proportion",
        4,
    )
    PAGE.write_text(render_page(differences, ratios, odds_ratios, tests, one), encoding="utf-8")


if __name__ == "__main__":
    main()
