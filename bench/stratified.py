"""Stratified Miettinen-Nurminen intervals and Cochran-Mantel-Haenszel tests of many trials, against one at a time.

    python bench/stratified.py [TRIALS]

100,000 trials of 95 subjects in 3 strata unless said otherwise, with one call of Myotis each. Compared are R's ratesci
(the same interval, a call a trial, timed inside R without its start) and statsmodels' StratifiedTable (the same test, a
call a trial, with the building of its table), both on fewer trials, as time a trial. What is not installed is left out
with a message. The largest difference of the numbers is printed, so that equal work is timed.
"""

import importlib.util
import shutil
import subprocess
import sys
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from myotis.statistics.stratified.cochran_mantel_haenszel import cochran_mantel_haenszel_test
from myotis.statistics.stratified.score_interval import estimate_stratified_score

TRIALS = 100_000
AT_A_TIME = 300
SUBJECTS = np.array([[13, 13], [27, 28], [7, 7]])
RESPONSE = (0.75, 0.45)

RATESCI = """
suppressMessages(library(ratesci))
m <- as.matrix(read.table(file("stdin"))); n1 <- c(13, 27, 7); n2 <- c(13, 28, 7); k <- 3
limits <- matrix(0, nrow(m), 2)
taken <- system.time(for (i in seq_len(nrow(m))) limits[i, ] <- scoreci(m[i, 1:k], n1, m[i, k + 1:k], n2,
  contrast = "RD", distrib = "bin", stratified = TRUE, weighting = "MH", skew = FALSE,
  warn = FALSE)$estimates[1, c("lower", "upper")])
cat(taken[["elapsed"]], "\\n"); cat(sprintf("%.12f", t(limits)), "\\n")
"""


def draw_trials(trials: int, seed: int = 20_221_006) -> NDArray[np.int64]:
    """Counts [trial, stratum, group, outcome]."""
    responders = np.random.default_rng(seed).binomial(SUBJECTS, RESPONSE, (trials, *SUBJECTS.shape))
    return np.stack([responders, SUBJECTS - responders], axis=-1)


def compute_intervals(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    answer = estimate_stratified_score(
        counts, contrast="difference", weights="mantel-haenszel", skewness=False, level=0.95
    )
    return np.stack([answer.lower, answer.upper], axis=-1)


def compute_statistics(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(cochran_mantel_haenszel_test(counts, correction=False).statistic)


def time_ratesci(counts: NDArray[np.int64]) -> tuple[float, NDArray[np.float64]] | None:
    """Seconds a trial and the limits, or None where R or ratesci is missing."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return None
    lines = "\n".join(" ".join(map(str, trial[:, :, 0].T.ravel())) for trial in counts)
    command = [rscript, "-e", RATESCI]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)  # noqa: S603 (our own)
    if done.returncode:
        return None
    seconds, *limits = map(float, done.stdout.split())
    return seconds / len(counts), np.array(limits).reshape(-1, 2)


def time_statsmodels(counts: NDArray[np.int64]) -> tuple[float, NDArray[np.float64]] | None:
    """Seconds a trial and the statistics, or None where statsmodels is missing."""
    if importlib.util.find_spec("statsmodels") is None:
        return None
    from statsmodels.stats.contingency_tables import StratifiedTable  # noqa: PLC0415 (an option)

    start = perf_counter()
    statistics = [StratifiedTable(list(trial)).test_null_odds(correction=False).statistic for trial in counts]
    return (perf_counter() - start) / len(counts), np.array(statistics)


def main(trials: int = TRIALS) -> None:
    """Measure and print."""
    counts = draw_trials(trials)
    works = [
        ("stratified Miettinen-Nurminen", "ratesci", compute_intervals, time_ratesci),
        ("Cochran-Mantel-Haenszel", "statsmodels", compute_statistics, time_statsmodels),
    ]
    for what, other, ours, theirs in works:
        start = perf_counter()
        answers = ours(counts)
        seconds = perf_counter() - start
        print(f"{what}: {trials:,} trials in {seconds:.2f} s, {1e6 * seconds / trials:.1f} microseconds a trial")
        compared = theirs(counts[:AT_A_TIME])
        if compared is None:
            print(f"  {other} is not installed: not compared")
            continue
        slower, numbers = compared
        apart = np.abs(answers[:AT_A_TIME] - numbers).max()
        print(f"  {other}: {1e6 * slower:.0f} microseconds a trial, {slower * trials / seconds:,.0f} times as long")
        print(f"  largest difference {apart:.0e}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
