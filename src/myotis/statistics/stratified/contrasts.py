"""The score of each stratum for a difference, a ratio and an odds ratio: what the stratified score intervals sum.

A position is where on the scale of the contrast the score is taken: the difference itself, or t / (1 - t) for the
ratios, so that a position lies between -1 and 1, or 0 and 1, and swapping the groups turns the scale round. The
proportions are those most likely under the contrast (Miettinen and Nurminen 1985, appendix I).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from myotis.statistics.proportions.likeliest import find_likeliest_of_difference
from myotis.statistics.result import Numbers

LEAST_VARIANCE = 1e-100
"""What stands for a variance of 0 where it is divided by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strata:
    """Events and subjects of both groups, [trial, stratum], at least one subject each; ``present`` is false in strata
    that say nothing."""

    x1: Numbers
    n1: Numbers
    x2: Numbers
    n2: Numbers
    present: NDArray[np.bool_]

    def take(self, rows: NDArray[np.intp]) -> "Strata":
        """These trials only."""
        return Strata(
            x1=self.x1[rows], n1=self.n1[rows], x2=self.x2[rows], n2=self.n2[rows], present=self.present[rows]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The score of each stratum at a position, its variance without N / (N - 1), and its third central moment.

    ``p1`` and ``p2`` are the most likely proportions; ``slope1`` and ``slope2`` are how fast the score grows with the
    one observed and falls with the other. ``size`` multiplies a weight that is meant for the score as Miettinen and
    Nurminen write it, since the score of the odds ratio is kept here on the scale of events.
    """

    value: Numbers
    variance: Numbers
    third_moment: Numbers
    p1: Numbers
    p2: Numbers
    slope1: Numbers
    slope2: Numbers
    size: Numbers


Scorer = Callable[[Strata, Numbers], Score]


def score_difference(strata: Strata, position: Numbers) -> Score:
    """The score of p1 - p2 = position."""
    delta = np.broadcast_to(position[:, None], strata.x1.shape)
    p1, p2 = find_likeliest_of_difference(strata.x1, strata.n1, strata.x2, strata.n2, delta)
    return _score_linear(strata, p1, p2, np.ones_like(delta), np.ones_like(delta), delta)


def score_ratio(strata: Strata, position: Numbers) -> Score:
    """The score of p1 / p2 = t / (1 - t), times 1 - t."""
    t = np.broadcast_to(position[:, None], strata.x1.shape)
    events = strata.x1 + strata.x2
    b = strata.n1 * t + strata.x1 * (1 - t) + strata.n2 * (1 - t) + strata.x2 * t
    product = (strata.n1 + strata.n2) * events * t * (1 - t)
    share = 2 * events / (b + np.sqrt(np.maximum(b**2 - 4 * product, 0)))
    p1, p2 = np.clip(share * t, 0, 1), np.clip(share * (1 - t), 0, 1)
    return _score_linear(strata, p1, p2, 1 - t, t, np.zeros_like(t))


def score_odds_ratio(strata: Strata, position: Numbers) -> Score:
    """The score of an odds ratio of t / (1 - t): events of group 1 beyond those expected."""
    t = np.broadcast_to(position[:, None], strata.x1.shape)
    events = strata.x1 + strata.x2
    b = strata.n1 * t + strata.n2 * (1 - t) - events * (2 * t - 1)
    a = strata.n2 * (2 * t - 1)
    root = np.sqrt(np.maximum(b**2 + 4 * a * events * (1 - t), 0))
    above = np.where(b >= 0, 2 * events * (1 - t), root - b)  # of two forms of one root, the one that cancels nothing
    p2 = np.clip(above / np.maximum(np.where(b >= 0, b + root, 2 * a), LEAST_VARIANCE), 0, 1)
    p1 = np.clip((events - strata.n2 * p2) / strata.n1, 0, 1)
    v1, v2 = strata.n1 * p1 * (1 - p1), strata.n2 * p2 * (1 - p2)
    total = np.maximum(v1 + v2, LEAST_VARIANCE)
    share1, share2 = v1 / total, v2 / total
    variance = share1 * v2
    third = variance * ((1 - 2 * p1) * share2**2 - (1 - 2 * p2) * share1**2)
    size = 1 / np.maximum(variance, LEAST_VARIANCE)
    return Score(
        value=strata.x1 - strata.n1 * p1,
        variance=variance,
        third_moment=third,
        p1=p1,
        p2=p2,
        slope1=strata.n1 * share2,
        slope2=strata.n2 * share1,
        size=size,
    )


def score_odds_ratio_without_bias(strata: Strata, position: Numbers) -> Score:
    """The same less its expectation to the next order (Gart 1985, as Laud 2018 has it for strata)."""
    score = score_odds_ratio(strata, position)
    share1, share2 = score.slope2 / strata.n2, score.slope1 / strata.n1
    return replace(score, value=score.value - (score.p1 - score.p2) * share1 * share2)


def _score_linear(strata: Strata, p1: Numbers, p2: Numbers, c1: Numbers, c2: Numbers, null: Numbers) -> Score:
    """The score c1 * x1 / n1 - c2 * x2 / n2 - null."""
    v1, v2 = c1**2 * p1 * (1 - p1) / strata.n1, c2**2 * p2 * (1 - p2) / strata.n2
    third = v1 * c1 * (1 - 2 * p1) / strata.n1 - v2 * c2 * (1 - 2 * p2) / strata.n2
    value = c1 * strata.x1 / strata.n1 - c2 * strata.x2 / strata.n2 - null
    return Score(
        value=value, variance=v1 + v2, third_moment=third, p1=p1, p2=p2, slope1=c1, slope2=c2, size=np.ones_like(p1)
    )
