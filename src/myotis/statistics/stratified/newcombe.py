"""Stratified Newcombe interval: a risk difference over strata from the Wilson limits of each group.

When to use: for a closed form that stays between -1 and 1 and has a width where nobody or everybody responded.

``counts[..., stratum, group, outcome]``: group 0 is the one whose difference is asked for and group 1 its
comparator; outcome 0 is response and outcome 1 is none. Leading axes are trials. A stratum in which one group
has no subjects says nothing about the difference and weighs nothing; so does a stratum without any.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.statistics.normal import normal_quantile
from myotis.statistics.proportions.wilson import compute_wilson_limits_at
from myotis.statistics.result import Estimate, Numbers, check_level, settle
from myotis.statistics.stratified.tables import NOTHING_TO_COMPARE, has_nothing_to_compare, take_tables
from myotis.statistics.stratified.weights import compute_mantel_haenszel_weights, normalize

ITERATIONS = 500
STEADY = 1e-12


class NewcombeWeights(StrEnum):
    """Weights of the strata of the stratified Newcombe interval."""

    MANTEL_HAENSZEL = "stratified-newcombe-mantel-haenszel"
    """n1 n2 / (n1 + n2) of each stratum."""
    YAN_SU = "stratified-newcombe-yan-su"
    """Those that make the stratified Wilson interval of both groups together narrow, by iteration to the end."""


YAN = "Yan X, Su XG, Stat Biopharm Res 2010;2:329-335"

REFERENCES: Final = {NewcombeWeights.MANTEL_HAENSZEL: YAN, NewcombeWeights.YAN_SU: YAN}


def estimate_stratified_newcombe_difference(
    counts: ArrayLike, *, method: NewcombeWeights | str, level: float
) -> Estimate:
    """The weighted risk difference over strata with Newcombe's interval of stratified Wilson limits.

    The quantile of each stratum's Wilson limits is shared out so that they add up to the stratified interval of the
    group. Where a group has no variance in any stratum (each has 0 of n or n of n), it is shared out by the sizes
    alone, which is what it tends to. (tern stops the iteration of Yan and Su's weights where they move by less than
    0.001 or after 10 steps.) Where no stratum has subjects of both groups there is no answer.

    >>> tables = [[[11, 2], [6, 7]], [[20, 7], [13, 15]], [[6, 1], [2, 5]]]
    >>> answer = estimate_stratified_newcombe_difference(
    ...     tables, method="stratified-newcombe-mantel-haenszel", level=0.95
    ... )
    >>> [round(float(value), 4) for value in (answer.estimate, answer.lower, answer.upper)]
    [0.3495, 0.1541, 0.511]
    """
    method = NewcombeWeights(method)
    check_level(level)
    z = normal_quantile(level)
    x1, n1, x2, n2 = take_tables(counts)
    m, n, present = np.maximum(n1, 1), np.maximum(n2, 1), n1 > 0
    weight = normalize(compute_mantel_haenszel_weights(n1, n2))
    if method is NewcombeWeights.YAN_SU:
        weight = _iterate_weights(x1 + x2, np.maximum(n1 + n2, 1), present, z)
    (p, p_low, p_high), (q, q_low, q_high) = (_combine(x, k, weight, z) for x, k in ((x1, m), (x2, n)))
    share1, share2 = (weight**2 / m).sum(axis=-1), (weight**2 / n).sum(axis=-1)
    below = z * np.sqrt(share1 * p_low * (1 - p_low) + share2 * q_high * (1 - q_high))
    above = z * np.sqrt(share1 * p_high * (1 - p_high) + share2 * q_low * (1 - q_low))
    (estimate, lower, upper), undefined = settle(
        [(has_nothing_to_compare(n1, n2), NOTHING_TO_COMPARE)],
        p - q,
        np.clip(p - q - below, -1, 1),
        np.clip(p - q + above, -1, 1),
    )
    return Estimate(
        estimate=estimate,
        lower=lower,
        upper=upper,
        level=level,
        method=method.value,
        reference=REFERENCES[method],
        undefined=undefined,
    )


def _combine(x: Numbers, n: Numbers, weight: Numbers, z: float) -> tuple[Numbers, Numbers, Numbers]:
    """The weighted proportion of one group, with its stratified Wilson limits."""
    lower, upper = compute_wilson_limits_at(x, n, _share_quantile(x / n * (1 - x / n) / n, n, weight, z))
    low, high = ((weight * limit).sum(axis=-1) for limit in (lower, upper))
    return (weight * x / n).sum(axis=-1), np.clip(low, 0, 1), np.clip(high, 0, 1)


def _share_quantile(variance: Numbers, n: Numbers, weight: Numbers, z: float) -> Numbers:
    """The quantile of every stratum, [..., 1], at which the margins of the strata add up to that of their sum."""
    some = variance.sum(axis=-1, keepdims=True) > 0
    variance = np.where(some, variance, 1 / n)
    summed = np.sqrt((weight**2 * variance).sum(axis=-1, keepdims=True))
    apart = (weight * np.sqrt(variance)).sum(axis=-1, keepdims=True)
    return np.asarray(z * summed / np.where(apart > 0, apart, 1))


def _iterate_weights(x: Numbers, n: Numbers, present: NDArray[np.bool_], z: float) -> Numbers:
    """Weights one over the squared width of each stratum's Wilson interval at the quantile that they share out."""
    variance = x / n * (1 - x / n) / n
    weight = normalize(present.astype(float))
    for _ in range(ITERATIONS):
        square = _share_quantile(variance, n, weight, z) ** 2
        width = np.where(present, (variance + square / (4 * n**2)) / (1 + square / n) ** 2, 1)
        new = normalize(np.where(present, 1 / np.where(width > 0, width, 1), 0))
        moved = np.abs(new - weight).max(initial=0)
        weight = new
        if moved < STEADY:
            break
    return weight
