"""100,000 Miettinen-Nurminen intervals with one call, against statsmodels a call at a time, in one run.

    python bench/proportions.py [TRIALS]

Two kinds of trials: those of one size, as a simulation has them (47 and 48 subjects, so that tables repeat and each
is computed once), and those of many sizes, hardly two of them alike. statsmodels (``confint_proportions_2indep``,
``compare="diff", method="score", correction=True``) is no dependency of Myotis: without it only our own time is
printed. It is timed on a sample of the same trials and scaled. Its score limits differ from ours in the third decimal
(its issue 10269); that is not what is timed here.
"""

import sys
from collections.abc import Callable
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from myotis.statistics.proportions.difference import estimate_difference_of_proportions

TRIALS = 100_000
SAMPLE = 500
"""Trials that statsmodels computes."""

Counts = list[NDArray[np.int64]]


def draw_trials(trials: int, *, one_size: bool, seed: int = 20_221_006) -> Counts:
    """Responders and subjects of both groups, x1, n1, x2, n2."""
    draw = np.random.default_rng(seed)
    n1 = np.full(trials, 47) if one_size else draw.integers(10, 500, trials)
    n2 = np.full(trials, 48) if one_size else draw.integers(10, 500, trials)
    return [draw.binomial(n1, 0.75), n1, draw.binomial(n2, 0.45), n2]


def time_ours(counts: Counts) -> float:
    """Seconds for all trials with one call, the best of three."""
    return min(
        _seconds(lambda: estimate_difference_of_proportions(*counts, method="miettinen-nurminen", level=0.95))
        for _ in range(3)
    )


def time_statsmodels(counts: Counts) -> tuple[float, int] | None:
    """Seconds for as many trials, scaled from a sample, and how many of that it gave no interval for.

    None where statsmodels is not installed.
    """
    try:
        from statsmodels.stats.proportion import confint_proportions_2indep  # noqa: PLC0415 (no dependency)
    except ImportError:
        return None
    sample = np.array(counts)[:, :SAMPLE].T
    failed = 0

    def run() -> None:
        nonlocal failed
        for x1, n1, x2, n2 in sample:
            try:
                confint_proportions_2indep(x1, n1, x2, n2, compare="diff", method="score", correction=True)
            except ValueError:  # its root finder has no bracket
                failed += 1

    return _seconds(run) / len(sample) * len(counts[0]), failed


def _seconds(run: Callable[[], object]) -> float:
    start = perf_counter()
    run()
    return perf_counter() - start


def main(trials: int = TRIALS) -> None:
    """Print seconds and ratios for both kinds of trials."""
    for name, one_size in (("of one size", True), ("of many sizes", False)):
        counts = draw_trials(trials, one_size=one_size)
        ours, theirs = time_ours(counts), time_statsmodels(counts)
        print(f"{trials} Miettinen-Nurminen intervals of trials {name}, one call: {ours:.2f} s")
        if theirs is None:
            print("  statsmodels is not installed: skipped (install it into an environment of its own to compare)")
        else:
            seconds, failed = theirs
            print(
                f"  statsmodels, a call at a time, scaled from {SAMPLE}: {seconds:.0f} s, ratio {seconds / ours:.0f}; "
                f"no interval for {failed} of {SAMPLE}"
            )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
