"""Closed testing by brute force: every intersection of hypotheses, one at a time. A second programming."""

from itertools import combinations

import numpy as np


def close(p, test):
    """Adjusted p-values: the largest p-value of the intersections that hold a hypothesis."""
    m = len(p)
    adjusted = np.zeros(m)
    for size in range(1, m + 1):
        for members in combinations(range(m), size):
            joint = min(test(list(members)), 1.0)
            for member in members:
                adjusted[member] = max(adjusted[member], joint)
    return adjusted


def close_simes(p):
    """The closed test whose intersections are tested by Simes: Hommel's procedure."""
    return close(
        p, lambda members: min(len(members) * q / (i + 1) for i, q in enumerate(sorted(p[j] for j in members)))
    )


def close_graph(p, weights, transitions):
    """The closed test whose intersections are tested by weighted Bonferroni, with the shares of a graph.

    The share of a member is its own and what arrives there first when the shares of all others walk along the arrows:
    absorption of a Markov chain, no updating of graphs. A hair of each step is lost, for walks that never arrive.
    """
    weights, transitions = np.asarray(weights, dtype=float), np.asarray(transitions, dtype=float)

    def test(members):
        others = [j for j in range(len(p)) if j not in members]
        inside = np.eye(len(others)) - (1 - 1e-13) * transitions[np.ix_(others, others)]
        arrives = np.linalg.solve(inside, transitions[np.ix_(others, members)])
        shares = weights[members] + weights[others] @ arrives
        return min((p[j] / share for j, share in zip(members, shares, strict=True) if share > 1e-12), default=1.0)

    return close(p, test)
