"""Newcombe 1998 (Stat Med 17:873-890), Table II: the interval of a difference by five of his eleven methods."""

from collections.abc import Iterator

import numpy as np
from comparison import Comparison

from myotis.statistics.proportions.difference import estimate_difference_of_proportions

PAIRS = {
    "a": (56, 70, 48, 80),
    "b": (9, 10, 3, 10),
    "c": (6, 7, 2, 7),
    "d": (5, 56, 0, 29),
    "e": (0, 10, 0, 20),
    "f": (0, 10, 0, 10),
    "g": (10, 10, 0, 20),
    "h": (10, 10, 0, 10),
}
PRINTED = {
    (1, "wald"): {"a": (0.0575, 0.3425), "b": (0.2605, 0.9395)},
    (2, "wald-corrected"): {"a": (0.0441, 0.3559)},
    (5, "mee"): {
        "a": (0.0533, 0.3377),
        "b": (0.1821, 0.8370),
        "c": (0.0544, 0.8478),
        "e": (-0.1611, 0.2775),
        "f": (-0.2775, 0.2775),
        "g": (0.7225, 1.0),
    },
    (6, "miettinen-nurminen"): {
        "a": (0.0528, 0.3382),
        "b": (0.1700, 0.8406),
        "c": (0.0342, 0.8534),
        "d": (-0.0326, 0.1933),
        "e": (-0.1658, 0.2844),
        "f": (-0.2879, 0.2879),
        "g": (0.7156, 1.0),
    },
    (10, "newcombe"): {
        "a": (0.0524, 0.3339),
        "b": (0.1705, 0.8090),
        "c": (0.0582, 0.8062),
        "d": (-0.0381, 0.1926),
        "e": (-0.1611, 0.2775),
        "f": (-0.2775, 0.2775),
        "g": (0.6791, 1.0),
        "h": (0.6075, 1.0),
    },
}


def comparisons() -> Iterator[Comparison]:
    """The pairs of each method whose printed limits are known here."""
    for (number, method), printed in PRINTED.items():
        counts = np.array([PAIRS[pair] for pair in printed]).T
        yield Comparison(
            function=estimate_difference_of_proportions,
            what=f"{method}, pairs {', '.join(printed)}",
            source="Newcombe RG, Stat Med 1998;17:873-890",
            made_by=f"Table II, method {number}",
            ours=lambda counts=counts, method=method: _limits(
                estimate_difference_of_proportions(*counts, method=method, level=0.95)
            ),
            theirs=np.array(list(printed.values())).T,
            tolerance=0.00005,
            scale="absolute",
            why="half of the last digit printed",
        )


def _limits(answer):
    return answer.lower, answer.upper
