"""How often intervals of time to event hold the truth, by simulation, at the sizes of a myositis trial.

Writes docs/images/coverage-time-to-event*.png and docs/explanation/coverage-of-time-to-event.md, and runs rates.py:
python docs/figures/time_to_event.py
"""

from collections.abc import Iterator

import numpy as np
import rates
from matplotlib import pyplot as plt
from rates import DOCS, table

from myotis.statistics.result import Estimate
from myotis.statistics.time_to_event.hazard_ratio import estimate_hazard_ratio
from myotis.statistics.time_to_event.kaplan_meier import estimate_survival
from myotis.statistics.time_to_event.log_rank import log_rank_test
from myotis.statistics.time_to_event.restricted_mean import (
    estimate_difference_of_restricted_means,
    estimate_ratio_of_restricted_means,
    estimate_restricted_mean,
    restricted_mean_test,
)
from myotis.statistics.time_to_event.survival_limits import SurvivalInterval
from myotis.statistics.time_to_event.survival_quantiles import estimate_survival_quantile

SEED = 20261126
LEVEL = 0.95
TRIALS = 10_000
FITS = 800
"""Trials of a Cox model: they are fitted one by one."""
SIZES = (12, 24, 47, 95)
MEDIANS = {"fast": 35, "slow": 115}
"""Medians in days: those of minimal improvement in ProDERM's two arms."""
TAU = 112
AT = 85
SCALES = tuple(SurvivalInterval)
COLORS = dict(zip(SCALES, ("#CC79A7", "#0072B2", "#D55E00", "#009E73", "#000000"), strict=True))


def draw_trials(rng: np.random.Generator, median: float, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Times in whole days and events: one in ten leaves at a random day, the rest stay until day 112 to 118."""
    event_day = np.ceil(rng.exponential(median / np.log(2), shape))
    end = rng.integers(TAU, 119, shape)
    end = np.where(rng.random(shape) < 0.1, rng.integers(1, TAU, shape), end)
    return np.minimum(event_day, end).astype(float), (event_day <= end).astype(float)


def survival(median: float, day: float | np.ndarray) -> float | np.ndarray:
    """The true share without the event after a whole day."""
    return 0.5 ** (day / median)


def mean_until_tau(median: float) -> float:
    """The true restricted mean of times in whole days."""
    return float(np.sum(survival(median, np.arange(TAU))))


def share_held(answer: Estimate, truth: float) -> float:
    """The percentage of intervals that hold the truth, of those that there are."""
    known = ~np.isnan(answer.lower)
    return 100 * float(((answer.lower <= truth) & (truth <= answer.upper))[known].mean())


def simulate_one_group(rng: np.random.Generator) -> Iterator[tuple[str, int, str, str, float]]:
    """Pace, subjects, what is estimated, scale, and the percentage held."""
    for pace, median in MEDIANS.items():
        for n in SIZES:
            time, event = draw_trials(rng, median, (TRIALS, n))
            for scale in SCALES:
                asked = {"method": scale, "level": LEVEL}
                share = estimate_survival(time, event, AT, **asked)
                half = estimate_survival_quantile(time, event, 0.5, definition="midpoint", **asked)
                yield pace, n, "share", scale.value, share_held(share, float(survival(median, AT)))
                yield pace, n, "median", scale.value, share_held(half, median)
            mean = estimate_restricted_mean(time, event, TAU, level=LEVEL)
            yield pace, n, "restricted mean", "", share_held(mean, mean_until_tau(median))


def simulate_two_groups(rng: np.random.Generator) -> Iterator[tuple[str, ...]]:
    """Rows of a table: restricted means of two arms, and tests that reject, without and with a difference."""
    for one, other in (("slow", "slow"), ("fast", "slow")):
        for n in SIZES:
            arms = [draw_trials(rng, MEDIANS[pace], (TRIALS, n)) for pace in (one, other)]
            time, event = (np.concatenate(parts, axis=-1) for parts in zip(*arms, strict=True))
            arm = np.repeat([1, 0], n)
            means = mean_until_tau(MEDIANS[one]), mean_until_tau(MEDIANS[other])
            difference = estimate_difference_of_restricted_means(time, event, arm, TAU, level=LEVEL)
            ratio = estimate_ratio_of_restricted_means(time, event, arm, TAU, level=LEVEL)
            tests = (
                log_rank_test(time, event, arm, weight="log-rank").test,
                log_rank_test(time, event, arm, weight="gehan").test,
                restricted_mean_test(time, event, arm, TAU),
            )
            hazards = MEDIANS[other] / MEDIANS[one]
            few = time[:FITS], event[:FITS], arm
            fits = [
                estimate_hazard_ratio(*few, ties="efron", method=method, level=LEVEL)
                for method in ("wald", "profile-likelihood")
            ]
            held = (share_held(difference, means[0] - means[1]), share_held(ratio, means[0] / means[1]))
            held += tuple(share_held(fit, hazards) for fit in fits)
            rejected = (100 * np.nanmean(test.p_value < 1 - LEVEL) for test in tests)
            yield (f"{one} and {other}", str(n), *(f"{share:.1f}" for share in (*held, *rejected)))


def draw(found: list[tuple[str, int, str, str, float]], what: str, title: str, name: str) -> None:
    """Coverage by the size of the group, a panel for each pace and a line for each scale."""
    figure, panels = plt.subplots(1, 2, figsize=(8.4, 3.6), layout="constrained", sharey=True)
    for axes, (pace, median) in zip(panels, MEDIANS.items(), strict=True):
        axes.axhline(100 * LEVEL, color="#888888", linewidth=1, linestyle=":")
        for scale in SCALES:
            line = [held for p, _, w, s, held in found if (p, w, s) == (pace, what, scale.value)]
            axes.plot(range(len(SIZES)), line, marker="o", markersize=4, color=COLORS[scale], label=scale.value)
        axes.set_xticks(range(len(SIZES)), SIZES)
        axes.set(title=f"{pace}: median {median} days", xlabel="subjects of the group")
    figure.suptitle(title)
    panels[0].set_ylabel("intervals that hold it, %")
    panels[0].legend(fontsize=8, loc="lower right")
    figure.savefig(DOCS / "images" / name, dpi=110, metadata={"Software": None})
    plt.close(figure)


def print_one_group(found: list[tuple[str, int, str, str, float]], what: str) -> str:
    """A table: pace and size down, scales across."""
    scales = list(dict.fromkeys(scale for _, _, w, scale, _ in found if w == what))
    rows = [
        (pace, str(n), *(f"{held:.1f}" for p, m, w, _, held in found if (p, m, w) == (pace, n, what)))
        for pace in MEDIANS
        for n in SIZES
    ]
    return table(("Events", "Subjects", *(scale or "held, %" for scale in scales)), rows)


def make_page() -> str:
    """Simulate and draw; the page around the pictures."""
    rng = np.random.default_rng(SEED)
    found = list(simulate_one_group(rng))
    draw(found, "share", f"Share without the event on day {AT}", "coverage-time-to-event.png")
    draw(found, "median", "Median", "coverage-time-to-event-median.png")
    heads = (
        "Arms", "Subjects of each", "difference of means", "ratio of means", "hazard ratio, wald",
        "hazard ratio, profile likelihood", "log-rank rejects", "gehan rejects", "difference of means rejects",
    )  # fmt: skip
    both = table(heads, simulate_two_groups(rng))
    parts = (
        "<!-- Written by docs/figures/time_to_event.py: run that again after a change. -->",
        "# How often intervals of time to event hold the truth",
        f"An interval at 95% should hold the truth in 95 of 100 trials. {TRIALS:,} trials a row were simulated (seed "
        f"{SEED}): the Monte Carlo error of a percentage near 95 is 0.2; for hazard ratios, {FITS:,} trials, 0.8. "
        "Times to event are exponential and counted in whole days. *Fast* has a median of 35 days and *slow* one of "
        "115, as minimal improvement in the two arms of ProDERM. One in ten leaves at a random day before 112; the "
        "others are followed to day 112 to 118, so half of a slow group do not have the event in that time. "
        "Percentages are of the intervals that there are: a curve of 0 has none.",
        f"## The share without the event on day {AT}\n\n"
        f"![Coverage of the share](../images/coverage-time-to-event.png)\n\n{print_one_group(found, 'share')}",
        "Plain limits hold too little in all but the largest groups, and those on the log scale, which R takes when "
        "nothing is said, in small groups whose curve is high. Log-log, logit and arcsine are near the level "
        "or a little above.",
        f"## The median\n\n![Coverage of the median](../images/coverage-time-to-event-median.png)\n\n"
        f"{print_one_group(found, 'median')}",
        "An upper limit that is not reached is infinite and holds every median.",
        f"## The restricted mean to day {TAU}\n\n{print_one_group(found, 'restricted mean')}",
        "The interval holds too little with fewer than about fifty subjects: Greenwood's variance divides by n and not "
        "n - 1, and the limits are of the normal distribution.",
        f"## Two arms\n\nPercentages held, then percentages of trials in which a test at 5% rejects: its true level "
        f"where both arms are slow, its power where one is fast.\n\n{both}",
    )
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Write all pictures and pages of this folder's two programs."""
    (DOCS / "explanation" / "coverage-of-time-to-event.md").write_text(make_page(), encoding="utf-8")
    rates.main()


if __name__ == "__main__":
    main()
