"""Limits of an odds ratio given both margins of the table, from the noncentral hypergeometric distribution."""

import numpy as np

from myotis.statistics.bracketed_root import find_bracketed_roots
from myotis.statistics.proportions.log_choose import log_choose
from myotis.statistics.result import Limits, Numbers, find_distinct

FARTHEST = 200.0
"""Logarithms of odds ratios searched: at an odds ratio of e**200 all probability sits in one table."""

CELLS_AT_ONCE = 1_000_000

SMALLEST = 1e-300
"""A tail that has underflowed is this, so that its logarithm is finite."""


def compute_conditional_limits(
    share: float, x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers, level: float
) -> Limits:
    """Where a tail is half of what the level leaves; the table observed counts by ``share`` (1, or 0.5 for mid-P).

    0 for the smallest table of its margins and infinity for the largest.
    """
    tables, which = find_distinct(x1, n1, x2, n2)
    parts = np.array_split(tables, 1 + int(tables.sum() / CELLS_AT_ONCE))
    lower, upper = np.concatenate([_find_limits(part, share, (1 - level) / 2) for part in parts], axis=1)
    return lower[which], upper[which]


def _find_limits(tables: Numbers, share: float, tail: float) -> Numbers:
    x1, n1, x2, n2 = tables.T[:, :, None]
    events = x1 + x2
    least, most = np.maximum(0, events - n2), np.minimum(n1, events)
    k = least + np.arange((most - least).max() + 1)
    exists, k = k <= most, np.minimum(k, most)
    log_weights = np.where(exists, log_choose(n1, k) + log_choose(n2, events - k), -np.inf)
    lower = np.exp(_find_log_odds_ratio(log_weights, k - x1, (k > x1) + share * (k == x1), tail, end=-FARTHEST))
    upper = np.exp(_find_log_odds_ratio(log_weights, k - x1, (k < x1) + share * (k == x1), tail, end=FARTHEST))
    return np.stack([np.where(x1 == least, 0, lower[:, None]), np.where(x1 == most, np.inf, upper[:, None])])[..., 0]


def _find_log_odds_ratio(log_weights: Numbers, steps: Numbers, counted: Numbers, tail: float, end: float) -> Numbers:
    """Where the probability of what is counted is ``tail``, for each table (first axis)."""

    def compute_excess(log_odds_ratio: Numbers, log_weights: Numbers, steps: Numbers, counted: Numbers) -> Numbers:
        log_p = log_weights + log_odds_ratio[:, None] * steps
        p = np.exp(log_p - log_p.max(axis=1, keepdims=True))
        excess: Numbers = np.log(np.maximum((p * counted).sum(axis=1) / p.sum(axis=1), SMALLEST) / tail)
        return excess

    ends = np.full(len(log_weights), end)
    return find_bracketed_roots(compute_excess, -ends, ends, log_weights, steps, counted)
