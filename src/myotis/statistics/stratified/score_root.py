"""The limits of the stratified score intervals: where the weighted score, over its standard error, is a quantile."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from myotis.statistics.bracketed_root import find_bracketed_roots
from myotis.statistics.result import Numbers
from myotis.statistics.stratified.contrasts import LEAST_VARIANCE, Score, Scorer, Strata
from myotis.statistics.stratified.weights import StratumWeights, compute_mantel_haenszel_weights, normalize

ITERATIONS_OF_WEIGHTS = 100
STEADY = 1e-12
"""Iterated weights are those where no weight moves by more than this share of all."""

ASIDE = 1e-12
"""A step from a position whose score may have no variance to one beside it that has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreProblem:
    """A stratified comparison whose score is asked for at any position of its contrast."""

    strata: Strata
    scorer: Scorer
    scale: tuple[float, float]
    """The first and last position."""
    weights: StratumWeights
    fixed: Numbers
    """Weights that are the same at every position, [trial, stratum]; the start of those that are not."""
    skewness: bool

    def find_positions(self, z: float) -> tuple[Numbers, Numbers, Numbers]:
        """The positions of the estimate and of the lower and upper limit."""
        first, last = (np.full(len(self.strata.x1), end) for end in self.scale)
        estimate = self._find_estimate(first, last)
        inside = np.maximum(estimate - ASIDE, first), np.minimum(estimate + ASIDE, last)
        lower = _find_crossing(lambda at, rows: self._exceed(at, rows, z, 1), first, inside[0])
        upper = _find_crossing(lambda at, rows: self._exceed(at, rows, z, -1), inside[1], last)
        return estimate, np.minimum(lower, estimate), np.maximum(upper, estimate)

    def _find_estimate(self, first: Numbers, last: Numbers) -> Numbers:
        """Where the score is 0: the corrections have no value at the ends, so it is taken right beside them."""
        found = _find_crossing(lambda at, rows: self._exceed(at, rows, 0.0, 1), first + ASIDE, last - ASIDE)
        return np.where(found <= first + ASIDE, first, np.where(found >= last - ASIDE, last, found))

    def _exceed(self, position: Numbers, rows: NDArray[np.intp], z: float, side: int) -> Numbers:
        """The weighted score less ``side`` z standard errors; Laud's correction moves it by the skewness."""
        strata = self.strata.take(rows)
        score = self.scorer(strata, position)
        factor = (strata.n1 + strata.n2) / np.maximum(strata.n1 + strata.n2 - 1, 1)
        weight = normalize(self._weigh(strata, score, factor, rows) * score.size)
        variance = (weight**2 * score.variance * factor).sum(axis=-1)
        beyond = (weight * score.value).sum(axis=-1) - side * z * np.sqrt(variance)
        if self.skewness:
            third = (weight**3 * score.third_moment).sum(axis=-1)
            beyond -= np.where(variance > 0, (z**2 - 1) * third / (6 * np.maximum(variance, LEAST_VARIANCE)), 0)
        return np.asarray(beyond)

    def _weigh(self, strata: Strata, score: Score, factor: Numbers, rows: NDArray[np.intp]) -> Numbers:
        variance = np.maximum(score.variance * score.size, LEAST_VARIANCE) * score.size
        match self.weights:
            case StratumWeights.INVERSE_VARIANCE:
                return np.where(strata.present, 1 / variance, 0)
            case StratumWeights.INVERSE_VARIANCE_OF_SCORE:
                return np.where(strata.present, 1 / (variance * factor), 0)
            case StratumWeights.MIETTINEN_NURMINEN:
                return self._iterate_weights(strata, score, rows)
            case _:
                return self.fixed[rows]

    def _iterate_weights(self, strata: Strata, score: Score, rows: NDArray[np.intp]) -> Numbers:
        """Miettinen and Nurminen's weights: from common proportions, which are means of the strata's by the weights."""
        weight = normalize(self.fixed[rows])
        for _ in range(ITERATIONS_OF_WEIGHTS):
            p1, p2 = ((weight * p).sum(axis=-1, keepdims=True) for p in (score.p1, score.p2))
            v1, v2 = score.slope1**2 * p1 * (1 - p1), score.slope2**2 * p2 * (1 - p2)
            both = np.maximum(strata.n2 * v1 + strata.n1 * v2, LEAST_VARIANCE)
            common = np.where(strata.present, strata.n1 * strata.n2 / both, 0)
            new = normalize(np.where(v1 + v2 > 0, common, self.fixed[rows]))
            moved = np.abs(new - weight).max(initial=0)
            weight = new
            if moved < STEADY:
                break
        return weight


def _find_crossing(function: Callable[[Numbers, NDArray[np.intp]], Numbers], start: Numbers, end: Numbers) -> Numbers:
    """The position of each trial where ``function(position, rows)`` changes its sign between start and end.

    Where it has the same sign at both ends nothing on that side is crossed: the end that it is nearer to 0 at.
    """
    every = np.arange(start.size)
    at_start, at_end = function(start, every), function(end, every)
    found = find_bracketed_roots(function, start, end, every)
    nearest = np.where(np.abs(at_start) <= np.abs(at_end), start, end)
    return np.where(at_start * at_end < 0, found, nearest)


def fix_mantel_haenszel(strata: Strata) -> Numbers:
    """Mantel-Haenszel weights of strata that say something, else 0."""
    return np.where(strata.present, compute_mantel_haenszel_weights(strata.n1, strata.n2), 0)
