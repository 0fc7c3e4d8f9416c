"""After a stop: p-value, median-unbiased estimate and interval by the stagewise ordering.

A trial that may stop early overstates the effect, and its plain interval misses the level. Outcomes are ordered by how
soon and on which side the trial stopped, then by Z; a drift belongs to the interval where the outcome is not
too far up or down among those that it makes likely.

When to use: for the final report of a group-sequential trial. The ordering does not ask for looks that were not held,
so that it goes with error spending. Futility boundaries count only where they are binding.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from myotis.statistics.group_sequential.brownian import compute_above, start_path
from myotis.statistics.group_sequential.design import GroupSequentialDesign, take_estimates
from myotis.statistics.group_sequential.exits import compute_exits, find_rising_roots, follow_paths
from myotis.statistics.result import Estimate, Numbers, TestResult, check_level, settle

METHOD = "stagewise-ordering"

REFERENCES: Final = {
    METHOD: "Tsiatis AA, Rosner GL, Mehta CR, Biometrics 1984;40:797-803; Kim K, DeMets DL, Biometrics 1987;43:857-864"
}

NOT_STOPPED = "at this look, which is not the last, Z lies between the boundaries: the trial had not stopped"

SMALLEST = 1e-16
"""Tails are compared as normal quantiles, on which they are nearly straight lines over the drift."""


def stagewise_test(z: ArrayLike, *, look: ArrayLike, design: GroupSequentialDesign) -> TestResult:
    """The p-value of Z [...] at the looks [...] (1 is the first) at which the trials stopped.

    With one side the p-value is one-sided, against effects above 0; with two it is twice the smaller tail. It is at
    most alpha exactly where the upper boundary (or one of both) was crossed. There is no answer for a Z inside the
    boundaries before the last look. Raises StatisticsError for looks that the design does not have.

    >>> from myotis.statistics.group_sequential.boundaries import compute_boundary
    >>> design = compute_boundary([0.5, 1], method="obrien-fleming", alpha=0.05, sides=2)
    >>> stagewise_test([3.0, 2.2], look=[1, 2], design=design).p_value.round(5).tolist()
    [0.0027, 0.03043]
    """
    values, _, which = take_estimates(z, 1.0, look, design)
    tail = _compute_tail(values, which, np.zeros_like(values), design)
    p = tail if design.sides == 1 else 2 * np.minimum(tail, 1 - tail)
    (statistic, p_value), undefined = settle([(_is_inside(values, which, design), NOT_STOPPED)], values, p)
    return TestResult(
        statistic=statistic,
        df=None,
        p_value=p_value,
        method=METHOD,
        reference=REFERENCES[METHOD],
        alternative="two-sided" if design.sides == 2 else "greater",
        undefined=undefined,
    )


def estimate_after_stop(
    estimate: ArrayLike, se: ArrayLike, *, look: ArrayLike, design: GroupSequentialDesign, level: float
) -> Estimate:
    """The median-unbiased estimate and the two-sided interval after trials stopped at looks [...] (1 is the first).

    ``estimate`` [...] and ``se`` [...] are those of the plain analysis at the stop, whose ratio is Z; information is
    taken in proportion to 1 / se squared. The median-unbiased estimate is too high as often as too low. ``se`` of the
    answer is that of the plain analysis. No answer and errors as in `stagewise_test`.

    >>> from myotis.statistics.group_sequential.boundaries import compute_boundary
    >>> design = compute_boundary([0.5, 1], method="obrien-fleming", alpha=0.05, sides=2)
    >>> answer = estimate_after_stop(0.22, 0.1, look=2, design=design, level=0.95)
    >>> [round(float(value), 4) for value in (answer.estimate, answer.lower, answer.upper)]
    [0.2185, 0.0208, 0.4151]
    """
    check_level(level)
    effect, error, which = take_estimates(estimate, se, look, design)
    z = effect / error
    root = np.sqrt(design.information[which - 1])
    tail = (1 - level) / 2
    limits = [_find_drift(z, which, share, design) * root * error for share in (0.5, tail, 1 - tail)]
    (median, low, high, width), undefined = settle([(_is_inside(z, which, design), NOT_STOPPED)], *limits, error)
    return Estimate(
        estimate=median,
        lower=low,
        upper=high,
        level=level,
        se=width,
        method=METHOD,
        reference=REFERENCES[METHOD],
        undefined=undefined,
    )


def _is_inside(z: Numbers, look: NDArray[np.intp], design: GroupSequentialDesign) -> NDArray[np.bool_]:
    upper, lower = design.upper[look - 1], design.lower[look - 1]
    return np.asarray((look < len(design.information)) & (z < upper) & (z > lower))


def _compute_tail(z: Numbers, look: NDArray[np.intp], drift: Numbers, design: GroupSequentialDesign) -> Numbers:
    """The probability [...] of an outcome at least as far up as Z at its look, under drifts [...]."""
    tail = np.zeros_like(z)
    for stop in np.unique(look):
        here = look == stop
        tail[here] = _compute_tail_at(z[here], int(stop), drift[here], design)
    return tail


def _compute_tail_at(z: Numbers, stop: int, drift: Numbers, design: GroupSequentialDesign) -> Numbers:
    times, lower, upper = design.information[:stop], design.null_lower[:stop], design.upper[:stop]
    *_, before = follow_paths(times, lower, upper, drift, start_path(drift))
    last = compute_above(before, times[-1], z, drift)
    if stop == 1:
        return np.asarray(last)
    _, earlier = compute_exits(times[:-1], lower[:-1], upper[:-1], drift)
    return np.asarray(last + earlier.sum(axis=-1))


def _find_drift(z: Numbers, look: NDArray[np.intp], share: float, design: GroupSequentialDesign) -> Numbers:
    """The drift [...] at which an outcome this far up has the probability ``share``."""
    root = np.sqrt(design.information[look - 1])
    single = (z + special.ndtri(share)) / root

    def compare(drift: Numbers) -> Numbers:
        tail = np.clip(_compute_tail(z, look, drift, design), SMALLEST, 1 - SMALLEST)
        return np.asarray(special.ndtri(tail) - special.ndtri(share))

    return find_rising_roots(compare, single, 0.5 / root)
