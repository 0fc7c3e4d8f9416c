"""Operating characteristics: what an analysis of a design does over many simulated trials, each with its error.

A characteristic that is a share of trials has a binomial standard error, a mean over trials that of a mean. Trials for
which a method has no answer count as trials in which nothing is shown; their share is told beside.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from myotis.analyze.settling import REASONS
from myotis.simulate.chunks import SIDES
from myotis.simulate.truth import Numbers
from myotis.terms.missing import MISSING


class Value(NamedTuple):
    """A characteristic with its Monte Carlo standard error."""

    value: float
    mc_error: float


class Truth(NamedTuple):
    """What an analysis estimates: its value in the scenario, and the error of that."""

    value: float
    error: float


def find_share(flags: NDArray[np.bool_]) -> Value:
    """The share of trials."""
    share = float(flags.mean())
    return Value(share, float(np.sqrt(share * (1 - share) / len(flags))))


def find_mean(numbers: Numbers) -> Value:
    """The mean over trials."""
    error = float(numbers.std(ddof=1) / np.sqrt(len(numbers))) if len(numbers) > 1 else float("nan")
    return Value(float(numbers.mean()) if len(numbers) else float("nan"), error)


def describe_analysis(
    results: pl.DataFrame, truth: Truth | None, *, alpha: float, margin: float | None, neutral: float, direction: int
) -> Iterator[tuple[str, Value]]:
    """The characteristics of one analysis of one design: ``results`` are its rows.

    ``alpha`` is the two-sided level of its test; ``neutral`` what the estimate is where the arms do not differ;
    ``direction`` 1 where more is better, else -1; ``margin`` what lower limits are to exceed, None where that is not
    asked.
    """
    estimate, lower, upper, p_value = (results[name].to_numpy() for name in ("estimate", "lower", "upper", "p_value"))
    answered = ~np.isnan(estimate)
    if not np.isnan(p_value).all():
        rejects = find_rejections(results, alpha)
        yield "power", find_share(rejects & (direction * (np.nan_to_num(estimate, nan=neutral) - neutral) > 0))
        yield "rejection", find_share(rejects)
    if margin is not None:
        yield "lower_above_margin", find_share(np.nan_to_num(lower, nan=-np.inf) > margin)
    mean = find_mean(estimate[answered])
    yield "mean_estimate", mean
    if truth is not None:
        yield "truth", Value(truth.value, truth.error)
        yield "bias", Value(mean.value - truth.value, float(np.hypot(mean.mc_error, truth.error)))
        yield "coverage", find_share((lower <= truth.value) & (truth.value <= upper))
    yield "mean_width", find_mean((upper - lower)[answered])
    yield "no_answer", find_share(~answered)


def find_rejections(results: pl.DataFrame, alpha: float) -> NDArray[np.bool_]:
    """Which trials reject: where the design had looks, by its boundary, else by the p-value."""
    by_boundary = results["rejects"].to_numpy()
    by_p_value = np.nan_to_num(results["p_value"].to_numpy(), nan=1.0) < alpha
    return np.asarray(np.where(by_boundary == MISSING, by_p_value, by_boundary == 1))


def describe_size(results: pl.DataFrame) -> Iterator[tuple[str, Value]]:
    """How many subjects are analyzed and enrolled on average, and how often the trial ends before its last look."""
    analyzed = results.select(pl.sum_horizontal(*(f"subjects_{side}" for side in SIDES))).to_series().to_numpy()
    yield "analyzed_subjects", find_mean(analyzed.astype(np.float64))
    yield "enrolled_subjects", find_mean(results["enrolled"].to_numpy().astype(np.float64))
    look, looks = (results[name].to_numpy() for name in ("look", "looks"))
    if (looks > 1).any():
        yield "stopped_early", find_share(look + 1 < looks)


def describe_responders(results: pl.DataFrame) -> Iterator[tuple[str, str, str | None, Value]]:
    """By group of the comparison: the share of responders, and of subjects lost to each reason (for proportions)."""
    for side in SIDES:
        subjects = np.maximum(results[f"subjects_{side}"].to_numpy(), 1)
        yield side, "responders", None, find_mean(results[f"responders_{side}"].to_numpy() / subjects)
        for reason in REASONS:
            lost = results[f"{reason}_{side}"].to_numpy()
            if lost.any():
                yield side, "lost", reason, find_mean(lost / subjects)


def describe_design(trials: pl.DataFrame) -> Iterator[tuple[str, Value]]:
    """The characteristics of a design whatever is analyzed: means of counts over its trials."""
    for name in ("enrollment_days", "active_cycles", "switched", "left", "deteriorated"):
        yield name, find_mean(trials[name].to_numpy().astype(np.float64))
