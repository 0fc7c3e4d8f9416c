"""How often intervals of means, ranks and agreement hold the truth, in trials of the size of ProDERM and smaller.

python docs/figures/continuous.py writes docs/explanation/coverage-of-means.md and its three pictures (two minutes).
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from scipy.special import ndtr

sys.path.append(str(Path(__file__).resolve().parents[1]))

from _generate.markdown import table
from myotis.statistics.agreement.fleiss_kappa import estimate_fleiss_kappa
from myotis.statistics.agreement.intraclass_correlation import estimate_intraclass_correlation
from myotis.statistics.agreement.kappa import estimate_kappa
from myotis.statistics.agreement.limits_of_agreement import estimate_limits_of_agreement
from myotis.statistics.continuous.ancova import fit_ancova
from myotis.statistics.continuous.hodges_lehmann import estimate_hodges_lehmann
from myotis.statistics.continuous.mann_whitney_probability import (
    brunner_munzel_test,
    estimate_mann_whitney_probability,
)
from myotis.statistics.continuous.means import (
    Summary,
    compute_mean,
    compute_sd,
    difference_of_means_test,
    estimate_difference_of_means,
)
from myotis.statistics.continuous.wilcoxon_rank_sum import wilcoxon_rank_sum_test
from myotis.statistics.result import Estimate

DOCS = Path(__file__).resolve().parents[1]
SEED = 20261125
TRIALS = 10_000
LEVEL = 0.95
SIZES = (10, 25, 47)
"""Subjects an arm on average; ProDERM had 47 and 48."""
TARGETS = (10, 30, 60)
"""Subjects that raters in training see."""
COLORS = ("#d55e00", "#0072b2", "#009e73")
MC_ERROR = 100 * np.sqrt(LEVEL * (1 - LEVEL) / TRIALS)


class Trials(NamedTuple):
    """Outcomes [trial, subject] of the first arm, which is shifted by ``shift``, and of the second; their baselines."""

    first: np.ndarray
    second: np.ndarray
    base: np.ndarray
    shift: float
    is_tied: bool = False


def draw_normal(rng: np.random.Generator, n: int, shift: float) -> Trials:
    return _draw(rng, (n, n), (15, 15), shift)


def draw_unequal(rng: np.random.Generator, n: int, shift: float) -> Trials:
    return _draw(rng, (round(2 * n / 3), round(4 * n / 3)), (24, 12), shift)


def draw_skewed(rng: np.random.Generator, n: int, shift: float) -> Trials:
    plain = _draw(rng, (n, n), (15, 15), 0)
    first, second = (15 * (-np.log(ndtr(y / 15)) - 1) for y in (plain.first, plain.second))
    return Trials(first + shift, second, plain.base, shift)


def draw_scores(rng: np.random.Generator, n: int, shift: float) -> Trials:
    plain = _draw(rng, (n, n), (3, 3), 0)
    shift = round(shift / 5)
    return Trials(np.round(plain.first) + shift, np.round(plain.second), plain.base, shift, is_tied=True)


def _draw(rng: np.random.Generator, sizes: tuple[int, int], sds: tuple[float, float], shift: float) -> Trials:
    """Normal outcomes that correlate by 0.6 with a baseline."""
    base = rng.normal(size=(TRIALS, sum(sizes)))
    y = 0.6 * base + 0.8 * rng.normal(size=base.shape)
    first, second = np.split(y, [sizes[0]], axis=1)
    return Trials(first * sds[0] + shift, second * sds[1], base, shift)


SCENARIOS = {
    "Normal, SD 15": draw_normal,
    "Small arm (1:2) with twice the SD": draw_unequal,
    "Skewed (exponential)": draw_skewed,
    "Whole scores, SD 3 (ties)": draw_scores,
}


def fit(trials: Trials, slopes: str, variance: str) -> Estimate:
    y = np.concatenate([trials.first, trials.second], axis=1)
    treated = np.broadcast_to(np.arange(y.shape[1]) < trials.first.shape[1], y.shape)
    return fit_ancova(
        y,
        treated,
        covariates=trials.base[..., None],
        factors=np.zeros((*y.shape, 0)),
        slopes=slopes,
        variance=variance,
        weights="equal",
        level=LEVEL,
    ).difference


def summarize(trials: Trials) -> list[Summary]:
    return [Summary(compute_mean(y), compute_sd(y), y.shape[1]) for y in (trials.first, trials.second)]


INTERVALS: dict[str, Callable[[Trials], Estimate]] = {
    "t, pooled": lambda t: estimate_difference_of_means(*summarize(t), method="t-pooled", level=LEVEL),
    "t, Welch": lambda t: estimate_difference_of_means(*summarize(t), method="t-welch", level=LEVEL),
    "ANCOVA, model-based": lambda t: fit(t, "shared", "model-based"),
    "ANCOVA, HC0": lambda t: fit(t, "shared", "hc0"),
    "ANCOVA, HC2": lambda t: fit(t, "shared", "hc2"),
    "ANCOVA, HC3": lambda t: fit(t, "shared", "hc3"),
    "ANHECOVA, HC3": lambda t: fit(t, "by-group", "hc3"),
    "Hodges-Lehmann, normal": lambda t: estimate_hodges_lehmann(
        t.first, t.second, method="hodges-lehmann-normal-corrected", level=LEVEL
    ),
    "Hodges-Lehmann, exact": lambda t: estimate_hodges_lehmann(
        t.first, t.second, method="hodges-lehmann-exact", level=LEVEL
    ),
}


def wilcoxon(trials: Trials, method: str) -> np.ndarray:
    return wilcoxon_rank_sum_test(trials.first, trials.second, method=method, alternative="two-sided").p_value


def leaves_half_out(trials: Trials) -> np.ndarray:
    """0 where the interval leaves one half out, else 1."""
    answer = estimate_mann_whitney_probability(
        trials.first, trials.second, method="mann-whitney-newcombe-5", level=LEVEL
    )
    return holds(answer, 0.5).astype(float)


TESTS: dict[str, Callable[[Trials], np.ndarray | None]] = {
    "t, pooled": lambda t: difference_of_means_test(*summarize(t), method="t-pooled").p_value,
    "t, Welch": lambda t: difference_of_means_test(*summarize(t), method="t-welch").p_value,
    "Wilcoxon, normal": lambda t: wilcoxon(t, "wilcoxon-normal"),
    "Wilcoxon, normal, corrected": lambda t: wilcoxon(t, "wilcoxon-normal-corrected"),
    # With ties every trial has a distribution of its own: too slow here for larger trials.
    "Wilcoxon, exact": lambda t: None if t.is_tied and t.first.shape[1] > 10 else wilcoxon(t, "wilcoxon-exact"),
    "Brunner-Munzel": lambda t: brunner_munzel_test(t.first, t.second, alternative="two-sided").p_value,
    "Newcombe leaves 0.5 out": leaves_half_out,
}


def holds(answer: Estimate, truth: float) -> np.ndarray:
    """Whether each interval holds the truth; an interval that there is not holds nothing."""
    slack = 1e-9
    return (answer.lower <= truth + slack) & (answer.upper >= truth - slack)


def simulate_two_groups() -> tuple[dict[tuple[str, str, int], float], dict[tuple[str, str, int], float]]:
    """Coverage and size in percent by scenario, method and size."""
    coverage, size = {}, {}
    for scenario, draw in SCENARIOS.items():
        for n in SIZES:
            rng = np.random.default_rng([SEED, n, list(SCENARIOS).index(scenario)])
            trials, null = draw(rng, n, 10), draw(rng, n, 0)
            for name, interval in INTERVALS.items():
                coverage[scenario, name, n] = 100 * holds(interval(trials), trials.shift).mean()
            for name, test in TESTS.items():
                p_value = test(null)
                size[scenario, name, n] = np.nan if p_value is None else 100 * (p_value <= 1 - LEVEL).mean()
    return coverage, size


MARGIN = np.array([0.5, 0.3, 0.15, 0.05])
"""How often each of four categories is used."""
KAPPA = 0.6
TARGET, RATER, NOISE = 1.0, 0.1, 0.3
"""Variances of the intraclass correlations."""


def simulate_agreement() -> Iterator[tuple[str, int, float]]:
    """Name, subjects and coverage in percent."""
    for n in TARGETS:
        rng = np.random.default_rng([SEED, n])
        noise = rng.normal(size=(TRIALS, n, 3)) * np.sqrt(NOISE)
        ratings = rng.normal(size=(TRIALS, n, 1)) * np.sqrt(TARGET) + noise
        ratings += rng.normal(size=(TRIALS, 1, 3)) * np.sqrt(RATER)
        for form, truth in (
            ("agreement", TARGET / (TARGET + RATER + NOISE)),
            ("consistency", TARGET / (TARGET + NOISE)),
        ):
            answer = estimate_intraclass_correlation(ratings, method=f"icc-{form}-single", level=LEVEL)
            yield f"ICC, {form}, 3 raters", n, 100 * holds(answer, truth).mean()
        joint = KAPPA * np.diag(MARGIN) + (1 - KAPPA) * np.outer(MARGIN, MARGIN)
        counts = rng.multinomial(n, joint.ravel(), size=TRIALS).reshape(TRIALS, 4, 4)
        for weights in ("unweighted", "linear", "quadratic"):
            answer = estimate_kappa(counts, method=f"kappa-{weights}", level=LEVEL)
            yield f"Kappa, {weights}", n, 100 * holds(answer, KAPPA).mean()
        yield "Fleiss' kappa, 3 raters", n, 100 * holds(estimate_fleiss_kappa(_rate(rng, n), level=LEVEL), KAPPA).mean()
        first = rng.normal(size=(TRIALS, n))
        for method, name in (("bland-altman", "approximate"), ("bland-altman-exact", "exact")):
            limits = estimate_limits_of_agreement(first, np.zeros_like(first), share=0.95, method=method, level=LEVEL)
            yield f"Upper limit of agreement, {name}", n, 100 * holds(limits.upper_limit, 1.959964).mean()


def _rate(rng: np.random.Generator, n: int) -> np.ndarray:
    """Three raters who see a subject's category with a chance of sqrt(kappa), and else guess by the margins."""
    true = rng.choice(4, size=(TRIALS, n, 1), p=MARGIN)
    guess = rng.choice(4, size=(TRIALS, n, 3), p=MARGIN)
    seen = rng.random((TRIALS, n, 3)) < np.sqrt(KAPPA)
    return (np.where(seen, true, guess)[..., None] == np.arange(4)).sum(axis=-2)


def plot_panels(file: str, panels: dict[str, dict[tuple[str, int], float]], target: float, axis: str) -> None:
    """Dots by method and size, one panel a scenario, with two Monte Carlo standard errors to each side."""
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    methods = list(dict.fromkeys(name for name, _ in next(iter(panels.values()))))
    shape = (9 if columns > 1 else 7, 0.7 + rows * (0.6 + 0.27 * len(methods)))
    figure = Figure(figsize=shape, layout="constrained")
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for panel, (title, values) in zip(axes.flat, panels.items(), strict=True):
        sizes = sorted({n for _, n in values})
        panel.axvline(target, color="0.6", linewidth=1)
        for color, n, offset in zip(COLORS, sizes, (0.22, 0, -0.22), strict=True):
            x = np.array([values[name, n] for name in methods])
            places = np.arange(len(methods))[::-1] + offset
            panel.errorbar(x, places, xerr=2 * MC_ERROR, fmt="o", color=color, markersize=4, linewidth=1, label=f"{n}")
        panel.set_yticks(np.arange(len(methods))[::-1], methods)
        panel.set_title(title, fontsize=10)
        panel.grid(axis="x", color="0.92")
        panel.set_axisbelow(True)
    for panel in axes[-1]:
        panel.set_xlabel(axis)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), title="Subjects", loc="outside right upper")
    figure.savefig(DOCS / "images" / file, dpi=110)


def list_rows(values: dict[tuple[str, int], float]) -> list[tuple[str, ...]]:
    """One row a method, one column a size."""
    sizes = sorted({n for _, n in values})
    methods = dict.fromkeys(name for name, _ in values)
    cells = {key: "–" if np.isnan(value) else f"{value:.1f}" for key, value in values.items()}
    return [(name, *(cells[name, n] for n in sizes)) for name in methods]


def split(values: dict[tuple[str, str, int], float]) -> dict[str, dict[tuple[str, int], float]]:
    """The values of each scenario."""
    return {
        scenario: {(name, n): value for (where, name, n), value in values.items() if where == scenario}
        for scenario in SCENARIOS
    }


PAGE = """<!-- Written by docs/figures/continuous.py. Change that, then run it. -->

# Coverage of means, ranks and agreement

How often the intervals and tests of Myotis are right, in trials drawn on the computer where the truth is known:
{trials} trials a cell, seed {seed}, a Monte Carlo standard error of {mc_error} points where the rate is near 95 % or
5 % (0.5 points near 70 %; the pictures have two to each side). Every interval was asked for 95 %.

## Differences between two arms

Columns are the mean number of subjects an arm. The first arm is shifted by 10 (by 2 in the whole scores); a baseline
that correlates by 0.6 with the normal outcome is the covariate. In the second scenario one subject in three is in the
arm with twice the SD. An interval that does not exist counts as one that misses.

![Coverage of nine intervals in four scenarios](../images/coverage-continuous.png)

{coverage}

**What to take from it.** With equal spread everything but HC0 is near its level, and HC3 is somewhat wide in trials of
ten an arm. Where the smaller arm spreads more, whatever takes the variances to be equal holds too seldom, and more
subjects don't mend it: pooled t, model-based ANCOVA, and both Hodges-Lehmann intervals, which take the shapes to be
alike. Welch's t and ANCOVA with HC3 stay near 95 %. Where whole scores tie, the limits of Hodges-Lehmann are whole
numbers too, and hold the shift more often than asked.

## Tests where there is no difference

Rejections at 5 %. In the second scenario neither arm tends to larger values, but their spreads differ: the Wilcoxon
test asks whether the distributions are equal, and is no valid test there of whether one tends to be larger, nor is
Newcombe's interval. Brunner and Munzel's is made for that. With ties the exact test is shown for ten an arm only,
because it is slow for many trials.

![Size of seven tests in four scenarios](../images/coverage-continuous-tests.png)

{size}

## Agreement of raters

Columns are the subjects rated. Ratings: variance 1 between subjects, 0.1 between raters, 0.3 of noise, three raters
drawn anew for each trial. Categories: four, used by 50, 30, 15 and 5 %, true kappa 0.6 with any weights. Differences
of two raters: normal.

![Coverage of eight intervals of agreement](../images/coverage-continuous-agreement.png)

{agreement}

**What to take from it.** Intervals of kappa rest on large samples: with ten subjects they hold too seldom, and with
quadratic weights and a rare category 60 subjects are still few. An interval of absolute agreement from three raters is
near its level, and more subjects in place of raters don't bring it nearer. The exact interval of a limit of agreement
keeps its level with ten subjects, where the approximate one falls short.
"""


def main() -> None:
    coverage, size = map(split, simulate_two_groups())
    agreement = {(name, n): value for name, n, value in simulate_agreement()}
    plot_panels("coverage-continuous.png", coverage, 100 * LEVEL, "Coverage of the difference, %")
    plot_panels("coverage-continuous-tests.png", size, 100 * (1 - LEVEL), "Rejected without a difference, %")
    plot_panels("coverage-continuous-agreement.png", {"Agreement of raters": agreement}, 100 * LEVEL, "Coverage, %")
    text = PAGE.format(
        coverage=write_tables(coverage),
        size=write_tables(size),
        agreement=table(("Method", *map(str, TARGETS)), list_rows(agreement)),
        trials=f"{TRIALS:,}",
        seed=SEED,
        mc_error=f"{MC_ERROR:.1f}",
    )
    (DOCS / "explanation" / "coverage-of-means.md").write_text(text, encoding="utf-8")


def write_tables(scenarios: dict[str, dict[tuple[str, int], float]]) -> str:
    heads = ("Method", *map(str, SIZES))
    return "\n\n".join(f"### {name}\n\n{table(heads, list_rows(values))}" for name, values in scenarios.items())


if __name__ == "__main__":
    main()
