"""How often stratified and adjusted methods for responders are right, in virtual trials of three strata.

python docs/figures/stratified.py writes docs/explanation/coverage-over-strata.md and its picture.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

sys.path.append(str(Path(__file__).resolve().parents[1]))

from _generate.markdown import table
from myotis.statistics.proportions.difference import estimate_difference_of_proportions
from myotis.statistics.proportions.independence import pearson_chi_square_test
from myotis.statistics.regression.standardization import estimate_standardized_effect
from myotis.statistics.result import Estimate
from myotis.statistics.stratified.cochran_mantel_haenszel import cochran_mantel_haenszel_test
from myotis.statistics.stratified.exact import exact_stratified_test
from myotis.statistics.stratified.mantel_haenszel import (
    estimate_mantel_haenszel_difference,
    estimate_mantel_haenszel_odds_ratio,
)
from myotis.statistics.stratified.newcombe import estimate_stratified_newcombe_difference
from myotis.statistics.stratified.score_interval import estimate_stratified_score
from myotis.statistics.stratified.weighted_difference import estimate_weighted_difference

DOCS = Path(__file__).resolve().parents[1]
SEED = 20261125
TRIALS = 20_000
LEVEL = 0.95


class Setting(NamedTuple):
    """Subjects of an arm by stratum, the responders' share of placebo by stratum, and the difference in each."""

    name: str
    sizes: tuple[int, ...]
    placebo: tuple[float, ...]
    difference: tuple[float, ...]


SETTINGS = (
    Setting("like ProDERM, no effect", (13, 28, 7), (0.6, 0.45, 0.25), (0, 0, 0)),
    Setting("like ProDERM, +0.35", (13, 28, 7), (0.6, 0.45, 0.25), (0.35, 0.35, 0.35)),
    Setting("small strata, +0.3", (5, 8, 3), (0.5, 0.3, 0.2), (0.3, 0.3, 0.3)),
    Setting("few responders, +0.1", (13, 28, 7), (0.1, 0.05, 0.02), (0.1, 0.1, 0.1)),
    Setting("effect differs by stratum", (13, 28, 7), (0.6, 0.45, 0.25), (0.1, 0.4, 0.5)),
)


def _score(weights: str, *, skewness: bool = False) -> Callable[[np.ndarray], Estimate]:
    return lambda counts: estimate_stratified_score(
        counts, contrast="difference", weights=weights, skewness=skewness, level=LEVEL
    )


def _pool(counts: np.ndarray) -> tuple[np.ndarray, ...]:
    pooled = counts.sum(axis=-3)
    return pooled[..., 0, 0], pooled[..., 0, :].sum(-1), pooled[..., 1, 0], pooled[..., 1, :].sum(-1)


INTERVALS: dict[str, Callable[[np.ndarray], Estimate]] = {
    "Wald, not stratified": lambda c: estimate_difference_of_proportions(*_pool(c), method="wald", level=LEVEL),
    "Mantel-Haenszel, Sato": lambda c: estimate_mantel_haenszel_difference(
        c, method="mantel-haenszel-sato", level=LEVEL
    ),
    "Mantel-Haenszel, Greenland-Robins": lambda c: estimate_mantel_haenszel_difference(
        c, method="mantel-haenszel-greenland-robins", level=LEVEL
    ),
    "Miettinen-Nurminen, MH weights": _score("mantel-haenszel"),
    "the same, corrected for skewness": _score("mantel-haenszel", skewness=True),
    "Miettinen-Nurminen, minimum risk": _score("minimum-risk"),
    "Newcombe, MH weights": lambda c: estimate_stratified_newcombe_difference(
        c, method="stratified-newcombe-mantel-haenszel", level=LEVEL
    ),
    "Inverse variance": lambda c: estimate_weighted_difference(c, weights="inverse-variance", level=LEVEL),
}
TESTS = {
    "Pearson, not stratified": lambda c: pearson_chi_square_test(*_pool(c), yates=False).p_value,
    "Cochran-Mantel-Haenszel": lambda c: cochran_mantel_haenszel_test(c, correction=False).p_value,
    "the same, corrected": lambda c: cochran_mantel_haenszel_test(c, correction=True).p_value,
    "exact conditional": lambda c: exact_stratified_test(c, method="exact-conditional").p_value,
    "mid-P conditional": lambda c: exact_stratified_test(c, method="mid-p-conditional").p_value,
}


def draw(setting: Setting, rng: np.random.Generator, trials: int) -> np.ndarray:
    """Counts [trial, stratum, group, outcome]."""
    n = np.array(setting.sizes)
    p = np.array(setting.placebo)
    shares = np.stack([p + np.array(setting.difference), p], axis=-1)
    yes = rng.binomial(n[:, None], shares, (trials, *shares.shape))
    return np.stack([yes, n[:, None] - yes], axis=-1).astype(float)


def find_truth(setting: Setting) -> float:
    """The difference over the strata at their sizes, which all weights agree on where it is the same in each."""
    return float(np.average(setting.difference, weights=setting.sizes))


def measure_coverage(counts: np.ndarray, truth: float) -> dict[str, float]:
    """Percent of trials whose interval holds the difference; a trial without an answer holds nothing."""
    found = {}
    for name, method in INTERVALS.items():
        answer = method(counts)
        with np.errstate(invalid="ignore"):
            found[name] = 100 * float(((answer.lower <= truth) & (truth <= answer.upper)).mean())
    return found


def measure_standardization(setting: Setting, rng: np.random.Generator, trials: int) -> dict[str, float]:
    """The same for standardization after a logistic model of arm and stratum."""
    n = np.array(setting.sizes)
    stratum = np.repeat(np.arange(len(n)), 2 * n)
    treated = np.concatenate([np.repeat([1, 0], [size, size]) for size in n])
    p = np.array(setting.placebo)[stratum] + treated * np.array(setting.difference)[stratum]
    y = (rng.random((trials, len(p))) < p).astype(float)
    indicators = (stratum[:, None] == np.arange(1, len(n))).astype(float)
    truth, found = find_truth(setting), {}
    for name, method in (
        ("Standardization, Ye", "standardization-ye"),
        ("Standardization, Ge", "standardization-ge-model"),
    ):
        answer = estimate_standardized_effect(
            y, np.broadcast_to(treated, y.shape), np.broadcast_to(indicators, (*y.shape, len(n) - 1)),
            contrast="difference", method=method, level=LEVEL,
        )  # fmt: skip
        with np.errstate(invalid="ignore"):
            found[name] = 100 * float(((answer.lower <= truth) & (truth <= answer.upper)).mean())
    return found


def measure_size(rng: np.random.Generator) -> Iterator[tuple[str, ...]]:
    """Rows of a table: percent of trials without an effect in which each test rejects at 5 %."""
    settings = [s._replace(difference=(0,) * 3) for s in (SETTINGS[0], SETTINGS[2], SETTINGS[3])]
    drawn = [draw(setting, rng, TRIALS) for setting in settings]
    for name, test in TESTS.items():
        yield name, *(f"{100 * np.mean(np.nan_to_num(test(counts), nan=1.0) <= 0.05):.2f}" for counts in drawn)


def measure_odds_ratio(rng: np.random.Generator) -> str:
    """Percent of trials in which the Mantel-Haenszel odds ratio's interval holds a common odds ratio of 3."""
    setting = SETTINGS[0]
    p = np.array(setting.placebo)
    active = 3 * p / (1 - p) / (1 + 3 * p / (1 - p))
    counts = draw(setting._replace(difference=tuple(active - p)), rng, TRIALS)
    answer = estimate_mantel_haenszel_odds_ratio(counts, level=LEVEL)
    with np.errstate(invalid="ignore"):
        return f"{100 * np.mean((answer.lower <= 3) & (answer.upper >= 3)):.1f}"


def plot(coverage: dict[str, list[float]]) -> None:
    """One line of points a method, a marker a setting."""
    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.add_subplot()
    markers, colors = "osD^v", ("#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7")
    for number, setting in enumerate(SETTINGS):
        axes.plot([row[number] for row in coverage.values()], range(len(coverage)), markers[number],
                  color=colors[number], label=setting.name, markersize=5)  # fmt: skip
    axes.axvline(100 * LEVEL, color="#7c8a96", linewidth=1)
    axes.set_yticks(range(len(coverage)), list(coverage), fontsize=8.5)
    axes.set_ylim(len(coverage) - 0.5, -0.5)
    axes.set_xlabel("Intervals that hold the difference (%)")
    axes.legend(fontsize=8, frameon=False)
    figure.savefig(DOCS / "images" / "coverage-over-strata.png", dpi=110)


PAGE = """<!-- Written by docs/figures/stratified.py: run that again after a change. -->

# How often methods over strata are right

Virtual trials with three strata, {trials:,} of each kind, from seed {seed}; the Monte Carlo error of a coverage near 95 % is
{error:.2f} points. *Like ProDERM* has 13, 28 and 7 subjects in the strata of each arm, *small strata* 5, 8 and 3. An interval
without an answer holds nothing.

## Intervals of a difference, at 95 %

![Coverage of intervals over strata](../images/coverage-over-strata.png)

{coverage}

Where the effect differs by stratum, there is no one difference: the truth here is the mean over the sizes of the strata,
which minimum-risk and inverse-variance weights do not aim at. Standardization is over {few:,} trials; it has no
answer where a stratum or an arm without responders (or without others) separates the outcomes, which in small strata and
with few responders is often, and that counts against it here.

The Mantel-Haenszel odds ratio's interval (Robins, Breslow and Greenland) held a common odds ratio of 3 in {odds} % of the
trials like ProDERM.

## Tests without an effect, at 5 %

{size}

The exact test can't reject more often than 5 % by its construction; the others are approximate, and this is how far from
5 % they are.
"""


def main() -> None:
    """Write the page and the picture."""
    rng = np.random.default_rng(SEED)
    few = TRIALS // 10
    coverage: dict[str, list[float]] = {}
    for setting in SETTINGS:
        found = measure_coverage(draw(setting, rng, TRIALS), find_truth(setting))
        for name, percent in (found | measure_standardization(setting, rng, few)).items():
            coverage.setdefault(name, []).append(percent)
    plot(coverage)
    rows = [(name, *(f"{percent:.1f}" for percent in percents)) for name, percents in coverage.items()]
    page = PAGE.format(
        trials=TRIALS, seed=SEED, error=100 * np.sqrt(0.95 * 0.05 / TRIALS), few=few, odds=measure_odds_ratio(rng),
        coverage=table(("Interval", *(setting.name for setting in SETTINGS)), rows),
        size=table(("Test", "like ProDERM", "small strata", "few responders"), measure_size(rng)),
    )  # fmt: skip
    (DOCS / "explanation" / "coverage-over-strata.md").write_text(page, "utf-8")


if __name__ == "__main__":
    main()
