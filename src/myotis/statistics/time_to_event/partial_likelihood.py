"""Cox's partial likelihood of one trial, with ties by Efron, Breslow or exactly: its logarithm, slope and curvature."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from myotis.statistics.result import Numbers

Terms = tuple[float, Numbers, Numbers]
"""The logarithm of a likelihood, its slope [covariate] and minus its curvature [covariate, covariate]."""


class Ties(StrEnum):
    """What the likelihood is where several subjects have the event at one time. Without ties all are the same."""

    EFRON = "efron"
    """Those tied leave the risk set in part, one after the other (R's default)."""
    BRESLOW = "breslow"
    """Those tied all stay in the risk set (SAS's default)."""
    EXACT = "exact"
    """Conditional on how many events each time has: R's *exact*, SAS's DISCRETE (SAS's EXACT is another)."""


REFERENCE_OF: Final[dict[str, str]] = {
    Ties.EFRON: "Efron B, J Am Stat Assoc 1977;72:557-565",
    Ties.BRESLOW: "Breslow N, Biometrics 1974;30:89-99",
    Ties.EXACT: "Cox DR, J R Stat Soc B 1972;34:187-220",
}


class Stratum:
    """The subjects of one stratum in the order of their times; ``x`` is [subject, covariate]."""

    def __init__(self, time: Numbers, event: NDArray[np.bool_], x: Numbers, ties: Ties) -> None:
        order = np.argsort(time, kind="stable")
        t, self._x = time[order], x[order]
        self._is_event = event[order]
        event_times = t[self._is_event]
        distinct, self._group, size = np.unique(event_times, return_inverse=True, return_counts=True)
        self._from = np.searchsorted(t, distinct)  # where each event time's risk set begins
        self._size = size
        self._ties = ties
        rank = np.arange(len(event_times)) - np.searchsorted(event_times, event_times)
        self._part_left = rank / size[self._group] if ties is Ties.EFRON else np.zeros(len(event_times))

    def evaluate(self, beta: Numbers) -> Terms:
        """The terms of the stratum at these coefficients."""
        eta = self._x @ beta
        eta = eta - eta.max()
        own = (eta[self._is_event].sum(), self._x[self._is_event].sum(axis=0))
        if self._ties is Ties.EXACT:
            total, slope, curvature = self._evaluate_exactly(eta)
        else:
            total, slope, curvature = self._evaluate_rows(eta, np.ones(len(self._group), dtype=bool))
        return own[0] - total, own[1] - slope, curvature

    def _evaluate_rows(self, eta: Numbers, chosen: NDArray[np.bool_]) -> Terms:
        """The logarithms of the sums over the risk sets of the chosen events, with their first two derivatives."""
        x, w = self._x, np.exp(eta)
        moments = (w, w[:, None] * x, w[:, None, None] * x[:, :, None] * x[:, None, :])
        group, part = self._group[chosen], self._part_left[chosen]
        s0, s1, s2 = (self._sum_at_risk(m)[group] - _scale(part, self._sum_tied(m)[group]) for m in moments)
        mean = s1 / s0[:, None]
        spread = s2 / s0[:, None, None] - mean[:, :, None] * mean[:, None, :]
        return float(np.log(s0).sum()), mean.sum(axis=0), spread.sum(axis=0)

    def _sum_at_risk(self, values: Numbers) -> Numbers:
        return np.cumsum(values[::-1], axis=0)[::-1][self._from]

    def _sum_tied(self, values: Numbers) -> Numbers:
        totals = np.zeros((len(self._size), *values.shape[1:]))
        np.add.at(totals, self._group, values[self._is_event])
        return totals

    def _evaluate_exactly(self, eta: Numbers) -> Terms:
        """Single events as by Breslow; for those tied the sum over all sets of as many subjects at risk."""
        total, slope, curvature = self._evaluate_rows(eta, self._size[self._group] == 1)
        for start, size in zip(self._from, self._size, strict=True):
            if size > 1:
                log_sum, first, second = _sum_over_sets(eta[start:], self._x[start:], int(size))
                total, slope, curvature = total + log_sum, slope + first, curvature + second
        return total, slope, curvature


def _scale(part: Numbers, values: Numbers) -> Numbers:
    return part.reshape(-1, *[1] * (values.ndim - 1)) * values


def _sum_over_sets(eta: Numbers, x: Numbers, size: int) -> Terms:
    """The logarithm of the elementary symmetric function of this degree in exp(eta), and its two derivatives.

    The functions of all degrees up to ``size`` grow by one subject at a time. The weights are scaled so that the
    function would be 1 if all were equal: neither it nor those of lower degree leave the range of floats.
    """
    n, p = x.shape
    log_scale = (special.gammaln(n + 1) - special.gammaln(size + 1) - special.gammaln(n - size + 1)) / size
    shift = eta.max()
    weights = np.exp(eta - shift - log_scale)
    value, first, second = np.zeros(size + 1), np.zeros((size + 1, p)), np.zeros((size + 1, p, p))
    value[0] = 1.0
    for w, row in zip(weights, x, strict=True):
        below, slope, curve = value[:-1], first[:-1], second[:-1]
        cross = slope[:, :, None] * row
        step = curve + cross + cross.transpose(0, 2, 1) + below[:, None, None] * np.outer(row, row)
        second[1:] += w * step
        first[1:] += w * (slope + below[:, None] * row)
        value[1:] += w * below.copy()
    mean = first[-1] / value[-1]
    log_sum = float(np.log(value[-1]) + size * (shift + log_scale))
    return log_sum, mean, second[-1] / value[-1] - np.outer(mean, mean)


def build_likelihood(
    time: Numbers, event: Numbers, x: Numbers, stratum: Numbers, ties: Ties
) -> Callable[[Numbers], Terms]:
    """The partial likelihood of a trial as a function of its coefficients: the sum over strata that have an event."""
    chosen = [(stratum == one) for one in np.unique(stratum[event > 0])]
    parts = [Stratum(time[who], event[who] > 0, x[who], ties) for who in chosen]

    def evaluate(beta: Numbers) -> Terms:
        terms = [part.evaluate(beta) for part in parts]
        return sum(t[0] for t in terms), np.sum([t[1] for t in terms], axis=0), np.sum([t[2] for t in terms], axis=0)

    return evaluate
