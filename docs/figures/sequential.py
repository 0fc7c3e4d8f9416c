"""Error rates of multiple tests, of intervals after a stop and of blinded re-estimation, in trials drawn at random.

python docs/figures/sequential.py writes docs/explanation/error-rates.md and its three pictures (two minutes).
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from scipy import special

sys.path.append(str(Path(__file__).resolve().parents[1]))

from _generate.markdown import table
from myotis.statistics.group_sequential.blinded_reestimation import (
    compute_blinded_size_for_means,
    compute_blinded_size_for_proportions,
)
from myotis.statistics.group_sequential.boundaries import compute_boundary
from myotis.statistics.group_sequential.design import GroupSequentialDesign
from myotis.statistics.group_sequential.repeated_intervals import estimate_repeated_interval
from myotis.statistics.group_sequential.spending import compute_spending_boundary
from myotis.statistics.group_sequential.stagewise import estimate_after_stop
from myotis.statistics.multiplicity.gatekeeping import build_gatekeeping_graph
from myotis.statistics.multiplicity.graphical import compute_graphical_p_values
from myotis.statistics.multiplicity.sequences import compute_fallback_p_values, compute_fixed_sequence_p_values
from myotis.statistics.multiplicity.stepwise import compute_adjusted_p_values
from myotis.statistics.proportions.independence import pearson_chi_square_test

DOCS = Path(__file__).resolve().parents[1]
SEED = 20261125
COLORS = ("#000000", "#d55e00", "#0072b2", "#009e73")
DOTS = {"marker": "o", "markersize": 3}

TRIALS = 200_000
ALPHA = 0.025
CORRELATIONS = (-0.3, 0.0, 0.5, 0.9)
EFFECTS = (3.0, 3.0, 0.0, 0.0)
"""Expected Z of four end points, of which the first two have an effect."""

LOOKS = np.array([1, 2, 3]) / 3
PER_LOOK = 16
"""Subjects an arm between two looks: 48 an arm at the end, as in ProDERM."""
STOPPED = 10_000
DRIFTS = np.arange(0, 5.5, 0.5)

PLANNED = 94
LARGEST = 188
DIFFERENCE = 0.25
REESTIMATED = 100_000
WITH_VALUES = 40_000


class Procedure(NamedTuple):
    """A multiple test: p-values [trial, hypothesis] to adjusted ones."""

    name: str
    adjust: Callable[[np.ndarray], np.ndarray]


def _stepwise(method: str) -> Procedure:
    return Procedure(method.capitalize(), lambda p: compute_adjusted_p_values(p, method=method).p_value)


def _fallback(name: str, method: str) -> Procedure:
    weights = [0.4, 0.3, 0.2, 0.1]
    return Procedure(name, lambda p: compute_fallback_p_values(p, weights=weights, method=method).p_value)


def _gates(name: str, method: str) -> Procedure:
    graph = build_gatekeeping_graph([0.5, 0.5], [0.5, 0.5], method=method)
    return Procedure(name, lambda p: compute_graphical_p_values(p, graph=graph).p_value)


PROCEDURES = (
    Procedure("Not adjusted", lambda p: p),
    *(_stepwise(method) for method in ("bonferroni", "holm", "hochberg", "hommel")),
    Procedure("Fixed sequence", lambda p: compute_fixed_sequence_p_values(p).p_value),
    _fallback("Fallback, Wiens", "fallback-wiens"),
    _fallback("Fallback, improved", "fallback-wiens-dmitrienko"),
    _gates("Serial gates", "serial-gatekeeping"),
    _gates("Parallel gates", "parallel-gatekeeping"),
)


def measure_multiplicity(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """For each procedure, percent [measure, correlation]: any error without effects, any with, effects found."""
    answers: dict[str, list[list[float]]] = {procedure.name: [] for procedure in PROCEDURES}
    for correlation in CORRELATIONS:
        root = np.linalg.cholesky(np.full((4, 4), correlation) + (1 - correlation) * np.eye(4))
        z = rng.standard_normal((TRIALS, 4)) @ root.T
        null, mixed = special.ndtr(-z), special.ndtr(-(z + EFFECTS))
        for procedure in PROCEDURES:
            alone = procedure.adjust(null) <= ALPHA
            beside = procedure.adjust(mixed) <= ALPHA
            rates = (alone.any(axis=1), beside[:, 2:].any(axis=1), beside[:, :2])
            answers[procedure.name].append([100 * rate.mean() for rate in rates])
    return {name: np.array(rates).T for name, rates in answers.items()}


def measure_small_trials(rng: np.random.Generator) -> list[tuple[str, str, str]]:
    """Percent of trials without effect that reject, with the t statistic as it is and turned into a normal one."""
    n = PER_LOOK * np.arange(1, 4)
    values = rng.standard_normal((TRIALS // 2, 2, 3 * PER_LOOK))
    total, squares = (np.cumsum(power, axis=-1)[..., n - 1] for power in (values, values**2))
    variance = (squares - total**2 / n).sum(axis=1) / (2 * n - 2)
    t = (total[:, 0] - total[:, 1]) / n / np.sqrt(2 * variance / n)
    normal = special.ndtri(special.stdtr(2 * n - 2, t))
    rows = []
    for name, design in DESIGNS.items():
        rates = [100 * (np.abs(z) >= design.upper).any(axis=1).mean() for z in (t, normal)]
        rows.append((name, *(f"{rate:.2f}" for rate in rates)))
    return rows


DESIGNS = {
    "O'Brien-Fleming": compute_boundary(LOOKS, method="obrien-fleming", alpha=0.05, sides=2),
    "Pocock": compute_boundary(LOOKS, method="pocock", alpha=0.05, sides=2),
    "O'Brien-Fleming-type spending": compute_spending_boundary(
        LOOKS, method="obrien-fleming-type", alpha=0.05, sides=2
    ),
}
INTERVALS = ("Plain", "Stagewise", "Repeated, at the stop", "Repeated, at all looks")


def measure_stops(rng: np.random.Generator, design: GroupSequentialDesign) -> dict[str, np.ndarray]:
    """Percent over the drifts: intervals that hold the drift, and estimates above it."""
    answers: dict[str, list[float]] = {name: [] for name in (*INTERVALS, "Plain estimate", "Median-unbiased")}
    se = 1 / np.sqrt(LOOKS)
    for drift in DRIFTS:
        steps = np.diff(LOOKS, prepend=0)
        z = rng.normal(drift * steps, np.sqrt(steps), (STOPPED, 3)).cumsum(axis=1) / np.sqrt(LOOKS)
        crossed = np.abs(z) >= design.upper
        crossed[:, -1] = True
        stop = crossed.argmax(axis=1)
        estimate = (z * se)[np.arange(STOPPED), stop]
        adjusted = estimate_after_stop(estimate, se[stop], look=stop + 1, design=design, level=0.95)
        repeated = estimate_repeated_interval(z * se, se, look=[1, 2, 3], design=design)
        held = (repeated.lower <= drift) & (drift <= repeated.upper)
        rates = {
            "Plain": np.abs(estimate - drift) <= special.ndtri(0.975) * se[stop],
            "Stagewise": (adjusted.lower <= drift) & (drift <= adjusted.upper),
            "Repeated, at the stop": held[np.arange(STOPPED), stop],
            "Repeated, at all looks": held.all(axis=1),
            "Plain estimate": estimate > drift,
            "Median-unbiased": adjusted.estimate > drift,
        }
        for name, rate in rates.items():
            answers[name].append(100 * rate.mean())
    return {name: np.array(rates) for name, rates in answers.items()}


RATES = np.arange(0.2, 0.85, 0.1)
SPREADS = np.arange(0.6, 1.65, 0.2)


def measure_blinded_rates(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Percent [with or without effect, rate] that reject, with 94 subjects and re-estimated; the mean size."""
    answers = np.zeros((3, 2, len(RATES)))
    sizes = np.zeros((2, len(RATES)))
    for at, rate in enumerate(RATES):
        for effect, difference in enumerate((0.0, DIFFERENCE)):
            p = rate + np.array([0.5, -0.5])[:, None] * difference
            if not ((p >= 0) & (p <= 1)).all():
                answers[:, effect, at] = sizes[effect, at] = np.nan
                continue
            first = rng.binomial(PLANNED // 4, p, (2, REESTIMATED))
            arm = _ask_rates(first.sum(axis=0))
            for how, n in enumerate(_set_beside(arm)):
                x = first + rng.binomial(n - PLANNED // 4, p, (2, REESTIMATED))
                test = pearson_chi_square_test(x[0], n, x[1], n, yates=False)
                answers[how, effect, at] = 100 * np.mean(np.nan_to_num(test.p_value, nan=1) <= 0.05)
            sizes[effect, at] = 2 * arm.mean()
    return {"fixed": answers[0], "blinded": answers[1], "same": answers[2], "size": sizes}


def _set_beside(arm: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Subjects an arm of the plan, re-estimated, and fixed at the mean of those."""
    return np.full_like(arm, PLANNED // 2), arm, np.full_like(arm, round(arm.mean()))


def _ask_rates(events: np.ndarray) -> np.ndarray:
    """Subjects an arm after half of them; the plan's where the difference does not fit around the rate."""
    limits = {"minimum": PLANNED, "maximum": LARGEST}
    asked = compute_blinded_size_for_proportions(
        events, 2 * (PLANNED // 4), difference=DIFFERENCE, alpha=0.05, power=0.8, sides=2, **limits
    )
    return np.nan_to_num(asked.n1, nan=PLANNED // 2).astype(int)


def measure_blinded_spread(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """The same for means: percent [with or without effect, true over planned standard deviation] that reject."""
    answers = np.zeros((3, 2, len(SPREADS)))
    sizes = np.zeros((2, len(SPREADS)))
    half, difference = PLANNED // 4, 0.6
    for at, sd in enumerate(SPREADS):
        for effect, shift in enumerate((0.0, difference)):
            mean = np.array([shift, 0.0])[:, None]
            first = rng.normal(mean[..., None], sd, (2, WITH_VALUES, half))
            pooled = np.concatenate(first, axis=-1)
            asked = compute_blinded_size_for_means(
                pooled, method="blinded-one-sample-variance", difference=difference, alpha=0.05, power=0.8, sides=2,
                minimum=PLANNED, maximum=LARGEST,
            )  # fmt: skip
            for how, n in enumerate(_set_beside(asked.n1.astype(int))):
                answers[how, effect, at] = 100 * np.mean(_test_means(rng, first, n - half, mean, sd) <= 0.05)
            sizes[effect, at] = 2 * asked.n1.mean()
    return {"fixed": answers[0], "blinded": answers[1], "same": answers[2], "size": sizes}


def _test_means(
    rng: np.random.Generator, first: np.ndarray, more: np.ndarray, mean: np.ndarray, sd: float
) -> np.ndarray:
    """P-values of the t test of what was seen and ``more`` subjects an arm, drawn as means and sums of squares."""
    half = first.shape[-1]
    second = rng.normal(mean, sd / np.sqrt(more))
    squares = sd**2 * rng.chisquare(np.broadcast_to(more - 1, second.shape))
    n = half + more
    average = (half * first.mean(axis=-1) + more * second) / n
    between = half * more / n * (first.mean(axis=-1) - second) ** 2
    within = ((first.var(axis=-1) * half) + squares + between).sum(axis=0) / (2 * n - 2)
    t = (average[0] - average[1]) / np.sqrt(2 * within / n)
    return 2 * special.stdtr(2 * n - 2, -np.abs(t))


def draw_multiplicity(figure: Figure, rates: dict[str, np.ndarray]) -> None:
    """Two panels of dots: any error without and with effects on the first two end points."""
    panels = figure.subplots(1, 2, sharey=True)
    titles = ("No end point has an effect", "The first two of four have one")
    names = list(rates)[::-1]
    for measure, (axes, title) in enumerate(zip(panels, titles, strict=True)):
        for at, correlation in enumerate(CORRELATIONS):
            values = [rates[name][measure, at] for name in names]
            axes.scatter(
                values, range(len(names)), s=22, color=COLORS[at], label=f"correlation {correlation:g}", zorder=3
            )
        axes.axvline(100 * ALPHA, color="#777777", linewidth=1)
        axes.set(title=title, xlabel="any true null hypothesis rejected, percent", xlim=(0, 10.5))
        axes.grid(axis="y", color="#e5e5e5")
    panels[0].set_yticks(range(len(names)), names)
    panels[0].legend(frameon=False, loc="lower right")


def draw_stops(figure: Figure, stops: dict[str, dict[str, np.ndarray]]) -> None:
    """Coverage above, share of estimates above the truth below; a column for each boundary."""
    panels = figure.subplots(2, 2, sharex=True, sharey="row")
    for column, name in enumerate(("O'Brien-Fleming", "Pocock")):
        for at, interval in enumerate(INTERVALS):
            panels[0, column].plot(
                DRIFTS, stops[name][interval], color=COLORS[at], label=interval, marker="o", markersize=3
            )
        for at, estimate in enumerate(("Plain estimate", "Median-unbiased")):
            panels[1, column].plot(
                DRIFTS, stops[name][estimate], color=COLORS[at], label=estimate, marker="o", markersize=3
            )
        panels[0, column].axhline(95, color="#777777", linewidth=1)
        panels[1, column].axhline(50, color="#777777", linewidth=1)
        panels[0, column].set(title=name)
        panels[1, column].set(xlabel="drift (expected Z at the end)")
    panels[0, 0].set(ylabel="intervals that hold the truth, percent")
    panels[1, 0].set(ylabel="estimates above the truth, percent")
    panels[0, 1].legend(frameon=False, fontsize=8)
    panels[1, 1].legend(frameon=False, fontsize=8)


CURVES = (("94 subjects", "fixed"), ("re-estimated, 94 to 188", "blinded"), ("fixed at the mean of these", "same"))


def draw_blinded(figure: Figure, measured: tuple[dict[str, np.ndarray], dict[str, np.ndarray]]) -> None:
    """Type I error above and power below; proportions left and means right."""
    panels = figure.subplots(2, 2, sharey="row", sharex="col")
    sides = ((RATES, "rate of both groups together"), (SPREADS, "standard deviation over that of the plan"))
    for column, ((at, label), answers) in enumerate(zip(sides, measured, strict=True)):
        for row in (0, 1):
            for how, (name, key) in enumerate(CURVES):
                panels[row, column].plot(
                    at, answers[key][row], color=COLORS[how + 1], label=name, marker="o", markersize=3
                )
            panels[row, column].axhline((5, 80)[row], color="#777777", linewidth=1)
        panels[1, column].set(xlabel=label)
    panels[0, 0].set(title="Two proportions", ylabel="rejected without effect, percent", ylim=(3, 7))
    panels[0, 1].set(title="Two means")
    panels[1, 0].set(ylabel="rejected with effect, percent", ylim=(0, 102))
    panels[0, 0].legend(frameon=False, fontsize=8)


def save(name: str, height: float, draw: Callable[[Figure], None]) -> None:
    figure = Figure(figsize=(9, height), layout="constrained")
    draw(figure)
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(DOCS / "images" / f"{name}.png", dpi=90, metadata={"Software": None})


def _error(share: float, trials: int) -> str:
    """The Monte Carlo standard error of a share, in percentage points."""
    return f"{100 * np.sqrt(share * (1 - share) / trials):.2f}"


PAGE = """<!-- Generated by docs/figures/sequential.py. Change that, then run it. -->

# Error rates of multiple tests and interim looks

What the procedures of `myotis.statistics.multiplicity` and `myotis.statistics.group_sequential` do in trials drawn at
random, in settings like a myositis trial (94 subjects in two arms, as ProDERM planned). Seed {seed}. Numbers are
percent; their Monte Carlo standard errors stand with each table.

## Several end points

Four end points with equal correlations, one-sided tests at 2.5 %, {trials:,} trials (Monte Carlo error
{mc_alpha} points at 2.5 %, at most {mc_half}). Fallback has the weights 0.4, 0.3, 0.2, 0.1; gates stand between the
first two and the last two end points. With effects, the expected Z of the first two is 3: each alone has a power
of 85 %.

![Familywise error of ten procedures](../images/familywise-error.png)

{multiplicity}

All but the unadjusted tests stay at or below 2.5 %. Hochberg and Hommel are proven for independent and positively
dependent tests only; with negative correlations they stay below here, and can go above elsewhere. Those that order
the end points keep most power for the first. The improved fallback rejects more than Wiens' only where the last end
point is rejected and an earlier one isn't, which is rare here.

## Small samples at interim looks

Boundaries are made for a normal Z with known variance. Two arms with {per_look} subjects each between looks,
three looks, two sides at 5 %, no effect, {half_trials:,} trials (Monte Carlo error {mc_five}). A t statistic compared
with the boundary as it is rejects too often; its p-value turned into a normal quantile does not.

{small}

## Intervals after a stop

Three looks, two sides at 5 %, {stopped:,} trials for each of {drifts} drifts from 0 to 5 (Monte Carlo error
{mc_cover} at 95 %, {mc_median} at 50 %).

![Coverage and median bias after a stop](../images/coverage-after-stop.png)

{stops}

At small and middle drifts the plain interval holds the truth less often than it says, and where early stops are
likely its estimate is above the truth more often than below. The stagewise interval keeps 95 % at every drift, and its
estimate is above the truth half of the time. Repeated intervals hold at all looks together with 95 %, so that at the
stop alone they cover more.

## Blinded re-estimation

After half of 94 subjects the size is estimated anew, between 94 and 188, for a power of 80 %: for a difference
of 25 percentage points (Pearson's test without correction, {reestimated:,} trials) and for a difference of means of
0.6 standard deviations of the plan (t test, one-sample variance, {with_values:,} trials). Two sides at 5 %; Monte
Carlo errors {mc_rates} and {mc_means} at 5 %.

![Type I error and power of blinded re-estimation](../images/blinded-reestimation.png)

{rates}

{spreads}

Against a trial that had the mean re-estimated size from the start, re-estimation moves the type I error by
{moved} points at most. Pearson's test itself is above 5 % at some sizes and rates, planned or re-estimated. What
re-estimation keeps is the power where the plan was wrong, as far as the largest size allows.
"""


def write_page(rng: np.random.Generator) -> None:
    multiplicity, small = measure_multiplicity(rng), measure_small_trials(rng)
    stops = {name: measure_stops(rng, DESIGNS[name]) for name in ("O'Brien-Fleming", "Pocock")}
    rates, spreads = measure_blinded_rates(rng), measure_blinded_spread(rng)
    (DOCS / "images").mkdir(exist_ok=True)
    save("familywise-error", 4.2, lambda figure: draw_multiplicity(figure, multiplicity))
    save("coverage-after-stop", 6, lambda figure: draw_stops(figure, stops))
    save("blinded-reestimation", 6, lambda figure: draw_blinded(figure, (rates, spreads)))
    text = PAGE.format(
        seed=SEED, trials=TRIALS, mc_alpha=_error(ALPHA, TRIALS), mc_half=_error(0.5, TRIALS),
        multiplicity=_multiplicity_table(multiplicity), per_look=PER_LOOK, half_trials=TRIALS // 2,
        mc_five=_error(0.05, TRIALS // 2), small=table(("Boundary", "t as it is", "t turned into Z"), small),
        stopped=STOPPED, drifts=len(DRIFTS), mc_cover=_error(0.95, STOPPED), mc_median=_error(0.5, STOPPED),
        stops=_stops_table(stops), reestimated=REESTIMATED, with_values=WITH_VALUES,
        mc_rates=_error(0.05, REESTIMATED), mc_means=_error(0.05, WITH_VALUES),
        rates=_blinded_table("Rate of both together", RATES, rates),
        moved=_largest_move(rates, spreads),
        spreads=_blinded_table("Standard deviation over that of the plan", SPREADS, spreads),
    )  # fmt: skip
    (DOCS / "explanation" / "error-rates.md").write_text(text, "utf-8")


def _largest_move(*measured: dict[str, np.ndarray]) -> str:
    return f"{max(np.abs(answers['blinded'][0] - answers['same'][0]).max() for answers in measured):.2f}"


def _multiplicity_table(rates: dict[str, np.ndarray]) -> str:
    heads = ["Procedure"]
    heads += [f"Error, no effects, correlation {c:g}" for c in CORRELATIONS]
    heads += [f"Error, two effects, correlation {c:g}" for c in CORRELATIONS]
    heads += ["Effects found, correlation 0.5"]
    shown = [
        (name, *(f"{v:.2f}" for v in measured[:2].ravel()), f"{measured[2, 2]:.1f}") for name, measured in rates.items()
    ]
    return table(heads, shown)


def _stops_table(stops: dict[str, dict[str, np.ndarray]]) -> str:
    rows = [
        (boundary, interval, f"{measured.min():.1f} to {measured.max():.1f}")
        for boundary, answers in stops.items()
        for interval, measured in answers.items()
    ]
    return table(("Boundary", "Interval or estimate", "Over the drifts"), rows)


def _blinded_table(head: str, at: np.ndarray, answers: dict[str, np.ndarray]) -> str:
    heads = (
        head, *(f"{what}, {how}" for what in ("Error", "Power") for how in ("94", "re-estimated", "fixed at the mean")),
        "Mean size without effect", "Mean size with effect",
    )  # fmt: skip
    columns = (*(answers[key][row] for row in (0, 1) for key in ("fixed", "blinded", "same")), *answers["size"])
    digits = (2, 2, 2, 1, 1, 1, 0, 0)
    rows = [
        (f"{value:.1f}", *("" if np.isnan(c[i]) else f"{c[i]:.{d}f}" for c, d in zip(columns, digits, strict=True)))
        for i, value in enumerate(at)
    ]
    return table(heads, rows)


if __name__ == "__main__":
    write_page(np.random.default_rng(SEED))
